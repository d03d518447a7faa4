/* check_words.h - what the screens and lines of xmpp-certcheck say in the same words. Private to
 * report/. All in the caller's arena, all escaped. */
#ifndef REPORT_CHECK_WORDS_H
#define REPORT_CHECK_WORDS_H

#include "report/certcheck_parts.h"
#include "report/words.h"

/* A certificate came and could be read. */
bool check_has_cert(const struct certcheck_facts *facts);
/* It is proven to be the domain's; of a file without a domain: it is trusted. */
bool check_is_good(const struct certcheck_facts *facts);
/* "valid", "valid (DANE)", "trusted, names not judged", "expired and for another name",
 * "connection refused" */
const char *check_state(const struct certcheck_facts *facts, struct arena *mem);
/* "51 of 90 days left", "ended 3 days ago" */
const char *check_left(const struct certcheck_facts *facts, struct arena *mem);
/* "PKIX+DANE", "" for none; separated by the character given */
const char *check_proofs(unsigned proofs, char separator, struct arena *mem);
int64_t check_days_left(const struct certcheck_facts *facts);
/* "5 hours", "1 day", "21 days" */
const char *check_span(int64_t seconds, struct arena *mem);
/* What a certificate is called: CN, else the first DNS name, else the subject. */
const char *check_cert_name(const struct cert_facts *cert, struct arena *mem);

/* What all endpoints say, in one sentence. */
const char *check_target_state(const struct check_view *view, struct arena *mem);
/* What trouble_words() says, where the state does not say it already; NULL. */
const char *check_trouble(const struct check_view *view, const char *state, struct arena *mem);
/* "c2s 192.0.2.7:5222", "c2s 2 of 3 endpoints, s2s": which of the examined ones these are. */
const char *check_where(const struct check_view *view, const bool *members, struct arena *mem);

#endif
