#include "xmpp/dialback.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "base/word.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define SHA256_OCTETS 32
#define SPACE         " \t\r\n"
#define DOMAIN_MAX    1024 /* octets: what may be compared as a domain at all */

static const char *const kinds[] = { [DB_RESULT] = "result", [DB_VERIFY] = "verify" };
static const char *const types[] = {
	[DB_REQUEST] = "request", [DB_VALID] = "valid",     [DB_INVALID] = "invalid",
	[DB_ERROR] = "error",     [DB_STRANGE] = "strange",
};

const char *db_kind_name(enum db_kind kind)
{
	return kinds[kind];
}

const char *db_type_name(enum db_type type)
{
	return types[type];
}

bool db_kind_parse(const char *name, enum db_kind *out)
{
	size_t i;
	if (!word_find(kinds, ARRAY_SIZE(kinds), name, &i))
		return false;
	*out = (enum db_kind)i;
	return true;
}

bool db_type_parse(const char *name, enum db_type *out)
{
	size_t i;
	if (!word_find(types, ARRAY_SIZE(types), name, &i))
		return false;
	*out = (enum db_type)i;
	return true;
}

/* "request" and "strange" are our words, not the protocol's. */
static enum db_type read_type(const char *text)
{
	enum db_type type;
	if (!text)
		return DB_REQUEST;
	return db_type_parse(text, &type) && type != DB_REQUEST ? type : DB_STRANGE;
}

/* DB-26: pretty-printers put white space around it. */
static const char *trim(const char *text, struct arena *mem)
{
	text += strspn(text, SPACE);
	size_t size = strlen(text);
	while (size > 0 && strchr(SPACE, text[size - 1]))
		size--;
	return arena_printf(mem, "%.*s", (int)size, text);
}

bool dialback_read(const struct elem *elem, struct arena *mem, struct db_element *out)
{
	enum db_kind kind;
	if (strcmp(elem->ns, NS_DIALBACK) != 0 || !db_kind_parse(elem->name, &kind))
		return false;
	*out = (struct db_element){
		.kind = kind,
		.type = read_type(elem_attr(elem, "type")),
		.from = arena_copy(mem, elem_attr(elem, "from")),
		.to = arena_copy(mem, elem_attr(elem, "to")),
		.id = arena_copy(mem, elem_attr(elem, "id")),
		.key = trim(elem->text, mem),
	};
	if (out->type == DB_ERROR)
		out->condition = arena_copy(mem, stream_stanza_error(elem));
	return true;
}

/* RFC 6120, 8.3.2: an error has a condition, if only the undefined one. */
static void write_error(const char *condition, struct buf *out)
{
	buf_printf(out, "<error type='cancel'><%s xmlns='" NS_STANZA_ERROR "'/></error>",
		   condition ? condition : "undefined-condition");
}

static void write_element(const struct db_element *element, const char *prefix, bool declared,
			  struct buf *out)
{
	const char *name = kinds[element->kind];
	buf_printf(out, "<%s:%s", prefix, name);
	if (declared)
		buf_printf(out, " xmlns:%s='" NS_DIALBACK "'", prefix);
	xml_write_attribute(out, "from", element->from);
	xml_write_attribute(out, "to", element->to);
	xml_write_attribute(out, "id", element->id);
	if (element->type != DB_REQUEST)
		xml_write_attribute(out, "type", types[element->type]);
	if (element->type == DB_ERROR) {
		buf_char(out, '>');
		write_error(element->condition, out);
	} else if (element->key && *element->key) {
		buf_char(out, '>');
		xml_escape(out, element->key);
	} else {
		buf_text(out, "/>");
		return;
	}
	buf_printf(out, "</%s:%s>", prefix, name);
}

void dialback_write(const struct db_element *element, const char *prefix, struct buf *out)
{
	write_element(element, prefix, false, out);
}

void dialback_write_declared(const struct db_element *element, const char *prefix, struct buf *out)
{
	write_element(element, prefix, true, out);
}

bool dialback_same_domain(const char *a, const char *b)
{
	if (!a || !b || strlen(a) > DOMAIN_MAX || strlen(b) > DOMAIN_MAX)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct jid_domain first, second;
	struct err err;
	return jid_domain_parse(a, strlen(a), mem, &first, &err) &&
	       jid_domain_parse(b, strlen(b), mem, &second, &err) &&
	       strcmp(first.ascii, second.ascii) == 0;
}

bool dialback_answers(const struct db_element *answer, const struct db_element *request)
{
	bool same_id = request->kind == DB_RESULT || (!request->id && !answer->id) ||
		       (request->id && answer->id && strcmp(request->id, answer->id) == 0);
	return answer->kind == request->kind && answer->type != DB_REQUEST && same_id &&
	       dialback_same_domain(answer->from, request->to) &&
	       dialback_same_domain(answer->to, request->from);
}

static void write_hex(const unsigned char *octets, size_t count, char *out)
{
	for (size_t i = 0; i < count; i++)
		snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

void dialback_make_key(struct bytes secret, const char *receiving, const char *originating,
		       const char *id, char out[DIALBACK_KEY_SIZE])
{
	unsigned char digest[SHA256_OCTETS];
	char hashed[2 * SHA256_OCTETS + 1];
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	buf_printf(&text, "%s %s %s", receiving, originating, id);
	int code = gnutls_hash_fast(GNUTLS_DIG_SHA256, secret.data, secret.size, digest);
	write_hex(digest, sizeof(digest), hashed);
	if (code == 0) /* DB-24: the digits, as text, are the key */
		code = gnutls_hmac_fast(GNUTLS_MAC_SHA256, hashed, strlen(hashed), text.data,
					text.size, digest);
	if (code != 0)
		memory_exhausted(); /* nothing else can go wrong with SHA-256 */
	write_hex(digest, sizeof(digest), out);
	gnutls_memset(hashed, 0, sizeof(hashed));
}

bool dialback_key_matches(const char *made, const char *presented)
{
	size_t size = strlen(made), theirs = strlen(presented);
	unsigned char difference = theirs != size;
	for (size_t i = 0; i < size; i++)
		difference |= (unsigned char)(made[i] ^ presented[i < theirs ? i : theirs]);
	return difference == 0;
}

/* As we write it ourselves. */
static const char *canonical(const char *domain, struct arena *mem)
{
	struct jid_domain parsed;
	struct err err;
	return jid_domain_parse(domain, strlen(domain), mem, &parsed, &err) ? parsed.unicode
									    : domain;
}

bool dialback_is_key(struct bytes secret, const struct db_element *asked)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char key[DIALBACK_KEY_SIZE];
	if (!asked->from || !asked->to || !asked->id)
		return false;
	dialback_make_key(secret, asked->from, asked->to, asked->id, key);
	if (dialback_key_matches(key, asked->key))
		return true;
	dialback_make_key(secret, canonical(asked->from, mem), canonical(asked->to, mem), asked->id,
			  key);
	return dialback_key_matches(key, asked->key);
}

void dialback_new_token(char out[DIALBACK_TOKEN_SIZE])
{
	unsigned char octets[DIALBACK_TOKEN_SIZE / 2];
	ssize_t got = getrandom(octets, sizeof(octets), 0);
	assert(got == (ssize_t)sizeof(octets)); /* so small a wish is never cut short */
	write_hex(octets, sizeof(octets), out);
}
