/* survey_inner.h - what the files of survey.h share. Not for other modules.
 *
 * survey.c deals questions out and answers in; survey_version.c and survey_trails.c know what to
 * ask next of versions, suites, groups and schemes, survey_checks.c and survey_results.c of
 * properties; survey_lists.c chooses from the registries, survey_offer.c fills hellos;
 * survey_ride.c lets one question carry others; survey_learn.c keeps what any answer shows;
 * survey_finish.c makes the facts. */
#ifndef TLS_SURVEY_INNER_H
#define TLS_SURVEY_INNER_H

#include "tls/survey.h"
#include "tls/trail.h"

#define SURVEY_OUT     64  /* questions out at once, more than anybody's lanes */
#define SURVEY_CERTS   16  /* different certificates kept */
#define SURVEY_FIELDS  16  /* different moduli kept */
#define SURVEY_PUBLICS 512 /* ephemeral values compared */
#define SURVEY_SETS    64  /* sets of schemes waiting for their question */
#define SET_MAX        64  /* schemes in one: the registry has 59 */

/* How a version is asked about: with everything that is worth knowing; if that is refused, with no
 * more than it takes; if that gets no answer either, without any extension, for servers older than
 * these, and with few suites (CIP-21). */
enum manner {
	MANNER_RICH,
	MANNER_PLAIN,
	MANNER_BARE,
	MANNER_SHORT,
};
#define SHORT_SUITES 100

enum opening_state {
	OPENING_NOT_ASKED,
	OPENING_OUT,
	OPENING_ACCEPTED,
	OPENING_REFUSED, /* by the rules of TLS: this version is off */
	OPENING_SOFT,    /* refused in a way that the manner may be the cause of */
	OPENING_UNCLEAR, /* no answer that proves anything */
};

struct version_plan {
	enum tls_version version;
	enum opening_state state;
	enum manner manner;
	int alert;   /* that refused it; -1: none */
	bool choked; /* refused in a way that the length of the hello may be the cause of */
	bool broken; /* an answer broke the rules: what was refused then may exist */
	struct trail *suites;
	struct suite_seen *seen; /* room for TRAIL_MAX */
	size_t seen_count;
};

enum task_kind {
	TASK_SUITES,
	TASK_SSL2,
	TASK_GROUPS,
	TASK_SCHEMES,
	TASK_FIELDS, /* named finite fields in TLS 1.2 (RFC 7919) */
	TASK_SETS,   /* schemes of TLS 1.3: sets that are accepted or refused */
	TASK_CHECKS,
};

struct task {
	enum task_kind kind;
	enum tls_version version;
	struct trail *trail; /* GROUPS, SCHEMES, FIELDS; NULL until it can begin */
	/* SCHEMES: whose key signs. Of two certificates each is asked about by itself: some servers
	 * choose the suite first, and then have no scheme for its key (CIP-19). */
	enum suite_auth auth;
	/* A group that must stay among those offered, for the certificate needs it (CIP-20);
	 * 0: none. Offered last: who chooses it accepts nothing else, or hides it. */
	uint16_t anchor;
	bool broken, off; /* as in version_plan; nothing to ask */
	bool hidden;      /* the server chose the anchor: what it likes less stays unknown */
};
#define SURVEY_TASKS 14

struct scheme_set {
	uint16_t codes[SET_MAX];
	size_t count;
};

enum check {
	CHECK_HANDSHAKE,
	CHECK_RESUME,
	CHECK_FALLBACK,
	CHECK_TOLERANCE,     /* client_version 3.4 */
	CHECK_TOLERANCE_FAR, /* client_version 4.0 */
	CHECK_SNI_NONE,
	CHECK_SNI_UNKNOWN,
	CHECK_ALPN_UNKNOWN,
	CHECK_LONG,
	CHECK_HYBRID,
	CHECK_REUSE,
	CHECK_REPEAT,
	CHECK_GREASE, /* from here on only where the rich manner was refused */
	CHECK_COMPRESSION,
	CHECK_HEARTBEAT,
};
#define CHECK_COUNT 15

/* One question that is out. */
struct pending {
	bool used;
	struct task *task;
	struct question question;
	struct trail_ask ask;
	struct scheme_set set;
	enum check check;
	bool opening;
	/* What rides on a question of suites or groups (survey_ride.c); NULL, and an empty set:
	 * nothing. */
	struct task *rider;
	struct trail_ask rider_ask;
};

struct survey {
	struct survey_options options;
	struct arena *mem;
	struct version_plan plans[TLS_VERSION_COUNT];
	struct task tasks[SURVEY_TASKS];
	size_t task_count, turn; /* whose turn it is */
	struct pending out[SURVEY_OUT];
	size_t asked;
	bool cut; /* connections_max */
	/* A refusal left open which part was refused: one by one from here on; in TLS 1.2, 1.3. */
	bool unride[2];

	enum opening_state ssl2;
	int ssl2_alert;
	const uint32_t *kinds;
	size_t kind_count;

	struct scheme_set sets[SURVEY_SETS];
	size_t set_count;
	size_t sets_out;
	bool sets_begun, control_asked, sets_void, sets_broken;
	struct scheme_set sets_accepted;

	bool check_asked[CHECK_COUNT];
	struct property_facts properties;
	uint32_t first_choice; /* of CHECK_REPEAT's twin; 0: none yet */
	bool handshake_tried;
	uint16_t signature13;

