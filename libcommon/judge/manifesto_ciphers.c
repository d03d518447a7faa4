/* Promises that an enumeration decides better than one handshake: manifesto.md, MAN-17 to MAN-24.
 */
#include "judge/ciphers_parts.h"
#include "judge/manifesto_parts.h"

#define DH_LEAST 2048

static struct answer unknown(enum seen seen)
{
	return says(PROMISE_NOT_TESTABLE,
		    seen == SEEN_UNCLEAR ? "no clear answer" : "not asked for");
}

/* MAN-17, MAN-18: what 2014 allowed has been forbidden since, and that is bcp195's business. */
struct answer enumerated_sw_3(const struct door *door)
{
	const struct version_seen *versions = door->survey->versions;
	const struct tls_facts *tls = &door->facts->tls;
	if (versions[SSL_3_0].offered == SEEN_YES)
		return says(PROMISE_BROKEN, "SSL 3.0 is accepted");
	for (enum tls_version version = TLS_1_2; version <= TLS_1_3; version++) {
		if (versions[version].offered != SEEN_YES && versions[version].offered != SEEN_NO)
			return unknown(versions[version].offered);
	}
	bool modern = versions[TLS_1_3].offered == SEEN_YES;
	if (!modern && versions[TLS_1_2].offered == SEEN_NO)
		return says(PROMISE_BROKEN, "TLS 1.2 or newer is not spoken");
	if (modern && tls->up && tls->version < TLS_1_3 &&
	    (tls->newest_offered == TLS_VERSION_NONE || tls->newest_offered == TLS_1_3))
		return says(PROMISE_BROKEN, "TLS 1.3 is spoken, but not preferred");
	if (versions[TLS_1_0].offered == SEEN_YES || versions[TLS_1_1].offered == SEEN_YES)
		return says(PROMISE_KEPT,
			    "TLS 1.0 or 1.1 besides: allowed in 2014, forbidden since 2021");
	return says(PROMISE_KEPT, tls_version_name(modern ? TLS_1_3 : TLS_1_2));
}

/* MAN-19 */
struct answer enumerated_sw_4(const struct door *door)
{
	enum seen offered = door->survey->versions[SSL_2_0].offered;
	if (offered == SEEN_YES)
		return says(PROMISE_BROKEN, "SSL 2.0 is accepted");
	return offered == SEEN_NO ? says(PROMISE_KEPT, NULL) : unknown(offered);
}

static unsigned smallest_field(const struct survey_facts *survey)
{
	unsigned bits = 0;
	for (size_t i = 0; i < survey->field_count; i++) {
		unsigned own = survey->fields[i].bits;
		bits = own > 0 && (!bits || own < bits) ? own : bits;
	}
	return bits;
}

/* MAN-21 to MAN-24 */
struct answer enumerated_sw_6(const struct door *door)
{
	enum fs_promise promise = door->survey->forward_secrecy;
	if (promise == FS_NEVER)
		return says(PROMISE_BROKEN, "no suite has forward secrecy");
	if (!survey_prefers_secrecy(door->survey))
		return says(PROMISE_BROKEN,
			    "a suite without forward secrecy is chosen before one with it");
	if (promise == FS_UNKNOWN)
		return says(PROMISE_NOT_TESTABLE, "the suites were not all asked for");
	unsigned bits = smallest_field(door->survey);
	if (bits > 0 && bits < DH_LEAST)
		return says(PROMISE_KEPT,
			    arena_printf(door->mem, "in name only: a group of %u bits", bits));
	return says(PROMISE_KEPT, promise == FS_ALWAYS ? "required: nothing else is accepted"
						       : "preferred, not required");
}
