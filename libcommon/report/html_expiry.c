/* When certificates end: of a few domains a line each; of many, the weeks, and those that are
 * next. */
#include <stdlib.h>

#include "report/grid.h"
#include "report/html_parts.h"
#include "report/svg_scale.h"

#define LINES_MAX     40 /* domains that get a line each: a screen or two */
#define LINES_NEXT    15 /* of more domains, so many */
#define NAME_SHOWN    60 /* characters: beside the words at the other end */
#define NAME_ON_PHONE 24
#define LINE_HEIGHT   38
#define AXIS_HEIGHT   26
#define WEEKS_HEIGHT  140 /* of the highest bar */
#define FOOT_HEIGHT   44
#define DAYS_OF_MONTH 30

enum status html_urgency(int64_t not_before, int64_t not_after, int64_t now)
{
	int64_t lifetime = not_after - not_before, left = not_after - now;
	if (left < span_seconds(&expiry_critical, lifetime))
		return STATUS_CRITICAL;
	return left < span_seconds(&expiry_warning, lifetime) ? STATUS_WARNING : STATUS_OK;
}

void html_left(struct buf *out, int64_t seconds)
{
	bool over = seconds < 0;
	int64_t days = svg_days(over ? -seconds : seconds);
	if (days == 0)
		buf_text(out, over ? "ended today" : "ends today");
	else
		buf_printf(out, "%s%lld day%s %s", over ? "ended " : "", (long long)days,
			   days == 1 ? "" : "s", over ? "ago" : "left");
}

/* A certificate, by whose it is. */
struct ending {
	const struct html_row *row;
};

static int compare_ends(const void *a, const void *b)
{
	const struct html_row *left = ((const struct ending *)a)->row;
	const struct html_row *right = ((const struct ending *)b)->row;
	if (left->not_after != right->not_after)
		return left->not_after < right->not_after ? -1 : 1;
	return left->at < right->at ? -1 : 1;
}

/* Those whose certificate was seen, the next to end first. */
static size_t sort_ends(const struct html_page *page, struct ending *out)
{
	size_t count = 0;
	for (size_t i = 0; i < page->count; i++) {
		if (page->rows[i].not_after)
			out[count++].row = &page->rows[i];
	}
	if (count > 0)
		qsort(out, count, sizeof(*out), compare_ends);
	return count;
}

static void grid(const struct svg_scale *scale, int height, struct buf *out)
{
	for (int64_t day = 0; day <= scale->days; day += scale->tick) {
		double x = svg_place(scale, day);
		const char *anchor = day == 0 ? "start" : day == scale->days ? "end" : "middle";
		buf_printf(out, "<text class=\"axis\" x=\"%.2f%%\" y=\"12\" text-anchor=\"%s\">", x,
			   anchor);
		if (day == 0)
			buf_text(out, "today");
		else
			buf_printf(out, "%lld%s", (long long)day,
				   day == scale->days ? " days" : "");
		buf_text(out, "</text>");
		if (day > 0 && day < scale->days)
			buf_printf(out,
				   "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"20\" "
				   "y2=\"%d\"/>",
				   x, x, height);
	}
}

/* A long name twice, of which a style sheet shows one. */
static void name_of(const struct html_row *row, int y, struct buf *out)
{
	bool is_long = text_width(row->name) > NAME_ON_PHONE;
	buf_printf(out, "<text%s x=\"0\" y=\"%d\">", is_long ? " class=\"wide\"" : "", y);
	html_cut(out, row->name, NAME_SHOWN);
	buf_text(out, "</text>");
	if (!is_long)
		return;
	buf_printf(out, "<text class=\"slim\" x=\"0\" y=\"%d\">", y);
	html_cut(out, row->name, NAME_ON_PHONE);
	buf_text(out, "</text>");
}

