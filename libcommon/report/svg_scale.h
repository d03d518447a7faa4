/* svg_scale.h - where things stand in the pictures: days to per cent, certificates to weeks. Pure,
 * and without a word of SVG. Private to report/. */
#ifndef REPORT_SVG_SCALE_H
#define REPORT_SVG_SCALE_H

#include <stddef.h>
#include <stdint.h>

/* From today to the end of the scale. */
struct svg_scale {
	int64_t days; /* what the right edge stands for */
	int64_t tick; /* a line every so many */
};

/* Room for the furthest of them, in a round number of ticks: never less than a month, never more
 * than the 400 days that a public CA could give (CA/Browser Forum, until 2026-03: 398). What ends
 * later stands at the edge. */
struct svg_scale svg_scale_for(int64_t most_days);
/* 0 (today, and what is over) to 100. */
double svg_place(const struct svg_scale *scale, int64_t days);

/* Certificates by the week in which they end. */
#define SVG_WEEKS 57              /* 398 days and a bit */
#define SVG_BINS  (SVG_WEEKS + 2) /* before them what is over, behind them what ends later */
#define BIN_OVER  0
#define BIN_LATER (SVG_BINS - 1)

struct svg_bins {
	size_t counts[SVG_BINS];
	size_t most; /* in one of them */
	size_t last; /* bins that are drawn: up to the last with something in it, BIN_LATER apart */
};

/* seconds until it ends, negative: it has ended. */
size_t svg_bin(int64_t seconds);
void svg_bins_add(struct svg_bins *bins, int64_t seconds);
/* After the last one was added. */
void svg_bins_close(struct svg_bins *bins);
/* Height of a bar, of `room`: in proportion, but one certificate among thousands is to be seen. */
double svg_height(size_t count, size_t most, double room);

/* Whole days, rounded down: an hour before the end none are left, an hour after it -1. */
int64_t svg_days(int64_t seconds);

#endif
