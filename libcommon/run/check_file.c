/* Chains out of files: --pem, --pem-list, --local. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "run/check.h"
#include "tls/intake.h"

#define FILE_SHOWN 200

static const char *read_intake(const char *path, struct arena *mem, struct intake_facts *out)
{
	struct bytes octets;
	bool ok = strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, INTAKE_MAX, mem, &octets)
					 : file_read(path, INTAKE_MAX, mem, &octets);
	if (!ok)
		return strerrordesc_np(errno);
	intake_read(octets, mem, out);
	return NULL;
}

/* "FILE", "FILE DOMAIN": the domain is the last word, the file's name may hold blanks before it. */
static void split_line(struct job *job, const char **file, const char **domain)
{
	char *line = arena_copy_n(job->mem, job->line.text, job->line.size);
	size_t size = strlen(line);
	while (size > 0 && strchr(" \t", line[size - 1]))
		line[--size] = '\0';
	char *blank = line + strcspn(line, "\t");
	if (!*blank)
		blank = strrchr(line, ' ');
	*file = line;
	*domain = "";
	if (!blank || !*blank)
		return;
	*domain = blank + 1 + strspn(blank + 1, " \t");
	while (blank > line && strchr(" \t", blank[-1]))
		blank--;
	*blank = '\0';
}

/* The same chain for each wanted service: what differs is the name it must show. */
static void make_endpoints(struct job *job, const char *file)
{
	struct endpoint_list list = {
		.items = arena_array(job->mem, SERVICE_COUNT, sizeof(struct endpoint)),
	};
	for (int service = 0; service < SERVICE_COUNT; service++) {
		if (job->shared->options->services[service])
			list.items[list.count++] = (struct endpoint){
				.service = (enum service)service,
				.source = SOURCE_FILE,
				.host = file,
			};
	}
	job_take_list(job, list);
}

static void fill_facts(struct job *job, const char *file, const struct intake_facts *intake)
{
	for (size_t i = 0; i < job->endpoints.count; i++) {
		struct certcheck_facts *facts = arena_alloc(job->endpoint_mem[i], sizeof(*facts));
		facts->source = CHECK_FILE;
		facts->file = file;
		facts->file_problem = intake->problem;
		facts->names_judged = job->domain.ascii != NULL;
		facts->walk.time = clock_now();
		facts->walk.tls.alert = -1;
		facts->walk.tls.chain_count = intake->count;
		facts->walk.tls.chain_cut = intake->cut;
		memcpy(facts->walk.tls.chain, intake->certs, sizeof(intake->certs));
		facts->walk.tls.servername = job_identity(job);
		job->facts[i] = facts;
	}
}

static void start_record(struct job *job, const char *file)
{
	job->record = job->domain.ascii ? record_new(job->domain.ascii)
					: record_new_input(file, strlen(file));
}

void check_read_file(struct job *job, const struct check_options *opt)
{
	const char *file = opt->pem, *domain = job->line.text;
	struct intake_facts *intake = arena_alloc(job->mem, sizeof(*intake));
	if (job->line.too_long || (opt->pem_list && job->line.size == 0)) {
		job->record = record_new_input(job->line.text, job->line.size);
		err_set(&job->problem, AT_INPUT, ERR_USAGE, "no file is named");
		return;
	}
	if (opt->pem_list)
		split_line(job, &file, &domain);
	bool named = !*domain || job_read_domain(job, domain, strlen(domain));
	start_record(job, file);
	if (!named)
		return;
	const char *trouble = read_intake(file, job->mem, intake);
	if (trouble) {
		err_set(&job->problem, AT_FILE, ERR_USAGE, "%.*s: %s", FILE_SHOWN, file, trouble);
		return;
	}
	make_endpoints(job, file);
	fill_facts(job, file, intake);
}

void check_local(const struct check_options *opt, struct arena *mem, struct certcheck_facts *facts)
{
	struct intake_facts *intake = arena_alloc(mem, sizeof(*intake));
	const struct identity_facts *identity = &facts->walk.identity;
	struct cert_facts leaf;
	struct err err;
	if (!opt->local || identity->cert_count == 0)
		return;
	facts->local.file = opt->local;
	facts->local.problem = read_intake(opt->local, mem, intake);
	if (!facts->local.problem && intake->count == 0)
		facts->local.problem = intake->problem;
	if (facts->local.problem)
		return;
	if (!cert_read(intake->certs[0], mem, &leaf, &err)) {
		facts->local.problem = arena_copy(mem, err.text);
		return;
	}
	const struct cert_facts *served = &identity->certs[0];
	facts->local.same = memcmp(leaf.sha256, served->sha256, sizeof(leaf.sha256)) == 0;
	facts->local.same_key = memcmp(leaf.spki_sha256, served->spki_sha256,
				       sizeof(leaf.spki_sha256)) == 0;
	facts->local.newer = leaf.not_after > served->not_after;
	facts->local.not_before = leaf.not_before;
	facts->local.not_after = leaf.not_after;
}
