/* posh.h - PKIX over Secure HTTP (RFC 7711): the documents, and whether they list a certificate.
 *
 * Pure: fetching is net/https and run/. Any thread; everything in the arena. */
#ifndef TLS_POSH_H
#define TLS_POSH_H

#include "base/arena.h"
#include "tls/cert.h"

#define POSH_DOCUMENT_MAX ((size_t)64 * 1024)
#define POSH_FINGERPRINTS 256

struct posh_fingerprint {
	bool has_sha256, has_sha512;
	uint8_t sha256[32], sha512[64]; /* of the certificate's DER (CRT-52) */
};

/* One document: fingerprints, or a reference to another. */
struct posh_document {
	const char *url; /* the reference; NULL: fingerprints */
	struct posh_fingerprint *fingerprints;
	size_t count;
	uint64_t expires; /* seconds; 0: to be ignored (CRT-54) */
};

/* False: what is wrong with the document, for its publisher (ERR_PROTOCOL; ERR_LIMIT where it is
 * too large); may repeat words of it: escape. An entry without a digest we take is left out. */
NODISCARD bool posh_parse(struct bytes json, struct arena *mem, struct posh_document *out,
			  struct err *err);
/* CRT-57: by the strongest digest of each entry. */
bool posh_lists(const struct posh_document *document, struct bytes der);
/* The document to publish for these certificates; a line end behind. */
const char *posh_write(const struct bytes *ders, size_t count, uint64_t expires, struct arena *mem);
/* "https://example.org/.well-known/posh/xmpp-server.json"; service: "xmpp-server" */
const char *posh_url(const char *domain, const char *service, struct arena *mem);

enum posh_status {
	POSH_NOT_CHECKED,
	POSH_NONE,    /* 404 or 410, a web page, no web server: nothing is published */
	POSH_FAILED,  /* could not be asked, or the HTTPS is not valid: proves nothing */
	POSH_INVALID, /* the document is wrong */
	POSH_EXPIRED, /* expires 0 */
	POSH_MATCH,
	POSH_MISMATCH,
};

struct posh_facts {
	enum posh_status status;
	const char *url;       /* the one of the domain */
	const char *reference; /* the document it refers to, or where redirects led; NULL: none */
	uint64_t expires;      /* seconds: the lowest of both documents' and what is left of
				  the HTTPS certificates' lives (CRT-54); 0: none */
	size_t fingerprints;   /* how many certificates it lists */
	int64_t date;          /* the web server's clock; 0: not told */
	const char *reason;    /* one sentence where not POSH_MATCH; NULL otherwise */
	double elapsed_ms;
	bool https_invalid; /* POSH_FAILED because a web server's certificate is not valid */
};

/* What a domain publishes for a service: fetched once, then held against the certificate of each
 * endpoint. */
struct posh_published {
	struct posh_document document; /* what counts: behind the reference where there is one */
	struct posh_facts facts; /* POSH_NOT_CHECKED where only the comparison is left to make */
};

/* Holds one certificate against what is published; out is in the arena of mem. Where nothing of use
 * is published, out says so. */
void posh_match(const struct posh_published *published, struct bytes der, struct arena *mem,
		struct posh_facts *out);

/* "not-checked" "none" "failed" "invalid" "expired" "match" "mismatch" */
const char *posh_status_text(enum posh_status status);
NODISCARD bool posh_status_parse(const char *text, enum posh_status *out);

#endif
