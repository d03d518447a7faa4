/* The matrix of spec/dialback.md, section 12: what is tolerable, what is not, a trial a row. */
#include "judge/dialback_parts.h"

#include <assert.h>

/* Weights of invalid, error, stream error, close, silence. */
#define WEIGHTS(i, e, s, c, n)                                                                     \
	.invalid = (i), .error = (e), .stream_error = (s), .closed = (c), .silence = (n)
/* Anything but `valid` will do, as long as it comes. */
#define NOT_VALID WEIGHTS(FINE, FINE, FINE, FINE, UNANSWERED)
#define ANYTHING  WEIGHTS(FINE, FINE, FINE, FINE, FINE)
/* DB-17: trouble with our authoritative server is told with an error. */
#define AN_ERROR WEIGHTS(ODD, FINE, ODD, ODD, UNANSWERED)
/* The same where stock Prosody says nothing at all, which the matrix leaves open (rows 6, 7). */
#define OR_NOTHING WEIGHTS(ODD, FINE, ODD, ODD, ODD)
/* DB-21, DB-22 */
#define A_VERDICT  WEIGHTS(FINE, ODD, UNVERIFIED, UNVERIFIED, UNANSWERED)
#define WORKS      WEIGHTS(ODD, ODD, ODD, ODD, ODD)
#define EITHER_WAY WEIGHTS(NOTED, NOTED, NOTED, NOTED, NOTED)

