#include "xmpp/scram.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

#define HASH_MAX   32   /* octets: SHA-256 */
#define QUOTED_MAX 20   /* octets of theirs in a sentence */
#define UNIT       0x1e /* XEP-0474, 2.1: between the names of a list */
#define GROUP      0x1f /* between the lists */

struct part {
	const char *text;
	size_t size;
};

/* What stands behind the letters that we know. */
struct first {
	struct part nonce, salt, rounds, list_hash, version;
};

static bool part_is(const struct part *part, const char *text)
{
	return part->size == strlen(text) && memcmp(part->text, text, part->size) == 0;
}

/* attr-val = ALPHA "=" value; a value is at least one octet, and never a comma or NUL. */
static bool take_attribute(struct part *rest, char *name, struct part *value)
{
	if (rest->size < 3 || rest->text[1] != '=')
		return false;
	*name = rest->text[0];
	bool is_letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
	const char *comma = memchr(rest->text, ',', rest->size);
	size_t size = comma ? (size_t)(comma - rest->text) : rest->size;
	*value = (struct part){ rest->text + 2, size - 2 };
	if (!is_letter || size < 3 || memchr(value->text, '\0', value->size))
		return false;
	size_t used = size + (comma != NULL);
	*rest = (struct part){ rest->text + used, rest->size - used };
	return !comma || rest->size > 0;
}

static bool is_malformed(const char *what, struct err *err)
{
	return err_set(err, AT_LOGIN, ERR_PROTOCOL,
		       "the server's first SCRAM message breaks RFC 5802: %s", what);
}

/* r=, s=, i= in this order; then whatever pleases, but none of these again. */
static bool place_attribute(struct first *first, size_t index, char name, struct part value,
			    struct err *err)
{
	static const char order[] = "rsi";
	struct part *const places[] = { &first->nonce, &first->salt, &first->rounds };
	struct part *place = NULL;
	if (name == 'm')
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "the server insists on an extension of SCRAM that nobody here knows "
			       "(m=%.*s)",
			       value.size < QUOTED_MAX ? (int)value.size : QUOTED_MAX, value.text);
	if (index < ARRAY_SIZE(places)) {
		if (name != order[index])
			return is_malformed("it does not begin with r=, s=, i=", err);
		*places[index] = value;
		return true;
	}
	if (name == 'h')
		place = &first->list_hash;
	else if (name == 't')
		place = &first->version;
	else if (!strchr(order, name))
		return true; /* MSG-16: unknown, and part of what is signed all the same */
	if (!place || place->text)
		return is_malformed("an attribute comes twice", err);
	*place = value;
	return true;
}

static bool read_first(const char *text, size_t size, struct first *out, struct err *err)
{
	struct part rest = { text, size }, value;
	char name;
	size_t index = 0;
	*out = (struct first){ 0 };
	for (; rest.size > 0; index++) {
		if (!take_attribute(&rest, &name, &value))
			return is_malformed("it is no list of attributes", err);
		if (!place_attribute(out, index, name, value, err))
			return false;
	}
	return index >= 3 || is_malformed("r=, s= or i= is missing", err);
}

/* Of "n,,n=user,r=NONCE": user names have their commas escaped. */
static struct part nonce_of(const char *client_first)
{
	const char *at = strstr(client_first, ",r=");
	if (!at)
		return (struct part){ 0 };
	return (struct part){ at + 3, strcspn(at + 3, ",") };
}

static bool is_printable(const struct part *part)
{
	for (size_t i = 0; i < part->size; i++) {
		if (part->text[i] < 0x21 || part->text[i] > 0x7e)
			return false;
	}
	return true;
}

/* RFC 5802, 5.1: what makes the exchange ours, and new. */
static bool check_nonce(const struct scram_offer *offer, const struct part *nonce, struct err *err)
{
	struct part ours = nonce_of(offer->client_first);
	if (!is_printable(nonce))
		return is_malformed("its nonce is not printable", err);
	if (ours.size > 0 && nonce->size > ours.size &&
	    memcmp(nonce->text, ours.text, ours.size) == 0)
		return true;
	return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
		       "the server's nonce does not continue ours: its message belongs to another "
		       "login");
}

static bool check_salt(const struct part *salt, struct err *err)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes octets;
	return base64_decode(salt->text, salt->size, mem, &octets) ||
	       is_malformed("its salt is not base64", err);
}

/* Few make the proof that we send easy to guess from; many keep us busy until the deadline. */
static bool check_rounds(const struct scram_offer *offer, const struct part *rounds, uint32_t *out,
			 struct err *err)
{
	uint64_t number = 0;
	for (size_t i = 0; i < rounds->size; i++) {
		char digit = rounds->text[i];
		if (digit < '0' || digit > '9' || rounds->text[0] == '0')
			return is_malformed("i= is no number", err);
		if (number <= UINT32_MAX)
			number = number * 10 + (uint64_t)(digit - '0');
	}
	if (number < SCRAM_ITERATIONS_MIN)
		return err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "the server wants a proof of only %u iterations, from which the "
			       "password could be guessed: RFC 7677 asks for %d at least; set the "
			       "password anew on the server",
			       (unsigned)number, SCRAM_ITERATIONS_MIN);
	if (number > offer->iterations_max)
		return err_set(err, AT_LOGIN, ERR_LIMIT,
			       "the server wants %s%u iterations, more than --max-iterations %u",
			       number > UINT32_MAX ? "over " : "",
			       number > UINT32_MAX ? UINT32_MAX : (uint32_t)number,
			       offer->iterations_max);
	*out = (uint32_t)number;
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void hash_list(gnutls_hash_hd_t hash, const struct text_list *list, struct arena *mem)
{
	static const char unit = UNIT;
	const char **sorted = arena_array(mem, list->count + 1, sizeof(*sorted));
	for (size_t i = 0; i < list->count; i++)
		sorted[i] = list->items[i];
	qsort(sorted, list->count, sizeof(*sorted), compare_names);
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			gnutls_hash(hash, &unit, 1);
		gnutls_hash(hash, sorted[i], strlen(sorted[i]));
	}
}

