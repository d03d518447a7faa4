/* What an attempt means: an answer, a doubt, or a server that wants us to go slower. Under the
 * lock. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "run/lanes_inner.h"

#define AWAY_MAX       8     /* one question, turned away so often in a row, is given up */
#define DROPPED_MAX    3     /* so many of them in a row, and the server wants no more of us */
#define AWAY_STUCK     3     /* slowed down so often to no avail: no wonder the time is up */
#define SHORTCUT_MAX   3     /* bursts in which it failed before it ever worked */
#define SILENT_MAX     2     /* in a row, where an answer was due */
#define GARBAGE_MAX    3     /* the first answers, all of them */
#define TRUSTED_IN_ROW 6     /* refusals by a close, one after the other */
#define DOUBT_MS       100.0 /* before a question is put again */

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

/* Servers that refuse by closing, or by silence, are known once one of these was proven. */
static bool is_habit(const struct lanes *lanes, enum mute mute)
{
	return lanes->proven_mute[mute] > 0;
}

/* One after the other, there is nobody on a later connection; then a good answer shortly before
 * will do. */
bool lanes_trusts(const struct lanes *lanes, const struct turn *turn)
{
	enum mute mute;
	bool alone = lanes->options->lanes == 1;
	size_t since = alone ? TRUSTED_IN_ROW : 0;
	return turn->stage != TURN_FRESH && find_mute(turn->doubted, &mute) &&
	       is_habit(lanes, mute) && lanes->alive + since > turn->started;
}

static void leave_doubt(struct lanes *lanes, struct turn *turn)
{
	if (turn->stage != TURN_FRESH && turn->stage != TURN_WAIT)
		lanes->doubters--;
	turn->stage = TURN_FRESH;
}

/* Whether the server is well is asked first: only then does the same answer again say something
 * of the question. */
void lanes_ask_control(struct lanes *lanes, struct turn *turn)
{
	lanes->doubters++;
	turn->stage = lanes->has_control ? TURN_CONTROL : TURN_AGAIN;
	/* One connection at a time is no burden: what was well just now is so still. */
	if (lanes->options->lanes == 1 && lanes->alive + 1 == turn->started) {
		turn->stage = TURN_AGAIN;
		turn->controlled = true;
	}
}

static void note_alive(struct lanes *lanes)
{
	lanes->silent_in_row = 0;
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

void lanes_take_mute(struct lanes *lanes, struct turn *turn, const struct question *question)
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
	memset(lanes->proven_mute, 0, sizeof(lanes->proven_mute));
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

/* True: too often; the question is given up. */
static bool count_away(struct lanes *lanes, struct turn *turn, const struct question *question)
{
	if (++turn->away < AWAY_MAX)
		return false;
	lanes_drop(lanes, turn, question);
	if (++lanes->dropped_in_row >= DROPPED_MAX)
		lanes_cut(lanes, CUT_THROTTLED, lanes->last.text);
	return true;
}

static bool turned_away(struct lanes *lanes, struct turn *turn, const struct question *question,
			const struct attempt *attempt)
{
	if (blame_shortcut(lanes, turn, attempt))
		return false;
	lanes->last = attempt->err;
	slow_down(lanes, attempt->epoch);
	return count_away(lanes, turn, question);
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

/* Not only this question is not answered now. */
static bool control_failed(struct lanes *lanes, struct turn *turn, const struct question *question,
			   const struct attempt *attempt)
{
	if (attempt->answer.kind == ANSWER_SILENCE)
		return ++lanes->silent_in_row >= SILENT_MAX && end_silence(lanes, turn, question);
	err_set(&lanes->last, AT_TLS, ERR_CLOSED,
		"no answer to a hello that had been answered before");
	slow_down(lanes, attempt->epoch);
	return count_away(lanes, turn, question);
}

/* The server was well, and gave the same answer again: so it refuses. Where nothing was ever
 * answered, that cannot be told from a server that is gone. */
static bool same_again(struct lanes *lanes, struct turn *turn, const struct question *question,
		       enum mute mute)
{
	lanes->proven_mute[mute] += turn->controlled;
	if (mute == MUTE_SILENCE && !turn->controlled && ++lanes->silent_in_row >= SILENT_MAX)
		return end_silence(lanes, turn, question);
	lanes_take_mute(lanes, turn, question);
	return true;
}

static bool consider_mute(struct lanes *lanes, struct turn *turn, const struct question *question,
			  const struct attempt *attempt, enum mute mute)
{
	if (turn->stage == TURN_CONTROL)
		return control_failed(lanes, turn, question, attempt);
	if (turn->stage == TURN_AGAIN) {
		turn->doubted = attempt->answer.kind;
		return same_again(lanes, turn, question, mute);
	}
	turn->doubted = attempt->answer.kind;
	turn->epoch = attempt->epoch;
	if (is_habit(lanes, mute)) {
		turn->stage = TURN_WAIT;
		return false;
	}
	lanes_ask_control(lanes, turn);
	pace_rest(&lanes->pace, clock_ms(), DOUBT_MS);
	return false;
}

/* --rate allows of no more connections in time: our own wish, and nobody turned us away. */
static bool end_late(struct lanes *lanes, struct turn *turn, const struct question *question)
{
	lanes->facts->connections--; /* it was not opened */
	lanes_drop(lanes, turn, question);
	lanes_cut(lanes, CUT_TIMEOUT, "no time left under --rate");
	return true;
}

bool lanes_consider(struct lanes *lanes, struct turn *turn, const struct question *question,
		    struct attempt *attempt)
{
	const struct answer_facts *answer = &attempt->answer;
	enum mute mute;
	bool is_mute = find_mute(answer->kind, &mute);
	if (attempt->late)
		return end_late(lanes, turn, question);
	if ((is_mute || !attempt->answered) && deadline_passed(lanes->probe->until)) {
		lanes_drop(lanes, turn, question);
		lanes_cut_time(lanes);
		return true;
	}
	if (!attempt->answered)
		return turned_away(lanes, turn, question, attempt);
	lanes->proven |= attempt->one_write;
	if (is_mute)
		return consider_mute(lanes, turn, question, attempt, mute);
	turn->away = 0;
	if (attempt->answer_ms > lanes->slowest_ms)
		lanes->slowest_ms = attempt->answer_ms;
	if (is_tls(answer->kind) && attempt->number > lanes->alive)
		lanes->alive = attempt->number;
	if (turn->stage == TURN_CONTROL) {
		note_alive(lanes);
		turn->stage = TURN_AGAIN;
		turn->controlled = true;
		return false;
	}
	/* Not answered among others, and answered alone: that was no refusal. */
	if (turn->stage == TURN_AGAIN)
		slow_down(lanes, turn->epoch);
	pace_went_well(&lanes->pace);
	lanes_take(lanes, turn, question, answer);
	return true;
}
