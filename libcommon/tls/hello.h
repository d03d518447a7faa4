/* hello.h - writes a ClientHello as plain data describes it: SSL 2.0 to TLS 1.3.
 *
 * What to ask is the caller's business (survey.h); no key is ever made, so a hello can ask for what
 * no library here supports. Pure: the random octets come from the caller, too. spec/ciphers.md,
 * sections 2 and 3; RFC 9846, 4.1.2; RFC 5246, 7.4.1.2 and E.2; RFC 6101. */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "tls/version.h"

enum hello_flag {
	HELLO_RENEGOTIATION = 1 << 0, /* renegotiation_info; in SSL 3.0 suite 0x00FF (CIP-5) */
	HELLO_EMS = 1 << 1,           /* extended_master_secret */
	HELLO_ETM = 1 << 2,           /* encrypt_then_mac */
	HELLO_TICKET = 1 << 3,        /* session_ticket, empty */
	HELLO_HEARTBEAT = 1 << 4,     /* heartbeat, peer_allowed_to_send */
	HELLO_STATUS = 1 << 5,        /* status_request */
	HELLO_COMPRESSION = 1 << 6,   /* deflate before null; never in TLS 1.3 */
	HELLO_FALLBACK = 1 << 7,      /* TLS_FALLBACK_SCSV (RFC 7507) */
	HELLO_GREASE = 1 << 8,        /* RFC 8701: unknown suites, groups, schemes, extensions,
					 versions, a share of one zero octet */
	HELLO_SHARE = 1 << 9,         /* a key share for .share_group, else an empty list */
};

struct hello {
	/* What is asked for. SSL_2_0: the V2 CLIENT-HELLO, suites are kinds of three octets.
	 * SSL_3_0: no extensions at all. TLS_1_3: supported_versions holds 1.3 alone, legacy
	 * version 0x0303, a session id, an empty key_share. Others: client_version, no
	 * supported_versions. */
	enum tls_version version;
	uint16_t raw_version;   /* instead of the version's number in client_version; 0: none.
				   Intolerance probes (CIP-27) */
	const uint32_t *suites; /* in the order offered */
	size_t suite_count;
	const uint16_t *groups; /* none: the extension is left out */
	size_t group_count;
	const uint16_t *schemes; /* likewise; TLS 1.2 and later only */
	size_t scheme_count;
	uint16_t share_group;   /* HELLO_SHARE: x25519 or any whose length groups.h knows; the
				   octets are random, which for x25519 is a valid share */
	const char *servername; /* A-labels; NULL: no server_name */
	const char *alpn;       /* comma-separated; NULL: none */
	unsigned flags;         /* enum hello_flag */
};

#define HELLO_RANDOM                                                                               \
	96 /* octets of randomness one hello may use: random, session id, share seed               \
	    */
#define HELLO_MAX 16384

/* Appends records of the hello, ready for the wire. More octets than random holds (a share of a
 * hybrid) are made from it by repetition of SHA-256: nobody reads them. */
void hello_write(const struct hello *hello, const uint8_t random[HELLO_RANDOM], struct buf *out);

#endif
