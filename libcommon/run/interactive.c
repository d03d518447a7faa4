#include "run/interactive.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/escape.h"

#define HISTORY_SIZE 200
#define PATIENCE     0.1 /* seconds the keyboard waits for a stanza to be complete */
#define CLEAR_LINE   "\r\033[K"

struct talk {
	struct probe *probe;
	EditLine *line; /* NULL: a pipe */
	struct err err;
};

/* Their stanza, pretty, each line with its direction and harmless to the terminal. */
static void print_arrival(const struct elem *stanza)
{
	CLEANUP(buf_free) struct buf xml = buf_new(BUF_UNBOUNDED);
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	elem_write(stanza, true, &xml);
	for (const char *at = buf_string(&xml); *at;) {
		size_t length = strcspn(at, "\n");
		buf_text(&out, "<-- ");
		escape_text(&out, at, length);
		buf_char(&out, '\n');
		at += length + (at[length] == '\n');
	}
	fputs(buf_string(&out), stdout);
	fflush(stdout);
}

/* Everything that has arrived. False: the stream is over. */
static bool take_arrivals(struct talk *talk)
{
	do {
		const struct elem *stanza = NULL;
		struct err err = { 0 };
		conn_set_deadline(talk->probe->conn, deadline_in(PATIENCE));
		if (stream_read(talk->probe->stream, &stanza, NULL, &err)) {
			print_arrival(stanza);
		} else if (err.code !=
			   ERR_TIMEOUT) { /* half a stanza, or a message of TLS itself: later */
			talk->err = err;
			return false;
		}
	} while (stream_has_input(talk->probe->stream));
	return true;
}

static bool send_text(struct talk *talk, const char *text, size_t size)
{
	conn_set_deadline(talk->probe->conn,
			  deadline_in(talk->probe->job->shared->options->timeout));
	return stream_write(talk->probe->stream, text, size, &talk->err);
}

/* Waits for the keyboard and the stream at once. True: there is something to read from the
 * keyboard. */
static bool wait_for_input(struct talk *talk)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = conn_fd(talk->probe->conn), .events = POLLIN },
	};
	for (;;) {
		/* What came together with the features has been read, and poll() knows nothing of
		 * it. */
		bool waiting = stream_has_input(talk->probe->stream);
		if (!waiting && poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return false;
		if (waiting || fds[1].revents) {
			if (talk->line)
				fputs(CLEAR_LINE, stdout);
			if (!take_arrivals(talk))
				return false;
			if (talk->line)
				el_set(talk->line, EL_REFRESH);
		}
		if (!waiting && fds[0].revents)
			return true;
	}
}

/* libedit asks for one character; while it waits the stream goes on. */
static int read_key(EditLine *line, wchar_t *key)
{
	struct talk *talk = NULL;
	el_get(line, EL_CLIENTDATA, (void *)&talk);
	mbstate_t state = { 0 };
	for (;;) {
		char octet;
		if (!wait_for_input(talk) || read(STDIN_FILENO, &octet, 1) != 1)
			return 0;
		size_t rc = mbrtowc(key, &octet, 1, &state);
		if (rc == (size_t)-1)
			memset(&state, 0, sizeof(state));
		else if (rc != (size_t)-2)
			return 1;
	}
}

static const char *prompt(EditLine *line)
{
	(void)line;
	return "--> ";
}

static void talk_by_terminal(struct talk *talk)
{
	HistEvent event;
	History *past = history_init();
	talk->line = el_init(talk->probe->job->shared->options->log.program, stdin, stdout, stderr);
	history(past, &event, H_SETSIZE, HISTORY_SIZE);
	el_set(talk->line, EL_CLIENTDATA, talk);
	el_set(talk->line, EL_PROMPT, prompt);
	el_set(talk->line, EL_EDITOR, "emacs");
	el_set(talk->line, EL_HIST, history, past);
	el_set(talk->line, EL_GETCFN, read_key);
	int size = 0;
	for (const char *typed; (typed = el_gets(talk->line, &size)) && size > 0;) {
		if (typed[0] != '\n')
			history(past, &event, H_ENTER, typed);
		if (!send_text(talk, typed, (size_t)size))
			break;
	}
	putchar('\n');
	history_end(past);
	el_end(talk->line);
	talk->line = NULL;
}

static void talk_by_pipe(struct talk *talk)
{
	char chunk[4096];
	while (wait_for_input(talk)) {
		ssize_t got = read(STDIN_FILENO, chunk, sizeof(chunk));
		if (got <= 0 || !send_text(talk, chunk, (size_t)got))
			break;
	}
}

/* RFC 6120, 4.4: after our closing tag the peer still answers what it had received. */
static void drain(struct talk *talk)
{
	conn_set_deadline(talk->probe->conn,
			  deadline_in(talk->probe->job->shared->options->timeout));
	if (!stream_finish(talk->probe->stream, &talk->err))
		return;
	for (const struct elem *stanza;
	     stream_read(talk->probe->stream, &stanza, NULL, &talk->err);)
		print_arrival(stanza);
}

bool interactive_talk(struct probe *probe, struct err *err)
{
	struct talk talk = { .probe = probe };
	conn_set_stage(probe->conn, AT_STREAM);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		talk_by_terminal(&talk);
	else
		talk_by_pipe(&talk);
	if (!talk.err.code)
		drain(&talk);
	/* The peer's own closing tag is an end like another. */
	if (talk.err.code == ERR_NONE || talk.err.code == ERR_CLOSED)
		return true;
	*err = talk.err;
	return false;
}
