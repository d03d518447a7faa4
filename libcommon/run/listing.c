#include "run/listing.h"

#include <string.h>

#include "run/merge.h"
#include "run/verdict.h"

void listing_prepare(struct job *job)
{
	memset(job->wanted, 0, job->endpoints.count * sizeof(*job->wanted));
}

/* Every endpoint, and nothing seen of any. */
static void collect(const struct job *job, struct verdict *out)
{
	size_t count = job->endpoints.count;
	out->index = arena_array(job->mem, count + 1, sizeof(*out->index));
	out->statuses = arena_array(job->mem, count + 1, sizeof(*out->statuses));
	out->found = arena_array(job->mem, count + 1, sizeof(struct findings *));
	for (size_t i = 0; i < count; i++) {
		out->index[i] = i;
		out->statuses[i] = STATUS_OK;
		out->found[i] = arena_alloc(job->mem, sizeof(*out->found[i]));
	}
	out->target = (struct target_view){
		.domain = job->domain.ascii,
		.dns = job->looked_up ? &job->dns : NULL,
		.endpoints = job->endpoints.items,
		.facts = arena_array(job->mem, count + 1, sizeof(struct starttls_facts *)),
		.count = count,
	};
	memcpy(out->target.wanted, job->shared->options->services, sizeof(out->target.wanted));
}

static void judge(const struct job *job, struct verdict *out)
{
	struct policy policy = cli_policy(job->shared->options);
	*out = (struct verdict){ 0 };
	if (job->problem.code) {
		verdict_of_problem(job, &policy, out);
		return;
	}
	collect(job, out);
	judge_target(&out->target, &policy, job->mem, &out->spanning);
	verdict_settle(out);
}

static void write_record(struct job *job, const struct verdict *verdict)
{
	static const char *const no_ids[] = { NULL };
	size_t count = verdict->target.count;
	merge_contribution(job,
			   &(struct contribution){
				   .section = "starttls",
				   .promises = true,
				   .values = arena_array(job->mem, count + 1, sizeof(json_t *)),
				   .index = verdict->index,
				   .count = count,
				   .spanning = &verdict->spanning,
				   .endpoint_ids = no_ids,
				   .dns_ids = judge_dns_ids,
				   .status = verdict->status,
			   });
	if (!record_write(job->record, &job->out))
		log_say(&job->shared->options->log, job->domain.ascii,
			"the record could not be written");
}

void listing_write(struct job *job)
{
	struct verdict verdict;
	const struct options *opt = job->shared->options;
	judge(job, &verdict);
	job->status = verdict.status;
	const struct text_view view = verdict_view(job, &verdict);
	const struct text_style style = { .colour = opt->colour, .width = cli_terminal_width() };
	if (opt->form == OUTPUT_JSON)
		write_record(job, &verdict);
	else if (opt->form == OUTPUT_LONG)
		text_listing_long(&view, &style, &job->out);
	else
		text_listing_short(&view, &job->out);
}
