#include "run/ciphers.h"

#include "run/lanes.h"
#include "run/scope.h"
#include "run/steps.h"

#define CONNECTION_SECONDS 10.0 /* CIP-52 */

static bool is_address(const char *name)
{
	struct address address;
	return !name || name[0] == '[' || address_parse(name, &address);
}

/* The names the hellos carry: as probe_tls() gives them to the library. */
static struct survey_options survey_wishes(const struct probe *probe,
					   const struct ciphers_options *opt)
{
	const struct options *options = probe->job->shared->options;
	const char *name = options->servername ? options->servername : job_identity(probe->job);
	struct survey_options wishes = {
		.scope = opt->scope,
		.lanes = opt->lanes,
		.connections_max = opt->connections_max,
		.servername = is_address(name) ? NULL : name,
	};
	if (probe->at->transport == TRANSPORT_DIRECT)
		wishes.alpn = secure_alpn(probe->at->service);
	if (options->alpn)
		wishes.alpn = *options->alpn ? options->alpn : NULL;
	return wishes;
}

static bool enumerate(struct probe *probe, struct ciphers_facts *facts,
		      const struct ciphers_options *opt)
{
	struct survey_options wishes = survey_wishes(probe, opt);
	struct lanes_options lanes = {
		.lanes = opt->lanes,
		.connections_max = opt->connections_max,
		.connection_seconds = CONNECTION_SECONDS,
	};
	return lanes_run(probe, survey_new(&wishes, probe->mem), &lanes, facts);
}

static bool examine_endpoint(struct probe *probe, size_t index, const struct err *failure,
			     const void *tool_options)
{
	const struct ciphers_options *opt = tool_options;
	struct ciphers_facts *facts = arena_alloc(probe->mem, sizeof(*facts));
	struct starttls_facts *walk = &facts->walk;
	double since = clock_ms();
	facts->scope = opt->scope;
	steps_begin(probe, failure, walk);
	probe->job->facts[index] = facts;
	bool stays = !failure->code && enumerate(probe, facts, opt);
	walk->elapsed_ms = clock_ms() - since;
	if (!stays) {
		probe_end(probe); /* what follows takes a connection of its own */
		step_other_transport(probe, walk);
		facts->connections = probe->connections;
	}
	return stays;
}

void ciphers_examine(struct job *job, const struct ciphers_options *opt)
{
	if (!job->problem.code)
		scope_walk(job, examine_endpoint, opt);
}
