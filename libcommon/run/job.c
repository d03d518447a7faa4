#include "run/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/fd.h"

/* Octets that a value of a record takes once it was parsed: about as many in all records, three
 * times as many in one that was made to take many. */
#define VALUE_WEIGHT 150

bool shared_open(const struct options *options, int wake, struct shared *out, struct err *err)
{
	*out = (struct shared){ .options = options, .record_fd = -1, .wake = wake };
	if (options->proxy) {
		if (!proxy_parse(options->proxy, &out->proxy, err))
			return false;
		out->net.proxy = &out->proxy;
	}
	if (!trust_new(options->trust_file, options->system_trust, &out->trust, err) ||
	    (options->network && !tls_context_new(&options->tls, &out->tls, err)))
		return false;
	if (options->record_file) {
		out->record_fd = open(options->record_file,
				      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0666);
		if (out->record_fd < 0)
			return err_set(err, AT_FILE, ERR_SYSTEM, "--record: %s: %s",
				       options->record_file, strerror(errno));
	}
	out->patience = patience_new();
	out->gate = gate_new(options->per_host, options->rate, wake);
	out->dns = dns_common_new(options->timeout);
	out->crew = crew_new();
	return true;
}

void shared_close(struct shared *shared)
{
	crew_free(&shared->crew);
	fd_close(&shared->record_fd);
	gate_free(&shared->gate);
	patience_free(&shared->patience);
	dns_common_free(&shared->dns);
	tls_context_free(&shared->tls);
	trust_free(&shared->trust);
}

struct job *job_new(const struct shared *shared)
{
	struct arena *mem = arena_new();
	struct job *job = arena_alloc(mem, sizeof(*job));
	job->mem = mem;
	job->shared = shared;
	job->out = buf_new(BUF_UNBOUNDED);
	return job;
}

void job_free(struct job **job)
{
	if (!*job)
		return;
	for (size_t i = 0; (*job)->endpoint_mem && i < (*job)->endpoints.count; i++)
		arena_free(&(*job)->endpoint_mem[i]);
	json_decref((*job)->record);
	buf_free(&(*job)->out);
	struct arena *mem = (*job)->mem; /* the job itself lives in it */
	arena_free(&mem);
	*job = NULL;
}

struct deadline job_deadline_in(const struct job *job, double seconds)
{
	struct deadline until = deadline_in(seconds);
	until.wake = job->shared->wake;
	return until;
}

struct deadline job_deadline(const struct job *job)
{
	double spent_ms = job->looked_up ? job->dns.elapsed_ms : 0; /* not by an earlier tool */
	return job_deadline_in(job, job->shared->options->timeout - spent_ms / 1000);
}

const char *job_identity(const struct job *job)
{
	return job->to.ascii ? job->to.ascii : job->domain.ascii;
}

const char *job_address(const struct job *job)
{
	return job->to.ascii ? job->to.unicode : job->domain.unicode;
}

/* What was refused before is what stood in the first tool's input, not the record about it. */
static struct bytes line_of(const struct job *job)
{
	const json_t *input = json_object_get(job->record, "input");
	if (job->refused_before && json_is_string(input))
		return (struct bytes){ (const uint8_t *)json_string_value(input),
				       json_string_length(input) };
	return (struct bytes){ (const uint8_t *)job->line.text, job->line.size };
}

const char *job_line_start(const struct job *job)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct bytes line = line_of(job);
	const char *at = (const char *)line.data;
	for (size_t left = line.size, length; left > 0; at += length, left -= length) {
		length = utf8_length((const unsigned char *)at, left, NULL);
		length = length ? length : 1;
		if (text.size + length > LINE_SHOWN) {
			buf_text(&text, "...");
			break;
		}
		if (*at)
			buf_add(&text, at, length);
		else
			buf_text(&text, "\xef\xbf\xbd"); /* U+FFFD for what ends a string */
	}
	return arena_copy(job->mem, buf_string(&text));
}

/* The text is there twice, as the line and in the record. */
bool job_take_line(struct job *job, struct input *input, struct err *err)
{
	if (!input_next(input, job->mem, &job->line, err))
		return false;
	job->weight = 2 * job->line.size +
		      VALUE_WEIGHT * reread_values(job->line.text, job->line.size);
	return true;
}

/* The line's first word: the short text of any tool is input for any other. */
static size_t first_word(const struct input_line *line)
{
	size_t at = 0;
	while (at < line->size && !(line->text[at] && strchr(" \t", line->text[at])))
		at++;
	return at;
}

bool job_read_domain(struct job *job, const char *text, size_t size)
{
	const char *to = job->shared->options->to;
	return jid_domain_parse(text, size, job->mem, &job->domain, &job->problem) &&
	       (!to || jid_domain_parse(to, strlen(to), job->mem, &job->to, &job->problem));
}

static bool read_record(struct job *job)
{
	json_t *record = NULL;
	if (!reread_line(job->line.text, job->line.size, &record, &job->problem))
		return false;
	job->record = record;
	const char *domain = json_string_value(json_object_get(record, "domain"));
	if (!domain) {
		const char *why = record_refusal(record);
		job->refused_before = why != NULL;
		return err_set(&job->problem, AT_INPUT, ERR_USAGE, "%s",
			       why ? why : "the record names no domain");
	}
	return job_read_domain(job, domain, strlen(domain));
}

