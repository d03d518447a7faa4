/* groups.h - findings for people: what hits many endpoints is one trouble. Private to report/. */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "report/text.h"

struct group {
	const struct finding *finding;
	const char *where; /* for whoever shows it */
	size_t order;
	bool *hits; /* by endpoint; NULL: spans endpoints */
};

struct groups {
	struct group *items;
	size_t count;
};

/* The worst first; among equals in the order of the endpoints. */
struct groups groups_of(const struct text_view *view, struct arena *mem);

#endif
