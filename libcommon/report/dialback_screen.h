/* dialback_screen.h - the long screen of xmpp-dialback, in parts. Private to report/. */
#ifndef REPORT_DIALBACK_SCREEN_H
#define REPORT_DIALBACK_SCREEN_H

#include "report/dialback_words.h"
#include "report/grid.h"

struct dialback_screen {
	const struct dialback_view *view;
	const struct text_style *style;
	struct arena *mem;
	struct buf *out;
};

/* The hops as a timeline: those of the round and of trials in trouble; style->timeline: all. */
void dialback_hops(const struct dialback_screen *screen, const struct dialback_facts *facts);
/* The number that the timeline gives the hop with the round's verdict; 0: it shows none. */
size_t dialback_verdict_hop(const struct dialback_screen *screen,
			    const struct dialback_facts *facts);
/* What one hop was, without time and direction. */
const char *hop_words(const struct dialback_screen *screen, const struct dialback_facts *facts,
		      const struct hop *hop);
/* "dialback (errors), EXTERNAL, bidi" */
const char *offer_words(const struct features *features, struct arena *mem);

/* Why the round failed, the connections, what is offered, how the peer would authenticate us. */
void dialback_details(const struct dialback_screen *screen, const struct dialback_facts *facts,
		      const struct endpoint *at);
/* What each trial gave. */
void dialback_trials(const struct dialback_screen *screen, const struct dialback_facts *facts);

/* Columns of the terminal; 0: no limit. */
size_t dialback_width(const struct dialback_screen *screen);

#endif
