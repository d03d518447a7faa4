/* dialback_runs.h - runs of xmpp-dialback against typical servers, as facts, which tests then spoil
 * in one place. */
#ifndef DIALBACK_RUNS_H
#define DIALBACK_RUNS_H

#include "facts_fixture.h"
#include "judge/dialback.h"

#define RUN_ROOM 64

/* Facts that grow. */
struct run {
	struct dialback_facts facts;
	struct hop hops[RUN_ROOM];
	struct link_facts links[8];
	struct trial_facts trials[TRIAL_COUNT];
	double clock;       /* milliseconds */
	size_t link, trial; /* of the hops that follow */
};

static inline void run_is(struct run *run)
{
	run->facts.hops = run->hops;
	run->facts.links = run->links;
	run->facts.trials = run->trials;
}

/* Nothing was tried yet; we have no listener. */
static inline struct run *run_blank(struct arena *mem)
{
	struct run *run = arena_alloc(mem, sizeof(*run));
	run->facts.walk = *facts_good(mem, SERVICE_S2S, TRANSPORT_STARTTLS);
	run->facts.connections = 1;
	run->link = run->trial = DIALBACK_NONE;
	run_is(run);
	return run;
}

/* ... and one that listens for test.example.net. */
static inline struct run *run_listening(struct arena *mem)
{
	struct run *run = run_blank(mem);
	run->facts.us = "test.example.net";
	run->facts.listening = true;
	run->facts.listener = "198.51.100.9:5269";
	run->facts.home = HOME_HERE;
	return run;
}

/* The hops that follow are of this connection. */
static inline struct link_facts *run_link(struct run *run, bool inbound, const char *address,
					  uint16_t port)
{
	struct link_facts *link = &run->links[run->facts.link_count];
	run->link = run->facts.link_count++;
	*link = (struct link_facts){
		.inbound = inbound,
		.port = port,
		.at_ms = run->clock,
		.opened = true,
		.from = inbound ? "im.example" : "test.example.net",
		.to = inbound ? "test.example.net" : "im.example",
		.id = "b7e2",
		.encrypted = true,
		.tls = run->facts.walk.tls,
		.certificate_shown = true,
		.authenticated = true,
	};
	assert_true(address_parse(address, &link->address));
	link->tls.chain_count = 0; /* records keep none of a link's */
	if (!inbound) {
		link->before = run->facts.walk.before.features;
		link->after = run->facts.walk.after.features;
	}
	return link;
}

/* ... and of this trial. */
static inline struct trial_facts *run_trial(struct run *run, enum trial which,
					    enum trial_outcome outcome, const char *condition)
{
	struct trial_facts *trial = &run->trials[run->facts.trial_count];
	run->trial = run->facts.trial_count++;
	*trial = (struct trial_facts){
		.which = which,
		.state = TRIAL_TESTED,
		.answer = { outcome, condition, NULL, 40.5 },
		.tls = trial_kind(which)->role != ROLE_BEFORE_TLS,
		.elapsed_ms = 60,
		.link = run->link,
	};
	return trial;
}

static inline struct trial_facts *run_untested(struct run *run, enum trial which,
					       const char *reason)
{
	struct trial_facts *trial = run_trial(run, which, OUTCOME_NONE, NULL);
	trial->state = TRIAL_NOT_TESTED;
	trial->reason = reason;
	trial->elapsed_ms = 0;
	trial->link = DIALBACK_NONE;
	trial->tls = false;
	return trial;
}

static inline struct hop *run_hop(struct run *run, double at_ms, enum hop_way way,
				  enum hop_kind kind)
{
	struct hop *hop = &run->hops[run->facts.hop_count++];
	assert_true(run->facts.hop_count <= RUN_ROOM);
	run->clock = at_ms;
	*hop = (struct hop){
		.at_ms = at_ms, .way = way, .kind = kind, .link = run->link, .trial = run->trial
	};
	return hop;
}

static inline struct hop *run_element(struct run *run, double at_ms, enum hop_way way,
				      enum hop_kind kind, enum db_type type, const char *id)
{
	struct hop *hop = run_hop(run, at_ms, way, kind);
	hop->type = type;
	hop->from = way == HOP_SENT ? "test.example.net" : "im.example";
	hop->to = way == HOP_SENT ? "im.example" : "test.example.net";
	hop->id = id;
	return hop;
}