static void line(const struct html_row *row, const struct svg_scale *scale, int64_t now, int y,
		 struct buf *out)
{
	int64_t left = row->not_after - now;
	const char *status = status_name(row->urgency);
	name_of(row, y + 14, out);
	buf_printf(out,
		   "<text class=\"say %s\" x=\"100%%\" y=\"%d\" "
		   "text-anchor=\"end\">",
		   status, y + 14);
	html_left(out, left);
	buf_printf(out,
		   "</text><rect class=\"fill-track\" y=\"%d\" width=\"100%%\" height=\"6\" "
		   "rx=\"3\"/><rect class=\"fill-%s\" y=\"%d\" width=\"%.2f%%\" height=\"6\" "
		   "rx=\"3\"/>\n",
		   y + 22, status, y + 22, svg_place(scale, svg_days(left)));
}

/* What who cannot see it is told. The overview has it as numbers, too. */
static void describe(const struct ending *rows, size_t count, int64_t now, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		buf_text(out, i ? "; " : "");
		html_cut(out, rows[i].row->name, NAME_SHOWN);
		buf_text(out, ": ");
		html_left(out, rows[i].row->not_after - now);
	}
}

static void lines(const struct ending *rows, size_t count, int64_t now, struct buf *out)
{
	const struct svg_scale scale = svg_scale_for(
		svg_days(rows[count - 1].row->not_after - now));
	int height = AXIS_HEIGHT + (int)count * LINE_HEIGHT;
	buf_printf(out,
		   "<svg class=\"time\" role=\"img\" height=\"%d\" aria-labelledby=\"lines-t "
		   "lines-d\"><title id=\"lines-t\">Days until the first certificate of a domain "
		   "ends</title><desc id=\"lines-d\">",
		   height);
	describe(rows, count, now, out);
	buf_text(out, "</desc>");
	grid(&scale, height, out);
	for (size_t i = 0; i < count; i++)
		line(rows[i].row, &scale, now, AXIS_HEIGHT + (int)i * LINE_HEIGHT, out);
	buf_text(out, "</svg>\n");
}

/* By weeks nothing is known of lifetimes: the figures are those of a certificate for 90 days. */
static const char *bin_class(size_t bin)
{
	return bin <= 1 ? "critical" : bin <= 3 ? "warning" : "ok";
}

static void bin_words(const struct svg_bins *bins, size_t bin, struct buf *out)
{
	html_count(out, bins->counts[bin], "domain", "domains");
	if (bin == BIN_OVER)
		buf_text(out, ": ended");
	else if (bin == BIN_LATER)
		buf_printf(out, ": in %d days or more", 7 * SVG_WEEKS);
	else
		buf_printf(out, ": in %zu to %zu days", 7 * (bin - 1), 7 * bin - 1);
}

static void bar(const struct svg_bins *bins, size_t bin, double x, double width, struct buf *out)
{
	double height = svg_height(bins->counts[bin], bins->most, WEEKS_HEIGHT);
	if (height <= 0)
		return;
	buf_printf(out,
		   "<rect class=\"fill-%s\" x=\"%.3f%%\" y=\"%.1f\" width=\"%.3f%%\" "
		   "height=\"%.1f\"><title>",
		   bin_class(bin), x, AXIS_HEIGHT + WEEKS_HEIGHT - height, width, height);
	bin_words(bins, bin, out);
	buf_text(out, "</title></rect>");
	if (bin != BIN_OVER && bin != BIN_LATER && bins->counts[bin] != bins->most)
		return; /* the numbers of all would run into one another */
	buf_printf(out, "<text class=\"say\" x=\"%.3f%%\" y=\"%.1f\" text-anchor=\"middle\">",
		   x + width / 2, AXIS_HEIGHT + WEEKS_HEIGHT - height - 6);
	html_number(out, bins->counts[bin]);
	buf_text(out, "</text>");
}

