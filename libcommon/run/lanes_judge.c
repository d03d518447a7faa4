/* What an attempt means: an answer, a doubt, or a server that wants us to go slower. Under the
 * lock. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "run/lanes_inner.h"

#define AWAY_MAX     8     /* one question, turned away so often in a row, is given up */
#define DROPPED_MAX  3     /* so many of them in a row, and the server wants no more of us */
#define AWAY_STUCK   3     /* slowed down so often to no avail: no wonder the time is up */
#define SHORTCUT_MAX 3     /* bursts in which it failed before it ever worked */
#define CONFIRMED    2     /* so many confirmed refusals make a habit */
#define SILENT_MAX   2     /* in a row */
#define GARBAGE_MAX  3     /* the first answers, all of them */
#define DOUBT_MS     100.0 /* before a question is put again */

void lanes_cut(struct lanes *lanes, enum cut_short cut, const char *reason)
{
	if (!lanes->facts->cut) {
		lanes->facts->cut = cut;
		snprintf(lanes->cut_reason, sizeof(lanes->cut_reason), "%s", reason ? reason : "");
	}
	lanes->done = true;
	pthread_cond_broadcast(&lanes->changed);
}

void lanes_cut_time(struct lanes *lanes)
{
	bool stuck = lanes->pace.away_in_row >= AWAY_STUCK;
	lanes_cut(lanes, stuck ? CUT_THROTTLED : CUT_TIMEOUT,
		  lanes->last.code ? lanes->last.text : NULL);
}

static bool find_mute(enum answer_kind kind, enum mute *out)
{
	*out = kind == ANSWER_SILENCE ? MUTE_SILENCE : MUTE_CUT;
	return kind == ANSWER_SILENCE || kind == ANSWER_CLOSED || kind == ANSWER_RESET;
}

static bool is_tls(enum answer_kind kind)
{
	return kind == ANSWER_HELLO || kind == ANSWER_RETRY || kind == ANSWER_ALERT ||
	       kind == ANSWER_HANDSHAKE;
}

bool lanes_trusts(const struct lanes *lanes, enum answer_kind kind)
{
	enum mute mute;
	return find_mute(kind, &mute) && lanes->confirmed[mute] >= CONFIRMED &&
	       lanes->answered_since[mute];
}

static void leave_doubt(struct lanes *lanes, struct turn *turn)
{
	if (turn->stage != TURN_FRESH)
		lanes->doubters--;
	turn->stage = TURN_FRESH;
}

static void enter_doubt(struct lanes *lanes, struct turn *turn, enum answer_kind kind)
{
	if (turn->stage == TURN_FRESH)
		lanes->doubters++;
	turn->stage = TURN_DOUBT;
	turn->doubted = kind;
}

static void note_alive(struct lanes *lanes)
{
	lanes->silent_in_row = 0;
	for (size_t i = 0; i < MUTE_COUNT; i++)
		lanes->answered_since[i] = lanes->confirmed[i] > 0;
}

void lanes_take(struct lanes *lanes, struct turn *turn, const struct question *question,
		const struct answer_facts *answer)
{
	leave_doubt(lanes, turn);
	lanes->answers++;
	lanes->garbage += answer->kind == ANSWER_GARBAGE;
	lanes->dropped_in_row = 0;
	if (is_tls(answer->kind)) {
		lanes->tls = true;
		note_alive(lanes);
		if (question->kind == QUESTION_HELLO) {
			lanes->control = *question;
			lanes->has_control = true;
		}
	}
	survey_take(lanes->survey, question, answer);
	if (lanes->answers == GARBAGE_MAX && lanes->garbage == GARBAGE_MAX)
		lanes_cut(lanes, CUT_NOT_TLS, answer->fault);
	pthread_cond_broadcast(&lanes->changed);
}

void lanes_drop(struct lanes *lanes, struct turn *turn, const struct question *question)
{
	leave_doubt(lanes, turn);
	survey_drop(lanes->survey, question);
	pthread_cond_broadcast(&lanes->changed);
}

static void take_mute(struct lanes *lanes, struct turn *turn, const struct question *question)
{
	struct answer_facts answer = { .kind = turn->doubted, .alert = -1 };
	lanes_take(lanes, turn, question, &answer);
}

