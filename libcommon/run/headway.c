#include "run/headway.h"

#define SPAN_MIN 20 /* seconds: what fewer bring is chance */

/* Every other one goes. */
static void thin_out(struct pace *pace)
{
	pace->count /= 2;
	for (size_t i = 0; i < pace->count; i++)
		pace->marks[i] = pace->marks[2 * i + 1];
	pace->step = pace->step > 0 ? pace->step * 2 : 2;
}

void pace_mark(struct pace *pace, double seconds, size_t done)
{
	/* Half a second early is in time: none comes on the dot. */
	if (pace->count > 0 && pace->step > 0 &&
	    seconds < pace->marks[pace->count - 1].seconds + pace->step - 0.5)
		return;
	if (pace->count == PACE_MARKS)
		thin_out(pace);
	pace->marks[pace->count].seconds = seconds;
	pace->marks[pace->count++].done = done;
}

/* A moment, and how far it was. */
struct moment {
	double seconds;
	size_t done;
};

/* The last one that is known and not later. */
static struct moment moment_at(const struct pace *pace, double seconds)
{
	size_t i = pace->count;
	while (i > 0 && pace->marks[i - 1].seconds > seconds)
		i--;
	return i > 0 ? (struct moment){ pace->marks[i - 1].seconds, pace->marks[i - 1].done }
		     : (struct moment){ 0 };
}

static double rate_between(struct moment from, struct moment to)
{
	return (double)(to.done - from.done) / (to.seconds - from.seconds);
}

/* Whether each third of so many last seconds had at least half of its share: they neither hold the
 * end of something else, nor bursts that are longer apart. */
static bool is_even(const struct pace *pace, double span, struct moment now)
{
	struct moment from = moment_at(pace, now.seconds - span);
	size_t share = (now.done - from.done) / 6;
	for (int third = 2; third >= 0; third--) {
		struct moment to = third > 0 ? moment_at(pace, now.seconds - span * third / 3)
					     : now;
		if (to.done == from.done || to.done - from.done < share)
			return false;
		from = to;
	}
	return true;
}

/* Results a second in the shortest time until now that is even. Where none is: of the second half
 * of the run, for what was quickly done stands in front; and between that and the whole run's where
 * it is faster, for there the waits of many end at once. Never 0 once something was done. */
static double recent_rate(const struct pace *pace, struct moment now)
{
	for (size_t span = SPAN_MIN; (double)span <= now.seconds; span *= 2) {
		if (is_even(pace, (double)span, now))
			return rate_between(moment_at(pace, now.seconds - (double)span), now);
	}
	double all = rate_between((struct moment){ 0 }, now);
	double half = rate_between(moment_at(pace, now.seconds / 2), now);
	return half == 0 ? all : half < all ? half : (half + all) / 2;
}

void headway_add(struct headway *headway, enum status status)
{
	headway->done++;
	headway->by_status[status]++;
}

void headway_write_count(const struct headway *headway, struct buf *out)
{
	buf_printf(out, "%zu", headway->skipped + headway->done);
	if (headway->total > 0)
		buf_printf(out, " of %zu", headway->total);
	buf_text(out, " done");
}

void headway_write_statuses(const struct headway *headway, struct buf *out)
{
	const char *separator = "";
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (headway->by_status[i] == 0)
			continue;
		buf_printf(out, "%s%zu %s", separator, headway->by_status[i],
			   status_name((enum status)i));
		separator = ", ";
	}
}

/* What comes seldom comes so often in a minute, or an hour. */
static void write_rate(double rate, struct buf *out)
{
	if (rate >= 0.1)
		buf_printf(out, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
	else if (rate * 60 >= 0.1)
		buf_printf(out, "%.1f/min", rate * 60);
	else
		buf_printf(out, "%.1f/h", rate * 3600);
}

/* While something is left there is time left. */
static void write_time(double seconds, struct buf *out)
{
	unsigned long long whole = seconds < 1 ? 1 : (unsigned long long)(seconds + 0.5);
	if (whole >= 3600)
		buf_printf(out, "%llu h %02llu min", whole / 3600, whole / 60 % 60);
	else if (whole >= 120)
		buf_printf(out, "%llu min", whole / 60);
	else
		buf_printf(out, "%llu s", whole);
}

void headway_write_pace(const struct headway *headway, const struct pace *pace, double seconds,
			struct buf *out)
{
	if (headway->done == 0 || seconds < 1)
		return;
	double rate = recent_rate(pace, (struct moment){ seconds, headway->done });
	size_t past = headway->skipped + headway->done;
	write_rate(rate, out);
	if (headway->total <= past)
		return;
	buf_text(out, ", ");
	write_time((double)(headway->total - past) / rate, out);
	buf_text(out, " left");
}
