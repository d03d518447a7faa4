/* delivery.h - what xmpp-sendmsg says: the session in two lines, each message in one, or a record.
 * Pure: facts in, text out, everything of a peer escaped. */
#ifndef REPORT_DELIVERY_H
#define REPORT_DELIVERY_H

#include <jansson.h>

#include "base/buf.h"
#include "judge/delivery.h"

/* --report. "bot@example.org via 192.0.2.7:5222 starttls: TLS1.3 TLS_AES_256_GCM_SHA384 x25519,
 * certificate ok (PKIX, 61 days), forward secrecy" and "auth    SCRAM-SHA-256-PLUS (tls-exporter);
 * the server proved that it knows the password" (../shared/SCREENS.md). at: seconds since 1970, for
 * the days that are left. */
void text_session(const struct session_facts *session, int64_t at, struct arena *mem,
		  struct buf *out);
/* "sent    184 octets to admin@example.net; acknowledged by our server; no error within 2 s" */
void text_parcel(const struct delivery_facts *delivery, const struct parcel_facts *parcel,
		 struct arena *mem, struct buf *out);
/* What goes wrong, as the sentence for standard error without --report: "bounced:
 * remote-server-not-found (no such domain ...)"; "" where nothing went wrong. */
const char *text_parcel_trouble(const struct delivery_facts *delivery,
				const struct parcel_facts *parcel, struct arena *mem);
/* --dry-run --report: what was proven, instead of a message. */
void text_dry_run(const struct session_facts *session, struct buf *out);

/* "schema", "domain" (the recipient's), "status", "sendmsg" {time, status, findings, elapsed_ms,
 * id, to, from, outcome, evidence, ..., session {...}}. to_domain: A-labels; NULL: a stanza without
 * an address, whose domain is the account's. */
json_t *record_parcel(const struct delivery_facts *delivery, const struct parcel_facts *parcel,
		      const char *to_domain, int64_t at);
/* --dry-run -j, and where the session failed before any message: "domain" is the account's. */
json_t *record_session(const struct delivery_facts *delivery, const char *account_domain,
		       int64_t at);

#endif
