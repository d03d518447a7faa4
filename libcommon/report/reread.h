/* reread.h - records back into facts: the input of pipelines and of --rejudge. Hostile until
 * parsed; fuzzed. Pure. */
#ifndef REPORT_REREAD_H
#define REPORT_REREAD_H

#include "report/record.h"

#define RECORD_MAX                                                                                 \
	(16 * 1024 * 1024) /* octets of one line: 200 endpoints with their chains take a tenth */
#define RECORD_ENDPOINTS 1000
/* Of one line. An endpoint has 1,600 when all tools have been there and it accepts all it can. */
#define RECORD_VALUES 500000

/* How many values a line holds, or more where objects and lists are empty; it need not be a record.
 * Quick: what a line will take once it is parsed shows before. */
size_t reread_values(const char *line, size_t size);

/* One line to a record that has "schema" (not newer than ours) and "domain" or "input", and members
 * of the right types as far as we read them. err names the member: "endpoints[3].port: not a port
 * number"; its code is ERR_UNSUPPORTED where a newer program wrote the record. */
NODISCARD bool reread_line(const char *line, size_t size, json_t **out, struct err *err);
/* Endpoints that a file gave (SOURCE_FILE) are among them, so that indices agree with the record's,
 * and are never to be connected to. */
NODISCARD bool reread_endpoints(const json_t *record, struct arena *mem, struct endpoint_list *out,
				struct err *err);
/* Facts of the "starttls" section as far as the record keeps them; false when there is no such
 * section (err says so) or it has wrong types. */
NODISCARD bool reread_starttls(const json_t *endpoint, struct arena *mem,
			       struct starttls_facts *out, struct err *err);
/* Facts of the "certcheck" section, its chain from there or from the "starttls" section beside it:
 * enough to judge anew without the network. Likewise false. */
NODISCARD bool reread_certcheck(const json_t *endpoint, struct arena *mem,
				struct certcheck_facts *out, struct err *err);
/* Facts of the "ciphers" section, likewise. */
NODISCARD bool reread_ciphers(const json_t *endpoint, struct arena *mem, struct ciphers_facts *out,
			      struct err *err);
/* Facts of the "dialback" section, likewise. */
NODISCARD bool reread_dialback(const json_t *endpoint, struct arena *mem,
			       struct dialback_facts *out, struct err *err);
NODISCARD bool reread_dns(const json_t *record, struct arena *mem, struct dns_facts *out,
			  struct err *err);
/* "2026-11-22T15:04:05Z" to seconds. */
NODISCARD bool reread_time(const char *text, int64_t *out);

#endif