	struct cert_seen certs[SURVEY_CERTS];
	size_t cert_count;
	struct field_seen fields[SURVEY_FIELDS];
	size_t field_count;
	uint8_t publics[SURVEY_PUBLICS][32];
	bool public_is_ec[SURVEY_PUBLICS];
	size_t public_count;
	const char *violation;
	size_t unclear;
	bool inconsistent, sentinel_seen;
};

/* survey_lists.c: in the order most servers prefer; trails in the survey's arena. */
/* Room for TRAIL_MAX; returns how many. explicit_too: the code points of explicit curves; weak_too:
 * MD5. */
size_t survey_list_groups(enum tls_version version, bool explicit_too, uint16_t *out);
size_t survey_list_schemes(enum tls_version version, bool weak_too, uint16_t *out);
/* CIP-36: from the version on in which real servers take it. */
bool survey_suite_fits(const struct suite *suite, enum tls_version version);
struct trail *offer_suites(struct survey *survey, enum tls_version version);
/* except: a group that is not asked for, but offered beside those that are; 0: none. */
struct trail *offer_groups(struct survey *survey, enum tls_version version, uint16_t except);
struct trail *offer_schemes(struct survey *survey);
struct trail *offer_fields(struct survey *survey);

/* survey_offer.c */
void offer_hello(struct survey *survey, struct version_plan *plan, bool rich, struct hello *out);
/* The question of a trail: its codes in the hello that the task needs. */
void offer_ask(struct survey *survey, struct pending *pending);
void offer_set(struct survey *survey, struct pending *pending);
void offer_ssl2(struct survey *survey, struct pending *pending);
uint32_t *offer_codes(struct survey *survey, const struct trail *trail, const struct trail_ask *ask,
		      size_t *count);
/* Suites of a version that pass, accepted or not yet refused. */
typedef bool suite_filter(const struct suite *suite);
void offer_filtered(struct survey *survey, const struct version_plan *plan, suite_filter *filter,
		    bool only_found, struct hello *hello);
bool suite_is_ecdhe_rsa(const struct suite *suite);
bool suite_is_ecdhe_ecdsa(const struct suite *suite);
bool suite_is_dhe(const struct suite *suite);
/* With a ServerKeyExchange that a certificate's key of this kind signs: RSA, DSS, ECDSA. */
suite_filter *suite_signed_by(enum suite_auth auth);
bool plan_accepts(const struct version_plan *plan, suite_filter *filter);

/* survey_learn.c */
/* What every answer shows beside what was asked. */
void learn(struct survey *survey, const struct pending *pending, const struct answer_facts *answer);
/* Keeps what an answer shows of its suite. */
void learn_suite(struct survey *survey, struct version_plan *plan, const struct pending *pending,
		 const struct answer_facts *answer);
/* Notes the first rule of TLS that the server broke. */
void learn_violation(struct survey *survey, const char *format, ...) PRINTF(2, 3);
/* The RFC 7919 group whose modulus this is; 0: none of them. */
uint16_t learn_field_group(const struct dh_seen *dh);

/* survey_checks.c, survey_results.c */
bool checks_next(struct survey *survey, struct pending *pending);
void checks_take(struct survey *survey, const struct pending *pending,
		 const struct answer_facts *answer);
/* Never asked: nothing is known, and nothing to be said of the server. */
void checks_drop(struct survey *survey, const struct pending *pending);

/* survey_ride.c */
bool sets_next(struct survey *survey, struct pending *pending);
void sets_take(struct survey *survey, const struct scheme_set *set, bool chosen,
	       const struct answer_facts *answer);
/* Lets a question carry others where it can. */
void ride(struct survey *survey, struct pending *pending);
/* The part of an answer that is for the riders. True: it proved nothing, and the question is as if
 * never asked. */
bool ride_take(struct survey *survey, struct pending *pending, const struct answer_facts *answer);

/* survey_version.c */
#define ASKED_VERSIONS 5
extern const enum tls_version asked_versions[ASKED_VERSIONS]; /* newest first; SSL 2.0 apart */
/* The newest version accepted, at most `below`; NULL: none. */
struct version_plan *survey_newest(struct survey *survey, enum tls_version below);
/* Every version was asked about and has its answer. */
bool survey_is_open(const struct survey *survey);
/* What is asked for in extensions can be asked of this version; a refusal would only tell that they
 * are not liked. */
bool plan_takes_extensions(const struct version_plan *plan);
bool survey_is_gentle(const struct survey *survey);
bool survey_wants_suites(const struct survey *survey);
bool versions_next(struct survey *survey, struct task *task, struct pending *pending);
void versions_take(struct survey *survey, const struct pending *pending,
		   const struct answer_facts *answer);
/* Where the manner may be what was refused, asks a version again in a simpler one. */
void versions_soften(struct survey *survey);
bool ssl2_next(struct survey *survey, struct pending *pending);
void ssl2_take(struct survey *survey, const struct answer_facts *answer);
/* A refusal that proves that nothing of what was offered is accepted. */
bool answer_refuses(enum tls_version asked, const struct answer_facts *answer);

/* survey_trails.c */
/* A task of groups, schemes or fields has its trail, or gets it now. */
bool survey_begin(struct survey *survey, struct task *task);
bool trails_next(struct survey *survey, struct task *task, struct pending *pending);
/* The answer to a task's part of a question. */
void survey_take_trail(struct survey *survey, struct task *task, const struct trail_ask *ask,
		       const struct pending *pending, const struct answer_facts *answer);

/* survey.c */
/* An answer that shows the server's choice in the version asked for. */
bool answer_chooses(const struct pending *pending, const struct answer_facts *answer);

#endif
