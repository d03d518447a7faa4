/* digest_parts.h - the parts of a digest. Private to report/. */
#ifndef REPORT_DIGEST_PARTS_H
#define REPORT_DIGEST_PARTS_H

#include "report/digest.h"
#include "report/reread_parts.h"

/* The tools that examine endpoints, in the order of a pipeline. */
#define SECTION_COUNT 4
extern const char *const digest_sections[SECTION_COUNT];

/* digest_endpoint.c: all that the sections of one endpoint say but for findings; *newest becomes
 * the time of the newest section if that is later. */
NODISCARD bool digest_endpoint_read(const struct place *place, const struct endpoint *at,
				    struct arena *mem, struct digest_endpoint *out, int64_t *newest,
				    struct err *err);
/* What proves the peer, as a section says; 0: nothing, or it says nothing. */
NODISCARD bool digest_proofs_read(const struct place *section, struct arena *mem, unsigned *out,
				  struct err *err);

/* digest_service.c: what the endpoints, which are read already, come to. */
void digest_services_take(struct digest *out);

/* digest_sections.c: what one tool alone says; behind what they share. */
NODISCARD bool digest_sections_read(const struct place *endpoint, struct arena *mem,
				    struct digest_endpoint *out, struct err *err);

/* digest_leaf.c: subject, issuer, key and dates. */
NODISCARD bool digest_leaf_read(const struct place *endpoint, struct arena *mem,
				struct digest_endpoint *out, struct err *err);

/* digest_findings.c: those of the record and of the endpoints, which are read already. */
NODISCARD bool digest_findings_read(const json_t *record, struct arena *mem, struct digest *out,
				    struct err *err);

#endif
