/* --rejudge and --list: what xmpp-ciphers does without the network. */
#include <stdio.h>

#include "report/text.h"
#include "run/ciphers.h"

void ciphers_reread(struct job *job)
{
	if (job->problem.code)
		return;
	if (json_object_get(job->record, "dns"))
		job->looked_up = reread_dns(job->record, job->mem, &job->dns, &job->problem);
	if (job->problem.code || (!job_take_endpoints(job) && job->problem.code))
		return;
	size_t judged = 0;
	json_t *endpoints = json_object_get(job->record, "endpoints");
	for (size_t i = 0; i < job->endpoints.count; i++) {
		json_t *endpoint = json_array_get(endpoints, i);
		if (!job->wanted[i] || !json_object_get(endpoint, "ciphers"))
			continue;
		struct ciphers_facts *facts = arena_alloc(job->endpoint_mem[i], sizeof(*facts));
		struct err why = { 0 };
		if (!reread_ciphers(endpoint, job->endpoint_mem[i], facts, &why)) {
			err_set(&job->problem, why.stage, why.code, "endpoints[%zu].%s", i,
				why.text);
			return;
		}
		job->facts[i] = facts;
		judged++;
	}
	if (judged == 0 && !job->looked_up)
		err_set(&job->problem, AT_INPUT, ERR_USAGE,
			"holds nothing to judge: --rejudge wants records with a ciphers section");
}

int ciphers_list(const struct ciphers_options *opt, const struct options *options)
{
	const struct policy policy = cli_policy(options);
	const struct list_filter filter = {
		.forward_secrecy = opt->list_fs,
		.version = opt->list_version,
		.graded = options->policy_chosen && !opt->only_bad,
		.only_bad = opt->only_bad,
	};
	const struct text_style style = {
		.colour = options->colour,
		.width = cli_terminal_width(),
	};
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	text_suite_list(&filter, &policy, opt->names, &style, &out);
	fwrite(buf_string(&out), 1, out.size, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return STATUS_OK;
	log_say(&options->log, NULL, "standard output could not be written");
	return STATUS_UNKNOWN;
}
