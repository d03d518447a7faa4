/* ciphers_parts.h - what the record, the comparison and the screens of an enumeration ask in the
 * same way. Private to report/. Pure. */
#ifndef REPORT_CIPHERS_PARTS_H
#define REPORT_CIPHERS_PARTS_H

#include <jansson.h>

#include "judge/ciphers.h"

/* The answers of yes and no among struct property_facts. */
#define PROPERTY_COUNT 22
const char *property_key(size_t index); /* the record's: "session_tickets" */
enum seen *property_at(struct property_facts *facts, size_t index);

/* "all" "suites" "groups" "versions" */
const char *survey_scope_name(enum survey_scope scope);
NODISCARD bool survey_scope_parse(const char *name, enum survey_scope *out);

/* Some version was spoken: there is something to show. */
bool ciphers_answered(const struct ciphers_facts *facts);
/* The members of a section that tell what the server is like, without those of the walk and its
 * cost. The caller's. */
json_t *record_survey(const struct ciphers_facts *facts, const struct policy *policy);

#endif
