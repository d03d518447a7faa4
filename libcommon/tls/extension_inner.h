/* extension_inner.h - one extension, and the functions that read each kind of it. For extension.c.
 */
#ifndef TLS_EXTENSION_INNER_H
#define TLS_EXTENSION_INNER_H

#include "tls/extension.h"

struct extension {
	struct bytes oid, value; /* value: what stands in extnValue */
	bool critical;
};

/* What reads one kind writes to. */
struct reading {
	struct cert_facts *cert;
	struct arena *mem;
	struct bytes *names;
	bool *names_critical;
};

/* Each notes what it finds in reading->cert, in the order of RFC 5280, 4.2. */
void extension_read_basic(struct reading *reading, const struct extension *extension);
void extension_read_usage(struct reading *reading, const struct extension *extension);
void extension_read_purposes(struct reading *reading, const struct extension *extension);
void extension_read_features(struct reading *reading, const struct extension *extension);
void extension_read_names(struct reading *reading, const struct extension *extension);
void extension_read_access(struct reading *reading, const struct extension *extension);
void extension_read_points(struct reading *reading, const struct extension *extension);
void extension_read_constraints(struct reading *reading, const struct extension *extension);
void extension_read_policies(struct reading *reading, const struct extension *extension);
void extension_read_mappings(struct reading *reading, const struct extension *extension);
void extension_read_policy_constraints(struct reading *reading, const struct extension *extension);
void extension_read_inhibit(struct reading *reading, const struct extension *extension);
void extension_read_subject_key(struct reading *reading, const struct extension *extension);
void extension_read_authority_key(struct reading *reading, const struct extension *extension);
void extension_read_scts(struct reading *reading, const struct extension *extension);
void extension_read_poison(struct reading *reading, const struct extension *extension);
void extension_read_nothing(struct reading *reading, const struct extension *extension);

#endif
