#include "run/scope.h"

#include <string.h>

#define FAN_OUT 8 /* endpoints of one domain at once */

struct walkers {
	struct job *job;
	scope_walk_fn *walk;
	const void *tool_options;
	size_t *connections; /* by endpoint: each written by one thread only */
	size_t *wanted;      /* where they are: nobody is called for the others */
};

/* For one door: less, where none of its addresses has said a word so far. */
static struct deadline patience_with(const struct job *job, const struct endpoint *at, size_t count)
{
	struct deadline until = job_deadline(job);
	const struct shared *shared = job->shared;
	for (size_t i = 0; i < count; i++) {
		if (!patience_is_over(shared->patience, &at[i]))
			return until;
	}
	return deadline_earlier(until,
				job_deadline_in(job, shared->options->timeout / PATIENCE_PART));
}

/* The look-up has left none of the time, which is nobody's silence. */
static bool is_too_late(const struct job *job, struct deadline until, struct err *why, size_t count)
{
	bool late = deadline_time_is_up(until);
	for (size_t i = 0; late && i < count; i++)
		err_set(&why[i], AT_TCP, ERR_TIMEOUT, "not tried: the look-up took all of the %g s",
			job->shared->options->timeout);
	return late;
}

static void end_walk(struct walkers *walkers, struct probe *probe, size_t index, bool late)
{
	probe_end(probe);
	if (!late)
		patience_note(probe->job->shared->patience, probe->at, probe->silent);
	walkers->connections[index] = probe->connections;
}

static void walk_one(void *context, size_t number)
{
	struct walkers *walkers = context;
	struct job *job = walkers->job;
	size_t index = walkers->wanted[number];
	const struct endpoint *at = &job->endpoints.items[index];
	struct probe probe;
	struct err failure = { 0 };
	gate_enter(job->shared->gate, &job->claim, at);
	struct deadline until = patience_with(job, at, 1);
	bool late = is_too_late(job, until, &failure, 1);
	probe_begin(&probe, job, at, job->endpoint_mem[index], until);
	walkers->walk(&probe, index, &failure, walkers->tool_options);
	end_walk(walkers, &probe, index, late);
	gate_leave(job->shared->gate, &job->claim, at);
}

static bool same_door(const struct endpoint *a, const struct endpoint *b)
{
	return a->service == b->service && a->transport == b->transport && a->port == b->port &&
	       strcmp(a->host, b->host) == 0;
}

/* The addresses of one SRV target race (RFC 8305); who wins is walked, who lost is left alone, who
 * failed is told. */
static bool walk_door(struct walkers *walkers, size_t first, size_t count)
{
	struct job *job = walkers->job;
	const struct endpoint *at = &job->endpoints.items[first];
	struct err *failures = arena_array(job->endpoint_mem[first], count, sizeof(*failures));
	struct deadline until = patience_with(job, at, count);
	struct conn *conn = NULL;
	size_t winner = 0;
	double since = clock_ms();
	bool late = is_too_late(job, until, failures, count);
	bool connected = !late &&
			 conn_race(&job->shared->net, at, count, until, &conn, &winner, failures);
	bool stays = false;
	for (size_t i = 0; i < count; i++) {
		if (connected ? i != winner : failures[i].code == ERR_NONE)
			continue;
		struct probe probe;
		struct err none = { 0 };
		probe_begin(&probe, job, &at[i], job->endpoint_mem[first + i], until);
		probe.raced_ms = clock_ms() - since;
		if (connected)
			probe_adopt(&probe, conn);
		if (walkers->walk(&probe, first + i, connected ? &none : &failures[i],
				  walkers->tool_options))
			stays = true;
		end_walk(walkers, &probe, first + i, late);
	}
	return stays;
}

static void walk_service(void *context, size_t service)
{
	struct walkers *walkers = context;
	struct job *job = walkers->job;
	const struct endpoint_list *list = &job->endpoints;
	for (size_t i = 0, count; i < list->count; i += count) {
		count = 1;
		if (list->items[i].service != (enum service)service || !job->wanted[i])
			continue;
		while (i + count < list->count && job->wanted[i + count] &&
		       same_door(&list->items[i], &list->items[i + count]))
			count++;
		gate_enter(job->shared->gate, &job->claim, &list->items[i]);
		bool stays = walk_door(walkers, i, count);
		gate_leave_for_good(job->shared->gate, &list->items[i]);
		if (stays)
			return;
	}
}

/* Side by side. */
static void walk_services(struct walkers *walkers)
{
	const struct job *job = walkers->job;
	size_t counts[SERVICE_COUNT] = { 0 };
	for (size_t i = 0; i < job->endpoints.count; i++)
		counts[job->endpoints.items[i].service] += job->wanted[i];
	if (counts[SERVICE_C2S] > 0 && counts[SERVICE_S2S] > 0)
		crew_share(job->shared->crew, SERVICE_COUNT, SERVICE_COUNT, walk_service, walkers);
	else
		walk_service(walkers, counts[SERVICE_S2S] > 0 ? SERVICE_S2S : SERVICE_C2S);
}

/* Side by side, too. */
static void walk_all(struct walkers *walkers)
{
	const struct job *job = walkers->job;
	size_t count = 0;
	walkers->wanted = arena_array(job->mem, job->endpoints.count + 1, sizeof(size_t));
	for (size_t i = 0; i < job->endpoints.count; i++) {
		if (job->wanted[i])
			walkers->wanted[count++] = i;
	}
	crew_share(job->shared->crew, count, FAN_OUT, walk_one, walkers);
}

/* With --first only the first door of each service is sure to be knocked at. */
void scope_claim(struct job *job)
{
	const struct options *opt = job->shared->options;
	bool taken[SERVICE_COUNT] = { false };
	job->claim = claim_new(job->mem, job->endpoints.count);
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct endpoint *at = &job->endpoints.items[i];
		if (!job->wanted[i] || (opt->first && taken[at->service]))
			continue;
		taken[at->service] = true;
		claim_add(&job->claim, job->shared->gate, at);
	}
}

unsigned scope_width(const struct options *options)
{
	return options->first ? SERVICE_COUNT : FAN_OUT;
}

void scope_walk(struct job *job, scope_walk_fn *walk, const void *tool_options)
{
	size_t count = job->endpoints.count;
	struct walkers walkers = {
		.job = job,
		.walk = walk,
		.tool_options = tool_options,
		.connections = arena_array(job->mem, count + 1, sizeof(size_t)),
	};
	if (job->shared->options->first)
		walk_services(&walkers);
	else
		walk_all(&walkers);
	for (size_t i = 0; i < count; i++)
		job->connections += walkers.connections[i];
}
