#include "unit.h"

#include "stanza_fixture.h"
#include "xmpp/room.h"

#define ROOM                 "hall@rooms.example"
#define USER                 "<x xmlns='http://jabber.org/protocol/muc#user'>"
#define STATUS(n)            "<status code='" n "'/>"
#define PRESENCE(from, rest) "<presence from='" from "'" rest "</presence>"
#define ERROR(from, c)                                                                             \
	PRESENCE(from, " type='error'><error type='auth'><" c " xmlns='" NS_STANZA_ERROR "'/>"     \
		       "<text xmlns='" NS_STANZA_ERROR "'>why</text></error>")

static struct jid jid_of(const char *text, struct arena *mem)
{
	struct jid jid;
	struct err err;
	if (!jid_parse(text, strlen(text), mem, &jid, &err))
		fail_msg("%s: %s", text, err.text);
	return jid;
}

/* The visitor is "Bot". */
static const struct row {
	const char *name, *stanza;
	enum room_answer answer;
	const char *nick, *condition, *text;
} rows[] = {
	{ "in", PRESENCE(ROOM "/Bot", ">" USER "<item/>" STATUS("100") STATUS("110") "</x>"),
	  ROOM_JOINED, "Bot", NULL, NULL },
	{ "in a room just made", PRESENCE(ROOM "/Bot", ">" USER STATUS("201") STATUS("110") "</x>"),
	  ROOM_CREATED, "Bot", NULL, NULL },
	{ "in under another nick",
	  PRESENCE(ROOM "/Bot 2", ">" USER STATUS("110") STATUS("210") "</x>"), ROOM_JOINED,
	  "Bot 2", NULL, NULL },
	{ "in an old room that knows no status", PRESENCE(ROOM "/Bot", ">" USER "<item/></x>"),
	  ROOM_JOINED, "Bot", NULL, NULL },
	{ "in a room older still", PRESENCE(ROOM "/Bot", ">"), ROOM_JOINED, "Bot", NULL, NULL },
	{ "our nick, but a status that does not say it is us",
	  PRESENCE(ROOM "/Bot", ">" USER STATUS("100") "</x>"), ROOM_OTHER, NULL, NULL, NULL },
	{ "somebody else", PRESENCE(ROOM "/Eve", ">" USER "<item/></x>"), ROOM_OTHER, NULL, NULL,
	  NULL },
	{ "a nick is compared by octets", PRESENCE(ROOM "/bot", ">" USER "<item/></x>"), ROOM_OTHER,
	  NULL, NULL, NULL },
	{ "a status of another namespace",
	  PRESENCE(ROOM "/Eve", ">" USER "<status xmlns='u' code='110'/></x>"), ROOM_OTHER, NULL,
	  NULL, NULL },
	{ "a status that only begins so", PRESENCE(ROOM "/Eve", ">" USER STATUS("1100") "</x>"),
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "the same from another room",
	  PRESENCE("hall2@rooms.example/Bot", ">" USER STATUS("110") "</x>"), ROOM_OTHER, NULL,
	  NULL, NULL },
	{ "the same from the service", PRESENCE("rooms.example/Bot", ">" USER STATUS("110") "</x>"),
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "the same from nobody", "<presence>" USER STATUS("110") "</x></presence>", ROOM_OTHER,
	  NULL, NULL, NULL },
	{ "from what is no address", PRESENCE("@/", ">" USER STATUS("110") "</x>"), ROOM_OTHER,
	  NULL, NULL, NULL },
	{ "from the room, not from a place in it", PRESENCE(ROOM, ">" USER STATUS("110") "</x>"),
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "the room's address in capitals",
	  PRESENCE("HALL@Rooms.Example/Bot", ">" USER STATUS("110") "</x>"), ROOM_JOINED, "Bot",
	  NULL, NULL },
	{ "no presence", "<message from='" ROOM "/Bot'>" USER STATUS("110") "</x></message>",
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "banned", ERROR(ROOM "/Bot", "forbidden"), ROOM_REFUSED, NULL, "forbidden", "why" },
	{ "the room itself refuses", ERROR(ROOM, "registration-required"), ROOM_REFUSED, NULL,
	  "registration-required", "why" },
	{ "the nick is taken", ERROR(ROOM "/Bot", "conflict"), ROOM_NICK_TAKEN, NULL, "conflict",
	  "why" },
	{ "an error about somebody else", ERROR(ROOM "/Eve", "forbidden"), ROOM_OTHER, NULL, NULL,
	  NULL },
	{ "an error of a stranger", ERROR("eve@example.org", "forbidden"), ROOM_OTHER, NULL, NULL,
	  NULL },
	{ "an error of nobody", "<presence type='error'><error/></presence>", ROOM_OTHER, NULL,
	  NULL, NULL },
	{ "an error that says nothing", PRESENCE(ROOM "/Bot", " type='error'>"), ROOM_REFUSED, NULL,
	  "undefined-condition", NULL },
	{ "an error with a status",
	  PRESENCE(ROOM "/Bot", " type='error'>" USER STATUS("110") "</x>"), ROOM_REFUSED, NULL,
	  "undefined-condition", NULL },
	{ "somebody leaves", PRESENCE(ROOM "/Eve", " type='unavailable'>" USER "<item/></x>"),
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "we leave", PRESENCE(ROOM "/Bot", " type='unavailable'>" USER STATUS("110") "</x>"),
	  ROOM_OTHER, NULL, NULL, NULL },
	{ "kicked",
	  PRESENCE(ROOM "/Bot",
		   " type='unavailable'>" USER "<item><reason>spam</reason></item>" STATUS("307")
			   STATUS("110") "</x>"),
	  ROOM_REFUSED, NULL, "not-allowed", "spam" },
	{ "somebody is kicked",
	  PRESENCE(ROOM "/Eve", " type='unavailable'>" USER STATUS("307") "</x>"), ROOM_OTHER, NULL,
	  NULL, NULL },
	{ "the service shuts down",
	  PRESENCE(ROOM "/Bot", " type='unavailable'>" USER STATUS("110") STATUS("332") "</x>"),
	  ROOM_REFUSED, NULL, "service-unavailable", NULL },
	{ "a type that is none",
	  PRESENCE(ROOM "/Bot", " type='subscribe'>" USER STATUS("110") "</x>"), ROOM_OTHER, NULL,
	  NULL, NULL },
};

