/* What a guest says until it gets anywhere: STARTTLS, EXTERNAL, bidi; and then its elements. */
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "run/guest_inner.h"
#include "run/link.h"
#include "xmpp/ns.h"
#include "xmpp/starttls.h"

#define ELEMENT_SECONDS 10.0 /* from an element's first octet to its last */
#define SIP_SECONDS     0.05 /* for the rest of what has begun to come; then others are heard */
#define EXTERNAL_MAX    3    /* RFC 6120, 6.4.5: between two and five retries */

static bool start_tls(struct guest *guest, struct err *err)
{
	if (!starttls_grant(guest->stream, err))
		return false;
	bool up = tls_accept(guest->conn, guest->host->tls, guest->mem, &guest->link.tls, err);
	guest->link.encrypted = up;
	guest_note(guest, (struct hop){ .way = HOP_RECEIVED,
					.kind = HOP_TLS,
					.text = up ? NULL : arena_copy(guest->mem, err->text) });
	if (!up) {
		guest->finished = true;
		return false;
	}
	if (!guest_hear_again(guest, err))
		return false;
	/* For the name inside TLS: the one in clear was anybody's to write. */
	link_prove(&guest->link, guest->theirs.from, guest->host->trust, guest->mem);
	return guest_greet_again(guest, err);
}

/* RFC 6120, 6.3.8: no authorisation identity ("=", or nothing) is the one of the header. */
static bool names_caller(const struct guest *guest, const char *coded)
{
	gnutls_datum_t text = { (unsigned char *)(uintptr_t)coded, (unsigned)strlen(coded) }, plain;
	if (!*coded || strcmp(coded, "=") == 0)
		return true;
	if (gnutls_base64_decode2(&text, &plain) != 0)
		return false;
	const char *name = arena_copy_n(guest->mem, plain.data, plain.size);
	gnutls_free(plain.data);
	return strlen(name) == plain.size && dialback_same_domain(name, guest->theirs.from);
}

/* XEP-0178: the certificate has spoken before; what is said here is only which of its names. */
static bool take_external(struct guest *guest, const struct elem *elem, struct err *err)
{
	static const char success[] = "<success xmlns='" NS_SASL "'/>";
	static const char failure[] = "<failure xmlns='" NS_SASL "'><not-authorized/></failure>";
	const char *mechanism = elem_attr(elem, "mechanism");
	bool offered = guest->link.encrypted && guest->manner.external != GUEST_EXTERNAL_NOT;
	bool right = mechanism && strcmp(mechanism, "EXTERNAL") == 0 && offered &&
		     guest->manner.external == GUEST_EXTERNAL_ACCEPT && guest->link.authenticated &&
		     names_caller(guest, elem->text);
	const char *answer = right ? success : failure;
	if (guest->external_tried++ == EXTERNAL_MAX) {
		guest_refuse(guest, "policy-violation");
		return err_set(err, AT_STREAM, ERR_LIMIT, "more than %d times <auth/>",
			       EXTERNAL_MAX);
	}
	guest_note(guest,
		   (struct hop){ .way = HOP_RECEIVED, .kind = HOP_EXTERNAL, .type = DB_REQUEST });
	if (!stream_write(guest->stream, answer, strlen(answer), err))
		return false;
	guest_note(guest, (struct hop){ .way = HOP_SENT,
					.kind = HOP_EXTERNAL,
					.type = right ? DB_VALID : DB_ERROR,
					.condition = right ? NULL : "not-authorized" });
	if (!right)
		return true;
	guest->external = guest->theirs.from;
	guest->renews = true;
	return true;
}

/* RFC 6120, 6.4.6: behind success a new stream begins, with the caller's header. */
static bool renew(struct guest *guest, struct err *err)
{
	if (!guest->renews)
		return true;
	guest->renews = false;
	conn_set_deadline(guest->conn, deadline_in(ELEMENT_SECONDS));
	return guest_hear_again(guest, err) && guest_greet_again(guest, err);
}

/* What the guest sends to get anywhere. *taken: it was one of those. False: the stream is over. */
static bool take_negotiation(struct guest *guest, const struct elem *elem, bool *taken,
			     struct err *err)
{
	*taken = true;
	if (elem_is(elem, NS_TLS, "starttls") && !guest->link.encrypted && !guest->manner.no_tls)
		return start_tls(guest, err);
	if (elem_is(elem, NS_SASL, "auth") && !guest->external)
		return take_external(guest, elem, err);
	if (elem_is(elem, NS_BIDI, "bidi")) {
		guest->bidi = true;
		guest_note(guest, (struct hop){ .way = HOP_RECEIVED, .kind = HOP_BIDI });
		return true;
	}
	*taken = false;
	return true;
}