/* What every connection of ours goes through until the features inside TLS. */
static inline void run_dial(struct run *run, double at_ms)
{
	run_link(run, false, "192.0.2.7", 5269);
	run_hop(run, at_ms, HOP_SENT, HOP_TCP);
	for (int i = 0; i < 2; i++) {
		struct hop *header = run_hop(run, at_ms + 10 + i * 30, HOP_SENT, HOP_STREAM);
		header->from = "test.example.net";
		header->to = "im.example";
		header = run_hop(run, at_ms + 20 + i * 30, HOP_RECEIVED, HOP_STREAM);
		header->from = "im.example";
		header->id = i ? "b7e2" : "outside";
		run_hop(run, at_ms + 21 + i * 30, HOP_RECEIVED, HOP_FEATURES);
		if (i == 0)
			run_hop(run, at_ms + 30, HOP_SENT, HOP_TLS);
	}
}

/* ... and the peer's, until it asks. */
static inline void run_dialled(struct run *run, double at_ms, enum key_state key)
{
	run_link(run, true, "192.0.2.7", 40312);
	run_hop(run, at_ms, HOP_RECEIVED, HOP_TCP);
	struct hop *header = run_hop(run, at_ms + 1, HOP_RECEIVED, HOP_STREAM);
	header->from = "im.example";
	header->to = "test.example.net";
	header = run_hop(run, at_ms + 2, HOP_SENT, HOP_STREAM);
	header->from = "test.example.net";
	header->id = "ours";
	run_hop(run, at_ms + 5, HOP_RECEIVED, HOP_TLS);
	run_element(run, at_ms + 20, HOP_RECEIVED, HOP_VERIFY, DB_REQUEST, "b7e2")->key = key;
}

