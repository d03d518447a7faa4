#include "report/certcheck_parts.h"

#include <string.h>

#define DAY 86400

bool same_cert(const struct cert_facts *a, const struct cert_facts *b)
{
	return a == b ||
	       (a->der.size == b->der.size && memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0);
}

const struct cert_facts *check_anchor(const struct path_facts *path)
{
	return path->anchor && path->way_length > 0 ? path->way[path->way_length - 1] : NULL;
}

bool check_first_end(const struct path_facts *path, int64_t *out)
{
	for (size_t i = 1; i < path->way_length; i++) {
		if (i == 1 || path->way[i]->not_after < *out)
			*out = path->way[i]->not_after;
	}
	return path->way_length > 1;
}

double check_days(int64_t seconds)
{
	int64_t hundredths = seconds * 100 / DAY;
	return (double)hundredths / 100;
}
