/* reread_parts.h - members that the sections of several tools share, back into facts. Private to
 * report/. Counterpart of record_parts.h. */
#ifndef REPORT_REREAD_PARTS_H
#define REPORT_REREAD_PARTS_H

#include "report/reread.h"
#include "report/reread_get.h"

NODISCARD bool reread_failure(const struct place *section, struct arena *mem, struct err *out,
			      struct err *err);
/* What record_put_handshake() and record_put_inside() write, and "encrypted". */
NODISCARD bool reread_walk(const struct place *section, struct arena *mem,
			   struct starttls_facts *facts, struct err *err);

/* What record_features() and record_tls() write; that of TLS stands under "tls". */
NODISCARD bool reread_features(const struct place *section, const char *key, struct arena *mem,
			       struct features *out, struct err *err);
NODISCARD bool reread_tls(const struct place *section, struct arena *mem, struct tls_facts *out,
			  struct err *err);

/* "chain_pem", "names" and "trust" of a walk, and what follows from them. */
NODISCARD bool reread_identity(const struct place *section, struct arena *mem,
			       struct starttls_facts *facts, struct err *err);
/* "chain_pem" */
NODISCARD bool reread_chain(const struct place *section, struct arena *mem, struct tls_facts *out,
			    struct err *err);
/* What the certificates of the chain say. */
void reread_certs(const struct tls_facts *tls, struct arena *mem, struct identity_facts *out);
NODISCARD bool reread_names(const struct place *section, struct arena *mem, struct name_facts *out,
			    struct err *err);
NODISCARD bool reread_trust(const struct place *section, struct arena *mem, struct path_facts *out,
			    struct err *err);
/* {"type","value"}; absent is fine. */
NODISCARD bool reread_name(const struct place *place, const char *key, struct arena *mem,
			   const struct cert_name **out, struct err *err);

/* "authenticated_by", to those in *out. */
NODISCARD bool reread_proofs(const struct place *section, struct arena *mem, unsigned *out,
			     struct err *err);

/* Of the certcheck section: what record_put_evidence() and record_put_past() write. */
NODISCARD bool reread_evidence(const struct place *section, struct arena *mem,
			       struct certcheck_facts *facts, struct err *err);
NODISCARD bool reread_past(const struct place *section, struct arena *mem,
			   struct certcheck_facts *facts, struct err *err);

/* Of the ciphers section: everything about the server but versions and suites. */
NODISCARD bool reread_survey(const struct place *section, struct arena *mem,
			     struct survey_facts *out, struct err *err);
/* {"number","name"} to -1 or the number. */
NODISCARD bool reread_alert(const struct place *place, const char *key, int *out, struct err *err);

#endif
