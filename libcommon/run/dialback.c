#include "run/dialback.h"

#include <string.h>

#include "net/listen.h"
#include "run/home.h"
#include "run/reception.h"
#include "run/scope.h"
#include "run/steps.h"
#include "run/trials.h"
#include "tls/own.h"

/* Trials that do not wait for each other; within a line they share connections. */
enum line_kind {
	LINE_CLEAR_RESULT,
	LINE_CLEAR_VERIFY,
	LINE_VERIFY,
	LINE_RESULT,
	LINE_EXTERNAL,
	LINE_LISTENER,
};
#define LINE_COUNT 6

/* One endpoint, and everything that is tried on it. */
struct examination {
	struct trial_run run;
	struct dialback_facts *facts;
	struct trial_facts *trials;
	size_t count;
	struct line lines[LINE_COUNT];
};

/* With a listener our own domain is claimed in clear, too, and the listener tells whether anybody
 * asks: that goes in line with the other rounds. */
static enum line_kind line_of(const struct trial_run *run, enum trial which)
{
	if (which == TRIAL_CLEAR_RESULT)
		return run->common->reception ? LINE_LISTENER : LINE_CLEAR_RESULT;
	if (which == TRIAL_CLEAR_VERIFY)
		return LINE_CLEAR_VERIFY;
	if (which <= TRIAL_VERIFY_UNKNOWN_HOST)
		return LINE_VERIFY;
	if (which < TRIAL_EXTERNAL)
		return LINE_RESULT;
	return which == TRIAL_EXTERNAL ? LINE_EXTERNAL : LINE_LISTENER;
}

static trial_fn *player_of(const struct trial_run *run, enum trial which)
{
	switch (line_of(run, which)) {
	case LINE_CLEAR_RESULT:
	case LINE_RESULT:
		return trial_result;
	case LINE_CLEAR_VERIFY:
	case LINE_VERIFY:
		return trial_verify;
	case LINE_EXTERNAL:
		return trial_external;
	case LINE_LISTENER:
		break;
	}
	if (which >= TRIAL_BACK)
		return trial_back;
	if (which == TRIAL_TWO_SENDERS || which == TRIAL_TWO_TARGETS ||
	    which == TRIAL_SECOND_INVALID || which == TRIAL_KEEPALIVE)
		return trial_pairs;
	bool stanza = which == TRIAL_BIDI ||
		      (which >= TRIAL_STANZA_UNVERIFIED && which <= TRIAL_UNSOLICITED_VERIFY);
	return stanza ? trial_stanza : trial_round;
}

static bool is_wanted(const struct dialback_run *run, enum trial which)
{
	const struct dialback_options *opt = run->opt;
	unsigned needs = trial_kind(which)->needs;
	if (opt->any_chosen)
		return opt->chosen[which];
	return trial_kind(which)->usual && (!(needs & NEEDS_LISTENER) || run->reception) &&
	       (!(needs & NEEDS_CERTIFICATE) || run->options->tls.cert_file) &&
	       (!(needs & NEEDS_FROM) || run->options->from);
}

static void choose(struct examination *work)
{
	work->trials = arena_array(work->run.mem, TRIAL_COUNT, sizeof(*work->trials));
	for (enum trial which = 0; which < TRIAL_COUNT; which++) {
		bool direct = work->run.at->transport == TRANSPORT_DIRECT;
		struct trial_facts *trial = &work->trials[work->count];
		if (!is_wanted(work->run.common, which))
			continue;
		*trial = (struct trial_facts){ .which = which, .link = DIALBACK_NONE };
		if (direct && trial_kind(which)->role == ROLE_BEFORE_TLS)
			trial->reason = "direct TLS: there is no time in clear";
		work->count++;
	}
}

static void play_line(void *context, size_t kind)
{
	struct examination *work = context;
	struct line *line = &work->lines[kind];
	line->run = work->run;
	line->run.mem = arena_new();
	for (size_t i = 0; i < work->count; i++) {
		struct trial_facts *trial = &work->trials[i];
		if (line_of(&work->run, trial->which) == (enum line_kind)kind && !trial->reason)
			player_of(&work->run, trial->which)(line, i, trial);
	}
	line_hang_up(line);
}