static const struct trial_rule rules[TRIAL_COUNT] = {
	[TRIAL_CLEAR_RESULT] = { CONSENT_ASKED, ANYTHING, .more = judge_clear_result },
	[TRIAL_CLEAR_VERIFY] = { CONSENT_NEVER, ANYTHING, .more = judge_clear_verify },
	[TRIAL_VERIFY_MADE_UP] = { CONSENT_NEVER, A_VERDICT, .open = true },
	[TRIAL_VERIFY_OTHER_ID] = { CONSENT_NEVER, A_VERDICT, .open = true },
	[TRIAL_VERIFY_TWO] = { CONSENT_NEVER, A_VERDICT, .open = true, .more = judge_verify_two },
	[TRIAL_VERIFY_TWICE] = { CONSENT_NEVER, A_VERDICT, .open = true,
				 .more = judge_verify_twice },
	[TRIAL_VERIFY_WITHOUT_ID] = { CONSENT_NEVER, ANYTHING },
	[TRIAL_VERIFY_UNKNOWN_HOST] = { CONSENT_NEVER,
					WEIGHTS(ODD, FINE, ODD, UNVERIFIED, UNANSWERED),
					.condition = "item-not-found", .stays = true,
					.open = true },
	[TRIAL_TARGET_UNKNOWN] = { CONSENT_NEVER, AN_ERROR, .condition = "item-not-found",
				   .stays = true },
	[TRIAL_SENDER_UNRESOLVABLE] = { CONSENT_NEVER, OR_NOTHING },
	[TRIAL_WITHOUT_FROM] = { CONSENT_NEVER, WEIGHTS(PROCESSED, FINE, FINE, ODD, ODD),
				 .more = judge_nameless },
	[TRIAL_WITHOUT_TO] = { CONSENT_NEVER, WEIGHTS(PROCESSED, FINE, FINE, ODD, ODD),
			       .more = judge_nameless },
	/* Closed without a word: perhaps it fell over. */
	[TRIAL_KEY_HUGE] = { CONSENT_ASKED, WEIGHTS(FINE, FINE, FINE, UNANSWERED, FINE) },
	[TRIAL_EXTERNAL] = { CONSENT_ANY, WEIGHTS(FINE, FINE, FINE, FINE, UNANSWERED),
			     .more = judge_external },
	[TRIAL_ROUND] = { CONSENT_ASKED, .asks = true, ANYTHING, .more = judge_round },
	[TRIAL_WITHOUT_DIALLING] = { CONSENT_ASKED, .asks = true, ANYTHING, .more = judge_round },
	[TRIAL_WRONG_KEY] = { CONSENT_NEVER, .asks = true, NOT_VALID },
	[TRIAL_ANSWER_INVALID] = { CONSENT_NEVER, .asks = true,
				   WEIGHTS(FINE, FINE, ODD, ODD, UNANSWERED),
				   .more = judge_authority_invalid },
	[TRIAL_ANSWER_ERROR] = { CONSENT_NEVER, .asks = true, AN_ERROR },
	[TRIAL_ANSWER_CLOSE] = { CONSENT_NEVER, .asks = true, AN_ERROR },
	[TRIAL_ANSWER_SILENCE] = { CONSENT_NEVER, .asks = true, ANYTHING,
				   .more = judge_authority_silence },
	[TRIAL_SENDER_REFUSES] = { CONSENT_NEVER, OR_NOTHING },
	[TRIAL_KEY_EMPTY] = { CONSENT_NEVER, NOT_VALID },
	[TRIAL_KEY_SPACES] = { CONSENT_ASKED, ANYTHING, .more = judge_spaces },
	[TRIAL_KEY_OF_CLEAR_STREAM] = { CONSENT_NEVER, .asks = true, NOT_VALID },
	[TRIAL_KEY_REPLAY] = { CONSENT_NEVER, .asks = true, NOT_VALID },
	[TRIAL_TWO_SENDERS] = { CONSENT_ASKED, .asks = true, ANYTHING, .more = judge_two_senders },
	[TRIAL_TWO_TARGETS] = { CONSENT_ASKED, .asks = true, ANYTHING, .more = judge_two_targets },
	[TRIAL_SECOND_INVALID] = { CONSENT_ANY, .asks = true, ANYTHING,
				   .more = judge_second_invalid },
	[TRIAL_AUTHORITY_NO_TLS] = { CONSENT_ASKED, ANYTHING },
	[TRIAL_SPELLING] = { CONSENT_ASKED, WEIGHTS(FINE, FINE, FINE, FINE, ODD),
			     .more = judge_spelling },
	[TRIAL_OWN_DECLARATION] = { CONSENT_ASKED, WEIGHTS(FINE, ODD, FINE, ODD, ODD),
				    .more = judge_declaration },
	[TRIAL_OTHER_PREFIX] = { CONSENT_ASKED, EITHER_WAY, .more = judge_either_way },
	[TRIAL_WITHOUT_VERSION] = { CONSENT_ASKED, ANYTHING, .more = judge_clear_result },
	[TRIAL_BIDI] = { CONSENT_ASKED, .asks = true, WORKS, .more = judge_bidi },
	[TRIAL_KEEPALIVE] = { CONSENT_ASKED, .asks = true, ANYTHING, .more = judge_keepalive },
	/* Dropped without a word is as good as refused. */
	[TRIAL_STANZA_UNVERIFIED] = { CONSENT_ANY, ANYTHING },
	[TRIAL_STANZA_OTHER_SENDER] = { CONSENT_ANY, ANYTHING },
	[TRIAL_STANZA_OTHER_TARGET] = { CONSENT_ANY, ANYTHING },
	[TRIAL_UNSOLICITED_RESULT] = { CONSENT_NEVER, ANYTHING },
	[TRIAL_UNSOLICITED_VERIFY] = { CONSENT_NEVER, ANYTHING },
	[TRIAL_ANSWER_OTHER_ID] = { CONSENT_NEVER, .asks = true, ANYTHING },
	[TRIAL_ANSWER_SWAPPED] = { CONSENT_NEVER, .asks = true, ANYTHING },
	[TRIAL_ANSWER_TWICE] = { CONSENT_NEVER, .asks = true, NOT_VALID },
	[TRIAL_BACK] = { CONSENT_ANY, ANYTHING, .more = judge_back },
	[TRIAL_BACK_ERROR] = { CONSENT_ANY, ANYTHING, .more = judge_back_error },
	[TRIAL_BACK_INVALID] = { CONSENT_ANY, ANYTHING, .more = judge_back_invalid },
	[TRIAL_BACK_SILENCE] = { CONSENT_ANY, ANYTHING, .more = judge_back_silence },
	[TRIAL_BACK_NO_TLS] = { CONSENT_ANY, ANYTHING },
	[TRIAL_BACK_EXTERNAL] = { CONSENT_ANY, ANYTHING, .more = judge_back_external },
	[TRIAL_BACK_UNSOLICITED] = { CONSENT_ANY, ANYTHING },
	[TRIAL_BACK_BIDI] = { CONSENT_ANY, ANYTHING, .more = judge_back_bidi },
};

const struct trial_rule *trial_rule(enum trial trial)
{
	assert((unsigned)trial < TRIAL_COUNT);
	return &rules[trial];
}