/* The trials that need nobody to listen, all answered well. */
static inline void run_usual(struct run *run)
{
	static const struct {
		enum trial which;
		enum trial_outcome outcome;
		const char *condition;
	} rows[] = {
		{ TRIAL_CLEAR_RESULT, OUTCOME_STREAM_ERROR, "policy-violation" },
		{ TRIAL_CLEAR_VERIFY, OUTCOME_STREAM_ERROR, "policy-violation" },
		{ TRIAL_VERIFY_MADE_UP, OUTCOME_INVALID, NULL },
		{ TRIAL_VERIFY_OTHER_ID, OUTCOME_INVALID, NULL },
		{ TRIAL_VERIFY_TWO, OUTCOME_INVALID, NULL },
		{ TRIAL_VERIFY_TWICE, OUTCOME_INVALID, NULL },
		{ TRIAL_VERIFY_UNKNOWN_HOST, OUTCOME_ERROR, "item-not-found" },
		{ TRIAL_TARGET_UNKNOWN, OUTCOME_STREAM_ERROR, "host-unknown" },
		{ TRIAL_SENDER_UNRESOLVABLE, OUTCOME_ERROR, "remote-server-not-found" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trial_facts *trial = run_trial(run, rows[i].which, rows[i].outcome,
						      rows[i].condition);
		if (rows[i].which == TRIAL_VERIFY_TWO)
			trial->another = (struct trial_answer){ OUTCOME_INVALID, NULL, NULL, 41 };
		if (rows[i].which == TRIAL_VERIFY_UNKNOWN_HOST)
			trial->stays = KNOWN_YES;
	}
	run->facts.connections = 5;
}

static inline struct dialback_facts *run_alone(struct arena *mem)
{
	struct run *run = run_blank(mem);
	run_dial(run, 10);
	run_usual(run);
	return &run->facts;
}

/* Everything as XEP-0220 wants it. */
static inline struct run *run_verified_as(struct arena *mem, enum trial which)
{
	struct run *run = run_listening(mem);
	run_hop(run, 3, HOP_NOTE, HOP_DNS)->text = "_xmpp-server._tcp.im.example: "
						   "xmpp.im.example:5269 (192.0.2.7)";
	struct trial_facts *round = run_trial(run, which, OUTCOME_VALID, NULL);
	run_dial(run, 40);
	run_element(run, 92, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	run_dialled(run, 190, KEY_RIGHT);
	run_element(run, 220, HOP_SENT, HOP_VERIFY, DB_VALID, "b7e2");
	run_hop(run, 221, HOP_RECEIVED, HOP_CLOSED)->text = "closed";
	run->link = 0;
	run_element(run, 362, HOP_RECEIVED, HOP_RESULT, DB_VALID, NULL);
	*round = (struct trial_facts){ .which = which,
				       .state = TRIAL_TESTED,
				       .answer = { OUTCOME_VALID, NULL, NULL, 270 },
				       .called_back = KNOWN_YES,
				       .called_in_clear = KNOWN_NO,
				       .key = KEY_RIGHT,
				       .tls = true,
				       .elapsed_ms = 330,
				       .link = 0 };
	run->facts.verdict = OUTCOME_VALID;
	run->facts.trust = TRUST_DIALBACK;
	run->link = 0;
	return run;
}

static inline struct dialback_facts *run_verified(struct arena *mem)
{
	struct run *run = run_verified_as(mem, TRIAL_ROUND);
	run_usual(run);
	return &run->facts;
}

/* The peer could not find us: DNS leads elsewhere. */
static inline struct dialback_facts *run_unfound(struct arena *mem)
{
	struct run *run = run_listening(mem);
	run->facts.home = HOME_ELSEWHERE;
	run->facts.home_text = "198.51.100.4:5269";
	struct trial_facts *round = run_trial(run, TRIAL_ROUND, OUTCOME_ERROR,
					      "remote-server-not-found");
	run_dial(run, 40);
	run_element(run, 92, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	struct hop *hop = run_element(run, 20092, HOP_RECEIVED, HOP_RESULT, DB_ERROR, NULL);
	hop->condition = "remote-server-not-found";
	round->answer.elapsed_ms = 20000;
	round->answer.text = "Server-to-server connection failed: \033[2JDNS";
	round->elapsed_ms = 20052;
	round->called_back = KNOWN_NO;
	round->link = 0;
	run->facts.verdict = OUTCOME_ERROR;
	run->facts.condition = "remote-server-not-found";
	run->facts.trust = TRUST_NONE;
	run->facts.connections = 2;
	return &run->facts;
}

/* Believes whatever it is told, in clear. */
static inline struct dialback_facts *run_loose(struct arena *mem)
{
	struct run *run = run_verified_as(mem, TRIAL_ROUND);
	run->links[1].encrypted = false;
	run->links[1].tls = (struct tls_facts){ 0 };
	run->links[1].certificate_shown = run->links[1].authenticated = false;
	run->trials[0].called_in_clear = KNOWN_YES;
	struct trial_facts *trial = run_trial(run, TRIAL_ANSWER_INVALID, OUTCOME_VALID, NULL);
	trial->called_back = KNOWN_YES;
	trial->key = KEY_WRONG;
	run_element(run, 400, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	run_dialled(run, 410, KEY_WRONG);
	run_element(run, 440, HOP_SENT, HOP_VERIFY, DB_INVALID, "b7e2");
	run->link = 0;
	run_element(run, 450, HOP_RECEIVED, HOP_RESULT, DB_VALID, "x\033]0;y")->from =
		"evil\n.example";
	run_trial(run, TRIAL_VERIFY_MADE_UP, OUTCOME_INVALID, NULL);
	run_untested(run, TRIAL_TWO_SENDERS, "needs --piggyback");
	return &run->facts;
}

/* Our certificate was enough. */
static inline struct dialback_facts *run_convinced(struct arena *mem)
{
	struct run *run = run_listening(mem);
	run->facts.certificate = run->facts.walk.our_certificate = true;
	run->facts.own = (struct own_facts){ KNOWN_YES, KNOWN_YES, KNOWN_NO };
	run->facts.walk.after.features.mechanisms = facts_list(mem, "EXTERNAL");
	run_trial(run, TRIAL_EXTERNAL, OUTCOME_ACCEPTED, NULL);
	struct trial_facts *round = run_trial(run, TRIAL_WITHOUT_DIALLING, OUTCOME_VALID, NULL);
	run_dial(run, 40);
	run_element(run, 92, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	run_element(run, 102, HOP_RECEIVED, HOP_RESULT, DB_VALID, NULL);
	round->called_back = KNOWN_NO;
	run->facts.verdict = OUTCOME_VALID;
	run->facts.trust = TRUST_EXTERNAL;
	return &run->facts;
}

/* It closed the stream on us. */
static inline struct dialback_facts *run_turned_away(struct arena *mem)
{
	struct run *run = run_listening(mem);
	struct trial_facts *round = run_trial(run, TRIAL_ROUND, OUTCOME_STREAM_ERROR,
					      "not-authorized");
	run_dial(run, 40);
	run_element(run, 92, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	struct hop *hop = run_hop(run, 120, HOP_RECEIVED, HOP_ERROR);
	hop->condition = "not-authorized";
	hop->text = "Your certificate \233is not good";
	round->state = TRIAL_REFUSED;
	round->reason = "it wants a certificate";
	run->facts.verdict = OUTCOME_STREAM_ERROR;
	run->facts.condition = "not-authorized";
	run->facts.home = HOME_UNKNOWN;
	run->facts.trust = TRUST_NONE;
	return &run->facts;
}

/* Prosody with s2s_secure_auth, to who shows no certificate. */
static inline struct dialback_facts *run_barred(struct arena *mem)
{
	struct run *run = run_listening(mem);
	facts_fail(&run->facts.walk, STEP_FEATURES, ERR_STREAM_ERROR,
		   "stream error not-authorized");
	run->facts.walk.after.error.condition = "not-authorized";
	for (enum trial which = TRIAL_VERIFY_MADE_UP; which <= TRIAL_VERIFY_TWO; which++) {
		struct trial_facts *trial = run_trial(run, which, OUTCOME_NONE, NULL);
		trial->state = TRIAL_REFUSED;
		trial->reason = "stream error not-authorized, before anything was asked";
	}
	struct trial_facts *round = run_trial(run, TRIAL_ROUND, OUTCOME_NONE, NULL);
	run_dial(run, 40);
	run_hop(run, 120, HOP_RECEIVED, HOP_ERROR)->condition = "not-authorized";
	round->state = TRIAL_REFUSED;
	round->reason = "stream error not-authorized, before anything was asked";
	run->facts.trust = TRUST_NONE;
	run_untested(run, TRIAL_BACK, "the round was not had");
	run_untested(run, TRIAL_BACK_ERROR, "the round was not had");
	return &run->facts;
}

/* ... and who shows one, in the only trial that shows it. */
static inline struct dialback_facts *run_vouched(struct arena *mem)
{
	struct run *run = run_verified_as(mem, TRIAL_WITHOUT_DIALLING);
	struct trial_facts *round = run_trial(run, TRIAL_ROUND, OUTCOME_NONE, NULL);
	round->state = TRIAL_REFUSED;
	round->reason = "stream error not-authorized, before anything was asked";
	run->facts.certificate = true;
	return &run->facts;
}

static inline struct dialback_facts *run_silent(struct arena *mem)
{
	struct run *run = run_listening(mem);
	struct trial_facts *round = run_trial(run, TRIAL_ROUND, OUTCOME_SILENCE, NULL);
	run_dial(run, 40);
	run_element(run, 92, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	run_hop(run, 20092, HOP_NOTE, HOP_SILENCE)->text = "the verdict";
	round->answer.elapsed_ms = 20000;
	round->called_back = KNOWN_NO;
	round->elapsed_ms = 20000;
	run->facts.verdict = OUTCOME_SILENCE;
	run->facts.trust = TRUST_NONE;
	run->facts.home = HOME_NOWHERE;
	return &run->facts;
}

/* --answer invalid: denied, and rightly. */
static inline struct dialback_facts *run_denied(struct arena *mem)
{
	struct run *run = run_verified_as(mem, TRIAL_ANSWER_INVALID);
	run->trials[0].answer.outcome = run->facts.verdict = OUTCOME_INVALID;
	for (size_t i = 0; i < run->facts.hop_count; i++) {
		if (run->hops[i].type == DB_VALID)
			run->hops[i].type = DB_INVALID;
	}
	run->facts.trust = TRUST_NOT_TESTED;
	return &run->facts;
}

static inline struct dialback_facts *run_refused(struct arena *mem)
{
	struct run *run = run_blank(mem);
	facts_fail(&run->facts.walk, STEP_TCP, ERR_REFUSED, "connection refused");
	return &run->facts;
}

/* Three trials at a time; two of them show one fault. The peer proves itself before it asks. */
static inline struct dialback_facts *run_side_by_side(struct arena *mem)
{
	struct run *run = run_listening(mem);
	run_hop(run, 0, HOP_NOTE, HOP_DNS)->text = "leads to this listener";
	run_trial(run, TRIAL_VERIFY_MADE_UP, OUTCOME_VALID, NULL);
	run_dial(run, 10);
	run_trial(run, TRIAL_VERIFY_OTHER_ID, OUTCOME_VALID, NULL);
	run_trial(run, TRIAL_ROUND, OUTCOME_VALID, NULL)->called_back = KNOWN_YES;
	run_dial(run, 11);
	run_element(run, 70, HOP_SENT, HOP_RESULT, DB_REQUEST, NULL);
	run->trial = run->link = 0;
	run_element(run, 71, HOP_SENT, HOP_VERIFY, DB_REQUEST, "made-up");
	run_element(run, 75, HOP_RECEIVED, HOP_VERIFY, DB_VALID, "made-up");
	run->trial = 1;
	run_element(run, 76, HOP_SENT, HOP_VERIFY, DB_REQUEST, "other");
	run->trial = 2;
	run_link(run, true, "192.0.2.7", 40312)->id = "c0de";
	run_element(run, 80, HOP_RECEIVED, HOP_RESULT, DB_REQUEST, NULL);
	run->trial = 1;
	run->link = 0;
	run_element(run, 81, HOP_RECEIVED, HOP_VERIFY, DB_VALID, "other");
	run->trial = 2;
	run_dial(run, 82);
	run_element(run, 140, HOP_SENT, HOP_VERIFY, DB_REQUEST, "c0de");
	run_element(run, 150, HOP_RECEIVED, HOP_VERIFY, DB_VALID, "c0de");
	run->trial = run->link = 2;
	run_element(run, 151, HOP_SENT, HOP_RESULT, DB_VALID, NULL);
	run_element(run, 160, HOP_RECEIVED, HOP_VERIFY, DB_REQUEST, "b7e2")->key = KEY_RIGHT;
	run_element(run, 161, HOP_SENT, HOP_VERIFY, DB_VALID, "b7e2");
	run->link = 1;
	run_element(run, 170, HOP_RECEIVED, HOP_RESULT, DB_VALID, NULL);
	run->trials[2].called_in_clear = KNOWN_NO;
	run->trials[2].key = KEY_RIGHT;
	run->facts.verdict = OUTCOME_VALID;
	run->facts.trust = TRUST_DIALBACK;
	return &run->facts;
}

/* Every member of a record, and nothing that goes together. */
static inline struct dialback_facts *run_everything(struct arena *mem)
{
	struct run *run = run_verified_as(mem, TRIAL_ROUND);
	run->facts.home = HOME_LATER;
	run->facts.home_text = "198.51.100.4:5269, 198.51.100.9:5269";
	run->facts.hops_cut = true;
	run->links[1].proof_lacks = "it has expired";
	run->links[1].authenticated = false;
	run->links[1].tls.alert = 42;
	run->links[1].address.family = AF_UNSPEC;
	for (enum trial which = 0; which < TRIAL_COUNT; which++) {
		if (which == TRIAL_ROUND)
			continue;
		struct trial_facts *trial = run_trial(run, which,
						      (enum trial_outcome)(1 + which % 8),
						      which % 2 ? "forbidden" : NULL);
		trial->state = (enum trial_state)(1 + which % 2);
		trial->reason = which % 3 ? NULL : "because";
		trial->answer.text = which % 5 ? NULL : "in words\\ \033[1m\xff";
		trial->another = (struct trial_answer){ OUTCOME_ERROR, "x-unknown", "text", 1.25 };
		trial->called_back = trial->stays = (enum known)(which % 3);
		trial->called_in_clear = trial->delivered = (enum known)((which + 1) % 3);
		trial->bounced = (enum known)((which + 2) % 3);
		trial->key = (enum key_state)(which % 4);
		trial->link = which % 2 ? DIALBACK_NONE : 1;
	}
	for (int kind = HOP_DNS; kind <= HOP_SILENCE; kind++) {
		struct hop *hop = run_hop(run, 500 + kind, (enum hop_way)(kind % 3),
					  (enum hop_kind)kind);
		hop->trial = (size_t)kind;
		hop->link = (size_t)kind % 2;
		hop->type = (enum db_type)(kind % 5);
		hop->from = "a\xffz";
		hop->to = "";
		hop->id = "7";
		hop->condition = "policy-violation";
		hop->text = "said";
		hop->key = (enum key_state)(kind % 4);
	}
	return &run->facts;
}

#endif
