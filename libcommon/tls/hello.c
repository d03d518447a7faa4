#include "tls/hello.h"

#include <assert.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "tls/groups.h"

#define RECORD_HANDSHAKE   22
#define CLIENT_HELLO       1
#define SCSV_RENEGOTIATION 0x00FF
#define SCSV_FALLBACK      0x5600
#define RANDOM_SIZE        32
#define SESSION_ID_SIZE    32
#define CHALLENGE_SIZE     16
#define GREASE_SUITE       0x8A8A
#define GREASE_GROUP       0x4A4A
#define GREASE_SCHEME      0x0A0A
#define GREASE_VERSION     0x7A7A
#define GREASE_EXTENSION   0x2A2A

enum extension {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_STATUS = 5,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINT_FORMATS = 11,
	EXTENSION_SCHEMES = 13,
	EXTENSION_HEARTBEAT = 15,
	EXTENSION_ALPN = 16,
	EXTENSION_ETM = 22,
	EXTENSION_EMS = 23,
	EXTENSION_TICKET = 35,
	EXTENSION_VERSIONS = 43,
	EXTENSION_PSK_MODES = 45,
	EXTENSION_KEY_SHARE = 51,
	EXTENSION_RENEGOTIATION = 0xFF01,
};

static void put8(struct buf *out, unsigned value)
{
	buf_char(out, (char)value);
}

static void put16(struct buf *out, unsigned value)
{
	put8(out, value >> 8);
	put8(out, value & 0xFF);
}

/* Leaves room for a length of so many octets; filled in by end(). */
static size_t begin(struct buf *out, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		put8(out, 0);
	return out->size;
}

static void end(struct buf *out, size_t from, unsigned octets)
{
	size_t size = out->size - from;
	for (unsigned i = 0; i < octets; i++)
		out->data[from - 1 - i] = (char)(size >> (8 * i));
}

static size_t begin_extension(struct buf *out, unsigned type)
{
	put16(out, type);
	return begin(out, 2);
}

static void put_extension(struct buf *out, unsigned type, const void *data, size_t size)
{
	put16(out, type);
	put16(out, (unsigned)size);
	buf_add(out, data, size);
}

static void put_list16(struct buf *out, unsigned type, unsigned grease, const uint16_t *list,
		       size_t count)
{
	size_t extension = begin_extension(out, type), inner = begin(out, 2);
	if (grease)
		put16(out, grease);
	for (size_t i = 0; i < count; i++)
		put16(out, list[i]);
	end(out, inner, 2);
	end(out, extension, 2);
}

static void put_servername(struct buf *out, const char *name)
{
	size_t extension = begin_extension(out, EXTENSION_SERVER_NAME), list = begin(out, 2);
	put8(out, 0); /* host_name */
	put16(out, (unsigned)strlen(name));
	buf_text(out, name);
	end(out, list, 2);
	end(out, extension, 2);
}

static void put_alpn(struct buf *out, const char *protocols)
{
	size_t extension = begin_extension(out, EXTENSION_ALPN), list = begin(out, 2);
	for (const char *at = protocols; *at;) {
		size_t size = strcspn(at, ",");
		if (size > 0) { /* RFC 7301, 3.1: no empty names */
			put8(out, (unsigned)size);
			buf_add(out, at, size);
		}
		at += size + (at[size] == ',');
	}
	end(out, list, 2);
	end(out, extension, 2);
}

/* RFC 8701: unknown values, to be ignored wherever a list holds them. */
static unsigned grease(const struct hello *hello, unsigned value)
{
	return hello->flags & HELLO_GREASE ? value : 0;
}

static bool has_curve(const struct hello *hello)
{
	for (size_t i = 0; i < hello->group_count; i++) {
		const struct group *group = group_by_code(hello->groups[i]);
		if (!group || group->kind == GROUP_EC || group->kind == GROUP_EC_BINARY ||
		    group->kind == GROUP_EC_EXPLICIT)
			return true;
	}
	return false;
}

/* Octets that look like a key of this length: random ones, stretched where they are too few. */
static void put_share(struct buf *out, uint16_t code, const uint8_t *seed)
{
	const struct group *group = group_by_code(code);
	uint8_t block[32];
	size_t left = group && group->share ? group->share : sizeof(block);
	memcpy(block, seed, sizeof(block));
	put16(out, code);
	put16(out, (unsigned)left);
	while (left > 0) {
		size_t size = left < sizeof(block) ? left : sizeof(block);
		buf_add(out, block, size);
		left -= size;
		int failed = gnutls_hash_fast(GNUTLS_DIG_SHA256, block, sizeof(block), block);
		assert(failed == 0);
	}
}

/* CIP-13: an empty list of shares makes the server name its group in a HelloRetryRequest. */
static void put_shares(struct buf *out, const struct hello *hello, const uint8_t *seed)
{
	size_t extension = begin_extension(out, EXTENSION_KEY_SHARE), list = begin(out, 2);
	bool share = (hello->flags & HELLO_SHARE) != 0;
	if (share && (hello->flags & HELLO_GREASE)) {
		put16(out, GREASE_GROUP);
		put16(out, 1);
		put8(out, 0);
	}
	if (share)
		put_share(out, hello->share_group, seed);
	end(out, list, 2);
	end(out, extension, 2);
}

static void put_versions(struct buf *out, const struct hello *hello)
{
	size_t extension = begin_extension(out, EXTENSION_VERSIONS), list = begin(out, 1);
	if (hello->flags & HELLO_GREASE)
		put16(out, GREASE_VERSION);
	put16(out, 0x0304);
	end(out, list, 1);
	end(out, extension, 2);
}