static bool read_plain(struct job *job)
{
	/* An operand is one domain; only lines of other tools carry more behind it. */
	size_t size = job->line.number == 0 ? job->line.size : first_word(&job->line);
	return job_read_domain(job, job->line.text, size);
}

void job_read_line(struct job *job)
{
	bool is_record = job->line.size > 0 && job->line.text[0] == '{';
	if (job->line.too_long)
		err_set(&job->problem, AT_INPUT, ERR_LIMIT, "a line of more than %d octets",
			RECORD_MAX);
	else if (is_record ? read_record(job) : read_plain(job))
		job->problem = (struct err){ 0 };
	if (job->record)
		return;
	job->record = job->domain.ascii ? record_new(job->domain.ascii)
					: record_new_input(job->line.text, job->line.size);
	if (job->domain.ascii && job->domain.unicode != job->domain.ascii)
		json_object_set_new(job->record, "unicode", json_string(job->domain.unicode));
}

static struct discover_options discover_wishes(const struct options *opt,
					       const struct shared *shared)
{
	struct discover_options wishes = {
		.family = opt->family,
		.connect = opt->connect,
		.connect_count = opt->connect_count,
		.by_name = shared->net.proxy && shared->net.proxy->by_name,
		.random = opt->first ? srv_random_system : NULL,
	};
	memcpy(wishes.services, opt->services, sizeof(wishes.services));
	memcpy(wishes.transports, opt->transports, sizeof(wishes.transports));
	return wishes;
}

/* --c2s and the like narrow what a record names, too. */
static void keep_wanted(struct job *job)
{
	const struct options *opt = job->shared->options;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct endpoint *at = &job->endpoints.items[i];
		/* What came out of a file has nothing to connect to. */
		bool wanted = at->source != SOURCE_FILE && opt->services[at->service] &&
			      opt->transports[at->transport] &&
			      (opt->family == AF_UNSPEC || at->address.family == AF_UNSPEC ||
			       at->address.family == opt->family);
		job->wanted[i] = wanted;
	}
}

static void make_room(struct job *job)
{
	size_t count = job->endpoints.count;
	job->facts = arena_array(job->mem, count + 1, sizeof(*job->facts));
	job->wanted = arena_array(job->mem, count + 1, sizeof(*job->wanted));
	job->endpoint_mem = arena_array(job->mem, count + 1, sizeof(struct arena *));
	for (size_t i = 0; i < count; i++)
		job->endpoint_mem[i] = arena_new();
	keep_wanted(job);
}

void job_take_list(struct job *job, struct endpoint_list list)
{
	job->endpoints = list;
	make_room(job);
}

bool job_take_endpoints(struct job *job)
{
	job->from_record = json_array_size(json_object_get(job->record, "endpoints")) > 0;
	if (!job->from_record ||
	    !reread_endpoints(job->record, job->mem, &job->endpoints, &job->problem))
		return false;
	make_room(job);
	return true;
}

void job_reread(struct job *job, const char *section, size_t size, job_section_fn *read)
{
	size_t judged = 0;
	if (job->problem.code)
		return;
	if (json_object_get(job->record, "dns"))
		job->looked_up = reread_dns(job->record, job->mem, &job->dns, &job->problem);
	if (job->problem.code || (!job_take_endpoints(job) && job->problem.code))
		return;
	json_t *endpoints = json_object_get(job->record, "endpoints");
	for (size_t i = 0; i < job->endpoints.count; i++) {
		json_t *endpoint = json_array_get(endpoints, i);
		if (!job->wanted[i] || !json_object_get(endpoint, section))
			continue;
		void *facts = arena_alloc(job->endpoint_mem[i], size);
		struct err why = { 0 };
		if (!read(endpoint, job->endpoint_mem[i], facts, &why)) {
			err_set(&job->problem, why.stage, why.code, "endpoints[%zu].%s", i,
				why.text);
			return;
		}
		job->facts[i] = facts;
		judged++;
	}
	if (judged == 0 && !job->looked_up)
		err_set(&job->problem, AT_INPUT, ERR_USAGE,
			"holds nothing to judge: --rejudge wants records with a %s section",
			section);
}

static void look_up(struct job *job)
{
	const struct options *opt = job->shared->options;
	struct discover_options wishes = discover_wishes(opt, job->shared);
	discover(job->resolver, job->domain.ascii, &wishes, job_deadline_in(job, opt->timeout),
		 job->mem, &job->dns, &job->endpoints);
	job->looked_up = true;
	make_room(job);
}

void job_tell_dns(const struct job *job)
{
	const char *news;
	if (dns_common_news(job->shared->dns, job->mem, &news))
		log_say(&job->shared->options->log, NULL, "%s", news);
}

void job_find_endpoints(struct job *job)
{
	if (job->problem.code || job_take_endpoints(job) || job->problem.code)
		return;
	const struct proxy *proxy = job->shared->net.proxy;
	if (job->domain.is_onion && !(proxy && proxy->by_name))
		err_set(&job->problem, AT_DNS, ERR_USAGE,
			".onion names are reached through Tor only: --proxy socks5h://127.0.0.1:9050");
	else if (!job->resolver)
		err_set(&job->problem, AT_DNS, ERR_SYSTEM, "no resolver could be opened");
	else
		look_up(job);
	job_tell_dns(job);
}

bool job_flush(struct job *job)
{
	if (!fd_write_all(STDOUT_FILENO, buf_string(&job->out), job->out.size))
		return false;
	buf_clear(&job->out);
	return true;
}
