#include "run/scope.h"

#include <string.h>

#include "run/pool.h"

#define FAN_OUT 8 /* connections of one domain at once */

struct walkers {
	struct job *job;
	scope_walk_fn *walk;
	const void *tool_options;
	size_t *connections; /* by endpoint: each written by one thread only */
};

static void walk_one(void *context, size_t index)
{
	struct walkers *walkers = context;
	struct job *job = walkers->job;
	if (!job->wanted[index])
		return;
	const struct endpoint *at = &job->endpoints.items[index];
	struct probe probe;
	struct err none = { 0 };
	gate_enter(job->shared->gate, at);
	probe_begin(&probe, job, at, job->endpoint_mem[index], job_deadline(job));
	walkers->walk(&probe, index, &none, walkers->tool_options);
	probe_end(&probe);
	gate_leave(job->shared->gate, at);
	walkers->connections[index] = probe.connections;
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
	struct deadline until = job_deadline(job);
	struct conn *conn = NULL;
	size_t winner = 0;
	double since = clock_ms();
	bool connected = conn_race(&job->shared->net, at, count, until, &conn, &winner, failures);
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
		probe_end(&probe);
		walkers->connections[first + i] = probe.connections;
	}
	return stays;
}

static void walk_service(void *context, size_t service)
{
	struct walkers *walkers = context;
	const struct endpoint_list *list = &walkers->job->endpoints;
	for (size_t i = 0, count; i < list->count; i += count) {
		count = 1;
		if (list->items[i].service != (enum service)service || !walkers->job->wanted[i])
			continue;
		while (i + count < list->count && walkers->job->wanted[i + count] &&
		       same_door(&list->items[i], &list->items[i + count]))
			count++;
		gate_enter(walkers->job->shared->gate, &list->items[i]);
		bool stays = walk_door(walkers, i, count);
		gate_leave(walkers->job->shared->gate, &list->items[i]);
		if (stays)
			return;
	}
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
	const bool *wanted = job->shared->options->services;
	if (job->shared->options->first && !wanted[SERVICE_S2S])
		walk_service(&walkers, SERVICE_C2S);
	else if (job->shared->options->first)
		fan_out(SERVICE_COUNT, SERVICE_COUNT, walk_service, &walkers);
	else
		fan_out(count, FAN_OUT, walk_one, &walkers);
	for (size_t i = 0; i < count; i++)
		job->connections += walkers.connections[i];
}
