/* lanes_pace.h - how many connections at once, and when the next: fewer and later where the server
 * turns us away, slowly more again when it does not.
 *
 * Pure: the clock and the dice are the caller's. spec/ciphers.md, CIP-24 and CIP-49. */
#ifndef RUN_LANES_PACE_H
#define RUN_LANES_PACE_H

#include <stdbool.h>

struct pace {
	unsigned most, limit; /* lanes wanted, lanes in use */
	unsigned epoch;       /* grows when we slow down */
	unsigned away_in_row; /* epochs without one good connection between */
	unsigned good;        /* connections since the limit last changed */
	unsigned raise_after; /* so many of them allow one lane more */
	double pause_ms;      /* how long the last pause was; 0: none is due */
	double calm_until_ms; /* nobody connects before */
};

void pace_begin(struct pace *pace, unsigned lanes);
/* A connection that began in that epoch was turned away. One burst slows down once: what began
 * before the last change says nothing about it. dice: 0 to 1, so that two of us do not march in
 * step. */
void pace_turned_away(struct pace *pace, unsigned epoch, double now_ms, double dice);
void pace_went_well(struct pace *pace);
/* Nobody connects for so long, whatever came before. */
void pace_rest(struct pace *pace, double now_ms, double pause_ms);

#endif
