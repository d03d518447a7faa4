/* limit.h - name constraints: which names a CA allows below itself. RFC 5280, 4.2.1.10; RFC 4985, 4
 * for SRV-IDs.
 *
 * Ours, because GnuTLS 3.7.9 gets several forms wrong and lets intermediates, wildcards and
 * malformed names escape. Pure; any thread. */
#ifndef TLS_LIMIT_H
#define TLS_LIMIT_H

#include "tls/cert.h"

/* A hostile pair of lists would take quadratic time: more work than that for one search and the
 * names are refused. A comparison is 16 units and one an octet of the name, passing over a subtree
 * of another form one; browsers draw the line at the same order, 2^20 comparisons. */
#define LIMIT_WORK_MAX ((size_t)1 << 23)

/* Do the constraints of ca (which has some) allow every name of cert: the subject, what the SAN
 * holds, mail addresses of the subject? NULL: yes, else a sentence, why not, which may repeat 100
 * octets of a name: escape. *work counts units. */
const char *limit_breach(const struct cert_facts *ca, const struct cert_facts *cert, size_t *work,
			 struct arena *mem);
/* What is wrong with it and changes nothing, NULL if nothing: a leading dot in a dNSName. */
const char *limit_lapse(struct bytes constraints);
/* Do they limit DNS names, whether they permit or exclude some? Malformed ones do. */
bool limit_binds_hosts(struct bytes constraints);
/* What is wrong with the extension itself, NULL if nothing: no name can be allowed under it. */
const char *limit_defect(struct bytes constraints);

#endif
