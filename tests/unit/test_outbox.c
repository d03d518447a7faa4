#include "unit.h"

#include <malloc.h>
#include <stdio.h>

#include "run/outbox.h"

/* Only in a build with the address sanitizer, where mallinfo2() knows nothing. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl51-cpp): the name is the sanitizer's */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void)
{
	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static struct jid *jid_of(const char *text, struct arena *mem)
{
	struct jid *jid = arena_alloc(mem, sizeof(*jid));
	struct err err;
	if (!jid_parse(text, strlen(text), mem, jid, &err))
		fail_msg("%s: %s", text, err.text);
	return jid;
}

static struct outbox *box_of(struct outbox_wish wish)
{
	wish.max = wish.max ? wish.max : 100;
	return outbox_new(&wish);
}

static void add_to(struct outbox *box, const char *id, const char *to, const char *nick)
{
	struct arena *mem = arena_new();
	struct parcel parcel = {
		.facts = { .id = arena_copy(mem, id), .to = to },
		.mem = mem,
		.xml = "<message/>",
		.to = to ? jid_of(to, mem) : NULL,
		.nick = nick,
	};
	outbox_add(box, &parcel);
}

static void add(struct outbox *box, const char *id)
{
	add_to(box, id, "juliet@example.net", NULL);
}

/* Writes what there is; the first gets this position. */
static void write_all(struct outbox *box, uint64_t position, double now_ms)
{
	for (struct parcel *parcel; (parcel = outbox_next(box)) != NULL;)
		outbox_written(box, parcel, position++, now_ms);
	outbox_flushed(box);
}

/* "a acked, b bounced": what is told by then. */
static const char *told(struct outbox *box, double now_ms, char out[256])
{
	size_t size = 0;
	out[0] = '\0';
	for (struct parcel *parcel; (parcel = outbox_settled(box, now_ms)) != NULL;) {
		static const char *const names[] = {
			[PARCEL_WAITING] = "waiting", [PARCEL_UNSENT] = "unsent",
			[PARCEL_REFUSED] = "refused", [PARCEL_SENT] = "sent",
			[PARCEL_ACKED] = "acked",     [PARCEL_RECEIVED] = "received",
			[PARCEL_BOUNCED] = "bounced", [PARCEL_UNKNOWN] = "unknown",
		};
		size += (size_t)snprintf(out + size, 256 - size, "%s%s %s%s", size ? ", " : "",
					 parcel->facts.id, names[parcel->facts.outcome],
					 parcel->facts.quiet ? " quiet" : "");
		outbox_drop(box, parcel);
	}
	return out;
}

static bool reply(struct outbox *box, enum reply_kind kind, const char *id, const char *from,
		  double now_ms)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct reply what = {
		.kind = kind,
		.id = id,
		.from = from,
		.condition = kind == REPLY_BOUNCE ? "service-unavailable" : NULL,
		.error_type = kind == REPLY_BOUNCE ? "cancel" : NULL,
	};
	return outbox_take_reply(box, &what, from ? jid_of(from, mem) : NULL, now_ms);
}

/* One parcel, written at 1000, handled at 1100, and what the reply at 1200 makes of it; told at
 * 1200 and when 3 seconds of waiting are over. */
static const struct row {
	const char *name;
	enum wait_wish wait;
	bool groupchat;
	enum reply_kind reply;
	const char *from, *at_1000, *at_1100, *at_1200, *at_4100;
} rows[] = {
	{ "none: written is all", WAIT_FOR_NOTHING, false, REPLY_NONE, NULL, "a sent", "", "", "" },
	{ "ack: handled is all", WAIT_FOR_ACK, false, REPLY_NONE, NULL, "", "a acked", "", "" },
	{ "bounce: silence", WAIT_FOR_BOUNCE, false, REPLY_NONE, NULL, "", "", "",
	  "a acked quiet" },
	{ "bounce: it came", WAIT_FOR_BOUNCE, false, REPLY_BOUNCE, "juliet@example.net", "", "",
	  "a bounced", "" },
	{ "receipt: it came", WAIT_FOR_RECEIPT, false, REPLY_RECEIPT, "juliet@example.net/x", "",
	  "", "a received", "" },
	{ "receipt: bounced", WAIT_FOR_RECEIPT, false, REPLY_BOUNCE, "juliet@example.net", "", "",
	  "a bounced", "" },
	{ "receipt: none came, which is no quiet", WAIT_FOR_RECEIPT, false, REPLY_NONE, NULL, "",
	  "", "", "a acked" },
	{ "room: reflected", WAIT_FOR_BOUNCE, true, REPLY_REFLECTION, "juliet@example.net/bot", "",
	  "", "a received", "" },
	{ "room: bounced", WAIT_FOR_BOUNCE, true, REPLY_BOUNCE, "juliet@example.net", "", "",
	  "a bounced", "" },
	{ "room: silence is no good sign", WAIT_FOR_BOUNCE, true, REPLY_NONE, NULL, "", "", "",
	  "a acked" },
	{ "room: an ack is not all", WAIT_FOR_ACK, true, REPLY_REFLECTION, "juliet@example.net/bot",
	  "", "", "a received", "" },
};

