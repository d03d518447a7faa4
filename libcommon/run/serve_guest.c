/* The story of one guest of --serve. */
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/fd.h"
#include "run/pairs.h"
#include "run/serve_inner.h"
#include "xmpp/jid.h"

#define BEGIN_SECONDS 30.0 /* to say anything that is worth an answer */
#define IDLE_SECONDS  60.0 /* between two things worth one */
#define NAP_MS        100

struct served_guest {
	struct guest guest;
	struct serve *serve;
	struct arena *mem, *scratch; /* for the connection; for one element */
	struct inquiry *pending[PENDING_MAX];
	struct pairs verified;
	struct deadline until; /* for the next thing worth an answer */
	unsigned told;         /* attempts of EXTERNAL */
};

static void tell(struct served_guest *guest, const struct served_facts *what)
{
	struct served_facts served = *what;
	enum misbehaviour wrong = guest->serve->run->opt->misbehave;
	served.time = clock_now();
	served.link = &guest->guest.link;
	served.misbehaviour = wrong == MISBEHAVE_NOT ? NULL : misbehaviour_name(wrong);
	serve_tell(guest->serve, &served);
}

/* LATE: as long as nobody ends us. */
static void dawdle(struct served_guest *guest)
{
	struct deadline until = deadline_in(LATE_SECONDS);
	while (!deadline_passed(until) && !serve_is_stopping(guest->serve))
		poll(NULL, 0, NAP_MS);
}

/* The answer, or what --misbehave makes of it. *said: something went out. False: it is over. */
static bool answer(struct served_guest *guest, struct db_element element, bool *said,
		   struct err *err)
{
	const char *from = element.from;
	*said = true;
	switch (guest->serve->run->opt->misbehave) {
	case MISBEHAVE_LATE:
		dawdle(guest);
		break;
	case MISBEHAVE_WRONG_ID:
		if (element.id)
			element.id = guest->guest.id;
		break;
	case MISBEHAVE_SWAPPED:
		element.from = element.to;
		element.to = from;
		break;
	case MISBEHAVE_INVALID:
		element.type = DB_INVALID;
		break;
	case MISBEHAVE_SILENT:
		*said = false;
		return true;
	case MISBEHAVE_CLOSE:
		*said = false;
		return err_set(err, AT_STREAM, ERR_CLOSED, "closed by us");
	case MISBEHAVE_NOT:
		break;
	}
	return guest_say(&guest->guest, &element, err);
}

/* XEP-0220, 2.3.2: no state, no authentication (DB-22). */
static bool take_verify(struct served_guest *guest, const struct db_element *asked, struct err *err)
{
	double since = clock_ms();
	struct db_element reply = { .kind = DB_VERIFY,
				    .type = DB_INVALID,
				    .from = asked->to,
				    .to = asked->from,
				    .id = asked->id };
	if (!host_is(&guest->serve->run->host, asked->to)) {
		reply.type = DB_ERROR;
		reply.condition = "item-not-found";
	} else if (dialback_is_key(guest->serve->run->secret, asked)) {
		reply.type = DB_VALID;
	}
	bool said = false, ok = answer(guest, reply, &said, err);
	bool spoilt = guest->serve->run->opt->misbehave == MISBEHAVE_INVALID;
	tell(guest, &(struct served_facts){
			    .kind = DB_VERIFY,
			    .from = asked->from,
			    .to = asked->to,
			    .id = asked->id,
			    .outcome = !said    ? OUTCOME_NONE
				       : spoilt ? OUTCOME_INVALID
						: trial_outcome_of(reply.type),
			    .condition = reply.condition,
			    .elapsed_ms = clock_ms() - since,
		    });
	return ok;
}

/* DB-11, and what else needs no question to anybody. */
static bool refuse_result(struct served_guest *guest, const struct db_element *asked,
			  const char *condition, const char *reason, struct err *err)
{
	const struct db_element reply = { .kind = DB_RESULT,
					  .type = DB_ERROR,
					  .from = asked->to,
					  .to = asked->from,
					  .condition = condition };
	bool ok = guest_say(&guest->guest, &reply, err);
	tell(guest, &(struct served_facts){ .kind = DB_RESULT,
					    .from = asked->from,
					    .to = asked->to,
					    .id = guest->guest.link.id,
					    .outcome = OUTCOME_ERROR,
					    .condition = condition,
					    .reason = reason });
	return ok;
}

static bool is_pending(const struct served_guest *guest, const struct db_element *asked)
{
	for (size_t i = 0; i < PENDING_MAX; i++) {
		const struct inquiry *inquiry = guest->pending[i];
		if (inquiry && dialback_same_domain(inquiry->request.from, asked->from) &&
		    dialback_same_domain(inquiry->request.to, asked->to))
			return true;
	}
	return false;
}

