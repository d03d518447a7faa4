#include "report/svg_scale.h"

#define DAY         (24 * 60 * 60)
#define LEAST_DAYS  30
#define MOST_DAYS   400
#define LEAST_DRAWN 3.0 /* units of the picture: a bar that can be seen */
#define LEAST_WEEKS 13  /* the lifetime most certificates have: 90 days */

int64_t svg_days(int64_t seconds)
{
	return seconds >= 0 ? seconds / DAY : -((-seconds + DAY - 1) / DAY);
}

struct svg_scale svg_scale_for(int64_t most_days)
{
	struct svg_scale scale;
	int64_t days = most_days < LEAST_DAYS ? LEAST_DAYS : most_days;
	if (days > MOST_DAYS)
		days = MOST_DAYS;
	scale.tick = days <= 60 ? 10 : days <= 120 ? 30 : days <= 240 ? 60 : 100;
	scale.days = (days + scale.tick - 1) / scale.tick * scale.tick;
	return scale;
}

double svg_place(const struct svg_scale *scale, int64_t days)
{
	if (days <= 0)
		return 0;
	if (days >= scale->days)
		return 100;
	return 100.0 * (double)days / (double)scale->days;
}

size_t svg_bin(int64_t seconds)
{
	if (seconds < 0)
		return BIN_OVER;
	int64_t week = seconds / (7 * DAY);
	return week >= SVG_WEEKS ? BIN_LATER : (size_t)week + 1;
}

void svg_bins_add(struct svg_bins *bins, int64_t seconds)
{
	bins->counts[svg_bin(seconds)]++;
}

void svg_bins_close(struct svg_bins *bins)
{
	bins->most = 0;
	bins->last = LEAST_WEEKS + 1;
	for (size_t i = 0; i < SVG_BINS; i++) {
		if (bins->counts[i] > bins->most)
			bins->most = bins->counts[i];
		if (bins->counts[i] > 0 && i < BIN_LATER && i >= bins->last)
			bins->last = i + 1;
	}
}

double svg_height(size_t count, size_t most, double room)
{
	if (count == 0 || most == 0)
		return 0;
	double height = room * (double)count / (double)most;
	return height < LEAST_DRAWN ? LEAST_DRAWN : height;
}
