/* What was seen before, and what is remembered: between the facts and store/history. */
#include <stdlib.h>
#include <string.h>

#include "run/check.h"
#include "tls/dn.h"

static const char *hex(const uint8_t *octets, size_t size, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	buf_hex(&text, octets, size);
	return arena_copy(mem, buf_string(&text));
}

static int by_text(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;
	return strcmp(*a, *b);
}

/* The identifiers that may speak for a domain, sorted, so that their order in the certificate does
 * not count. */
static const char *names_text(const struct cert_facts *cert, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	const char **list = arena_array(mem, cert->name_count, sizeof(*list));
	size_t count = 0;
	for (size_t i = 0; i < cert->name_count; i++) {
		const struct cert_name *name = &cert->names[i];
		if (name->type == NAME_DNS || name->type == NAME_SRV || name->type == NAME_XMPP ||
		    name->type == NAME_IP)
			list[count++] = name->value;
	}
	if (count > 0)
		qsort(list, count, sizeof(*list), by_text);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(list[i - 1], list[i]) != 0)
			buf_printf(&text, "%s%s", text.size ? " " : "", list[i]);
	}
	return arena_copy(mem, buf_string(&text));
}

static struct sighting sighting_of(const struct job *job, const struct endpoint *at,
				   const struct certcheck_facts *facts)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	const char *organization = dn_organization(leaf->issuer_der, job->mem);
	char address[ADDRESS_TEXT_MAX];
	address_text(&at->address, address);
	return (struct sighting){
		.domain = job_identity(job),
		.service = at->service,
		.place = arena_printf(job->mem, "%s %s:%u %s", transport_name(at->transport),
				      at->host, (unsigned)at->port, address),
		.sha256 = hex(leaf->sha256, sizeof(leaf->sha256), job->mem),
		.spki_sha256 = hex(leaf->spki_sha256, sizeof(leaf->spki_sha256), job->mem),
		.subject = leaf->subject,
		.issuer = leaf->issuer,
		.authority = organization ? organization : leaf->issuer,
		.names = names_text(leaf, job->mem),
		.not_before = leaf->not_before,
		.not_after = leaf->not_after,
		.first = facts->walk.time,
		.last = facts->walk.time,
		.trusted = facts->proofs & PROOF_PKIX,
	};
}

void check_remember(struct job *job, const struct check_options *opt)
{
	size_t room = job->endpoints.count, count = 0;
	struct sighting *now = arena_array(job->mem, room + 1, sizeof(*now));
	struct change_facts *changes = arena_array(job->mem, room + 1, sizeof(*changes));
	struct certcheck_facts **whose = arena_array(job->mem, room + 1,
						     sizeof(struct certcheck_facts *));
	struct err err = { 0 };
	for (size_t i = 0; opt->history && i < room; i++) {
		struct certcheck_facts *facts = check_facts(job, i);
		if (!facts || facts->walk.identity.cert_count == 0 || facts->source == CHECK_FILE)
			continue;
		whose[count] = facts;
		now[count++] = sighting_of(job, &job->endpoints.items[i], facts);
	}
	if (count == 0)
		return;
	if (!history_see(opt->history, now, count, opt->accept, job->mem, changes, &err))
		log_say(&job->shared->options->log, job->domain.ascii, "%s", err.text);
	for (size_t i = 0; i < count; i++) {
		enum change_class class = changes[i].class;
		whose[i]->change = changes[i];
		/* On the very first use there is nothing to compare with: that is the bargain. */
		whose[i]->trusted_on_first_use = opt->tofu && class != CHANGE_NOT_CHECKED &&
						 (class == CHANGE_FIRST || class == CHANGE_NONE ||
						  changes[i].expected);
		check_conclude(opt, whose[i]);
	}
}
