/* cert.h - what one certificate says, as plain data.
 *
 * Reads DER, judges nothing. Everything returned lives in the caller's arena, der itself is only
 * pointed to. Safe from any thread. Names are as in the certificate: escape before showing. */
#ifndef TLS_CERT_H
#define TLS_CERT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum name_type {
	NAME_DNS,  /* DNS-ID: dNSName */
	NAME_SRV,  /* SRV-ID: otherName id-on-dnsSRV, RFC 4985 */
	NAME_XMPP, /* XmppAddr: otherName id-on-xmppAddr, RFC 6120, 13.7.1.4 */
	NAME_IP,   /* IP-ID: iPAddress */
	NAME_URI,
	NAME_EMAIL,
	NAME_CN,    /* CN-ID: shown, never matched (RFC 9525, appendix A) */
	NAME_OTHER, /* anything else in the SAN */
};

/* One presented identifier. */
struct cert_name {
	enum name_type type;
	const char *value; /* text; IP addresses in numeric form; NUL and non-text octets escaped as
			      \xHH */
	struct bytes raw;  /* the octets as presented: what is matched */
	const char *malformed; /* why it must be ignored (CRT-15), else NULL: "contains NUL", "not
				  ASCII", "empty", "wrong string type" ... */
};

struct cert_facts {
	struct bytes der;
	const char *subject, *issuer; /* RFC 4514 strings, "" if empty */
	struct bytes subject_der, issuer_der;
	const char *serial;      /* lower-case hex */
	const char *common_name; /* first CN of the subject, NULL if none */
	struct cert_name *names; /* the SAN in order; CNs of the subject behind, as NAME_CN */
	size_t name_count;
	int64_t not_before, not_after; /* seconds since 1970 */
	const char *key;               /* "RSA" "EC P-256" "Ed25519" ... */
	unsigned bits;
	const char *signature; /* "sha256WithRSAEncryption", "ecdsa-with-SHA384", "Ed25519",
				  "rsassaPss" */
	uint8_t sha256[32];    /* of the whole certificate */
	uint8_t spki_sha256[32];
	bool is_ca, self_issued;
	bool has_name_constraints; /* of whatever kind of name: RFC 5280, 4.2.1.10 */
	bool has_eku, eku_server, eku_client, eku_any;
	bool eku_foreign; /* signs code, OCSP answers or times besides */
	bool must_staple;
	unsigned version; /* 1 to 3 */
	bool has_basic_constraints;
	int path_length; /* pathLenConstraint; -1: none */
	bool has_key_usage;
	unsigned key_usage; /* enum key_usage */
	/* Extensions not looked into here, empty where absent: what stands in extnValue. */
	struct bytes alternatives /* subjectAltName */, name_constraints, policies, policy_mappings,
		policy_constraints, inhibit_any, subject_key_id, authority_key_id, scts;
	struct bytes features;          /* RFC 7633: INTEGERs, one behind the other */
	const char *ocsp_url, *crl_url; /* the first of each; NULL: none */
	const char *critical_unknown;   /* OID of a critical extension nobody knows; NULL */
	/* What is wrong with it by itself, the first thing of each kind, NULL if nothing: what no
	 * program may pass over ("its key usage is malformed"), what breaks a rule that binds the
	 * CA only ("its serial number is zero"), and what does so without consequence ("it has no
	 * authority key identifier"). */
	const char *defect, *lapse, *blemish;
	uint64_t subject_hash, issuer_hash; /* dn_hash(): to compare many */
	/* Not by cert_read(): GnuTLS is known to read it (tls_facts.chain_read), so that path.c
	 * need not ask. */
	bool read_by_gnutls;
	/* DER: what is signed, SubjectPublicKeyInfo, AlgorithmIdentifier; and the signature. */
	struct bytes tbs, key_info, signature_algorithm, signature_value;
};

/* RFC 5280, 4.2.1.3: bit 0 first. */
enum key_usage {
	USAGE_DIGITAL_SIGNATURE = 1 << 0,
	USAGE_NON_REPUDIATION = 1 << 1,
	USAGE_KEY_ENCIPHERMENT = 1 << 2,
	USAGE_DATA_ENCIPHERMENT = 1 << 3,
	USAGE_KEY_AGREEMENT = 1 << 4,
	USAGE_CERT_SIGN = 1 << 5,
	USAGE_CRL_SIGN = 1 << 6,
	USAGE_ENCIPHER_ONLY = 1 << 7,
	USAGE_DECIPHER_ONLY = 1 << 8,
};

/* Each name costs some hundred times its octets until it stands in a record, and a stranger chooses
 * how many there are. Authorities stop at 100 to 2000. */
#define CERT_NAMES_MAX 4096

/* Elements of DER, those in extensions included: a library's tree of them takes 400 octets each.
 * CERT_NAMES_MAX names need four each at most. */
#define CERT_ELEMENTS_MAX 32768

/* False: no certificate (ERR_PROTOCOL), or more than CERT_NAMES_MAX names or CERT_ELEMENTS_MAX
 * elements (ERR_LIMIT). */
NODISCARD bool cert_read(struct bytes der, struct arena *mem, struct cert_facts *out,
			 struct err *err);
/* Subject and issuer alone, without a library: the trust bundle is scanned with it. */
NODISCARD bool cert_peek(struct bytes der, struct bytes *subject, struct bytes *issuer);

/* PEM of one certificate, 64 columns. */
const char *cert_pem(struct bytes der, struct arena *mem);
/* PEM text with any text around the blocks, to DER; the first `room` certificates. Returns how
 * many; *broken counts blocks that are not base64 or have no END. */
size_t cert_from_pem(struct bytes pem, struct arena *mem, struct bytes *out, size_t room,
		     size_t *broken);

/* "DNS-ID" "SRV-ID" "XmppAddr" "IP-ID" "URI-ID" "email" "CN-ID" "other" */
const char *name_type_text(enum name_type type);
NODISCARD bool name_type_parse(const char *text, enum name_type *out);

#endif
