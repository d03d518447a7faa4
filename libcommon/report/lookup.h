/* lookup.h - what the look-ups of a record say, read as they stand. Private to report/.
 *
 * Pure. Members of other types than a tool writes are as good as absent. */
#ifndef REPORT_LOOKUP_H
#define REPORT_LOOKUP_H

#include "report/digest.h"

/* "dns" of the record; NULL: it has none. */
const json_t *lookup_dns(const struct digest *digest);
/* An entry of "lookups" or of "srv" asks for this SRV name, of whatever domain. */
bool lookup_is_of(const json_t *entry, enum service service, enum transport transport);
/* Of an entry of "lookups". Yes and no are answers: a name that is not there, or without such
 * records, publishes nothing; that a server did not answer says nothing. */
enum seen_answer lookup_answer(const json_t *lookup);
/* The SRV record that leads to this endpoint; NULL: none does. */
const json_t *lookup_srv(const struct digest *digest, const struct digest_endpoint *at);

#endif
