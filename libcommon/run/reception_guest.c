/* The story of one guest of the reception. */
#include <string.h>
#include <sys/eventfd.h>

#include "base/fd.h"
#include "run/reception_inner.h"
#include "xmpp/jid.h"

#define STRANGER_SECONDS 10.0 /* for who is not expected to say what it wants */
#define LAST_SECONDS     1.0  /* behind our `invalid`, or a `valid` nobody asked for */
#define ELEMENTS_MAX     200  /* of one guest: a peer sends four */

struct reception_guest {
	struct guest guest;
	struct reception *reception;
	struct visit *visit;    /* NULL: nobody expects it yet */
	const char *verified;   /* its domain, whose stanzas count; NULL */
	struct db_element held; /* its request, whose answer waits */
	bool holding;
	bool last;         /* it was told `invalid`: what it says now is its last */
	bool ended, reset; /* it is gone; it broke the connection */
	struct arena *mem;
};

/* What was seen, to be changed; NULL where nobody wants to know. Then end_change(). */
static struct visit_seen *begin_change(const struct reception_guest *guest)
{
	if (!guest->visit)
		return NULL;
	pthread_mutex_lock(&guest->reception->lock);
	return &guest->visit->seen;
}

static void end_change(const struct reception_guest *guest)
{
	pthread_cond_broadcast(&guest->reception->changed);
	pthread_mutex_unlock(&guest->reception->lock);
}

static bool is_theirs(const struct visit *visit, const char *domain)
{
	return dialback_same_domain(visit->plan.them, domain) ||
	       dialback_same_domain(visit->plan.also, domain);
}

/* Under the lock: the visit this caller belongs to, by the name it gives itself; one that gives
 * none belongs to the only visit there is. */
static struct visit *find_visit(const struct reception *reception, const char *caller)
{
	struct visit *found = NULL;
	for (struct visit *at = reception->visits; at; at = at->next) {
		if (!at->begun || at->over || (caller && !is_theirs(at, caller)))
			continue;
		if (found)
			return NULL;
		found = at;
	}
	return found;
}

static bool take_seat(struct visit *visit, struct guest *guest)
{
	for (size_t i = 0; i < GUESTS_OF_VISIT && visit->calls < CALLS_MAX; i++) {
		if (!visit->guests[i]) {
			visit->guests[i] = guest;
			visit->calls++;
			return true;
		}
	}
	return false;
}

/* False: it is expected, but too many of its kind have come. */
static bool join(struct reception_guest *guest, const char *caller)
{
	struct reception *reception = guest->reception;
	pthread_mutex_lock(&reception->lock);
	struct visit *visit = find_visit(reception, caller);
	if (visit && take_seat(visit, &guest->guest)) {
		guest->visit = visit;
		if (!visit->seen.called)
			visit->seen.called_ms = clock_ms() - visit->began_ms;
		visit->seen.called = true;
		pthread_cond_broadcast(&reception->changed);
	}
	pthread_mutex_unlock(&reception->lock);
	if (guest->visit)
		guest_write_diary(&guest->guest, guest->visit->plan.diary,
				  guest->visit->plan.trial);
	return guest->visit || !visit;
}

static void leave(struct reception_guest *guest)
{
	struct visit_seen *seen = begin_change(guest);
	if (!seen)
		return;
	struct visit *visit = guest->visit;
	for (size_t i = 0; i < GUESTS_OF_VISIT; i++) {
		if (visit->guests[i] == &guest->guest)
			visit->guests[i] = NULL;
	}
	if (guest->ended) {
		seen->ended = true;
		seen->reset = guest->reset;
		seen->ended_ms = clock_ms() - visit->began_ms;
	}
	diary_keep(visit->plan.diary, &guest->mem);
	end_change(guest);
}

static bool say(struct reception_guest *guest, struct db_element answer, enum db_type type,
		struct err *err)
{
	answer.type = type;
	if (type == DB_ERROR && !answer.condition)
		answer.condition = "item-not-found";
	return guest_say(&guest->guest, &answer, err);
}

static void note_verify(struct reception_guest *guest, const struct db_element *asked,
			const char *text)
{
	enum key_state key = KEY_WRONG;
	const struct visit *visit = guest->visit;
	struct visit_seen *seen = begin_change(guest);
	if (!visit || !seen)
		return;
	/* A question with the right key stands, whatever else is asked later. */
	if (key_claim_judge(visit->claims, visit->claim_count, asked, text, &key)) {
		seen->verifies++;
		seen->key = seen->key == KEY_RIGHT ? KEY_RIGHT : key;
		seen->clear = seen->clear || !guest->guest.link.encrypted;
	} else {
		seen->strange = true;
	}
	end_change(guest);
	diary_element(visit->plan.diary, HOP_RECEIVED, guest->guest.number, visit->plan.trial,
		      asked, key);
}

