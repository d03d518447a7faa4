/* compare.h - what changed at one domain between two records of it: --diff.
 *
 * Pure. The order of endpoints is no change, nor are times. What one of the two did not test is no
 * change either: another tool's section, a service, a family of addresses, an endpoint that was
 * left out while DNS leads to it, a name that was not asked for or not answered. */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "report/digest.h"

enum change_kind {
	CHANGE_WORSE,
	CHANGE_BETTER,
	CHANGE_OTHER, /* neither, or nobody can say */
	CHANGE_APPEARED,
	CHANGE_DISAPPEARED,
};

struct change {
	enum change_kind kind;
	const char *what;     /* "s2s encrypted", escaped */
	const char *was, *is; /* "yes", "no", "-" where there is nothing: escaped */
};

struct changes {
	struct change *items;
	size_t count, room;
};

/* Of one domain. out lives in mem. */
void compare_records(const struct digest *old, const struct digest *new, struct arena *mem,
		     struct changes *out);
/* "worse" "better" "changed" "appeared" "disappeared" */
const char *change_kind_name(enum change_kind kind);

#endif