static void settles_as_far_as_is_to_be_waited_for(void **state)
{
	(void)state;
	char out[256];
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(outbox_free)
		struct outbox *box = box_of((struct outbox_wish){
			.wait = row->wait, .wait_s = 3, .groupchat = row->groupchat });
		add_to(box, "a", "juliet@example.net", "bot");
		assert_row_string(row->name, told(box, 900, out), "");
		write_all(box, 1, 1000);
		assert_row_string(row->name, told(box, 1000, out), row->at_1000);
		outbox_handled(box, 1, EVIDENCE_ACK, 1100);
		assert_row_string(row->name, told(box, 1100, out), row->at_1100);
		if (row->reply)
			assert_row(row->name, reply(box, row->reply, "a", row->from, 1200));
		assert_row_string(row->name, told(box, 1200, out), row->at_1200);
		assert_row_string(row->name, told(box, 4099, out), "");
		assert_row_string(row->name, told(box, 4100, out), row->at_4100);
		assert_row(row->name, outbox_is_empty(box));
	}
}

static void lets_a_room_reflect_for_a_while(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of(
		(struct outbox_wish){ .wait = WAIT_FOR_ACK, .groupchat = true });
	add(box, "a");
	write_all(box, 1, 0);
	outbox_handled(box, 1, EVIDENCE_ACK, 1000);
	assert_true(outbox_due_ms(box) == 1000 + OUTBOX_REFLECTION_S * 1000);
	assert_string_equal(told(box, outbox_due_ms(box) - 1, out), "");
	assert_string_equal(told(box, outbox_due_ms(box), out), "a acked");
}

/* MSG-48: who may say that a message bounced, was received or reflected. us@example.org sends. */
static const struct sender {
	const char *name, *to, *from;
	bool groupchat, bounce, receipt, reflection;
} senders[] = {
	{ "the recipient", "juliet@example.net", "juliet@example.net", false, true, true, false },
	{ "a client of the recipient", "juliet@example.net", "juliet@example.net/balcony", false,
	  true, true, false },
	{ "in other letters", "juliet@example.net", "Juliet@EXAMPLE.net", false, true, true,
	  false },
	{ "somebody else", "juliet@example.net", "romeo@example.net", false, false, false, false },
	{ "somebody elsewhere", "juliet@example.net", "juliet@example.com", false, false, false,
	  false },
	{ "her server", "juliet@example.net", "example.net", false, true, false, false },
	{ "a service with a resource", "juliet@example.net", "example.net/x", false, false, false,
	  false },
	{ "a parent of her server", "juliet@a.example.net", "example.net", false, false, false,
	  false },
	{ "no from: our server", "juliet@example.net", NULL, false, true, false, false },
	{ "our server by name", "juliet@example.net", "example.org", false, true, false, false },
	{ "our own account", "juliet@example.net", "us@example.org", false, true, false, false },
	{ "another account of ours", "juliet@example.net", "them@example.org", false, false, false,
	  false },
	{ "the client that was written to", "juliet@example.net/balcony",
	  "juliet@example.net/balcony", false, true, true, false },
	{ "another client than that", "juliet@example.net/balcony", "juliet@example.net/orchard",
	  false, false, false, false },
	{ "the account for its client", "juliet@example.net/balcony", "juliet@example.net", false,
	  true, true, false },
	{ "the room", "room@muc.example.net", "room@muc.example.net", true, true, false, false },
	{ "ourselves in the room", "room@muc.example.net", "room@muc.example.net/bot", true, false,
	  false, true },
	{ "another occupant", "room@muc.example.net", "room@muc.example.net/mallory", true, false,
	  false, false },
	{ "another room", "room@muc.example.net", "hall@muc.example.net/bot", true, false, false,
	  false },
	{ "the room's service", "room@muc.example.net", "muc.example.net", true, true, false,
	  false },
	{ "our server, of a stanza without to", NULL, NULL, false, true, false, false },
	{ "anybody, of a stanza without to", NULL, "juliet@example.net", false, false, false,
	  false },
};

