/* --rejudge and --list: what xmpp-ciphers does without the network. */
#include <stdio.h>

#include "report/text.h"
#include "run/ciphers.h"

static bool read_section(const json_t *endpoint, struct arena *mem, void *out, struct err *err)
{
	return reread_ciphers(endpoint, mem, out, err);
}

void ciphers_reread(struct job *job)
{
	job_reread(job, "ciphers", sizeof(struct ciphers_facts), read_section);
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
