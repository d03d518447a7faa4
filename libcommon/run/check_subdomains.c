/* --subdomains: what else the certificate must speak for, named by the user or, with auto, by the
 * server. */
#include <string.h>

#include "run/check.h"
#include "xmpp/secure.h"

static void add_name(struct text_list *names, size_t room, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], name) == 0)
			return;
	}
	if (names->count < room)
		names->items[names->count++] = name;
}

/* What lies elsewhere is usually somebody else's: servers name public services to their users. */
static void add_discovered(const struct job *job, const struct disco_facts *discovery, size_t room,
			   struct text_list *names)
{
	for (size_t i = 0; i < discovery->domains.count; i++) {
		const char *domain = discovery->domains.items[i];
		if (disco_is_below(domain, job_identity(job)))
			add_name(names, room, domain);
	}
}

/* A label below the domain, or a whole name; then what any endpoint named. */
static struct text_list wanted_names(const struct job *job, const struct check_options *opt)
{
	size_t room = opt->subdomain_count + DISCO_ITEMS_MAX;
	struct text_list names = { .items = arena_array(job->mem, room, sizeof(char *)) };
	for (size_t i = 0; i < opt->subdomain_count; i++) {
		const char *name = opt->subdomains[i];
		if (!strchr(name, '.'))
			name = arena_printf(job->mem, "%s.%s", name, job_identity(job));
		add_name(&names, room, name);
	}
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct certcheck_facts *facts = check_facts(job, i);
		if (facts)
			add_discovered(job, &facts->discovery, room, &names);
	}
	return names;
}

/* Other servers connect to a component by itself, so each is judged as theirs, on clients' ports,
 * too: the certificate is usually the same. */
static void judge(const struct text_list *wanted, struct arena *mem, struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	facts->subdomain_count = 0;
	if (!facts->names_judged || identity->cert_count == 0)
		return;
	facts->subdomains = arena_array(mem, wanted->count, sizeof(*facts->subdomains));
	facts->subdomain_count = wanted->count;
	for (size_t i = 0; i < wanted->count; i++) {
		struct name_facts names;
		const struct reference reference = { wanted->items[i],
						     secure_srv_service(SERVICE_S2S) };
		name_judge(&identity->certs[0], &reference, mem, &names);
		if (identity->path.constrained)
			name_discount(&names);
		facts->subdomains[i] = (struct subdomain_facts){ wanted->items[i], names.matched };
	}
}

/* Why nobody was asked, where that is so everywhere. */
static const char *excuse(const struct job *job)
{
	const char *why = "only clients are told, and no port of theirs was examined";
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct certcheck_facts *facts = check_facts(job, i);
		if (facts && facts->source == CHECK_FILE)
			return "there is a file, and no server to ask";
		if (facts && job->endpoints.items[i].service == SERVICE_C2S)
			why = facts->source == CHECK_RECORD || job->shared->options->rejudge
				      ? "the record does not hold them, and nobody was asked"
				      : "there was no stream inside TLS to ask on";
	}
	return why;
}

/* One endpoint tells it for all. */
static void note_not_asked(const struct job *job)
{
	struct certcheck_facts *first = NULL;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		struct certcheck_facts *facts = check_facts(job, i);
		if (facts && facts->discovery.result != DISCO_NOT_WANTED)
			return;
		if (!first)
			first = facts;
	}
	if (first)
		first->discovery = (struct disco_facts){ .result = DISCO_NOT_ASKED,
							 .reason = excuse(job) };
}

void check_subdomains(struct job *job, const struct check_options *opt)
{
	struct text_list names = wanted_names(job, opt);
	for (size_t i = 0; i < job->endpoints.count; i++) {
		if (check_facts(job, i))
			judge(&names, job->endpoint_mem[i], check_facts(job, i));
	}
	if (opt->subdomains_auto)
		note_not_asked(job);
}