static bool believes(const struct sender *row, enum reply_kind kind, struct arena *mem)
{
	CLEANUP(outbox_free)
	struct outbox *box = box_of(
		(struct outbox_wish){ .wait = WAIT_FOR_RECEIPT,
				      .wait_s = 3,
				      .groupchat = row->groupchat,
				      .account = jid_of("us@example.org", mem) });
	char out[256];
	add_to(box, "a", row->to, "bot");
	write_all(box, 1, 0);
	outbox_handled(box, 1, EVIDENCE_ACK, 0);
	bool taken = reply(box, kind, "a", row->from, 1);
	const char *wanted = !taken ? "" : kind == REPLY_BOUNCE ? "a bounced" : "a received";
	assert_row_string(row->name, told(box, 2, out), wanted);
	return taken;
}

static void believes_only_who_can_know(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(senders); i++) {
		const struct sender *row = &senders[i];
		assert_row(row->name, believes(row, REPLY_BOUNCE, mem) == row->bounce);
		assert_row(row->name, believes(row, REPLY_RECEIPT, mem) == row->receipt);
		assert_row(row->name, believes(row, REPLY_REFLECTION, mem) == row->reflection);
		assert_row(row->name, !believes(row, REPLY_NONE, mem));
	}
}

static void notes_what_a_reply_says(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){
		.wait = WAIT_FOR_RECEIPT, .wait_s = 9, .account = jid_of("us@example.org", mem) });
	const struct reply gone = { .kind = REPLY_BOUNCE,
				    .id = "a",
				    .condition = "gone",
				    .error_type = "modify",
				    .text = "xmpp:j@example.net" };
	add(box, "a");
	add(box, "b");
	add(box, "c");
	write_all(box, 1, 1000);
	outbox_handled(box, 1, EVIDENCE_ACK, 1100);
	assert_true(outbox_take_reply(box, &gone, NULL, 1200));
	assert_true(reply(box, REPLY_BOUNCE, "b", "example.net", 1300));
	assert_true(reply(box, REPLY_RECEIPT, "c", "juliet@example.net/x", 1400));
	struct parcel *a = outbox_settled(box, 2000), *b = outbox_settled(box, 2000),
		      *c = outbox_settled(box, 2000);
	assert_string_equal(a->facts.condition, "gone");
	assert_string_equal(a->facts.error_type, "modify");
	assert_string_equal(a->facts.text, "xmpp:j@example.net");
	assert_string_equal(a->facts.by, "example.org");
	assert_int_equal(a->facts.evidence, EVIDENCE_ACK);
	assert_true(a->facts.elapsed_ms == 200);
	assert_string_equal(b->facts.by, "example.net");
	assert_int_equal(b->facts.evidence, EVIDENCE_NONE);
	assert_string_equal(c->facts.receipt_from, "juliet@example.net/x");
	assert_int_equal(c->facts.evidence, EVIDENCE_RECEIPT);
	assert_true(c->facts.elapsed_ms == 400);
	assert_null(outbox_settled(box, 2000));
}

