/* tally.h - words of records, each kept once and counted. Private to report/.
 *
 * Bounded: at most max words of at most TALLY_WORD octets. Strangers choose the words; jansson's
 * hash is seeded, so that they cannot choose collisions. */
#ifndef REPORT_TALLY_H
#define REPORT_TALLY_H

#include <stdint.h>

#include "base/attr.h"

#define TALLY_WORD 512 /* octets; longer ones are cut */
#define TALLY_NONE UINT32_MAX

struct tally;

struct tally *tally_new(uint32_t max);
void tally_free(struct tally **tally);
/* The number of the word, from 0 in the order of their first coming; TALLY_NONE: there is no room
 * for a new one. Counts it in either case. */
uint32_t tally_add(struct tally *tally, const char *word);
const char *tally_word(const struct tally *tally, uint32_t number);
uint64_t tally_count(const struct tally *tally, uint32_t number);
uint32_t tally_size(const struct tally *tally);
uint64_t tally_total(const struct tally *tally);
/* The numbers of the `room` most frequent words, the first among equals; returns how many. */
uint32_t tally_top(const struct tally *tally, uint32_t *out, uint32_t room);

#endif