static enum guest_event wait_for_input(struct guest *guest, struct deadline until)
{
	if (deadline_passed(until))
		return GUEST_SILENT;
	if (stream_has_input(guest->stream))
		return GUEST_ELEMENT;
	struct pollfd fds[] = { { conn_fd(guest->conn), POLLIN, 0 }, { guest->wake, POLLIN, 0 } };
	for (;;) {
		int left = deadline_left_ms(until);
		int ready = poll(fds, 2, left);
		uint64_t count;
		if (ready > 0 && fds[1].revents &&
		    read(guest->wake, &count, sizeof(count)) == (ssize_t)sizeof(count))
			return GUEST_WOKEN;
		if (ready > 0 && fds[0].revents)
			return GUEST_ELEMENT;
		if (ready <= 0 && deadline_passed(until))
			return GUEST_SILENT;
	}
}

static enum guest_event end(struct guest *guest, const struct err *err)
{
	guest->finished = guest->finished || err->code == ERR_RESET;
	guest_note_end(guest, err);
	return GUEST_ENDED;
}

static void note_error(struct guest *guest, const struct stream_error *error)
{
	if (error->condition)
		guest_note(guest, (struct hop){ .way = HOP_RECEIVED,
						.kind = HOP_ERROR,
						.condition = error->condition,
						.text = error->text });
}

/* An element as a whole, or white space between two: RFC 6120, 4.6.1. Who has sent half of one is
 * not waited for where somebody wakes us, but has ELEMENT_SECONDS in all. */
static enum guest_event next_element(struct guest *guest, struct deadline until,
				     const struct elem **out, struct err *err)
{
	struct deadline whole = deadline_in(ELEMENT_SECONDS);
	for (;;) {
		bool begun = !stream_is_quiet(guest->stream);
		struct stream_error error = { 0 };
		if (!begun)
			whole = deadline_in(ELEMENT_SECONDS);
		enum guest_event event =
			wait_for_input(guest, begun ? deadline_earlier(until, whole) : until);
		if (event == GUEST_SILENT && !deadline_passed(until)) {
			err_set(err, AT_STREAM, ERR_TIMEOUT, "half an element, and no more of it");
			return GUEST_ENDED;
		}
		if (event != GUEST_ELEMENT)
			return event;
		conn_set_deadline(guest->conn, deadline_in(SIP_SECONDS));
		if (stream_read(guest->stream, out, &error, err))
			return GUEST_ELEMENT;
		note_error(guest, &error);
		if (err->code != ERR_TIMEOUT)
			return GUEST_ENDED;
	}
}

/* RFC 7590, 3.4; DB-34: nothing is answered in clear where TLS is required. */
static bool is_too_early(const struct guest *guest, const struct elem *elem)
{
	const struct manner *manner = &guest->manner;
	if (guest->link.encrypted || manner->no_tls || manner->tls_optional)
		return false;
	return !manner->verify_in_clear || !elem_is(elem, NS_DIALBACK, "verify");
}

/* RFC 6120, 4.9.3.24: neither dialback nor a stanza. <starttls/> where we offer none is no word in
 * clear that counts. */
static bool is_foreign(const struct elem *elem)
{
	return strcmp(elem->ns, NS_DIALBACK) != 0 && strcmp(elem->ns, NS_SERVER) != 0;
}

/* Ends the stream over an element that is out of place. */
static enum guest_event turn_down(struct guest *guest, const struct elem *elem,
				  const char *condition, struct err *err)
{
	guest_refuse(guest, condition);
	err_set(err, AT_STREAM, ERR_PROTOCOL, "<%s/> %s", elem->name,
		guest->link.encrypted ? "out of place" : "in clear, before TLS");
	return end(guest, err);
}

enum guest_event guest_next(struct guest *guest, struct deadline until, const struct elem **out,
			    struct err *err)
{
	unsigned tried = guest->external_tried;
	if (!renew(guest, err))
		return end(guest, err);
	for (bool taken = true; taken;) {
		enum guest_event event = next_element(guest, until, out, err);
		if (event == GUEST_ENDED)
			return end(guest, err);
		if (event != GUEST_ELEMENT)
			return event;
		conn_set_deadline(guest->conn,
				  deadline_earlier(until, deadline_in(ELEMENT_SECONDS)));
		if (!take_negotiation(guest, *out, &taken, err))
			return end(guest, err);
		if (guest->external_tried > tried)
			return GUEST_TRIED;
	}
	if (is_too_early(guest, *out))
		return turn_down(guest, *out, "policy-violation", err);
	if (is_foreign(*out))
		return turn_down(guest, *out, "unsupported-stanza-type", err);
	return GUEST_ELEMENT;
}