/* The first word that is final counts, and each parcel is told once. */
static void takes_one_final_word(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_RECEIPT, .wait_s = 9 });
	add(box, "a");
	assert_false(reply(box, REPLY_RECEIPT, "a", "juliet@example.net", 1)); /* never sent */
	write_all(box, 1, 1);
	assert_true(reply(box, REPLY_RECEIPT, "a", "juliet@example.net/x", 2));
	assert_false(reply(box, REPLY_RECEIPT, "a", "juliet@example.net/y", 2));
	assert_false(reply(box, REPLY_BOUNCE, "a", "juliet@example.net", 2));
	outbox_handled(box, 1, EVIDENCE_ACK, 3); /* comes late, and takes nothing back */
	assert_string_equal(told(box, 3, out), "a received");
	assert_false(reply(box, REPLY_RECEIPT, "a", "juliet@example.net", 4));
	assert_false(reply(box, REPLY_RECEIPT, "b", "juliet@example.net", 4));
	assert_string_equal(told(box, 9999999, out), "");
}

/* Settled but not told yet: what is known better by then is told. */
static void a_bounce_in_time_corrects(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	add(box, "a");
	add(box, "b");
	write_all(box, 1, 1);
	outbox_handled(box, 2, EVIDENCE_PING, 2);
	assert_true(reply(box, REPLY_BOUNCE, "a", NULL, 3));
	assert_string_equal(told(box, 3, out), "a bounced, b acked");
}

static void acks_up_to_a_position(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	add(box, "a");
	add(box, "b");
	add(box, "c");
	write_all(box, 4, 1); /* presence and the like took 1 to 3 */
	outbox_handled(box, 3, EVIDENCE_ACK, 2);
	assert_string_equal(told(box, 2, out), "");
	outbox_handled(box, 5, EVIDENCE_ACK, 3);
	assert_string_equal(told(box, 3, out), "a acked, b acked");
	assert_true(outbox_awaits_ack(box));
	outbox_handled(box, 6, EVIDENCE_ACK, 4);
	outbox_handled(box, 6, EVIDENCE_ACK, 5);
	assert_string_equal(told(box, 4, out), "c acked");
	assert_false(outbox_awaits_ack(box));
}

static void tells_what_settles_first(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_BOUNCE, .wait_s = 2 });
	add(box, "a");
	add(box, "b");
	write_all(box, 1, 1000);
	outbox_handled(box, 1, EVIDENCE_ACK, 1000);
	assert_true(reply(box, REPLY_BOUNCE, "b", "juliet@example.net", 1500));
	assert_string_equal(told(box, 1500, out), "b bounced");
	assert_true(outbox_due_ms(box) == 3000);
	assert_string_equal(told(box, 3000, out), "a acked quiet");
	assert_true(outbox_due_ms(box) == 0);
}

/* XEP-0198, 5: what the server has not handled goes out again, in order, before what never did. */
static void resumes_without_loss_or_duplicate(void **state)
{
	(void)state;
	char out[256], order[8] = "";
	size_t again = 0;
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	for (const char *id = "abcde"; *id; id++)
		add(box, (char[]){ *id, '\0' });
	for (uint64_t position = 1; position <= 4; position++)
		outbox_written(box, outbox_next(box), position, 1);
	outbox_handled(box, 2, EVIDENCE_ACK, 2); /* the h of <resumed/> */
	outbox_lost(box, true, "reset", 3);
	assert_false(outbox_awaits_ack(box));
	for (struct parcel *parcel; (parcel = outbox_next(box)) != NULL;) {
		order[again++] = parcel->facts.id[0];
		assert_int_equal(parcel->position, 0);
		assert_true(parcel->facts.resent == 0);
		outbox_written(box, parcel, 2 + again, 4);
	}
	assert_string_equal(order, "cde");
	outbox_handled(box, 4, EVIDENCE_ACK, 5);
	assert_string_equal(told(box, 5, out), "a acked, b acked, c acked, d acked");
	outbox_handled(box, 5, EVIDENCE_ACK, 6);
	struct parcel *e = outbox_settled(box, 6);
	assert_string_equal(e->facts.id, "e");
	assert_int_equal(e->facts.resent, 0);
}

static void counts_how_often_it_went_out_again(void **state)
{
	(void)state;
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	add(box, "a");
	for (int i = 0; i < 3; i++) {
		outbox_written(box, outbox_next(box), 1, 100 + i);
		outbox_lost(box, true, "reset", 200);
	}
	assert_true(reply(box, REPLY_BOUNCE, "a", "juliet@example.net", 600)); /* of the first */
	assert_null(outbox_next(box));
	struct parcel *a = outbox_settled(box, 600);
	assert_int_equal(a->facts.resent, 2);
	assert_true(a->facts.elapsed_ms == 500);
}

