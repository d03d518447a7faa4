#include "run/guest_inner.h"

#include <string.h>

#include "xmpp/ns.h"

#define FEATURES_MAX   2048
#define DIALBACK_OFFER "<dialback xmlns='" NS_DIALBACK_FEAT "'><errors/></dialback>"

bool host_is(const struct host *host, const char *domain)
{
	return dialback_same_domain(host->us, domain) || dialback_same_domain(host->also, domain);
}

void guest_begin(struct guest *guest, const struct host *host, const struct caller *caller,
		 struct arena *mem)
{
	*guest = (struct guest){
		.host = host,
		.conn = caller->conn,
		.mem = mem,
		.link = { .inbound = true, .address = caller->address, .port = caller->port },
		.wake = -1,
		.number = DIALBACK_NONE,
		.trial = DIALBACK_NONE,
	};
	if (!host->show)
		return;
	char text[ADDRESS_TEXT_MAX];
	exchange_begin(&guest->exchange,
		       arena_printf(mem, "in %s:%u", address_text(&caller->address, text),
				    caller->port));
	conn_add_tap(guest->conn, &guest->exchange.tap);
}

void guest_note(struct guest *guest, struct hop hop)
{
	if (!guest->diary)
		return;
	hop.link = guest->number;
	hop.trial = guest->trial;
	diary_know_link(guest->diary, guest->number, &guest->link);
	diary_note(guest->diary, hop);
}

void guest_note_end(struct guest *guest, const struct err *err)
{
	static const char *const words[] = {
		[ERR_CLOSED] = "closed",
		[ERR_RESET] = "reset",
	};
	bool plain = err->code == ERR_CLOSED || err->code == ERR_RESET;
	guest_note(guest,
		   (struct hop){
			   .way = HOP_RECEIVED,
			   .kind = HOP_CLOSED,
			   .text = plain ? words[err->code] : arena_copy(guest->mem, err->text),
		   });
}

static void note_header(struct guest *guest, enum hop_way way, const char *from, const char *to,
			const char *id)
{
	guest_note(guest,
		   (struct hop){
			   .way = way, .kind = HOP_STREAM, .from = from, .to = to, .id = id });
}

static struct stream_header our_header(const struct guest *guest)
{
	return (struct stream_header){
		.service = SERVICE_S2S,
		.from = guest->theirs.to ? guest->theirs.to : guest->host->us,
		.to = guest->theirs.from,
		.id = guest->id,
	};
}

static void write_error(const char *condition, struct buf *out)
{
	buf_printf(out, "<stream:error><%s xmlns='" NS_STREAM_ERROR "'/></stream:error>",
		   condition);
}

void guest_refuse(struct guest *guest, const char *condition)
{
	struct err err;
	CLEANUP(buf_free) struct buf text = buf_new(FEATURES_MAX);
	if (guest->finished || !guest->stream)
		return;
	write_error(condition, &text);
	conn_set_deadline(guest->conn, deadline_in(GUEST_WRITE_SECONDS));
	if (stream_write(guest->stream, text.data, text.size, &err) &&
	    stream_finish(guest->stream, &err))
		guest_note(guest, (struct hop){ .way = HOP_SENT,
						.kind = HOP_ERROR,
						.condition = condition });
	guest->finished = true;
}

/* RFC 6120, 4.9.1.2: who cannot be answered otherwise gets our header first. */
static bool refuse_header(struct guest *guest, const char *condition, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(FEATURES_MAX);
	struct stream_header header = our_header(guest);
	struct err ignored;
	header.from = guest->host->us;
	write_error(condition, &text);
	if (stream_answer(guest->stream, &header, buf_string(&text), &ignored) &&
	    stream_finish(guest->stream, &ignored))
		guest_note(guest, (struct hop){ .way = HOP_SENT,
						.kind = HOP_ERROR,
						.condition = condition });
	guest->finished = true;
	return err_set(err, AT_STREAM, ERR_PROTOCOL, "told %s", condition);
}

static bool check_header(struct guest *guest, struct err *err)
{
	const struct stream_facts *theirs = &guest->theirs;
	guest->link.opened = true;
	guest->link.from = theirs->from;
	guest->link.to = theirs->to;
	if (theirs->content_namespace && strcmp(theirs->content_namespace, NS_SERVER) != 0)
		return refuse_header(guest, "invalid-namespace", err);
	if (theirs->to && !host_is(guest->host, theirs->to))
		return refuse_header(guest, "host-unknown", err);
	/* RFC 6120, 4.9.3.9: who has proven one name does not go on under another. */
	if (guest->external && theirs->from && !dialback_same_domain(theirs->from, guest->external))
		return refuse_header(guest, "invalid-from", err);
	return true;
}

