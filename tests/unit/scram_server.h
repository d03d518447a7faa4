/* scram_server.h - the other end of SCRAM (RFC 5802), small, and checked against the published
 * vectors before it judges anybody. */
#ifndef SCRAM_SERVER_H
#define SCRAM_SERVER_H

#include <gnutls/crypto.h>

#include "unit.h"

#include "base/base64.h"
#include "tls/binding.h"

#define SCRAM_HASH_MAX 64

struct scram_server {
	const char *mechanism;
	const char *password;                  /* prepared */
	const char *nonce, *salt, *extensions; /* the nonce's end; base64; "" or ",h=..." */
	unsigned iterations;
	struct bytes binding;
	struct arena *mem;
	/* What was said: */
	const char *client_first, *server_first;
	uint8_t salted[SCRAM_HASH_MAX], server_key[SCRAM_HASH_MAX];
};

static inline gnutls_mac_algorithm_t scram_mac(const struct scram_server *server)
{
	if (strncmp(server->mechanism, "SCRAM-SHA-512", 13) == 0)
		return GNUTLS_MAC_SHA512;
	return strncmp(server->mechanism, "SCRAM-SHA-256", 13) == 0 ? GNUTLS_MAC_SHA256
								    : GNUTLS_MAC_SHA1;
}

static inline size_t scram_size(const struct scram_server *server)
{
	return gnutls_hmac_get_len(scram_mac(server));
}

static inline void scram_hmac(const struct scram_server *server, const uint8_t *key,
			      const char *text, uint8_t *out)
{
	assert_int_equal(gnutls_hmac_fast(scram_mac(server), key, scram_size(server), text,
					  strlen(text), out),
			 0);
}

/* "n,,n=user,r=NONCE" and "r=..." -> the server's first message */
static inline const char *scram_server_first(struct scram_server *server, const char *client_first)
{
	const char *nonce = strstr(client_first, ",r=");
	assert_non_null(nonce);
	server->client_first = arena_copy(server->mem, client_first);
	server->server_first = arena_printf(server->mem, "r=%s%s,s=%s,i=%u%s", nonce + 3,
					    server->nonce, server->salt, server->iterations,
					    server->extensions);
	return server->server_first;
}

/* Behind the gs2 header, which has two commas. */
static inline const char *scram_bare(const char *client_first)
{
	return strchr(strchr(client_first, ',') + 1, ',') + 1;
}

/* c= must say again what the header was, with what it binds to. */
static inline bool scram_binding_agrees(const struct scram_server *server, const char *final)
{
	size_t header = (size_t)(scram_bare(server->client_first) - server->client_first);
	size_t size = header;
	uint8_t *data = arena_alloc(server->mem, header + server->binding.size);
	memcpy(data, server->client_first, header);
	if (server->client_first[0] == 'p') {
		memcpy(data + header, server->binding.data, server->binding.size);
		size += server->binding.size;
	}
	char *coded = arena_alloc(server->mem, BASE64_ROOM(size));
	base64_encode(data, size, coded);
	return strncmp(final, "c=", 2) == 0 && strncmp(final + 2, coded, strlen(coded)) == 0 &&
	       final[2 + strlen(coded)] == ',';
}

static inline const char *scram_auth_message(const struct scram_server *server, const char *final,
					     size_t without_proof)
{
	return arena_printf(server->mem, "%s,%s,%.*s", scram_bare(server->client_first),
			    server->server_first, (int)without_proof, final);
}

static inline void scram_derive(struct scram_server *server, uint8_t *client_key)
{
	struct bytes salt;
	assert_true(base64_decode(server->salt, strlen(server->salt), server->mem, &salt));
	const gnutls_datum_t password = { (unsigned char *)(uintptr_t)server->password,
					  (unsigned)strlen(server->password) };
	const gnutls_datum_t salt_data = { (unsigned char *)(uintptr_t)salt.data,
					   (unsigned)salt.size };
	assert_int_equal(gnutls_pbkdf2(scram_mac(server), &password, &salt_data, server->iterations,
				       server->salted, scram_size(server)),
			 0);
	scram_hmac(server, server->salted, "Client Key", client_key);
	scram_hmac(server, server->salted, "Server Key", server->server_key);
}

/* RFC 5802, 3: ClientProof = ClientKey XOR HMAC(H(ClientKey), AuthMessage) */
static inline bool scram_proof_holds(struct scram_server *server, const char *message,
				     const char *proof)
{
	uint8_t key[SCRAM_HASH_MAX], stored[SCRAM_HASH_MAX], signature[SCRAM_HASH_MAX];
	char wanted[BASE64_ROOM(SCRAM_HASH_MAX)];
	size_t size = scram_size(server);
	scram_derive(server, key);
	assert_int_equal(gnutls_hash_fast((gnutls_digest_algorithm_t)scram_mac(server), key, size,
					  stored),
			 0);
	scram_hmac(server, stored, message, signature);
	for (size_t i = 0; i < size; i++)
		key[i] ^= signature[i];
	base64_encode(key, size, wanted);
	return strcmp(wanted, proof) == 0;
}

/* "v=..." or "e=..." */
static inline const char *scram_server_final(struct scram_server *server, const char *client_final)
{
	uint8_t signature[SCRAM_HASH_MAX];
	char coded[BASE64_ROOM(SCRAM_HASH_MAX)];
	const char *proof = strstr(client_final, ",p=");
	assert_non_null(proof);
	const char *message = scram_auth_message(server, client_final,
						 (size_t)(proof - client_final));
	bool right = scram_proof_holds(server, message, proof + 3);
	if (!scram_binding_agrees(server, client_final))
		return "e=channel-bindings-dont-match";
	if (!right)
		return "e=invalid-proof";
	scram_hmac(server, server->server_key, message, signature);
	base64_encode(signature, scram_size(server), coded);
	return arena_printf(server->mem, "v=%s", coded);
}

#endif