/* MSG-50: unknown, and not sent again unless asked for. */
static void a_lost_session_leaves_it_unknown(void **state)
{
	(void)state;
	char out[256];
	for (int resend = 0; resend < 2; resend++) {
		CLEANUP(outbox_free)
		struct outbox *box = box_of((struct outbox_wish){
			.wait = WAIT_FOR_BOUNCE, .wait_s = 9, .resend = resend });
		add(box, "a");
		add(box, "b");
		write_all(box, 1, 1);
		add(box, "c");
		outbox_handled(box, 1, EVIDENCE_ACK, 2);
		outbox_lost(box, false, "the server closed", 3);
		/* Handled stays handled; but nobody listened for a bounce to the end. */
		assert_string_equal(told(box, 3, out), resend ? "a acked" : "a acked, b unknown");
		assert_string_equal(outbox_next(box)->facts.id, resend ? "b" : "c");
	}
}

static void says_why_it_is_unknown(void **state)
{
	(void)state;
	char reason[] = "connection reset";
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	add(box, "a");
	write_all(box, 1, 100);
	outbox_lost(box, false, reason, 300);
	memset(reason, 'x', 4); /* not the caller's string */
	struct parcel *a = outbox_settled(box, 300);
	assert_string_equal(a->facts.reason, "connection reset");
	assert_true(a->facts.elapsed_ms == 200);
}

/* A silence counts only while somebody listens. */
static void a_resumed_session_listens_anew(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_BOUNCE, .wait_s = 2 });
	add(box, "a");
	write_all(box, 1, 1000);
	outbox_handled(box, 1, EVIDENCE_ACK, 1000);
	outbox_lost(box, true, "reset", 9000);
	assert_string_equal(told(box, 10999, out), "");
	assert_true(reply(box, REPLY_BOUNCE, "a", NULL, 10999));
	assert_string_equal(told(box, 11000, out), "a bounced");
}

static void gives_up_honestly(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of(
		(struct outbox_wish){ .wait = WAIT_FOR_BOUNCE, .wait_s = 2, .resend = true });
	add(box, "a");
	add(box, "b");
	write_all(box, 1, 1000);
	outbox_handled(box, 1, EVIDENCE_ACK, 1000);
	outbox_lost(box, true, "reset", 2000);
	add(box, "c");
	outbox_give_up(box, "no endpoint reachable", 99000);
	assert_null(outbox_next(box));
	assert_false(outbox_awaits_ack(box));
	assert_string_equal(told(box, 99000, out), "a acked, b unknown, c unsent");
	assert_true(outbox_is_empty(box));
}

static void refuses_what_cannot_go(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_ACK });
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct parcel large = {
		.facts = { .id = "a", .outcome = PARCEL_REFUSED, .reason = "too large" }, .mem = mem
	};
	outbox_add(box, &large);
	mem = NULL;
	assert_null(outbox_next(box));
	assert_false(reply(box, REPLY_BOUNCE, "a", NULL, 1));
	add(box, "b");
	add(box, "c");
	outbox_refuse(box, outbox_next(box), "no such room");
	outbox_written(box, outbox_next(box), 1, 2);
	outbox_lost(box, true, "reset", 3);
	outbox_refuse(box, outbox_next(box), "no such room any more");
	assert_string_equal(told(box, 3, out), "a refused, b refused, c unknown");
}

/* Raw stanzas bring ids of their own. */
static void tells_two_of_one_id_apart(void **state)
{
	(void)state;
	char out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_RECEIPT, .wait_s = 1 });
	add_to(box, "a", "juliet@example.net", NULL);
	add_to(box, "a", "romeo@example.net", NULL);
	add_to(box, "a", "romeo@example.net", NULL);
	write_all(box, 1, 1);
	assert_true(reply(box, REPLY_BOUNCE, "a", "romeo@example.net", 2));
	assert_true(reply(box, REPLY_RECEIPT, "a", "romeo@example.net", 2));
	assert_false(reply(box, REPLY_RECEIPT, "a", "romeo@example.net", 2));
	assert_string_equal(told(box, 2, out), "a bounced, a received");
	assert_true(reply(box, REPLY_BOUNCE, "a", "juliet@example.net", 2));
}

