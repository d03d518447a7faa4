/* dialback_parts.h - the matrix of spec/dialback.md as rules, and the judges of what an outcome
 * alone does not tell. judge_dialback() and judge_trial() ask the same ones. Private to judge/. */
#ifndef JUDGE_DIALBACK_PARTS_H
#define JUDGE_DIALBACK_PARTS_H

#include "judge/dialback.h"
#include "judge/parts.h"

/* As struct judging: FIND() and its kin take either. */
struct trying {
	const struct dialback_facts *facts;
	const struct trial_facts *trial;
	const struct policy *policy;
	struct arena *mem;
	struct findings *out;
};

/* When `valid` is right. */
enum consent {
	CONSENT_ANY,   /* it is not what the trial asks for */
	CONSENT_ASKED, /* our authoritative server says yes to whoever asks it */
	CONSENT_NEVER, /* nobody who speaks for the domain says yes */
};

enum weight {
	FINE,
	ODD,        /* tolerable, not by the letter */
	UNANSWERED, /* an answer was due */
	PROCESSED,  /* what should be refused was taken up */
	UNVERIFIED, /* an authoritative server that does not look at the key */
	NOTED,      /* right either way */
};

/* What one trial's outcomes weigh. `valid` is a matter of consent. */
struct trial_rule {
	enum consent consent;
	bool asks; /* an honest receiver cannot answer without asking our authoritative server */
	enum weight invalid, error, stream_error, closed, silence;
	const char *condition; /* the only error that is by the letter; NULL: any */
	bool stays;            /* the stream must survive the answer */
	bool open;             /* must be answered to anybody: DB-22 */
	void (*more)(const struct trying *trying); /* what else there is to see; NULL */
};
const struct trial_rule *trial_rule(enum trial trial);

/* A `valid` that nothing proves: neither our authoritative server nor a certificate. */
bool trial_is_unproven(const struct dialback_facts *facts, const struct trial_facts *trial);
/* `valid` without asking back, and our certificate may be the reason (DB-31): it is shown for that
 * in one trial only. */
bool trial_is_vouched(const struct dialback_facts *facts, const struct trial_facts *trial);
/* A stanza went through for a pair that was not verified. */
bool trial_spoofs(const struct trial_facts *trial);
/* Dialback in clear was taken up. */
bool trial_taken_in_clear(const struct trial_facts *trial);
/* It talked to our listener in clear. */
bool trial_went_in_clear(const struct trial_facts *trial);
/* It sent a stanza to us before we said valid. */
bool trial_sent_early(const struct trial_facts *trial);
/* Turned away before anything was looked at: it wants another proof, or not us. */
bool trial_is_barred(const struct trial_facts *trial);
/* The key that it brought was ours, and so we said yes. */
bool trial_is_confirmed(const struct trial_facts *trial);
/* Nothing speaks against our certificate as a proof. */
bool dialback_certificate_is_good(const struct dialback_facts *facts);
/* The first of this kind that was not left out; NULL. */
const struct trial_facts *dialback_trial(const struct dialback_facts *facts, enum trial which);
/* DNS leads who looks for us away from this listener. */
bool dialback_home_is_wrong(const struct dialback_facts *facts);
/* Step 2 is the request among the verifies of a trial, step 4 the answer among the results: a peer
 * that claims a domain of its own meanwhile has the other ones. NULL. */
const struct hop *trial_step(const struct dialback_facts *facts, const struct trial_facts *trial,
			     enum hop_kind kind, bool request);
/* This hop, of those of the trial; NULL. way and kind as they stand there. */
const struct hop *trial_hop(const struct dialback_facts *facts, const struct trial_facts *trial,
			    enum hop_way way, enum hop_kind kind);
/* Somebody called our listener while the trial ran. */
bool trial_was_visited(const struct dialback_facts *facts, const struct trial_facts *trial);

/* "error item-not-found", "stream error host-unknown (\"...\")", "nothing in 20 s": escaped. */
const char *trial_answer_text(const struct trial_answer *answer, struct arena *mem);

/* All that is found of one trial. */
void judge_one_trial(const struct trying *trying);

/* trial_rule.more */
void judge_round(const struct trying *trying);
void judge_two_senders(const struct trying *trying);
void judge_two_targets(const struct trying *trying);
void judge_second_invalid(const struct trying *trying);
void judge_keepalive(const struct trying *trying);
void judge_external(const struct trying *trying);
void judge_clear_result(const struct trying *trying);
void judge_clear_verify(const struct trying *trying);
void judge_nameless(const struct trying *trying);
void judge_authority_invalid(const struct trying *trying);
void judge_authority_silence(const struct trying *trying);
void judge_spaces(const struct trying *trying);
void judge_spelling(const struct trying *trying);
void judge_declaration(const struct trying *trying);
void judge_either_way(const struct trying *trying);
void judge_bidi(const struct trying *trying);
void judge_verify_two(const struct trying *trying);
void judge_verify_twice(const struct trying *trying);
void judge_back(const struct trying *trying);
void judge_back_error(const struct trying *trying);
void judge_back_invalid(const struct trying *trying);
void judge_back_silence(const struct trying *trying);
void judge_back_external(const struct trying *trying);
void judge_back_bidi(const struct trying *trying);

/* A tolerable outcome, told as information. */
void judge_oddity(const struct trying *trying, const char *what);
/* It would not have dialback from us: its right. */
void judge_refusal(const struct trying *trying);

#endif