/* Each line calls, and with a listener it is called back. */
unsigned dialback_lanes(const void *run)
{
	const struct dialback_run *ours = run;
	return ours->reception ? 2 * LINE_COUNT : LINE_COUNT;
}

static void play(struct examination *work)
{
	crew_share(work->run.job->shared->crew, LINE_COUNT, LINE_COUNT, play_line, work);
	for (size_t i = 0; i < LINE_COUNT; i++)
		arena_adopt(work->run.mem, &work->lines[i].run.mem);
}

/* The first connection: what xmpp-starttls sees, too. */
static bool walk(struct probe *probe, struct starttls_facts *facts)
{
	bool direct = probe->at->transport == TRANSPORT_DIRECT;
	return step_tcp(probe, facts) &&
	       (direct || (step_stream(probe, facts) && step_starttls(probe, facts))) &&
	       step_tls(probe, facts) && step_certificate(probe, facts) &&
	       step_features(probe, facts);
}

static void note_home(struct diary *diary, const struct home_facts *home)
{
	static const char *const words[] = {
		[HOME_HERE] = "our domain leads to this listener",
		[HOME_LATER] = "our domain leads to this listener after other places",
		[HOME_ELSEWHERE] = "our domain leads elsewhere",
		[HOME_NOWHERE] = "our domain leads nowhere",
		[HOME_UNKNOWN] = "where our domain leads could not be asked",
	};
	if (home->home != HOME_NOT_ASKED)
		diary_note(diary, (struct hop){ .kind = HOP_DNS,
						.link = DIALBACK_NONE,
						.trial = DIALBACK_NONE,
						.text = words[home->home] });
}

/* What the walkers of one job share. */
struct errand {
	const struct dialback_run *run;
	struct home_facts home;
};

static void begin_facts(struct dialback_facts *facts, const struct errand *errand)
{
	const struct options *options = errand->run->options;
	facts->listening = errand->run->reception != NULL;
	facts->certificate = options->tls.cert_file != NULL;
	facts->own = errand->run->own;
	facts->us = options->from;
	facts->listener = errand->run->listener;
	facts->home = errand->home.home;
	facts->home_text = errand->home.text;
}

static bool examine_endpoint(struct probe *probe, size_t index, const struct err *failure,
			     const void *context)
{
	const struct errand *errand = context;
	struct dialback_facts *facts = arena_alloc(probe->mem, sizeof(*facts));
	double since = clock_ms();
	struct diary *diary = diary_new();
	struct examination work = {
		.facts = facts,
		.run = { .job = probe->job,
			 .at = probe->at,
			 .common = errand->run,
			 .diary = diary,
			 .mem = probe->mem,
			 .us = facts->us,
			 .them = job_address(probe->job) },
	};
	probe->job->facts[index] = facts;
	begin_facts(facts, errand);
	work.run.us = facts->us ? facts->us : trial_no_domain(probe->mem);
	steps_begin(probe, failure, &facts->walk);
	note_home(diary, &errand->home);
	bool stays = !failure->code && walk(probe, &facts->walk);
	probe_end(probe);
	if (!failure->code && !stays)
		step_other_transport(probe, &facts->walk);
	choose(&work);
	if (stays || facts->walk.before.opened)
		play(&work);
	facts->trials = work.trials;
	facts->trial_count = work.count;
	dialback_conclude(facts);
	diary_finish(&diary, probe->mem, facts);
	facts->connections += probe->connections;
	probe->connections = facts->connections;
	facts->walk.elapsed_ms = clock_ms() - since;
	return stays;
}

void dialback_examine(struct job *job, const struct dialback_run *run)
{
	struct errand errand = { .run = run };
	if (job->problem.code)
		return;
	home_look_up(job, run, &errand.home);
	scope_walk(job, examine_endpoint, &errand);
}