static bool take_result(struct served_guest *guest, const struct db_element *asked, struct err *err)
{
	size_t place = 0;
	if (!host_is(&guest->serve->run->host, asked->to))
		return refuse_result(guest, asked, "item-not-found", "we do not host that domain",
				     err);
	if (is_pending(guest, asked)) /* one answer for one pair is what there will be */
		return true;
	while (place < PENDING_MAX && guest->pending[place])
		place++;
	if (place == PENDING_MAX ||
	    !inquiry_start(guest->serve, &guest->guest, asked, &guest->pending[place]))
		return refuse_result(guest, asked, "resource-constraint", "too many pairs at once",
				     err);
	return true;
}

static void conclude(const struct inquiry *inquiry, struct db_element *reply,
		     struct served_facts *served)
{
	const struct trial_answer *answer = &inquiry->answer;
	reply->type = DB_ERROR;
	served->reason = inquiry->reason;
	if (answer->outcome == OUTCOME_VALID) {
		reply->type = DB_VALID;
		served->reason = NULL;
	} else if (answer->outcome == OUTCOME_INVALID) {
		reply->type = DB_INVALID;
		served->reason = "its authoritative server says that the key is not right";
	} else if (answer->outcome == OUTCOME_SILENCE || answer->outcome == OUTCOME_CLOSED) {
		reply->condition = "remote-server-timeout";
		served->reason = "its authoritative server did not answer";
	} else {
		reply->condition = "remote-server-not-found";
	}
	if (!served->reason && answer->condition)
		served->reason = answer->condition;
}

/* For one pair at least. */
static bool is_authenticated(const struct served_guest *guest)
{
	return guest->guest.external || pairs_any(&guest->verified);
}

/* What the stream is good for from here on. DB-16: `invalid` is for one on which no other pair was
 * verified, and ends it. */
static void settle_pair(struct served_guest *guest, const struct inquiry *inquiry,
			struct db_element *reply, struct served_facts *served)
{
	const struct db_element *request = &inquiry->request;
	if (guest->serve->run->opt->misbehave == MISBEHAVE_INVALID)
		reply->type = DB_INVALID;
	if (reply->type == DB_VALID &&
	    !pairs_remember(&guest->verified, request->from, request->to, guest->mem)) {
		reply->type = DB_ERROR;
		reply->condition = "resource-constraint";
		served->reason = "too many pairs on one stream";
	} else if (reply->type == DB_INVALID) {
		pairs_forget(&guest->verified, request->from, request->to);
		if (is_authenticated(guest)) {
			reply->type = DB_ERROR;
			reply->condition = "forbidden";
		}
	}
}

static bool tell_initiator(struct served_guest *guest, const struct inquiry *inquiry,
			   struct err *err)
{
	struct db_element reply = { .kind = DB_RESULT,
				    .from = inquiry->request.to,
				    .to = inquiry->request.from };
	struct served_facts served = { .kind = DB_RESULT,
				       .from = inquiry->request.from,
				       .to = inquiry->request.to,
				       .id = inquiry->id,
				       .authority = inquiry->reached ? &inquiry->authority : NULL };
	conclude(inquiry, &reply, &served);
	settle_pair(guest, inquiry, &reply, &served);
	bool said = false, ok = answer(guest, reply, &said, err);
	if (said) {
		served.outcome = trial_outcome_of(reply.type);
		served.condition = reply.condition;
	} else {
		pairs_forget(&guest->verified, inquiry->request.from, inquiry->request.to);
	}
	served.elapsed_ms = clock_ms() - inquiry->since_ms;
	tell(guest, &served);
	guest->until = deadline_in(IDLE_SECONDS);
	if (served.outcome == OUTCOME_INVALID)
		return err_set(err, AT_STREAM, ERR_CLOSED, "closed by us");
	return ok;
}

static bool take_answers(struct served_guest *guest, struct err *err)
{
	bool ok = true;
	for (size_t i = 0; i < PENDING_MAX && ok; i++) {
		struct inquiry *inquiry = guest->pending[i];
		if (!inquiry)
			continue;
		pthread_mutex_lock(&guest->serve->lock);
		bool finished = inquiry->finished;
		pthread_mutex_unlock(&guest->serve->lock);
		if (!finished)
			continue;
		ok = tell_initiator(guest, inquiry, err);
		inquiry_drop(&guest->pending[i]);
	}
	return ok;
}