/* Below the bars: what is over on the left, then the weeks, then what is far away. */
static void week_axis(const struct svg_bins *bins, double slot, struct buf *out)
{
	const int y = AXIS_HEIGHT + WEEKS_HEIGHT;
	int64_t last = 7 * ((int64_t)bins->last - 1);
	int64_t step = last <= 130 ? DAYS_OF_MONTH : last <= 250 ? 60 : 100;
	buf_printf(out, "<line class=\"now\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>", y, y);
	if (bins->counts[BIN_OVER] > 0)
		buf_printf(out, "<text class=\"axis\" x=\"0\" y=\"%d\">ended</text>", y + 34);
	for (int64_t day = 0; day < last; day += step) {
		double x = slot * (2 + (double)day / 7);
		buf_printf(out,
			   "<line class=\"now\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"%d\" y2=\"%d\"/>"
			   "<text class=\"axis\" x=\"%.3f%%\" y=\"%d\" text-anchor=\"%s\">",
			   x, x, y, y + 5, x, y + 18, day ? "middle" : "start");
		if (day == 0)
			buf_text(out, "today</text>");
		else
			buf_printf(out, "%lld%s</text>", (long long)day,
				   day == step ? " days" : "");
	}
	if (bins->counts[BIN_LATER] > 0)
		buf_printf(out,
			   "<text class=\"axis\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">later"
			   "</text>",
			   y + 34);
}

static void weeks(const struct ending *rows, size_t count, int64_t now, struct buf *out)
{
	struct svg_bins bins = { 0 };
	for (size_t i = 0; i < count; i++)
		svg_bins_add(&bins, rows[i].row->not_after - now);
	svg_bins_close(&bins);
	/* A slot for each bin that is drawn, and a gap on either side of the weeks. */
	double slot = 100.0 / (double)(bins.last + 3), width = slot * 0.8;
	buf_printf(out,
		   "<svg class=\"time\" role=\"img\" height=\"%d\" aria-labelledby=\"weeks-t "
		   "weeks-d\"><title id=\"weeks-t\">Domains by the week in which their first "
		   "certificate ends</title><desc id=\"weeks-d\">",
		   AXIS_HEIGHT + WEEKS_HEIGHT + FOOT_HEIGHT);
	for (size_t i = 0, told = 0; i < SVG_BINS; i++) {
		if (bins.counts[i] == 0)
			continue;
		buf_text(out, told++ ? "; " : "");
		bin_words(&bins, i, out);
	}
	buf_text(out, "</desc>");
	week_axis(&bins, slot, out);
	bar(&bins, BIN_OVER, 0, width, out);
	for (size_t i = 1; i < bins.last; i++)
		bar(&bins, i, slot * (double)(i + 1), width, out);
	bar(&bins, BIN_LATER, 100 - width, width, out);
	buf_text(out, "</svg>\n");
}

static void plots(const struct ending *rows, size_t count, int64_t now, struct buf *out)
{
	if (count <= LINES_MAX) {
		lines(rows, count, now, out);
		return;
	}
	buf_text(out, "<h3>Domains by the week in which their first certificate ends</h3>\n");
	weeks(rows, count, now, out);
	buf_text(out, "<h3>The next to end</h3>\n");
	size_t first = 0; /* what is over stands first in the overview */
	while (first < count - LINES_NEXT && rows[first].row->not_after < now)
		first++;
	lines(rows + first, LINES_NEXT, now, out);
}

void html_expiry(const struct html_page *page, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct ending *rows = arena_array(mem, page->count + 1, sizeof(*rows));
	size_t count = sort_ends(page, rows);
	buf_text(out, "<section id=\"expiry\" aria-labelledby=\"expiry-h\">\n"
		      "<h2 id=\"expiry-h\">Certificates by their end</h2>\n"
		      "<div class=\"card plot\">\n");
	if (count > 0)
		plots(rows, count, page->now, out);
	else
		buf_text(out, "<p class=\"soft\">No certificate was seen.</p>\n");
	if (count > 0 && count < page->count) {
		buf_text(out, "<p class=\"key\">");
		html_count(out, page->count - count, "line", "lines");
		buf_text(out, " without a certificate that was seen.</p>\n");
	}
	buf_text(out, "</div>\n</section>\n"
		      "<section id=\"sections\" aria-labelledby=\"sections-h\">\n"
		      "<h2 id=\"sections-h\">Each domain</h2>\n");
}
