#include "run/lanes.h"

#include <assert.h>
#include <string.h>

#include "base/cond.h"
#include "run/lanes_inner.h"
#include "run/steps.h"

#define NS_PER_MS 1e6
/* A server that answered everything so far in 50 ms will not think for ten seconds about the next
 * hello: it will not answer. */
#define SLOW_FACTOR 20
#define SLOW_FLOOR  3.0 /* seconds */

static void begin(struct lanes *lanes, struct probe *probe, struct survey *survey,
		  const struct lanes_options *options, struct ciphers_facts *facts)
{
	*lanes = (struct lanes){
		.probe = probe, .survey = survey, .options = options, .facts = facts
	};
	pthread_mutex_init(&lanes->lock, NULL);
	cond_init(&lanes->changed);
	pace_begin(&lanes->pace, options->lanes);
}

/* Until something changes, or the time is up: a piece of that wait. */
static void wait_change(struct lanes *lanes)
{
	cond_wait_until(&lanes->changed, &lanes->lock, lanes->probe->until);
}

/* The same, but no longer than the pause lasts. */
static void wait_calm(struct lanes *lanes)
{
	struct deadline until = lanes->probe->until;
	int64_t calm = (int64_t)(lanes->pace.calm_until_ms * NS_PER_MS);
	if (calm < until.at_ns)
		until.at_ns = calm;
	cond_wait_until(&lanes->changed, &lanes->lock, until);
}

static bool is_over(struct lanes *lanes)
{
	if (!lanes->done && deadline_passed(lanes->probe->until))
		lanes_cut_time(lanes);
	return lanes->done;
}

/* The next question, held until it is settled; false: there are no more. */
static bool next_question(struct lanes *lanes, struct question *out)
{
	while (!is_over(lanes)) {
		bool may = lanes->held < lanes->pace.limit && lanes->doubters == 0;
		enum survey_step step = may ? survey_next(lanes->survey, out) : SURVEY_WAIT;
		if (step == SURVEY_ASK) {
			lanes->held++;
			lanes->asked++;
			return true;
		}
		if (step == SURVEY_DONE) {
			size_t most = lanes->options->connections_max;
			lanes->done = true;
			if (most && lanes->asked >= most)
				lanes_cut(lanes, CUT_CONNECTIONS, NULL);
			pthread_cond_broadcast(&lanes->changed);
			return false;
		}
		assert(lanes->held > 0 || !may); /* somebody must be able to end this wait */
		wait_change(lanes);
	}
	return false;
}

static bool may_connect(const struct lanes *lanes, const struct turn *turn)
{
	if (turn->stage == TURN_WAIT)
		return false;
	if (turn->stage != TURN_FRESH)
		return lanes->out == 0;
	return lanes->doubters == 0 && lanes->out < lanes->pace.limit;
}

enum entry {
	ENTRY_OPEN,     /* one more connection */
	ENTRY_NEEDLESS, /* what others learnt settles the question */
	ENTRY_CLOSED,   /* there will be no more */
};

/* Waits for a place for one more connection. */
static enum entry enter(struct lanes *lanes, struct turn *turn)
{
	while (!lanes->facts->cut) {
		double now = clock_ms();
		if (lanes_trusts(lanes, turn))
			return ENTRY_NEEDLESS;
		if (deadline_passed(lanes->probe->until)) {
			lanes_cut_time(lanes);
		} else if (turn->stage == TURN_WAIT && lanes->out == 0 && lanes->doubters == 0) {
			lanes_ask_control(lanes, turn);
		} else if (lanes->pace.calm_until_ms > now) {
			wait_calm(lanes);
		} else if (!may_connect(lanes, turn)) {
			wait_change(lanes);
		} else if (lanes->options->connections_max &&
			   lanes->facts->connections >= lanes->options->connections_max) {
			lanes_cut(lanes, CUT_CONNECTIONS, NULL);
		} else {
			lanes->out++;
			lanes->facts->connections++;
			return ENTRY_OPEN;
		}
	}
	return ENTRY_CLOSED;
}