/* False: the conversation is over. */
static bool take_verify(struct reception_guest *guest, const struct db_element *asked,
			const char *text, struct err *err)
{
	enum verify_manner manner = guest->visit ? guest->visit->plan.verify : VERIFY_HONEST;
	struct db_element answer = {
		.kind = DB_VERIFY, .from = asked->to, .to = asked->from, .id = asked->id
	};
	struct db_element wrong = answer;
	note_verify(guest, asked, text);
	if (!host_is(guest->reception->options.host, asked->to))
		return say(guest, answer, DB_ERROR, err);
	switch (manner) {
	case VERIFY_HONEST:
		return say(guest, answer,
			   dialback_is_key(guest->reception->options.secret, asked) ? DB_VALID
										    : DB_INVALID,
			   err);
	case VERIFY_INVALID:
		return say(guest, answer, DB_INVALID, err);
	case VERIFY_ERROR:
		return say(guest, answer, DB_ERROR, err);
	case VERIFY_OTHER_ID:
		wrong.id = arena_copy(guest->mem, guest->guest.id);
		return say(guest, wrong, DB_VALID, err);
	case VERIFY_SWAPPED:
		wrong.from = answer.to;
		wrong.to = answer.from;
		return say(guest, wrong, DB_VALID, err);
	case VERIFY_TWICE:
		return say(guest, answer, DB_INVALID, err) && say(guest, answer, DB_VALID, err);
	case VERIFY_SILENT:
		return true;
	case VERIFY_CLOSE:
		break;
	}
	return err_set(err, AT_STREAM, ERR_CLOSED, "closed by us");
}

static enum db_type confirm(struct reception_guest *guest, const struct db_element *asked,
			    struct db_element *answer)
{
	const struct visit_plan *plan = &guest->visit->plan;
	struct trial_answer confirmed = { 0 };
	plan->confirm(plan->context, plan->trial, asked, guest->guest.link.id, &confirmed);
	struct visit_seen *seen = begin_change(guest);
	if (seen) {
		seen->confirmed = confirmed;
		end_change(guest);
	}
	if (confirmed.outcome == OUTCOME_VALID)
		return DB_VALID;
	if (confirmed.outcome == OUTCOME_INVALID)
		return DB_INVALID;
	answer->condition = confirmed.outcome == OUTCOME_SILENCE ? "remote-server-timeout"
								 : "remote-server-not-found";
	return DB_ERROR;
}

/* DB-45 (c): the wanted outcome is that nothing comes of it, for as long as nothing else is said.
 */
static bool say_unsolicited(struct reception_guest *guest, const struct db_element *asked,
			    struct err *err)
{
	const struct db_element other = {
		.kind = DB_RESULT,
		.type = DB_VALID,
		.from = asked->to,
		.to = arena_printf(guest->mem, "unasked.%s", asked->from),
	};
	guest->held = *asked;
	guest->holding = true;
	return guest_say(&guest->guest, &other, err);
}

static bool answer_result(struct reception_guest *guest, const struct db_element *asked,
			  struct err *err)
{
	struct db_element answer = { .kind = DB_RESULT, .from = asked->to, .to = asked->from };
	enum db_type type = confirm(guest, asked, &answer);
	if (type == DB_VALID)
		guest->verified = asked->from;
	return say(guest, answer, type, err);
}

static bool take_result(struct reception_guest *guest, const struct db_element *asked,
			struct err *err)
{
	const struct db_element answer = { .kind = DB_RESULT,
					   .from = asked->to,
					   .to = asked->from };
	struct visit_seen *seen = begin_change(guest);
	if (!seen)
		return err_set(err, AT_STREAM, ERR_PROTOCOL, "nobody expects it");
	enum result_manner manner = guest->visit->plan.result;
	seen->asked = true;
	seen->clear = seen->clear || !guest->guest.link.encrypted;
	end_change(guest);
	diary_element(guest->visit->plan.diary, HOP_RECEIVED, guest->guest.number,
		      guest->visit->plan.trial, asked, KEY_NONE);
	if (!host_is(guest->reception->options.host, asked->to) || manner == RESULT_ERROR)
		return say(guest, answer, DB_ERROR, err);
	switch (manner) {
	case RESULT_SILENT:
		return true;
	case RESULT_INVALID: /* DB-16: no other pair is valid here */
		guest->last = true;
		return say(guest, answer, DB_INVALID, err);
	case RESULT_UNSOLICITED:
		return guest->holding || say_unsolicited(guest, asked, err);
	case RESULT_HONEST:
	case RESULT_ERROR:
		break;
	}
	return answer_result(guest, asked, err);
}

