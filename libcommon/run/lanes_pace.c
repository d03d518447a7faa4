#include "run/lanes_pace.h"

#define PAUSE_FIRST_MS   250.0
#define PAUSE_LONGEST_MS 5000.0
#define RAISE_AFTER      4  /* doubled before it is first used */
#define RAISE_AFTER_MOST 64 /* a server that minds two at once is tried that seldom */

void pace_begin(struct pace *pace, unsigned lanes)
{
	*pace = (struct pace){ .most = lanes, .limit = lanes, .raise_after = RAISE_AFTER };
}

void pace_rest(struct pace *pace, double now_ms, double pause_ms)
{
	if (now_ms + pause_ms > pace->calm_until_ms)
		pace->calm_until_ms = now_ms + pause_ms;
}

void pace_turned_away(struct pace *pace, unsigned epoch, double now_ms, double dice)
{
	if (epoch != pace->epoch)
		return;
	pace->epoch++;
	pace->away_in_row++;
	pace->good = 0;
	if (pace->limit > 1)
		pace->limit /= 2;
	if (pace->raise_after < RAISE_AFTER_MOST)
		pace->raise_after *= 2;
	pace->pause_ms = pace->pause_ms > 0 ? 2 * pace->pause_ms : PAUSE_FIRST_MS;
	if (pace->pause_ms > PAUSE_LONGEST_MS)
		pace->pause_ms = PAUSE_LONGEST_MS;
	pace_rest(pace, now_ms, pace->pause_ms * (0.75 + 0.5 * dice));
}

void pace_went_well(struct pace *pace)
{
	pace->away_in_row = 0;
	pace->pause_ms = pace->pause_ms > PAUSE_FIRST_MS ? pace->pause_ms / 2 : 0;
	pace->good++;
	if (pace->limit < pace->most && pace->good >= pace->raise_after) {
		pace->limit++;
		pace->good = 0;
	}
}
