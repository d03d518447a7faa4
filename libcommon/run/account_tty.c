/* The terminal, without echo. A signal that ends or stops us waits until the terminal is as it was:
 * it is blocked and seen through a signalfd, so that no handler and no global are needed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fd.h"
#include "run/account_inner.h"

enum answer {
	ANSWER_LINE,
	ANSWER_NONE,   /* end of file */
	ANSWER_SIGNAL, /* pending; ask again, should it let us live */
	ANSWER_TROUBLE /* errno */
};

static void say(int tty, const char *text)
{
	while (write(tty, text, strlen(text)) < 0 && errno == EINTR)
		;
}

static bool set_terminal(int tty, const struct termios *how)
{
	int done;
	do
		done = tcsetattr(tty, TCSAFLUSH, how);
	while (done != 0 && errno == EINTR);
	return done == 0;
}

/* The terminal hands over whole lines. */
static enum answer take_line(int tty, int signals, struct account_line *out)
{
	struct pollfd wait[] = { { .fd = signals, .events = POLLIN },
				 { .fd = tty, .events = POLLIN } };
	while (poll(wait, ARRAY_SIZE(wait), -1) < 0) {
		if (errno != EINTR)
			return ANSWER_TROUBLE;
	}
	if (wait[0].revents)
		return ANSWER_SIGNAL;
	ssize_t got = read(tty, out->text, sizeof(out->text));
	if (got < 0)
		return errno == EINTR ? ANSWER_SIGNAL : ANSWER_TROUBLE;
	out->size = (size_t)got;
	if (got > 0 && out->text[got - 1] == '\n')
		out->size--;
	return got > 0 ? ANSWER_LINE : ANSWER_NONE;
}

/* One that is blocked anyway would stay pending when we are done, and be seen for ever. */
static void collect_signals(const sigset_t *blocked, sigset_t *ours)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	sigemptyset(ours);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!sigismember(blocked, numbers[i]))
			sigaddset(ours, numbers[i]);
	}
}

static enum answer ask_once(int tty, const char *prompt, struct account_line *out)
{
	enum answer answer = ANSWER_TROUBLE;
	sigset_t ours, before;
	struct termios normal, silent;
	sigprocmask(SIG_BLOCK, NULL, &before);
	collect_signals(&before, &ours);
	if (tcgetattr(tty, &normal) != 0)
		return ANSWER_TROUBLE;
	silent = normal;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	CLEANUP(fd_close) int signals = signalfd(-1, &ours, SFD_CLOEXEC);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	if (signals >= 0 && set_terminal(tty, &silent)) {
		say(tty, prompt);
		answer = take_line(tty, signals, out);
		int number = errno;
		(void)set_terminal(tty, &normal);
		say(tty, "\n"); /* the one that was typed did not show */
		errno = number;
	}
	sigprocmask(SIG_SETMASK, &before, NULL); /* here a signal takes its course */
	return answer;
}

bool account_ask(const char *jid, struct account_line *out, struct err *err)
{
	CLEANUP(fd_close) int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	CLEANUP(buf_free) struct buf prompt = buf_new(BUF_UNBOUNDED);
	if (tty < 0)
		return err_set(err, AT_INPUT, ERR_NOT_FOUND, "there is no terminal to ask on");
	buf_text(&prompt, "Password for ");
	escape_text(&prompt, jid, strlen(jid));
	buf_text(&prompt, ": ");
	enum answer answer;
	do
		answer = ask_once(tty, buf_string(&prompt), out);
	while (answer == ANSWER_SIGNAL);
	if (answer == ANSWER_TROUBLE)
		return err_set(err, AT_INPUT, ERR_SYSTEM, "the terminal cannot be read: %s",
			       strerrordesc_np(errno));
	if (answer == ANSWER_NONE)
		return err_set(err, AT_INPUT, ERR_USAGE, "no password was typed");
	return true;
}
