/* One endpoint of a record: what its sections say together. */
#include <string.h>

#include "judge/parts.h"
#include "report/digest_parts.h"

const char *const digest_sections[SECTION_COUNT] = { "starttls", "certcheck", "ciphers",
						     "dialback" };

/* One section, as far as all of them have the same members. */
struct part {
	struct place place;
	bool walked; /* a file, or a certificate out of a record, has no walk */
	bool tells_proofs;
	unsigned proofs;
	struct starttls_facts walk;
};

/* The first section that knows decides. */
static void settle(enum seen_answer *out, bool yes)
{
	if (*out == ANSWER_UNKNOWN)
		*out = digest_answer(yes);
}

/* Somebody was there to answer, and there was no TLS with it. What takes a connection and says
 * nothing has not answered, whichever step waited for it; and at a port of direct TLS whose
 * handshake fails there is nothing but TLS: it is down. */
static bool did_without(const struct starttls_facts *walk, enum transport transport)
{
	return transport == TRANSPORT_STARTTLS && facts_examined(walk) &&
	       (walk->failure.code == ERR_NONE || walk->before.opened ||
		(walk->failure.stage > AT_STREAM && walk->failure.code != ERR_TIMEOUT));
}

static enum seen_answer walk_says(const struct starttls_facts *walk, enum transport transport,
				  bool yes)
{
	if (yes)
		return ANSWER_YES;
	return walk->encrypted || did_without(walk, transport) ? ANSWER_NO : ANSWER_UNKNOWN;
}

static enum seen_answer walk_is_up(const struct starttls_facts *walk)
{
	if (walk->failure.code == ERR_NONE)
		return ANSWER_YES;
	return facts_examined(walk) ? ANSWER_NO : ANSWER_UNKNOWN;
}

static bool binds_channel(const struct text_list *mechanisms)
{
	const size_t end = strlen("-PLUS");
	for (size_t i = 0; i < mechanisms->count; i++) {
		size_t size = strlen(mechanisms->items[i]);
		if (size > end && strcmp(mechanisms->items[i] + size - end, "-PLUS") == 0)
			return true;
	}
	return false;
}

/* Servers log in to each other with EXTERNAL or not at all: no channel is bound there. */
static void take_features(const struct starttls_facts *walk, struct digest_endpoint *out)
{
	const struct features *before = &walk->before.features, *after = &walk->after.features;
	if (out->transport == TRANSPORT_STARTTLS && before->present)
		settle(&out->starttls_required,
		       before->starttls_required || before->starttls_alone);
	if (out->service == SERVICE_C2S && after->present)
		settle(&out->plus, binds_channel(&after->mechanisms) ||
					   binds_channel(&after->sasl2_mechanisms));
}

static void take_tls(const struct tls_facts *tls, struct digest_endpoint *out)
{
	if (!tls->up || out->version != TLS_VERSION_NONE)
		return;
	out->version = tls->version;
	out->cipher = tls->cipher;
	out->group = tls->group;
	out->forward_secrecy = digest_answer(tls->forward_secrecy);
}

static void take_walk(const struct part *part, struct arena *mem, struct digest_endpoint *out)
{
	const struct starttls_facts *walk = &part->walk;
	if (!out->failure && walk->failure.code != ERR_NONE)
		out->failure = arena_copy(mem, walk->failure.text);
	if (!part->walked)
		return;
	out->up = digest_best(out->up, walk_is_up(walk));
	out->encrypted = digest_best(out->encrypted,
				     walk_says(walk, out->transport, walk->encrypted));
	if (part->tells_proofs)
		out->authenticated = digest_best(out->authenticated,
						 walk_says(walk, out->transport, part->proofs));
	if (!out->steps[STEP_TCP].taken)
		memcpy(out->steps, walk->steps, sizeof(out->steps));
	take_features(walk, out);
	take_tls(&walk->tls, out);
}

bool digest_proofs_read(const struct place *section, struct arena *mem, unsigned *out,
			struct err *err)
{
	bool authenticated = false;
	unsigned proofs = 0;
	if (!get_bool(section, "authenticated", &authenticated, err) ||
	    !reread_proofs(section, mem, &proofs, err))
		return false;
	/* xmpp-dialback knows no other proof, and does not say by what. */
	*out = authenticated && !proofs ? PROOF_PKIX : proofs;
	return true;
}

static bool read_part(const struct place *endpoint, const char *name, struct arena *mem,
		      struct part *out, struct err *err)
{
	*out = (struct part){ 0 };
	if (!place_into(endpoint, name, &out->place, err))
		return false;
	out->walked = json_object_get(out->place.object, "encrypted");
	out->tells_proofs = json_object_get(out->place.object, "authenticated");
	return digest_proofs_read(&out->place, mem, &out->proofs, err) &&
	       get_time(&out->place, "time", &out->walk.time, err) &&
	       reread_walk(&out->place, mem, &out->walk, err);
}

/* What all sections have: status, policy, time, proofs, and perhaps a walk. */
static bool take_part(const struct part *part, struct arena *mem, struct digest_endpoint *out,
		      int64_t *newest, struct err *err)
{
	enum status status = STATUS_UNKNOWN;
	enum policy_name policy;
	if (!GET_WORD(&part->place, "status", status_parse, &status, "not a status", err) ||
	    !GET_WORD(&part->place, "policy", policy_name_parse, &policy, "not a policy", err))
		return false;
	if (json_object_get(part->place.object, "policy"))
		out->policies |= 1u << policy;
	out->status = out->examined ? status_worse(out->status, status) : status;
	out->examined = true;
	out->proofs |= part->proofs;
	if (part->walk.time > *newest)
		*newest = part->walk.time;
	take_walk(part, mem, out);
	return true;
}

static void take_address(const struct endpoint *at, struct arena *mem, struct digest_endpoint *out)
{
	char text[ADDRESS_TEXT_MAX];
	out->service = at->service;
	out->transport = at->transport;
	out->source = at->source;
	out->host = at->host;
	out->port = at->port;
	if (at->address.family != AF_UNSPEC)
		out->address = arena_copy(mem, address_text(&at->address, text));
}

bool digest_endpoint_read(const struct place *place, const struct endpoint *at, struct arena *mem,
			  struct digest_endpoint *out, int64_t *newest, struct err *err)
{
	*out = (struct digest_endpoint){ .status = STATUS_UNKNOWN, .json = place->object };
	take_address(at, mem, out);
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		struct part part;
		if (!read_part(place, digest_sections[i], mem, &part, err) ||
		    (part.place.object && !take_part(&part, mem, out, newest, err)))
			return false;
	}
	return digest_sections_read(place, mem, out, err) && digest_leaf_read(place, mem, out, err);
}
