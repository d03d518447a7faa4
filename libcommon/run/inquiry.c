/* The question to an authoritative server: DNS, a connection, TLS, db:verify, the answer. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"
#include "run/serve_inner.h"
#include "run/trials.h"

#define STACK_SIZE ((size_t)512 * 1024)

/* Who asked is still there. */
static bool is_wanted(const struct inquiry *inquiry)
{
	pthread_mutex_lock(&inquiry->serve->lock);
	bool wanted = !inquiry->abandoned && !inquiry->serve->stopping;
	pthread_mutex_unlock(&inquiry->serve->lock);
	return wanted;
}

/* As the receiving server (DB-13): whatever place DNS names first and that lets us in. A stranger
 * chose the domain, and it may name any number of places: no new one behind one deadline. */
static void ask_places(struct job *job, const struct trial_run *run, struct inquiry *inquiry)
{
	struct call call = { 0 };
	const struct call_wish wish = { .show_ours = true,
					.tls_only = !run->common->opt->tls_optional };
	const struct db_element question = {
		.kind = DB_VERIFY,
		.from = inquiry->request.to,
		.to = inquiry->request.from,
		.id = inquiry->id,
		.key = inquiry->request.key,
	};
	const struct db_element *questions[] = { &question };
	struct deadline until = deadline_in(run->common->options->timeout);
	for (size_t i = 0; i < job->endpoints.count && !inquiry->reached && is_wanted(inquiry) &&
			   (i == 0 || !deadline_passed(until));
	     i++) {
		struct trial_run place = *run;
		place.at = &job->endpoints.items[i];
		inquiry->reached = call_open(&call, &place, DIALBACK_NONE, &wish);
		if (!inquiry->reached)
			inquiry->reason = arena_copy(inquiry->mem, call.err.text);
		else if (call_say(&call, &question, KEY_NONE))
			call_await(&call, questions, 1, run->common->opt->wait, &inquiry->answer);
		else
			call_outcome(&call, &inquiry->answer);
		inquiry->authority = call.link;
		call_end(&call);
	}
}

static void ask(struct inquiry *inquiry, struct resolver *resolver)
{
	struct serve *serve = inquiry->serve;
	struct job *job = job_new(&serve->shared);
	struct diary *diary = diary_new();
	const char *from = inquiry->request.from;
	struct trial_run run = {
		.job = job,
		.common = serve->run,
		.diary = diary,
		.mem = inquiry->mem,
		.us = inquiry->request.to,
		.them = from,
	};
	job->started_ms = clock_ms();
	job->resolver = resolver;
	if (job_read_domain(job, from, strlen(from)))
		job_find_endpoints(job);
	if (job->problem.code)
		inquiry->reason = arena_copy(inquiry->mem, job->problem.text);
	else if (job->endpoints.count == 0)
		inquiry->reason = "DNS names no server for it";
	else
		ask_places(job, &run, inquiry);
	diary_free(&diary);
	job_free(&job);
}

static void inquiry_free(struct inquiry *inquiry)
{
	struct arena *mem = inquiry->mem;
	fd_close(&inquiry->wake);
	free(inquiry);
	arena_free(&mem);
}

static void *work(void *argument)
{
	struct inquiry *inquiry = argument;
	struct serve *serve = inquiry->serve;
	const struct resolver_options wishes = {
		.server = serve->run->options->resolver,
		.trust_ad = serve->run->options->trust_ad,
		.common = serve->shared.dns,
	};
	struct resolver *resolver = NULL;
	struct err err;
	uint64_t one = 1;
	if (resolver_new(&wishes, &resolver, &err))
		ask(inquiry, resolver);
	else
		inquiry->reason = arena_copy(inquiry->mem, err.text);
	resolver_free(&resolver);
	pthread_mutex_lock(&serve->lock);
	inquiry->finished = true;
	serve->inquiries--;
	bool abandoned = inquiry->abandoned;
	if (!abandoned && write(inquiry->wake, &one, sizeof(one)) < 0)
		abandoned = false; /* its counter is full: it is awake */
	pthread_mutex_unlock(&serve->lock);
	if (abandoned)
		inquiry_free(inquiry);
	return NULL;
}

static struct inquiry *inquiry_new(struct serve *serve, const struct guest *guest,
				   const struct db_element *request)
{
	struct inquiry *inquiry = memory_new(sizeof(*inquiry));
	struct arena *mem = arena_new();
	*inquiry = (struct inquiry){
		.serve = serve,
		.mem = mem,
		.request = { .kind = DB_RESULT,
			     .from = arena_copy(mem, request->from),
			     .to = arena_copy(mem, request->to),
			     .key = arena_copy(mem, request->key) },
		.id = arena_copy(mem, guest->id),
		.since_ms = clock_ms(),
		.wake = dup(guest->wake),
	};
	return inquiry;
}

static bool take_number(struct serve *serve)
{
	pthread_mutex_lock(&serve->lock);
	bool room = serve->inquiries < INQUIRY_MAX && !serve->stopping;
	serve->inquiries += room;
	pthread_mutex_unlock(&serve->lock);
	return room;
}

bool inquiry_start(struct serve *serve, const struct guest *guest, const struct db_element *request,
		   struct inquiry **out)
{
	pthread_t thread;
	pthread_attr_t attributes;
	if (!take_number(serve))
		return false;
	struct inquiry *inquiry = inquiry_new(serve, guest, request);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	bool started = inquiry->wake >= 0 &&
		       pthread_create(&thread, &attributes, work, inquiry) == 0;
	pthread_attr_destroy(&attributes);
	if (started) {
		*out = inquiry;
		return true;
	}
	pthread_mutex_lock(&serve->lock);
	serve->inquiries--;
	pthread_mutex_unlock(&serve->lock);
	inquiry_free(inquiry);
	return false;
}

void inquiry_drop(struct inquiry **inquiry)
{
	struct inquiry *done = *inquiry;
	if (!done)
		return;
	pthread_mutex_lock(&done->serve->lock);
	done->abandoned = true;
	bool finished = done->finished;
	pthread_mutex_unlock(&done->serve->lock);
	if (finished)
		inquiry_free(done);
	*inquiry = NULL;
}