static void counts_its_room(void **state)
{
	(void)state;
	CLEANUP(outbox_free)
	struct outbox *box = box_of((struct outbox_wish){ .wait = WAIT_FOR_NOTHING, .max = 2 });
	assert_true(outbox_is_empty(box));
	assert_int_equal(outbox_room(box), 2);
	add(box, "a");
	add(box, "b");
	assert_int_equal(outbox_room(box), 0);
	write_all(box, 1, 1);
	struct parcel *told_one = outbox_settled(box, 1);
	assert_int_equal(outbox_room(box), 0); /* the caller's still */
	outbox_drop(box, told_one);
	assert_int_equal(outbox_room(box), 1);
	assert_false(outbox_is_empty(box)); /* b is freed with the box, told or not */
}

#define MANY 10000

/* 10,000 at once, each found by its id: were a look-up a walk, this would take minutes. */
static void finds_one_of_many(void **state)
{
	(void)state;
	char id[16];
	CLEANUP(outbox_free)
	struct outbox *box = box_of(
		(struct outbox_wish){ .wait = WAIT_FOR_RECEIPT, .wait_s = 60, .max = MANY });
	double before = unit_cpu_ms();
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "id%d", i);
		add(box, id);
	}
	write_all(box, 1, 1);
	outbox_handled(box, MANY, EVIDENCE_ACK, 2);
	for (int i = MANY; i-- > 0;) {
		snprintf(id, sizeof(id), "id%d", i);
		assert_true(reply(box, REPLY_RECEIPT, id, "juliet@example.net/x", 3));
	}
	for (int i = MANY; i-- > 0;) { /* in the order they were confirmed */
		struct parcel *parcel = outbox_settled(box, 3);
		snprintf(id, sizeof(id), "id%d", i);
		assert_string_equal(parcel->facts.id, id);
		outbox_drop(box, parcel);
	}
	assert_true(outbox_is_empty(box));
	assert_true(unit_cpu_ms() - before < 5000);
}

/* 1,000 messages a second for hours: what is told leaves nothing behind. */
static void does_not_grow(void **state)
{
	(void)state;
	char id[24], out[256];
	CLEANUP(outbox_free)
	struct outbox *box = box_of(
		(struct outbox_wish){ .wait = WAIT_FOR_BOUNCE, .wait_s = 0.005, .max = 32 });
	size_t before = 0;
	for (int i = 1; i <= 50000; i++) {
		snprintf(id, sizeof(id), "%d", i);
		add(box, id);
		outbox_written(box, outbox_next(box), (uint64_t)i, i);
		outbox_handled(box, (uint64_t)i, EVIDENCE_ACK, i);
		if (i % 7 == 0)
			assert_true(reply(box, REPLY_BOUNCE, id, "juliet@example.net", i));
		told(box, i, out);
		assert_true(outbox_room(box) > 20);
		if (i == 1000)
			before = allocated();
	}
	assert_in_range(allocated(), 0, before + 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles_as_far_as_is_to_be_waited_for),
		cmocka_unit_test(lets_a_room_reflect_for_a_while),
		cmocka_unit_test(believes_only_who_can_know),
		cmocka_unit_test(notes_what_a_reply_says),
		cmocka_unit_test(takes_one_final_word),
		cmocka_unit_test(a_bounce_in_time_corrects),
		cmocka_unit_test(acks_up_to_a_position),
		cmocka_unit_test(tells_what_settles_first),
		cmocka_unit_test(resumes_without_loss_or_duplicate),
		cmocka_unit_test(counts_how_often_it_went_out_again),
		cmocka_unit_test(a_lost_session_leaves_it_unknown),
		cmocka_unit_test(says_why_it_is_unknown),
		cmocka_unit_test(a_resumed_session_listens_anew),
		cmocka_unit_test(gives_up_honestly),
		cmocka_unit_test(refuses_what_cannot_go),
		cmocka_unit_test(tells_two_of_one_id_apart),
		cmocka_unit_test(counts_its_room),
		cmocka_unit_test(finds_one_of_many),
		cmocka_unit_test(does_not_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