static double limit_of(const struct lanes *lanes, double usual_ms)
{
	double limit = SLOW_FACTOR * usual_ms / 1000;
	limit = limit > SLOW_FLOOR ? limit : SLOW_FLOOR;
	return limit < lanes->options->connection_seconds ? limit
							  : lanes->options->connection_seconds;
}

static void prepare(const struct lanes *lanes, const struct turn *turn, struct attempt *attempt)
{
	double most = lanes->options->connection_seconds;
	bool hasty = lanes->offered && !lanes->minded && !(turn->patient && !lanes->proven);
	*attempt = (struct attempt){
		.mem = arena_new(),
		.ticket = &lanes->ticket,
		.epoch = lanes->pace.epoch,
		.one_write = hasty,
		.until = deadline_earlier(lanes->probe->until, deadline_in(most)),
		/* A server that throws the early request away must not cost the whole limit. */
		.seconds = hasty && !lanes->proven ? limit_of(lanes, lanes->walk_ms) : most,
		.hello_seconds = lanes->slowest_ms > 0 ? limit_of(lanes, lanes->slowest_ms) : most,
	};
	if (turn->stage != TURN_FRESH)
		attempt->hello_seconds *= 2; /* the second time, in earnest */
	attempt->tls.alert = -1;
}

static struct bytes keep_bytes(struct arena *mem, struct bytes bytes)
{
	return bytes.size ? arena_bytes(mem, bytes.data, bytes.size) : (struct bytes){ 0 };
}

/* The attempt's arena goes; what the library's own handshake saw stays. */
static void keep_handshake(struct lanes *lanes, struct attempt *attempt)
{
	struct arena *mem = lanes->probe->mem;
	struct starttls_facts *walk = &lanes->facts->walk;
	struct tls_facts *tls = &walk->tls;
	if (!attempt->tls.up || walk->tls.up)
		return;
	*tls = attempt->tls;
	tls->cipher = arena_copy(mem, tls->cipher);
	tls->group = arena_copy(mem, tls->group);
	tls->signature = arena_copy(mem, tls->signature);
	tls->ocsp = keep_bytes(mem, tls->ocsp);
	tls->scts = keep_bytes(mem, tls->scts);
	tls->alpn_offered = arena_copy(mem, tls->alpn_offered);
	tls->alpn = arena_copy(mem, tls->alpn);
	tls->servername = arena_copy(mem, tls->servername);
	for (size_t i = 0; i < tls->chain_count; i++)
		tls->chain[i] = keep_bytes(mem, tls->chain[i]);
	walk->steps[STEP_TLS] =
		(struct step_facts){ .taken = true, .ok = true, .elapsed_ms = attempt->answer_ms };
	lanes->ticket = attempt->session;
	attempt->session = (struct tls_ticket){ 0 };
}

/* Waiting for the turn that --rate gives is not the server's time. */
static void run_in_turn(const struct lanes *lanes, const struct question *put,
			struct attempt *attempt)
{
	struct probe *probe = lanes->probe;
	attempt->late = !gate_pace_before(probe->job->shared->gate, probe->until);
	if (attempt->late)
		return;
	attempt->until = deadline_earlier(probe->until,
					  deadline_in(lanes->options->connection_seconds));
	attempt_run(probe, put, attempt);
}

/* own: the probe's connection, for the first attempt. Called and left under the lock. */
static bool try_once(struct lanes *lanes, struct turn *turn, const struct question *question,
		     bool own)
{
	struct attempt attempt;
	const struct question *put = turn->stage == TURN_CONTROL ? &lanes->control : question;
	prepare(lanes, turn, &attempt);
	if (turn->stage == TURN_FRESH)
		turn->started = lanes->facts->connections;
	attempt.number = lanes->facts->connections;
	pthread_mutex_unlock(&lanes->lock);
	if (own) {
		attempt.one_write = false; /* this connection came in the usual order */
		attempt_ask(lanes->probe, put, &attempt);
	} else {
		run_in_turn(lanes, put, &attempt);
	}
	pthread_mutex_lock(&lanes->lock);
	lanes->out--;
	if (put->kind == QUESTION_HANDSHAKE)
		keep_handshake(lanes, &attempt);
	bool settled = lanes_consider(lanes, turn, question, &attempt);
	pthread_cond_broadcast(&lanes->changed);
	tls_ticket_free(&attempt.session);
	arena_free(&attempt.mem);
	return settled;
}

