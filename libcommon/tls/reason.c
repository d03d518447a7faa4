/* The sentences of route.h: why a path was not trusted, for an operator. */
#include <string.h>
#include <time.h>

#include "tls/route.h"

const char *cert_day(int64_t when, struct arena *mem)
{
	struct tm parts;
	time_t seconds = when;
	char text[32];
	if (!gmtime_r(&seconds, &parts) || strftime(text, sizeof(text), "%Y-%m-%d", &parts) == 0)
		return "a date out of range";
	return arena_copy(mem, text);
}

const char *cert_whose(const struct cert_facts *cert, bool is_leaf, struct arena *mem)
{
	if (is_leaf)
		return "the certificate";
	return arena_printf(mem, "the issuer's certificate (%.100s)", cert->subject);
}

static size_t flag_index(unsigned problem)
{
	return (size_t)__builtin_ctz(problem);
}

void route_fail(struct route *route, enum path_problem problem, const char *why)
{
	size_t index = flag_index(problem);
	route->problems |= problem;
	if (!route->why[index])
		route->why[index] = why;
}

/* What to tell first: who is trusted comes before how long. */
static const enum path_problem telling[] = {
	PATH_MALFORMED,      PATH_BAD_SIGNATURE, PATH_SELF_SIGNED,   PATH_INCOMPLETE,
	PATH_UNKNOWN_ISSUER, PATH_EXPIRED,       PATH_NOT_YET_VALID, PATH_NOT_CA,
	PATH_WRONG_PURPOSE,  PATH_WEAK,          PATH_CONSTRAINTS,
};

const char *route_reason(const struct route *route)
{
	for (size_t i = 0; i < ARRAY_SIZE(telling); i++) {
		if (route->problems & telling[i])
			return route->why[flag_index(telling[i])];
	}
	return NULL;
}
