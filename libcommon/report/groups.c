#include "report/groups.h"

#include <stdlib.h>
#include <string.h>

static struct group *find_group(struct groups *groups, const struct finding *finding, bool spanning)
{
	for (size_t i = 0; i < groups->count; i++) {
		const struct finding *has = groups->items[i].finding;
		if (has->kind == finding->kind && has->severity == finding->severity &&
		    !groups->items[i].hits == spanning && strcmp(has->text, finding->text) == 0)
			return &groups->items[i];
	}
	return NULL;
}

static void collect(struct groups *groups, const struct text_view *view,
		    const struct findings *findings, size_t endpoint, bool spanning,
		    struct arena *mem)
{
	for (const struct finding *at = findings->first; at; at = at->next) {
		struct group *group = find_group(groups, at, spanning);
		if (!group) {
			group = &groups->items[groups->count++];
			*group = (struct group){ .finding = at, .order = groups->count };
			if (!spanning)
				group->hits = arena_array(mem, view->target->count, sizeof(bool));
		}
		if (!spanning)
			group->hits[endpoint] = true;
	}
}

static int compare(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	if (a->finding->severity != b->finding->severity)
		return a->finding->severity > b->finding->severity ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

struct groups groups_of(const struct text_view *view, struct arena *mem)
{
	size_t endpoints = view->target ? view->target->count : 0;
	size_t room = view->record_found->count;
	for (size_t i = 0; i < endpoints; i++)
		room += view->found[i]->count;
	struct groups groups = { .items = arena_array(mem, room, sizeof(*groups.items)) };
	for (size_t i = 0; i < endpoints; i++)
		collect(&groups, view, view->found[i], i, false, mem);
	collect(&groups, view, view->record_found, 0, true, mem);
	if (groups.count > 0)
		qsort(groups.items, groups.count, sizeof(*groups.items), compare);
	return groups;
}
