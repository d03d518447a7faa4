/* diary.h - what happened in one run of xmpp-dialback, hop by hop, on connections of both
 * directions.
 *
 * Written by several threads; locks inside. Text that goes in must live until the run's end: who
 * writes out of an arena of his own leaves that arena here. */
#ifndef RUN_DIARY_H
#define RUN_DIARY_H

#include "judge/dialback.h"

struct diary;

/* Times count from now. */
struct diary *diary_new(void);
void diary_free(struct diary **diary);

/* Milliseconds since the beginning. */
double diary_ms(const struct diary *diary);

/* A new connection; its number. DIALBACK_NONE when there have been too many. */
size_t diary_open_link(struct diary *diary, const struct link_facts *link);
/* What is known of it now. */
void diary_know_link(struct diary *diary, size_t number, const struct link_facts *link);
/* One more hop, at this moment, with this number of the link and trial. Beyond DIALBACK_HOPS_MAX
 * it is left out, and the facts say so. */
void diary_note(struct diary *diary, struct hop hop);
/* Dialback elements, either way. */
void diary_element(struct diary *diary, enum hop_way way, size_t link, size_t trial,
		   const struct db_element *element, enum key_state key);

/* So many more connections of ours came about. */
void diary_count(struct diary *diary, size_t connections);
/* What the hops point into; taken over. */
void diary_keep(struct diary *diary, struct arena **mem);

/* Everything into the facts, and what it points into into mem. Nobody writes any more. */
void diary_finish(struct diary **diary, struct arena *mem, struct dialback_facts *out);

#endif