static gnutls_digest_algorithm_t digest_of(const char *mechanism)
{
	if (strncmp(mechanism, "SCRAM-SHA-256", 13) == 0)
		return GNUTLS_DIG_SHA256;
	assert(strncmp(mechanism, "SCRAM-SHA-1", 11) == 0);
	return GNUTLS_DIG_SHA1;
}

/* XEP-0474: the hash of SCRAM over the sorted lists, in base64. */
static const char *list_hash(const struct scram_offer *offer, struct arena *mem)
{
	static const char group = GROUP;
	uint8_t octets[HASH_MAX];
	gnutls_digest_algorithm_t digest = digest_of(offer->mechanism);
	size_t size = gnutls_hash_get_len(digest);
	gnutls_hash_hd_t hash;
	int code = gnutls_hash_init(&hash, digest);
	assert(code == 0); /* GnuTLS always has both */
	hash_list(hash, offer->mechanisms, mem);
	if (offer->bindings->count > 0) {
		gnutls_hash(hash, &group, 1);
		hash_list(hash, offer->bindings, mem);
	}
	gnutls_hash_deinit(hash, octets);
	char *text = arena_alloc(mem, BASE64_ROOM(size));
	base64_encode(octets, size, text);
	return text;
}

static bool check_list(const struct scram_offer *offer, const struct part *theirs, struct err *err)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	if (!theirs->text || part_is(theirs, list_hash(offer, mem)))
		return true;
	return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
		       "possible attack: the list of mechanisms was tampered with, for the server "
		       "made another one than came here (h=, XEP-0474)");
}

/* The number on the wire; "" for what no handshake of ours ends in. */
static const char *wire_version(enum tls_version version)
{
	static const char *const numbers[] = {
		[TLS_VERSION_NONE] = "", [SSL_2_0] = "",     [SSL_3_0] = "0300", [TLS_1_0] = "0301",
		[TLS_1_1] = "0302",      [TLS_1_2] = "0303", [TLS_1_3] = "0304",
	};
	return numbers[version];
}

static bool check_version(const struct scram_offer *offer, const struct part *theirs,
			  struct err *err)
{
	if (!theirs->text || part_is(theirs, wire_version(offer->version)))
		return true;
	return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
		       "possible attack: the server sees TLS version %.*s where we see %s (t=, "
		       "XEP-0515): somebody stands between",
		       theirs->size < QUOTED_MAX ? (int)theirs->size : QUOTED_MAX, theirs->text,
		       wire_version(offer->version));
}

bool scram_check_first(const struct scram_offer *offer, const char *server_first, size_t size,
		       struct scram_facts *facts, struct err *err)
{
	struct first first;
	struct scram_facts found = { 0 };
	if (!read_first(server_first, size, &first, err) ||
	    !check_nonce(offer, &first.nonce, err) || !check_salt(&first.salt, err) ||
	    !check_rounds(offer, &first.rounds, &found.iterations, err) ||
	    !check_list(offer, &first.list_hash, err) || !check_version(offer, &first.version, err))
		return false;
	found.list_confirmed = first.list_hash.text != NULL;
	/* MSG-25: without h= beside it t= is no promise. */
	found.version_confirmed = first.version.text != NULL && found.list_confirmed;
	*facts = found;
	return true;
}

const char *scram_error_of(const void *data, size_t size, struct arena *mem)
{
	const char *text = data;
	if (size < 2 || memcmp(text, "e=", 2) != 0)
		return NULL;
	const char *comma = memchr(text, ',', size);
	return arena_copy_n(mem, text + 2, (comma ? (size_t)(comma - text) : size) - 2);
}

/* RFC 5802, 7: server-error-value */
const char *scram_error_cause(const char *error)
{
	static const struct {
		const char *error, *cause;
	} causes[] = {
		{ "channel-bindings-dont-match",
		  "possible attack: the server sees another TLS connection than we do" },
		{ "channel-binding-not-supported", "the server cannot bind after all; "
						   "--channel-binding=off does without" },
		{ "invalid-proof", "wrong password, or no such account" },
		{ "no-resources", "the server is busy: try again later" },
		{ "server-does-support-channel-binding",
		  "possible attack: the server offered -PLUS, and somebody stripped it" },
		{ "unknown-user", "wrong password, or no such account" },
		{ "unsupported-channel-binding-type",
		  "the server does not take the binding that it named; --channel-binding=off does "
		  "without" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].error, error) == 0)
			return causes[i].cause;
	}
	return NULL;
}
