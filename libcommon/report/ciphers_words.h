/* ciphers_words.h - what the screens and lines of xmpp-ciphers say in the same words. Private to
 * report/. All in the caller's arena, all escaped. */
#ifndef REPORT_CIPHERS_WORDS_H
#define REPORT_CIPHERS_WORDS_H

#include "report/ciphers_parts.h"
#include "report/words.h"

/* Different suites, whatever the version, by their worst verdict. */
struct suite_counts {
	size_t all, weak, insecure;
};
struct suite_counts ciphers_count(const struct ciphers_facts *const *ciphers, size_t count,
				  const struct policy *policy, struct arena *mem);

/* "TLS1.2 TLS1.3, 6 suites, forward secrecy always", "connection refused"; without the number of
 * suites where counted is false. */
const char *ciphers_state(const struct ciphers_facts *facts, bool counted, struct arena *mem);
/* What all endpoints say, in one sentence. */
const char *ciphers_target_state(const struct ciphers_view *view, bool counted, struct arena *mem);
/* What trouble_words() says, where the state does not say it already; NULL. */
const char *ciphers_trouble(const struct ciphers_view *view, const char *state, struct arena *mem);
/* "cut short by --max-connections", "cut short: the server would have no more connections (…)";
 * NULL: it was not. */
const char *cut_words(const struct ciphers_facts *facts, struct arena *mem);
/* A name, or the number where there is none. */
const char *group_shown(uint16_t code, struct arena *mem);

#endif