/* XEP-0178: a certificate speaks for the pair of the stream's header. */
static bool is_external_pair(const struct guest *guest, const char *from, const char *to)
{
	const char *us = guest->theirs.to ? guest->theirs.to : guest->host->us;
	return dialback_same_domain(guest->external, from) && dialback_same_domain(us, to);
}

/* RFC 6120, 8.1.2.2: only from who was verified, and to whom. */
static bool take_stanza(struct served_guest *guest, const struct elem *elem, struct err *err)
{
	const char *from = jid_domain_of(elem_attr(elem, "from"), guest->scratch);
	const char *to = jid_domain_of(elem_attr(elem, "to"), guest->scratch);
	if (pairs_has(&guest->verified, from, to) || is_external_pair(&guest->guest, from, to)) {
		guest->until = deadline_in(IDLE_SECONDS);
		return true;
	}
	guest_refuse(&guest->guest, is_authenticated(guest) ? "invalid-from" : "not-authorized");
	return err_set(err, AT_STREAM, ERR_PROTOCOL, "a stanza of a pair that was not verified");
}

static bool take_element(struct served_guest *guest, const struct elem *elem, struct err *err)
{
	struct db_element element;
	arena_free(&guest->scratch);
	guest->scratch = arena_new();
	if (!dialback_read(elem, guest->scratch, &element))
		return take_stanza(guest, elem, err);
	if (element.type != DB_REQUEST) /* DB-44: nobody asked on this stream */
		return true;
	if (!element.from || !element.to || (element.kind == DB_VERIFY && !element.id)) {
		guest_refuse(&guest->guest, "improper-addressing");
		return err_set(err, AT_STREAM, ERR_PROTOCOL, "dialback without from, to or id");
	}
	guest->until = deadline_in(IDLE_SECONDS);
	return element.kind == DB_VERIFY ? take_verify(guest, &element, err)
					 : take_result(guest, &element, err);
}

/* XEP-0178: the other way to prove a pair, and an exchange as well. Of an attempt that ends the
 * stream, too. */
static void tell_external(struct served_guest *guest)
{
	const struct guest *seen = &guest->guest;
	if (seen->external_tried == guest->told)
		return;
	guest->told = seen->external_tried;
	bool proven = seen->external != NULL;
	tell(guest, &(struct served_facts){ .kind = DB_RESULT,
					    .external = true,
					    .from = seen->link.from,
					    .to = seen->link.to,
					    .outcome = proven ? OUTCOME_VALID : OUTCOME_ERROR,
					    .condition = proven ? NULL : "not-authorized",
					    .reason = proven ? NULL : seen->link.proof_lacks });
}

static bool is_asking(const struct served_guest *guest)
{
	for (size_t i = 0; i < PENDING_MAX; i++) {
		if (guest->pending[i])
			return true;
	}
	return false;
}

static void converse(struct served_guest *guest)
{
	struct err err;
	const struct elem *elem = NULL;
	bool on = true;
	for (guest->until = deadline_in(BEGIN_SECONDS); on;) {
		enum guest_event event = guest_next(&guest->guest, guest->until, &elem, &err);
		tell_external(guest);
		switch (event) {
		case GUEST_ELEMENT:
			on = take_element(guest, elem, &err);
			break;
		case GUEST_TRIED:
			guest->until = deadline_in(IDLE_SECONDS);
			break;
		case GUEST_WOKEN:
			on = take_answers(guest, &err);
			break;
		case GUEST_SILENT:
			if (is_asking(guest)) { /* it is we who have not answered yet */
				guest->until = deadline_in(IDLE_SECONDS);
				break;
			}
			guest_refuse(&guest->guest, "connection-timeout");
			on = false;
			break;
		case GUEST_ENDED:
			on = false;
		}
	}
}

void serve_welcome(void *context, const struct caller *caller)
{
	struct serve *serve = context;
	struct served_guest guest = { .serve = serve, .mem = arena_new(), .scratch = arena_new() };
	const struct manner manner = { .tls_optional = serve->run->opt->tls_optional,
				       .external = GUEST_EXTERNAL_ACCEPT };
	struct err err;
	guest_begin(&guest.guest, &serve->run->host, caller, guest.mem);
	guest.guest.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	conn_set_deadline(caller->conn, deadline_in(BEGIN_SECONDS));
	if (guest_hear(&guest.guest, &err) && guest_greet(&guest.guest, &manner, &err))
		converse(&guest);
	guest_end(&guest.guest);
	for (size_t i = 0; i < PENDING_MAX; i++)
		inquiry_drop(&guest.pending[i]);
	fd_close(&guest.guest.wake);
	arena_free(&guest.scratch);
	arena_free(&guest.mem);
}
