#include "run/diary.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct diary {
	pthread_mutex_t lock;
	struct arena *mem;
	double began_ms;
	struct hop hops[DIALBACK_HOPS_MAX];
	size_t hop_count;
	bool cut;
	struct link_facts links[DIALBACK_LINKS_MAX];
	size_t link_count;
	size_t connections; /* ours */
};

struct diary *diary_new(void)
{
	struct diary *diary = memory_new(sizeof(*diary));
	pthread_mutex_init(&diary->lock, NULL);
	diary->mem = arena_new();
	diary->began_ms = clock_ms();
	return diary;
}

void diary_free(struct diary **diary)
{
	if (!*diary)
		return;
	pthread_mutex_destroy(&(*diary)->lock);
	arena_free(&(*diary)->mem);
	free(*diary);
	*diary = NULL;
}

double diary_ms(const struct diary *diary)
{
	return clock_ms() - diary->began_ms;
}

size_t diary_open_link(struct diary *diary, const struct link_facts *link)
{
	size_t number = DIALBACK_NONE;
	pthread_mutex_lock(&diary->lock);
	if (diary->link_count < DIALBACK_LINKS_MAX) {
		number = diary->link_count++;
		diary->links[number] = *link;
		diary->links[number].at_ms = diary_ms(diary);
	}
	pthread_mutex_unlock(&diary->lock);
	return number;
}

void diary_know_link(struct diary *diary, size_t number, const struct link_facts *link)
{
	if (number == DIALBACK_NONE)
		return;
	pthread_mutex_lock(&diary->lock);
	double at_ms = diary->links[number].at_ms;
	diary->links[number] = *link;
	diary->links[number].at_ms = at_ms;
	pthread_mutex_unlock(&diary->lock);
}

/* The moment is taken under the lock, so that hops stand in the order of time. */
void diary_note(struct diary *diary, struct hop hop)
{
	pthread_mutex_lock(&diary->lock);
	hop.at_ms = diary_ms(diary);
	if (diary->hop_count < DIALBACK_HOPS_MAX)
		diary->hops[diary->hop_count++] = hop;
	else
		diary->cut = true;
	pthread_mutex_unlock(&diary->lock);
}

void diary_element(struct diary *diary, enum hop_way way, size_t link, size_t trial,
		   const struct db_element *element, enum key_state key)
{
	diary_note(diary, (struct hop){
				  .way = way,
				  .kind = element->kind == DB_RESULT ? HOP_RESULT : HOP_VERIFY,
				  .link = link,
				  .trial = trial,
				  .type = element->type,
				  .from = element->from,
				  .to = element->to,
				  .id = element->id,
				  .condition = element->condition,
				  .key = key,
			  });
}

void diary_count(struct diary *diary, size_t connections)
{
	pthread_mutex_lock(&diary->lock);
	diary->connections += connections;
	pthread_mutex_unlock(&diary->lock);
}

void diary_keep(struct diary *diary, struct arena **mem)
{
	pthread_mutex_lock(&diary->lock);
	arena_adopt(diary->mem, mem);
	pthread_mutex_unlock(&diary->lock);
}

void diary_finish(struct diary **diary, struct arena *mem, struct dialback_facts *out)
{
	struct diary *done = *diary;
	struct hop *hops = arena_array(mem, done->hop_count + 1, sizeof(*hops));
	struct link_facts *links = arena_array(mem, done->link_count + 1, sizeof(*links));
	memcpy(hops, done->hops, done->hop_count * sizeof(*hops));
	memcpy(links, done->links, done->link_count * sizeof(*links));
	out->hops = hops;
	out->hop_count = done->hop_count;
	out->hops_cut = done->cut;
	out->links = links;
	out->link_count = done->link_count;
	out->connections = done->connections;
	arena_adopt(mem, &done->mem);
	done->mem = arena_new();
	diary_free(diary);
}