static void slow_down(struct lanes *lanes, unsigned epoch)
{
	uint8_t dice = 0;
	(void)!getrandom(&dice, sizeof(dice), 0);
	lanes->facts->throttled++;
	/* Who turns us away now may have done so with the close we took for a refusal. */
	memset(lanes->confirmed, 0, sizeof(lanes->confirmed));
	pace_turned_away(&lanes->pace, epoch, clock_ms(), dice / 255.0);
	pthread_cond_broadcast(&lanes->changed);
}

/* The shortcut has not worked yet, and may be to blame. True: it is, so that the server is not. */
static bool blame_shortcut(struct lanes *lanes, struct turn *turn, const struct attempt *attempt)
{
	if (!attempt->one_write || lanes->proven || !attempt->connected)
		return false;
	turn->patient = true;
	if (attempt->epoch == lanes->pace.epoch)
		lanes->failed++;
	bool plain = attempt->greeted && !attempt->busy;
	if (plain || lanes->failed >= SHORTCUT_MAX)
		lanes->minded = true;
	return plain;
}

static bool turned_away(struct lanes *lanes, struct turn *turn, const struct question *question,
			const struct attempt *attempt)
{
	if (deadline_passed(lanes->probe->until)) {
		lanes_drop(lanes, turn, question);
		lanes_cut_time(lanes);
		return true;
	}
	if (blame_shortcut(lanes, turn, attempt))
		return false;
	lanes->last = attempt->err;
	slow_down(lanes, attempt->epoch);
	if (++turn->away < AWAY_MAX)
		return false;
	lanes_drop(lanes, turn, question);
	if (++lanes->dropped_in_row >= DROPPED_MAX)
		lanes_cut(lanes, CUT_THROTTLED, lanes->last.text);
	return true;
}

static bool end_silence(struct lanes *lanes, struct turn *turn, const struct question *question)
{
	lanes_drop(lanes, turn, question);
	lanes_cut(lanes, CUT_SILENT,
		  lanes->has_control
			  ? "no answer to hellos any more, not even to one that had been answered"
			  : "no answer to any hello");
	return true;
}

/* Confirmed, or no surprise. */
static bool settle_mute(struct lanes *lanes, struct turn *turn, const struct question *question,
			enum answer_kind kind)
{
	if (kind == ANSWER_SILENCE && ++lanes->silent_in_row >= SILENT_MAX) {
		if (!lanes->has_control)
			return end_silence(lanes, turn, question);
		/* Is the server gone, or only one that keeps silent where others refuse? */
		enter_doubt(lanes, turn, kind);
		turn->stage = TURN_CONTROL;
		return false;
	}
	turn->doubted = kind;
	take_mute(lanes, turn, question);
	return true;
}

static bool consider_mute(struct lanes *lanes, struct turn *turn, const struct question *question,
			  enum answer_kind kind, enum mute mute)
{
	if (turn->stage == TURN_CONTROL) {
		if (kind == ANSWER_SILENCE)
			return end_silence(lanes, turn, question);
		take_mute(lanes, turn, question);
		return true;
	}
	if (turn->stage == TURN_DOUBT) {
		if (lanes->confirmed[mute]++ == 0)
			lanes->answered_since[mute] = false;
	} else if (!lanes_trusts(lanes, kind)) {
		enter_doubt(lanes, turn, kind);
		pace_rest(&lanes->pace, clock_ms(), DOUBT_MS);
		return false;
	}
	return settle_mute(lanes, turn, question, kind);
}

bool lanes_consider(struct lanes *lanes, struct turn *turn, const struct question *question,
		    struct attempt *attempt)
{
	const struct answer_facts *answer = &attempt->answer;
	enum mute mute;
	if (!attempt->answered)
		return turned_away(lanes, turn, question, attempt);
	turn->away = 0;
	lanes->proven |= attempt->one_write;
	if (find_mute(answer->kind, &mute)) {
		if (deadline_passed(lanes->probe->until))
			return turned_away(lanes, turn, question, attempt);
		return consider_mute(lanes, turn, question, answer->kind, mute);
	}
	if (attempt->answer_ms > lanes->slowest_ms)
		lanes->slowest_ms = attempt->answer_ms;
	if (turn->stage == TURN_CONTROL) {
		note_alive(lanes);
		take_mute(lanes, turn, question);
		return true;
	}
	/* Not answered among others, and answered alone: that was no refusal. */
	if (turn->stage == TURN_DOUBT)
		slow_down(lanes, lanes->pace.epoch);
	else
		pace_went_well(&lanes->pace);
	lanes_take(lanes, turn, question, answer);
	return true;
}