/* Who says something that is no header, but XML, is told what is wrong with it, and that takes a
 * header of ours first; stream_close() does the rest. */
static void answer_fault(struct guest *guest, enum err_code fault)
{
	struct stream_header header = our_header(guest);
	struct err err;
	bool theirs = fault == ERR_RESTRICTED_XML || fault == ERR_NOT_WELL_FORMED ||
		      fault == ERR_LIMIT;
	guest->finished = !theirs || !stream_answer(guest->stream, &header, "", &err);
}

bool guest_hear(struct guest *guest, struct err *err)
{
	dialback_new_token(guest->id);
	if (stream_accept(guest->conn, guest->mem, &guest->stream, &guest->theirs, err))
		return check_header(guest, err);
	answer_fault(guest, err->code);
	return false;
}

void guest_write_diary(struct guest *guest, struct diary *diary, size_t trial)
{
	guest->diary = diary;
	guest->trial = trial;
	guest->number = diary_open_link(diary, &guest->link);
	guest_note(guest, (struct hop){ .way = HOP_RECEIVED, .kind = HOP_TCP });
	note_header(guest, HOP_RECEIVED, guest->theirs.from, guest->theirs.to, NULL);
}

static void write_features(const struct guest *guest, struct buf *out)
{
	const struct manner *manner = &guest->manner;
	bool secure = guest->link.encrypted;
	buf_text(out, "<stream:features>");
	if (!secure && !manner->no_tls)
		buf_printf(out, "<starttls xmlns='" NS_TLS "'>%s</starttls>",
			   manner->tls_optional ? "" : "<required/>");
	bool external = manner->external == GUEST_EXTERNAL_REFUSE ||
			(manner->external == GUEST_EXTERNAL_ACCEPT && guest->link.authenticated);
	if (secure && external && !guest->external)
		buf_text(out, "<mechanisms xmlns='" NS_SASL "'><mechanism>EXTERNAL</mechanism>"
			      "</mechanisms>");
	if (manner->bidi && secure)
		buf_text(out, "<bidi xmlns='" NS_BIDI_FEAT "'/>");
	if (secure || manner->tls_optional || manner->no_tls)
		buf_text(out, DIALBACK_OFFER);
	buf_text(out, "</stream:features>");
}

/* RFC 6120, 4.7.5: who names no version gets no features. */
bool guest_greet_again(struct guest *guest, struct err *err)
{
	CLEANUP(buf_free) struct buf features = buf_new(FEATURES_MAX);
	struct stream_header header = our_header(guest);
	header.no_version = !guest->theirs.version_1;
	if (guest->theirs.version_1)
		write_features(guest, &features);
	guest->link.id = arena_copy(guest->mem, guest->id);
	if (!stream_answer(guest->stream, &header, buf_string(&features), err))
		return false;
	note_header(guest, HOP_SENT, header.from, header.to, guest->link.id);
	return true;
}

bool guest_greet(struct guest *guest, const struct manner *manner, struct err *err)
{
	guest->manner = *manner;
	return guest_greet_again(guest, err);
}

bool guest_hear_again(struct guest *guest, struct err *err)
{
	dialback_new_token(guest->id);
	if (!stream_accept_again(guest->stream, &guest->theirs, err) || !check_header(guest, err))
		return false;
	note_header(guest, HOP_RECEIVED, guest->theirs.from, guest->theirs.to, NULL);
	return true;
}

bool guest_say(struct guest *guest, const struct db_element *element, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(STANZA_MAX);
	dialback_write(element, "db", &text);
	if (buf_overflowed(&text)) { /* names as long as a stanza, that grow when escaped */
		guest_refuse(guest, "policy-violation");
		return err_set(err, AT_STREAM, ERR_LIMIT, "an answer of more than %d octets",
			       STANZA_MAX);
	}
	conn_set_deadline(guest->conn, deadline_in(GUEST_WRITE_SECONDS));
	if (guest->diary) /* before it leaves: the answer may be noted in another thread */
		diary_element(guest->diary, HOP_SENT, guest->number, guest->trial, element,
			      KEY_NONE);
	return stream_write(guest->stream, text.data, text.size, err);
}

void guest_end(struct guest *guest)
{
	if (guest->diary)
		diary_know_link(guest->diary, guest->number, &guest->link);
	conn_set_deadline(guest->conn, deadline_in(GUEST_WRITE_SECONDS));
	stream_close(&guest->stream);
	conn_remove_taps(guest->conn); /* the connection outlives who watches it */
}
