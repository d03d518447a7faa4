/* What a guest says until it gets anywhere: STARTTLS, EXTERNAL, bidi; and then its elements. */
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "run/guest_inner.h"
#include "xmpp/ns.h"
#include "xmpp/secure.h"
#include "xmpp/starttls.h"

#define ELEMENT_SECONDS 10.0 /* from an element's first octet to its last */

/* Whose certificate it is: nothing depends on it but EXTERNAL, and what the report says. */
static void judge_certificate(struct guest *guest, const char *domain)
{
	struct link_facts *link = &guest->link;
	struct identity_facts identity = { 0 };
	link->certificate_shown = link->tls.chain_count > 0;
	if (!link->certificate_shown || !domain)
		return;
	secure_judge(&link->tls, domain, SERVICE_S2S, guest->host->trust, clock_now(), guest->mem,
		     &identity);
	link->authenticated = identity.authenticated;
	if (!identity.authenticated)
		link->proof_lacks = identity.path.trusted ? "it does not name the domain"
							  : identity.path.reason;
}

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
	judge_certificate(guest, guest->theirs.from);
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
	guest->external_tried = true;
	guest_note(guest,
		   (struct hop){ .way = HOP_RECEIVED, .kind = HOP_EXTERNAL, .type = DB_REQUEST });
	if (!stream_write(guest->stream, answer, strlen(answer), err))
		return false;
	guest_note(guest, (struct hop){ .way = HOP_SENT,
					.kind = HOP_EXTERNAL,
					.type = right ? DB_VALID : DB_ERROR,
					.condition = right ? NULL : "not-authorized" });
	guest->external = guest->external || right;
	return !right || guest_greet_again(guest, err);
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

/* RFC 7590, 3.4; DB-34: nothing is answered in clear where TLS is required. */
static bool is_too_early(const struct guest *guest, const struct elem *elem)
{
	const struct manner *manner = &guest->manner;
	if (guest->link.encrypted || manner->no_tls || manner->tls_optional)
		return false;
	return !manner->verify_in_clear || !elem_is(elem, NS_DIALBACK, "verify");
}

enum guest_event guest_next(struct guest *guest, struct deadline until, const struct elem **out,
			    struct err *err)
{
	for (bool taken = true; taken;) {
		enum guest_event event = wait_for_input(guest, until);
		if (event != GUEST_ELEMENT)
			return event;
		struct stream_error error = { 0 };
		conn_set_deadline(guest->conn,
				  deadline_earlier(until, deadline_in(ELEMENT_SECONDS)));
		if (!stream_read(guest->stream, out, &error, err)) {
			if (error.condition)
				guest_note(guest, (struct hop){ .way = HOP_RECEIVED,
								.kind = HOP_ERROR,
								.condition = error.condition,
								.text = error.text });
			return end(guest, err);
		}
		if (!take_negotiation(guest, *out, &taken, err))
			return end(guest, err);
	}
	if (!is_too_early(guest, *out))
		return GUEST_ELEMENT;
	guest_refuse(guest, "policy-violation");
	err_set(err, AT_STREAM, ERR_PROTOCOL, "<%s/> in clear, before TLS", (*out)->name);
	return end(guest, err);
}
