/* record_parts.h - what the sections of several tools say in the same members. Private to report/.
 *
 * record_put_*() add members to a section, in order; the others return a value that is the
 * caller's. */
#ifndef REPORT_RECORD_PARTS_H
#define REPORT_RECORD_PARTS_H

#include "report/record.h"

/* "failure", where there is one. */
void record_put_failure(json_t *section, const struct err *failure);
/* "steps", "failure", "stream_before", "features_before", "answer", "tls". */
void record_put_handshake(json_t *section, const struct starttls_facts *facts);
/* "stream_after", "features_after", "active" and what else was seen inside TLS. */
void record_put_inside(json_t *section, const struct starttls_facts *facts);

/* Empty where no features element arrived. */
json_t *record_features(const struct features *features);
json_t *record_tls(const struct tls_facts *tls);

json_t *record_names(const struct name_facts *names);
json_t *record_certificate(const struct cert_facts *cert, int64_t now);
json_t *record_trust(const struct path_facts *path);
json_t *record_chain_pem(const struct tls_facts *tls);
/* One connection of a dialback. */
json_t *record_link(const struct link_facts *link);

/* {"type","value"}; nothing for NULL. */
void record_put_name(json_t *object, const char *key, const struct cert_name *name);
/* Of the certcheck section: "dane", "posh", "staple", "scts", "crl", "caa". */
void record_put_evidence(json_t *section, const struct certcheck_facts *facts,
			 const struct check_rules *rules);
/* Of the certcheck section: "change", "pins", "local", "subdomains", "discovery". */
void record_put_past(json_t *section, const struct certcheck_facts *facts);

/* Whole days; less than none is -1 at once. */
int64_t record_days(int64_t seconds);
void record_put_days(json_t *object, const char *key, int64_t seconds);
/* In seconds; both ends count (RFC 5280, 4.1.2.5). */
int64_t record_lifetime(const struct cert_facts *cert);

#endif