static void put_flags(struct buf *out, const struct hello *hello)
{
	static const uint8_t nothing[] = { 0 };
	if (hello->flags & HELLO_EMS)
		put_extension(out, EXTENSION_EMS, "", 0);
	if (hello->flags & HELLO_RENEGOTIATION)
		put_extension(out, EXTENSION_RENEGOTIATION, nothing, 1);
	if (hello->flags & HELLO_ETM)
		put_extension(out, EXTENSION_ETM, "", 0);
	if (hello->flags & HELLO_TICKET)
		put_extension(out, EXTENSION_TICKET, "", 0);
	if (hello->flags & HELLO_HEARTBEAT)
		put_extension(out, EXTENSION_HEARTBEAT, "\1", 1); /* peer_allowed_to_send */
	if (hello->flags & HELLO_STATUS)
		put_extension(out, EXTENSION_STATUS, "\1\0\0\0\0", 5); /* ocsp, no responders */
}

static void put_extensions(struct buf *out, const struct hello *hello, const uint8_t *seed)
{
	size_t from = begin(out, 2);
	bool is_13 = hello->version == TLS_1_3;
	if (hello->flags & HELLO_GREASE)
		put_extension(out, GREASE_EXTENSION, "", 0);
	if (hello->servername)
		put_servername(out, hello->servername);
	put_flags(out, hello);
	if (hello->group_count > 0)
		put_list16(out, EXTENSION_GROUPS, grease(hello, GREASE_GROUP), hello->groups,
			   hello->group_count);
	if (!is_13 && has_curve(hello))
		put_extension(out, EXTENSION_POINT_FORMATS, "\1\0", 2); /* uncompressed */
	if (hello->version >= TLS_1_2 && hello->scheme_count > 0)
		put_list16(out, EXTENSION_SCHEMES, grease(hello, GREASE_SCHEME), hello->schemes,
			   hello->scheme_count);
	if (hello->alpn && hello->alpn[0])
		put_alpn(out, hello->alpn);
	if (is_13) {
		put_versions(out, hello);
		put_extension(out, EXTENSION_PSK_MODES, "\1\1", 2);
		put_shares(out, hello, seed);
	}
	if (out->size == from)
		out->size = from - 2; /* old servers stumble over a list of none */
	else
		end(out, from, 2);
}

static void put_suites(struct buf *out, const struct hello *hello)
{
	size_t from = begin(out, 2);
	if (hello->flags & HELLO_GREASE)
		put16(out, GREASE_SUITE);
	for (size_t i = 0; i < hello->suite_count; i++)
		put16(out, hello->suites[i]);
	if (hello->version == SSL_3_0 && (hello->flags & HELLO_RENEGOTIATION))
		put16(out, SCSV_RENEGOTIATION);
	if (hello->flags & HELLO_FALLBACK)
		put16(out, SCSV_FALLBACK);
	end(out, from, 2);
}

static unsigned client_version(const struct hello *hello)
{
	if (hello->raw_version)
		return hello->raw_version;
	/* RFC 9846, 4.1.2: TLS 1.3 says 1.2 here. */
	enum tls_version version = hello->version < TLS_1_3 ? hello->version : TLS_1_2;
	return 0x0300U + (unsigned)(version - SSL_3_0);
}

static void put_body(struct buf *out, const struct hello *hello, const uint8_t random[HELLO_RANDOM])
{
	bool is_13 = hello->version == TLS_1_3;
	put16(out, client_version(hello));
	buf_add(out, random, RANDOM_SIZE);
	put8(out, is_13 ? SESSION_ID_SIZE : 0); /* middleboxes want one in TLS 1.3 (CIP-11) */
	buf_add(out, random + RANDOM_SIZE, is_13 ? SESSION_ID_SIZE : 0);
	put_suites(out, hello);
	if (!is_13 && (hello->flags & HELLO_COMPRESSION))
		buf_add(out, "\2\1\0", 3); /* deflate, null */
	else
		buf_add(out, "\1\0", 2);
	if (hello->version > SSL_3_0)
		put_extensions(out, hello, random + RANDOM_SIZE + SESSION_ID_SIZE);
}

/* spec/ciphers.md, 2.1: 80 2e | 01 | 00 02 | specs, session id and challenge by length. */
static void put_ssl2(struct buf *out, const struct hello *hello, const uint8_t *random)
{
	size_t from = begin(out, 2);
	put8(out, CLIENT_HELLO);
	put16(out, 0x0002);
	put16(out, (unsigned)(3 * hello->suite_count));
	put16(out, 0);
	put16(out, CHALLENGE_SIZE);
	for (size_t i = 0; i < hello->suite_count; i++) {
		put8(out, hello->suites[i] >> 16);
		put16(out, hello->suites[i] & 0xFFFF);
	}
	buf_add(out, random, CHALLENGE_SIZE);
	end(out, from, 2);
	out->data[from - 2] = (char)(out->data[from - 2] | 0x80);
}

static void put_record(struct buf *out, const struct hello *hello, const uint8_t *random)
{
	put8(out, RECORD_HANDSHAKE);
	/* CIP-4: servers must ignore it, some want it low. */
	put16(out, hello->version == SSL_3_0 ? 0x0300 : 0x0301);
	size_t record = begin(out, 2);
	put8(out, CLIENT_HELLO);
	size_t message = begin(out, 3);
	put_body(out, hello, random);
	end(out, message, 3);
	end(out, record, 2);
}

void hello_write(const struct hello *hello, const uint8_t random[HELLO_RANDOM], struct buf *out)
{
	CLEANUP(buf_free) struct buf whole = buf_new(HELLO_MAX);
	if (hello->version == SSL_2_0)
		put_ssl2(&whole, hello, random);
	else
		put_record(&whole, hello, random);
	assert(!buf_overflowed(&whole));
	buf_add(out, whole.data, whole.size);
}
