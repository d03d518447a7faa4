/* sct.h - signed certificate timestamps (RFC 6962, 3.3): parsed and shown; whose log signed them is
 * not judged, for that needs a list that changes by the month (CRT-63).
 *
 * Pure; any thread; everything in the arena. */
#ifndef TLS_SCT_H
#define TLS_SCT_H

#include "base/arena.h"
#include "base/bytes.h"

enum sct_source {
	SCT_CERTIFICATE, /* the extension of the certificate */
	SCT_TLS,         /* the TLS extension */
	SCT_OCSP,        /* the stapled OCSP response */
};

struct sct {
	enum sct_source source;
	uint8_t version; /* 0: v1 */
	uint8_t log[32]; /* hash of the log's key */
	int64_t time_ms; /* milliseconds since 1970 */
};

#define SCT_MAX 32 /* real ones have 2 to 5 */

struct sct_facts {
	struct sct *list;
	size_t count;
	const char *problem; /* why a list could not be read; NULL */
};

/* Adds a SignedCertificateTimestampList (the content of the TLS extension, or of the OCTET STRING
 * inside the X.509 extension) to facts. */
void sct_read(struct bytes list, enum sct_source source, struct arena *mem, struct sct_facts *out);
/* The list in the extension 1.3.6.1.4.1.11129.2.4.2: an OCTET STRING around it. */
void sct_read_extension(struct bytes extension, struct arena *mem, struct sct_facts *out);
/* "certificate" "tls" "ocsp" */
const char *sct_source_text(enum sct_source source);

#endif