/* A stanza: the answer to one of ours, or something else. */
static bool take_stanza(struct reception_guest *guest, const struct elem *elem, struct err *err)
{
	const char *domain = jid_domain_of(elem_attr(elem, "from"), guest->mem);
	bool welcome = dialback_same_domain(guest->guest.external, domain) ||
		       dialback_same_domain(guest->verified, domain);
	const char *id = elem_attr(elem, "id"), *type = elem_attr(elem, "type");
	struct visit_seen *seen = begin_change(guest);
	if (seen) {
		bool ours = id && guest->visit->stanza_id &&
			    strcmp(id, guest->visit->stanza_id) == 0;
		bool error = type && strcmp(type, "error") == 0;
		seen->delivered = seen->delivered || (ours && !error);
		seen->bounced = seen->bounced || (ours && error);
		seen->stanza_too_early = seen->stanza_too_early || !welcome;
		seen->clear = seen->clear || !guest->guest.link.encrypted;
		end_change(guest);
	}
	guest_note(&guest->guest,
		   (struct hop){ .way = HOP_RECEIVED,
				 .kind = HOP_STANZA,
				 .from = arena_copy(guest->mem, elem_attr(elem, "from")),
				 .to = arena_copy(guest->mem, elem_attr(elem, "to")),
				 .id = arena_copy(guest->mem, id),
				 .text = arena_copy(guest->mem, elem->name) });
	if (welcome)
		return true;
	guest_refuse(&guest->guest, "not-authorized");
	return err_set(err, AT_STREAM, ERR_PROTOCOL, "a stanza before its pair was verified");
}

static bool take_element(struct reception_guest *guest, const struct elem *elem, struct err *err)
{
	struct db_element element;
	if (!dialback_read(elem, guest->mem, &element))
		return take_stanza(guest, elem, err);
	if (!guest->visit && !join(guest, element.from)) {
		guest_refuse(&guest->guest, "resource-constraint");
		return err_set(err, AT_STREAM, ERR_LIMIT, "too many calls");
	}
	if (element.type != DB_REQUEST) { /* DB-44: an answer on this stream is nobody's */
		guest_note(&guest->guest,
			   (struct hop){ .way = HOP_RECEIVED,
					 .kind = element.kind == DB_RESULT ? HOP_RESULT
									   : HOP_VERIFY,
					 .type = element.type,
					 .from = element.from,
					 .to = element.to,
					 .id = element.id });
		return true;
	}
	if (!element.to || !element.from) {
		guest_refuse(&guest->guest, "improper-addressing");
		return err_set(err, AT_STREAM, ERR_PROTOCOL, "dialback without from or to");
	}
	if (element.kind == DB_VERIFY)
		return take_verify(guest, &element, arena_copy(guest->mem, elem->text), err);
	return take_result(guest, &element, err);
}

static void note_negotiation(struct reception_guest *guest)
{
	struct visit_seen *seen = begin_change(guest);
	if (!seen)
		return;
	seen->bidi = seen->bidi || guest->guest.bidi;
	seen->external_tried = seen->external_tried || guest->guest.external_tried;
	end_change(guest);
}

static void converse(struct reception_guest *guest)
{
	struct err err;
	const struct elem *elem = NULL;
	struct deadline until = deadline_in(GUEST_SECONDS),
			stranger = deadline_in(STRANGER_SECONDS);
	for (int i = 0; i < ELEMENTS_MAX; i++) {
		enum guest_event event = guest_next(&guest->guest, guest->visit ? until : stranger,
						    &elem, &err);
		note_negotiation(guest);
		if (event == GUEST_TRIED)
			continue;
		if (event == GUEST_SILENT && guest->holding) {
			guest->holding = false;
			until = deadline_in(GUEST_SECONDS);
			if (!answer_result(guest, &guest->held, &err))
				return;
			continue;
		}
		if (event != GUEST_ELEMENT) {
			guest->ended = event == GUEST_ENDED || guest->last;
			guest->reset = event == GUEST_ENDED && err.code == ERR_RESET;
			return;
		}
		if (!take_element(guest, elem, &err))
			return;
		if (guest->last || guest->holding)
			until = deadline_earlier(until, deadline_in(LAST_SECONDS));
	}
	guest_refuse(&guest->guest, "policy-violation");
}

void reception_welcome(void *context, const struct caller *caller)
{
	struct reception *reception = context;
	static const struct manner strict = { 0 };
	struct reception_guest guest = { .reception = reception, .mem = arena_new() };
	struct err err;
	guest_begin(&guest.guest, reception->options.host, caller, guest.mem);
	guest.guest.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	conn_set_deadline(caller->conn, deadline_in(STRANGER_SECONDS));
	if (guest_hear(&guest.guest, &err) && join(&guest, guest.guest.theirs.from)) {
		const struct manner *manner = guest.visit ? &guest.visit->plan.manner : &strict;
		if (guest_greet(&guest.guest, manner, &err))
			converse(&guest);
		else
			guest.ended = true;
	}
	guest_end(&guest.guest);
	leave(&guest);
	fd_close(&guest.guest.wake);
	arena_free(&guest.mem);
}