static void reads_presences(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *parsed = arena_new();
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct jid room = jid_of(ROOM, mem);
		struct room_reply reply = { 0 };
		enum room_answer answer = room_read_presence(
			stanza_of(row->name, row->stanza, parsed), &room, "Bot", mem, &reply);
		arena_free(&parsed);
		assert_row(row->name, answer == row->answer);
		assert_row_string(row->name, reply.nick, row->nick);
		assert_row_string(row->name, reply.condition, row->condition);
		assert_row_string(row->name, reply.text, row->text);
	}
}

/* RFC 7622, 3.4: what the room makes of a nick is still ours. */
static void prepares_the_nick(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct jid room = jid_of(ROOM, mem);
	struct room_reply reply;
	const struct elem *stanza = stanza_of("composed", PRESENCE(ROOM "/J\xc3\xbcrg B", ">"),
					      mem);
	assert_int_equal(room_read_presence(stanza, &room,
					    "Ju\xcc\x88rg\xc2\xa0"
					    "B",
					    mem, &reply),
			 ROOM_JOINED);
	assert_int_equal(room_read_presence(stanza, &room, "Jurg B", mem, &reply), ROOM_OTHER);
	assert_int_equal(room_read_presence(stanza, &room, "", mem, &reply), ROOM_OTHER);
	assert_int_equal(room_read_presence(stanza, &room, "\x01", mem, &reply), ROOM_OTHER);
}

static void writes_what_a_visitor_says(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(4096);
	struct jid room = jid_of(ROOM "/ignored", mem);
	room_write_question(&room, "q1", &out);
	assert_string_equal(out.data,
			    "<iq type='get' to='" ROOM "' id='q1'>"
			    "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	buf_clear(&out);
	room_write_join(&room, "it's", "j1", NULL, &out);
	assert_string_equal(out.data, "<presence to='" ROOM "/it&apos;s' id='j1'>"
				      "<x xmlns='http://jabber.org/protocol/muc'>"
				      "<history maxstanzas='0'/></x></presence>");
	buf_clear(&out);
	room_write_leave(&room, "it's", &out);
	assert_string_equal(out.data, "<presence to='" ROOM "/it&apos;s' type='unavailable'/>");
	buf_clear(&out);
	room_write_destroy(&room, "d1", &out);
	assert_string_equal(out.data, "<iq type='set' to='" ROOM "' id='d1'>"
				      "<query xmlns='http://jabber.org/protocol/muc#owner'>"
				      "<destroy/></query></iq>");
}

/* MSG-4: the caller wipes the one place where the password stands. */
static void writes_the_password_in_one_place(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(4096);
	struct jid room = jid_of(ROOM, mem);
	room_write_join(&room, "Bot", "j1", NULL, &out);
	buf_clear(&out);
	char password[301] = "";
	memset(password, '&', 300);
	room_write_join(&room, "Bot", "j1", password, &out);
	const char *begin = strstr(out.data, "<password>&amp;"), *end = strstr(out.data, "</pass");
	assert_true(begin && end && end - begin == 10 + 300 * 5);
	assert_string_equal(end, "</password></x></presence>");
	/* As much again fits into what had been made room for. */
	assert_true(out.room > out.size && out.size == strlen(out.data));
	CLEANUP(buf_free) struct buf small = buf_new(300);
	room_write_join(&room, "Bot", "j1", password, &small);
	assert_true(buf_overflowed(&small) && !strstr(small.data, "&amp;"));
}

static void explains_refusals(void **state)
{
	(void)state;
	/* MSG-54 and MSG-55. */
	static const char *const conditions[] = {
		"not-authorized", "registration-required", "forbidden",
		"conflict",       "service-unavailable",   "item-not-found",
		"not-allowed",    "not-acceptable",        "jid-malformed",
	};
	const char *unknown = room_cause("made-up");
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		assert_string_not_equal(room_cause(conditions[i]), unknown);
	assert_non_null(strstr(room_cause("not-authorized"), "--room-password"));
	assert_non_null(strstr(room_cause("conflict"), "--nick"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_presences),
		cmocka_unit_test(prepares_the_nick),
		cmocka_unit_test(writes_what_a_visitor_says),
		cmocka_unit_test(writes_the_password_in_one_place),
		cmocka_unit_test(explains_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