/* Puts a question until it is answered or given up. */
static void settle(struct lanes *lanes, const struct question *question, bool own)
{
	struct turn turn = { 0 };
	for (bool settled = false; !settled; own = false) {
		enum entry entry = own ? ENTRY_OPEN : enter(lanes, &turn);
		settled = entry != ENTRY_OPEN || try_once(lanes, &turn, question, own);
		if (entry == ENTRY_NEEDLESS)
			lanes_take_mute(lanes, &turn, question);
		else if (entry == ENTRY_CLOSED)
			lanes_drop(lanes, &turn, question);
	}
	lanes->held--;
	pthread_cond_broadcast(&lanes->changed);
}

static void lane(void *context, size_t index)
{
	struct lanes *lanes = context;
	struct question question;
	(void)index;
	pthread_mutex_lock(&lanes->lock);
	while (next_question(lanes, &question))
		settle(lanes, &question, false);
	pthread_mutex_unlock(&lanes->lock);
}

/* The usual order: what a server offers is known only afterwards. */
static bool walk(struct probe *probe, struct starttls_facts *facts)
{
	bool direct = probe->at->transport == TRANSPORT_DIRECT;
	return step_tcp(probe, facts) &&
	       (direct || (step_stream(probe, facts) && step_starttls(probe, facts)));
}

static void ask_first(struct lanes *lanes)
{
	struct question question;
	pthread_mutex_lock(&lanes->lock);
	if (next_question(lanes, &question)) {
		lanes->out++;
		settle(lanes, &question, true);
	}
	pthread_mutex_unlock(&lanes->lock);
}

/* What the report and judge say when nothing was TLS. */
static void explain_no_tls(const struct lanes *lanes, struct err *failure)
{
	if (lanes->tls || failure->code)
		return;
	switch (lanes->facts->cut) {
	case CUT_SILENT:
	case CUT_TIMEOUT:
		err_set(failure, AT_TLS, ERR_TIMEOUT, "no answer to the TLS hello");
		break;
	case CUT_THROTTLED:
		err_set(failure, AT_TLS, lanes->last.code, "%s", lanes->last.text);
		break;
	case CUT_NOT:
	case CUT_CONNECTIONS:
	case CUT_NOT_TLS:
		err_set(failure, AT_TLS, lanes->garbage ? ERR_PROTOCOL : ERR_CLOSED, "%s",
			lanes->garbage ? "the answer is not TLS"
				       : "the peer closed the connection in answer to every hello");
	}
}

static void end(struct lanes *lanes)
{
	struct ciphers_facts *facts = lanes->facts;
	struct probe *probe = lanes->probe;
	survey_finish(lanes->survey, &facts->survey);
	facts->walk.encrypted = lanes->tls;
	facts->one_write = lanes->proven && !lanes->minded;
	if (lanes->cut_reason[0])
		facts->cut_reason = arena_copy(probe->mem, lanes->cut_reason);
	explain_no_tls(lanes, &facts->walk.failure);
	probe->connections = facts->connections;
	tls_ticket_free(&lanes->ticket);
	pthread_cond_destroy(&lanes->changed);
	pthread_mutex_destroy(&lanes->lock);
}

bool lanes_run(struct probe *probe, struct survey *survey, const struct lanes_options *options,
	       struct ciphers_facts *facts)
{
	struct lanes lanes;
	double since = clock_ms();
	facts->lanes = options->lanes;
	if (!walk(probe, &facts->walk)) {
		facts->connections = probe->connections;
		return false;
	}
	begin(&lanes, probe, survey, options, facts);
	facts->connections = probe->connections;
	lanes.offered = probe->at->transport == TRANSPORT_STARTTLS &&
			facts->walk.before.features.starttls;
	lanes.walk_ms = clock_ms() - since;
	ask_first(&lanes);
	probe_end(probe);
	if (!lanes.done)
		crew_share(probe->job->shared->crew, options->lanes, options->lanes, lane, &lanes);
	end(&lanes);
	return lanes.tls;
}
