/* Is this the account's server? RFC 6120, 13.7; RFC 7590; RFC 7673; MSG-1. */
#include <string.h>

#include "run/client_inner.h"
#include "run/steps.h"
#include "tls/dane.h"
#include "xmpp/secure.h"

#define NAMES_SHOWN 3

static void ask_dane(struct client *client, const struct probe *probe, struct starttls_facts *walk,
		     struct dane_facts *out)
{
	struct job *job = client->job;
	*out = (struct dane_facts){ .status = DANE_NOT_CHECKED, .reason = "was not looked up" };
	if (client->opt->dane == DANE_OFF || job->domain.is_address ||
	    walk->identity.cert_count == 0)
		return;
	struct tlsa_lookup lookup;
	struct endpoint here = *probe->at;
	const struct endpoint_list only = { .items = &here, .count = 1 };
	tlsa_look_up(client->resolver, &job->dns, &only, probe->until, probe->mem, &lookup);
	const struct dane_subject subject = {
		.chain = walk->identity.certs,
		.count = walk->identity.cert_count,
		.domain = job_identity(job),
		.target = probe->at->host,
		.srv_service = secure_srv_service(probe->at->service),
		.trust = client->shared.trust,
		.at = walk->time,
	};
	dane_judge(&lookup, &subject, probe->mem, out);
}

/* RFC 7673, 4.1: a target that DNSSEC secures is a reference identity, too. */
static void accept_target(const struct probe *probe, const struct dane_facts *dane,
			  struct identity_facts *identity)
{
	const struct reference target = { probe->at->host, secure_srv_service(SERVICE_C2S) };
	if (!dane->target_name || identity->names.matched)
		return;
	name_judge_also(&identity->names, &target, "names the SRV target, which DNSSEC secures",
			probe->mem);
	if (identity->path.constrained)
		name_discount(&identity->names);
	identity->authenticated = identity->path.trusted && identity->names.matched != NULL;
}

/* "for foo.example and bar.example" */
static const char *names_of(const struct identity_facts *identity, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	const struct cert_facts *leaf = &identity->certs[0];
	size_t shown = 0;
	for (size_t i = 0; i < leaf->name_count && shown < NAMES_SHOWN; i++) {
		if (leaf->names[i].type != NAME_DNS || leaf->names[i].malformed)
			continue;
		buf_printf(&text, "%s%s", shown++ ? ", " : "", leaf->names[i].value);
	}
	return shown ? arena_printf(mem, "it is for %s", buf_string(&text)) : "it names no domain";
}

/* RFC 7671, 7673: usable records that match nothing, or an answer that cannot be had where DNSSEC
 * promises one, keep a DANE client away, whatever PKIX says. */
static bool forbidden_by_dane(const struct dane_facts *dane)
{
	return dane->status == DANE_MISMATCH || dane->status == DANE_BOGUS ||
	       dane->status == DANE_FAILED;
}

static bool refuse(const struct client *client, const struct probe *probe,
		   const struct identity_facts *identity, const struct dane_facts *dane,
		   struct err *err)
{
	const char *expected = job_identity(client->job);
	const char *why;
	if (client->opt->pins.count > 0)
		why = "neither certificate nor key is what --pin-sha256 names";
	else if (client->opt->dane == DANE_REQUIRE || forbidden_by_dane(dane))
		why = arena_printf(probe->mem, "DANE: %s", dane->reason);
	else if (identity->cert_count == 0)
		why = "the server presented none that can be read";
	else if (!identity->names.matched)
		why = identity->path.trusted
			      ? names_of(identity, probe->mem)
			      : arena_printf(probe->mem, "%s; %s", names_of(identity, probe->mem),
					     identity->path.reason);
	else
		why = identity->path.reason;
	return err_set(err, AT_CERTIFICATE, ERR_IMPOSTOR,
		       "the certificate does not prove %s, so nothing was sent: %s", expected, why);
}

static bool prove(const struct client *client, const struct dane_facts *dane,
		  const struct identity_facts *identity, const char **proofs)
{
	const struct sendmsg_options *opt = client->opt;
	size_t count = 0;
	bool pinned = identity->cert_count > 0 && pins_match(&opt->pins, &identity->certs[0]);
	if (identity->authenticated)
		proofs[count++] = "pkix";
	if (dane->status == DANE_MATCH)
		proofs[count++] = "dane";
	if (pinned)
		proofs[count++] = "pin";
	proofs[count] = NULL;
	if (opt->pins.count > 0)
		return pinned;
	if (opt->dane == DANE_REQUIRE)
		return dane->status == DANE_MATCH;
	return count > 0 && !forbidden_by_dane(dane);
}

static bool verify(struct client *client, struct starttls_facts *walk, struct err *err)
{
	const struct probe *probe = client->probe;
	struct dane_facts dane;
	const char **proofs = arena_array(probe->mem, 4, sizeof(*proofs));
	struct identity_facts *identity = &walk->identity;
	ask_dane(client, probe, walk, &dane);
	accept_target(probe, &dane, identity);
	bool proved = prove(client, &dane, identity, proofs);
	client->facts.proofs = proofs;
	client->facts.unverified = false;
	walk->authenticated = proved;
	if (proved)
		return true;
	if (!client->opt->no_verify)
		return refuse(client, probe, identity, &dane, err);
	client->facts.unverified = true;
	log_say(&client->options->log, job_identity(client->job),
		"--no-verify: the server does not prove who it is; what follows may go to anybody");
	return true;
}

struct encounter {
	struct client *client;
	struct starttls_facts *walk; /* the facts he is shown are its tls */
};

static bool is_our_server(void *self, const struct tls_facts *tls, struct err *err)
{
	const struct encounter *encounter = self;
	(void)tls;
	return step_certificate(encounter->client->probe, encounter->walk) &&
	       verify(encounter->client, encounter->walk, err);
}

bool client_shake_hands(struct client *client, struct starttls_facts *walk)
{
	struct probe *probe = client->probe;
	struct encounter encounter = { client, walk };
	const struct tls_judge judge = { is_our_server, &encounter };
	probe->judge = &judge;
	bool up = step_tls(probe, walk);
	probe->judge = NULL;
	/* Anybody can present a certificate; it proves something to who has the key. */
	walk->authenticated &= up;
	return up;
}
