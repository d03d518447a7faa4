/* --serve: a small, strict dialback peer for who develops servers. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "report/record.h"
#include "run/serve_inner.h"
#include "run/signals.h"

#define GOODBYE_SECONDS 2.0 /* for questions on their way; then the end does not wait for them */
#define NAP_MS          20

bool serve_is_stopping(struct serve *serve)
{
	pthread_mutex_lock(&serve->lock);
	bool stopping = serve->stopping;
	pthread_mutex_unlock(&serve->lock);
	return stopping;
}

static void write_served(const struct serve *serve, const struct served_facts *served,
			 struct buf *out)
{
	if (serve->run->options->form != OUTPUT_JSON) {
		text_served(served, out);
		return;
	}
	json_t *record = record_served(served);
	if (!record_write(record, out))
		log_say(&serve->run->options->log, NULL, "a record could not be written");
	json_decref(record);
}

static void come_to_an_end(const struct serve *serve)
{
	uint64_t one = 1;
	ssize_t sent = write(serve->done, &one, sizeof(one));
	(void)sent; /* a full counter is known already */
}

/* There is room for PIPE_BUF octets. False: whoever should read does not, and the end has come. */
static bool wait_for_reader(const struct serve *serve)
{
	struct pollfd fds[] = { { STDOUT_FILENO, POLLOUT, 0 }, { serve->done, POLLIN, 0 } };
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[0].revents || poll(fds, 1, (int)(GOODBYE_SECONDS * 1000)) > 0;
}

/* A line at a time: who reads the pipe sees each exchange as it ends. */
static bool write_line(const struct serve *serve, const char *at, size_t size)
{
	while (size > 0) {
		if (!wait_for_reader(serve))
			return false;
		ssize_t sent = write(STDOUT_FILENO, at, size < PIPE_BUF ? size : PIPE_BUF);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (sent > 0) {
			at += sent;
			size -= (size_t)sent;
		}
	}
	return true;
}

void serve_tell(struct serve *serve, const struct served_facts *served)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	size_t count = serve->run->opt->count;
	write_served(serve, served, &line);
	pthread_mutex_lock(&serve->lock);
	bool late = serve->broken || (count > 0 && serve->exchanges == count);
	if (!late) {
		serve->exchanges++;
		serve->worst = status_worse(serve->worst, served_status(served));
		serve->broken = !write_line(serve, buf_string(&line), line.size);
		if (serve->broken || serve->exchanges == count)
			come_to_an_end(serve);
	}
	pthread_mutex_unlock(&serve->lock);
}

static void wait_for_end(const struct serve *serve, int signals)
{
	struct pollfd fds[] = { { serve->done, POLLIN, 0 }, { signals, POLLIN, 0 } };
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[1].revents)
		signals_take(signals);
	come_to_an_end(serve); /* before any lock: one guest may be waiting for a reader with it */
}

/* Guests are cut off; who still asks an authoritative server for one of them has a moment. */
static bool send_everybody_home(struct serve *serve)
{
	struct deadline until = deadline_in(GOODBYE_SECONDS);
	pthread_mutex_lock(&serve->lock);
	serve->stopping = true;
	pthread_mutex_unlock(&serve->lock);
	door_close(&serve->door);
	for (;;) {
		pthread_mutex_lock(&serve->lock);
		size_t left = serve->inquiries;
		pthread_mutex_unlock(&serve->lock);
		if (left == 0)
			return true;
		if (deadline_passed(until))
			return false;
		poll(NULL, 0, NAP_MS);
	}
}

static bool open_door(struct serve *serve, struct dialback_run *run, struct err *err)
{
	const struct door_options door = {
		.address = run->listen_address,
		.port = run->listen_port,
		.guests = GUESTS_MAX,
		.seconds = run->options->timeout,
		.welcome = serve_welcome,
		.context = serve,
	};
	if (!door_open(&door, &serve->door, err))
		return false;
	run->listen_port = door_port(serve->door);
	log_say(&run->options->log, NULL, "%s: listening on port %u, TLS %s", run->options->from,
		run->listen_port, run->opt->tls_optional ? "optional" : "required");
	return true;
}

static enum status attend(struct serve *serve, struct dialback_run *run, int signals)
{
	struct err err;
	if (!open_door(serve, run, &err)) {
		log_say(&run->options->log, NULL, "%s", err.text);
		return STATUS_UNKNOWN;
	}
	wait_for_end(serve, signals);
	if (!send_everybody_home(serve)) {
		/* Their threads use what would be freed here. */
		_exit(serve->broken ? STATUS_UNKNOWN : (int)serve->worst);
	}
	if (!serve->broken)
		return serve->worst;
	log_say(&run->options->log, NULL, "standard output could not be written");
	return STATUS_UNKNOWN;
}

int dialback_serve(const struct dialback_options *opt, const struct options *options)
{
	struct dialback_run run = { 0 };
	struct serve serve = { .run = &run,
			       .shared = { .record_fd = -1 },
			       .worst = STATUS_OK,
			       .done = eventfd(0, EFD_CLOEXEC) };
	enum status status = STATUS_UNKNOWN;
	struct err err;
	CLEANUP(fd_close) int signals = signals_watch();
	pthread_mutex_init(&serve.lock, NULL);
	if (signals < 0 || serve.done < 0)
		log_say(&options->log, NULL, "%s", strerror(errno));
	else if (!dialback_open(opt, options, &run, &err) ||
		 !shared_open(options, 0, &serve.shared, &err))
		log_usage(&options->log, err.text);
	else
		status = attend(&serve, &run, signals);
	shared_close(&serve.shared);
	dialback_close(&run);
	pthread_mutex_destroy(&serve.lock);
	fd_close(&serve.done);
	return status;
}
