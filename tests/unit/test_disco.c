#include "peer.h"

#include "xmpp/disco.h"

#define QUERY(items) "<query xmlns='" NS_DISCO_ITEMS "'>" items "</query>"
#define LIST(items)  "<iq type='result' id='items'>" QUERY(items) "</iq>"
#define ERROR(id, c)                                                                               \
	"<iq type='error' id='" id "'><error type='cancel'><" c " xmlns='" NS_STANZA_ERROR         \
	"'/></error></iq>"

/* The first element behind a stream header. */
static const struct elem *parse(const char *name, const char *stanza, struct arena *mem)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	const char *text = arena_printf(mem, PEER_OPEN "%s", stanza);
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err));
	text += used;
	if (!xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", name, err.text);
	assert_int_equal(event, XML_STANZA);
	return elem;
}

static const char *joined(const struct text_list *list, struct arena *mem)
{
	const char *all = "";
	for (size_t i = 0; i < list->count; i++)
		all = arena_printf(mem, "%s%s%s", all, i ? " " : "", list->items[i]);
	return all;
}

/* XEP-0030, 4; what stands in `domains` is what was listed, what in `refused` why nothing was. */
static const struct row {
	const char *name, *answer, *domains, *refused;
} rows[] = {
	{ "components",
	  LIST("<item jid='conference.example.org' name='Rooms'/><item jid='pubsub.example.org'/>"),
	  "conference.example.org pubsub.example.org", NULL },
	{ "nobody", LIST(""), "", NULL },
	{ "twice, in other letters",
	  LIST("<item jid='muc.example.org'/><item jid='MUC.example.org'/>"), "muc.example.org",
	  NULL },
	{ "users", LIST("<item jid='alice@example.org'/><item jid='@example.org'/>"), "", NULL },
	{ "rooms beside their service",
	  LIST("<item jid='room@muc.example.org'/><item jid='muc.example.org'/>"),
	  "muc.example.org", NULL },
	{ "resources", LIST("<item jid='example.org/home'/><item jid='muc.example.org/'/>"), "",
	  NULL },
	{ "nodes of a component",
	  LIST("<item jid='pubsub.example.org' node='a'/><item "
	       "jid='pubsub.example.org' node='b'/>"),
	  "pubsub.example.org", NULL },
	{ "elsewhere", LIST("<item jid='rooms.example.net'/>"), "rooms.example.net", NULL },
	{ "not ASCII",
	  LIST("<item jid='b\xc3\xbc"
	       "cher.example.org'/>"),
	  "xn--bcher-kva.example.org", NULL },
	{ "no domains",
	  LIST("<item/><item jid=''/><item jid='*.example.org'/><item jid='a b.example.org'/><item "
	       "jid='-a.example.org'/><item jid='https://example.org/'/><item "
	       "jid='muc.example.org:5269'/><item jid='a..example.org'/><item "
	       "jid='&#x9b;2J.example.org'/>"),
	  "", NULL },
	{ "of another namespace", LIST("<item xmlns='u' jid='muc.example.org'/><x jid='a.b'/>"), "",
	  NULL },
	{ "below something else", LIST("<x><item jid='muc.example.org'/></x>"), "", NULL },
	{ "no list", "<iq type='result' id='items'/>", NULL,
	  "the answer holds no list of components" },
	{ "another list",
	  "<iq type='result' id='items'><query><item jid='muc.example.org'/></query></iq>", NULL,
	  "the answer holds no list of components" },
	{ "an error", ERROR("items", "service-unavailable"), NULL,
	  "the server does not list its components (service-unavailable)" },
	{ "an error beside the question",
	  "<iq type='error' id='items'>" QUERY("<item jid='muc.example.org'/>") "</iq>", NULL,
	  "the server does not list its components (undefined-condition)" },
};

static void reads_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct disco_facts facts = { 0 };
		struct err err = { 0 };
		bool ok = disco_read(parse(row->name, row->answer, mem), mem, &facts, &err);
		assert_row_string(row->name, ok ? NULL : err.text, row->refused);
		assert_row(row->name, facts.result == (ok ? DISCO_LISTED : DISCO_NOT_WANTED));
		if (ok)
			assert_row_string(row->name, joined(&facts.domains, mem), row->domains);
		assert_row(row->name, !facts.cut);
	}
}

/* As many as are taken, and one more. */
static void takes_so_many(void **state)
{
	(void)state;
	for (int extra = 0; extra <= 1; extra++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf items = buf_new(STANZA_MAX);
		for (int i = 0; i < DISCO_ITEMS_MAX + extra; i++)
			buf_printf(&items, "<item jid='c%d.example.org'/>", i);
		buf_text(&items, "<item jid='c0.example.org'/>");
		const char *answer = arena_printf(mem, LIST("%s"), buf_string(&items));
		struct disco_facts facts = { 0 };
		struct err err;
		assert_true(disco_read(parse("many", answer, mem), mem, &facts, &err));
		assert_int_equal(facts.domains.count, DISCO_ITEMS_MAX);
		assert_int_equal(facts.cut, extra);
	}
}

static void knows_what_is_below(void **state)
{
	(void)state;
	assert_true(disco_is_below("muc.example.org", "example.org"));
	assert_true(disco_is_below("a.b.example.org", "example.org"));
	assert_false(disco_is_below("example.org", "example.org"));
	assert_false(disco_is_below(".example.org", "example.org"));
	assert_false(disco_is_below("notexample.org", "example.org"));
	assert_false(disco_is_below("example.net", "example.org"));
	assert_false(disco_is_below("org", "example.org"));
}

static void names_results(void **state)
{
	(void)state;
	enum disco_result result;
	for (int i = DISCO_NOT_WANTED; i <= DISCO_NOT_ASKED; i++) {
		assert_true(disco_result_parse(disco_result_name((enum disco_result)i), &result));
		assert_int_equal(result, i);
	}
	assert_false(disco_result_parse("", &result));
}

#define OFFER(mechanism)                                                                           \
	PEER_OPEN "<stream:features><mechanisms xmlns='" NS_SASL "'><mechanism>" mechanism         \
		  "</mechanism></mechanisms></stream:features>"
#define SUCCESS "<success xmlns='" NS_SASL "'/>"
#define FAILURE "<failure xmlns='" NS_SASL "'><text>no</text><not-authorized/></failure>"
#define INSIDE  PEER_OPEN "<stream:features><bind xmlns='" NS_BIND "'/></stream:features>"
#define BOUND                                                                                      \
	"<iq type='result' id='bind'><bind xmlns='" NS_BIND                                        \
	"'><jid>q@example.org/r</jid></bind></iq>"
#define OF_ERROR(c) PEER_ERROR("<" c " xmlns='" NS_STREAM_ERROR "'/>")
#define IQS         "<iq type='get' id='x'/><iq type='get' id='x'/><iq type='get' id='x'/>"
#define MANY_IQS    IQS IQS IQS IQS IQS IQS IQS IQS IQS IQS IQS

#define SAID_MAX    6

/* What the server says, a packet a line; silence, or an end, behind the last one. */
static const struct story {
	const char *name;
	const char *said[SAID_MAX];
	bool closed;
	enum disco_result result;
	const char *words; /* the domains, or the reason */
} stories[] = {
	{ "as it should be",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND, LIST("<item jid='muc.example.org'/>") },
	  false,
	  DISCO_LISTED,
	  "muc.example.org" },
	{ "others in between",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, "<iq type='get' id='bind'/><message/>" BOUND,
	    "<iq type='set' id='items'/><iq type='result'/>" LIST(
		    "<item jid='muc.example.org'/>") },
	  false,
	  DISCO_LISTED,
	  "muc.example.org" },
	{ "not offered", { OFFER("SCRAM-SHA-256") }, false, DISCO_NO_LOGIN, NULL },
	{ "another name", { OFFER("anonymous") }, false, DISCO_NO_LOGIN, NULL },
	{ "refused",
	  { OFFER("ANONYMOUS"), FAILURE },
	  false,
	  DISCO_FAILED,
	  "the anonymous login was refused (not-authorized)" },
	{ "challenged",
	  { OFFER("ANONYMOUS"), "<challenge xmlns='" NS_SASL "'/>" },
	  false,
	  DISCO_FAILED,
	  "<challenge/> instead of an anonymous login" },
	{ "success of another namespace",
	  { OFFER("ANONYMOUS"), "<success/>" },
	  false,
	  DISCO_FAILED,
	  "no answer to the anonymous login within 1 s" },
	{ "closed instead of an answer",
	  { OFFER("ANONYMOUS") },
	  true,
	  DISCO_FAILED,
	  "closed before the answer to the anonymous login" },
	{ "no answer to the login",
	  { OFFER("ANONYMOUS") },
	  false,
	  DISCO_FAILED,
	  "no answer to the anonymous login within 1 s" },
	{ "a stream error after the login",
	  { OFFER("ANONYMOUS"), SUCCESS, PEER_OPEN OF_ERROR("policy-violation") },
	  false,
	  DISCO_FAILED,
	  "stream error policy-violation" },
	{ "closed after the login",
	  { OFFER("ANONYMOUS"), SUCCESS },
	  true,
	  DISCO_FAILED,
	  "closed before the stream header" },
	{ "no resource is offered",
	  { OFFER("ANONYMOUS"), SUCCESS, PEER_OPEN "<stream:features/>" },
	  false,
	  DISCO_FAILED,
	  "the server offers no resource after the login" },
	{ "no resource is given",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, ERROR("bind", "resource-constraint") },
	  false,
	  DISCO_FAILED,
	  "too many sessions of this account are connected (resource-constraint)" },
	{ "no answer to the bind",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE },
	  false,
	  DISCO_FAILED,
	  "no answer to the request for a resource within 1 s" },
	{ "no list",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND, ERROR("items", "forbidden") },
	  false,
	  DISCO_FAILED,
	  "the server does not list its components (forbidden)" },
	{ "no answer to the question",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND },
	  false,
	  DISCO_FAILED,
	  "no list of components within 1 s" },
	{ "the end instead of the list",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND, "</stream:stream>" },
	  false,
	  DISCO_FAILED,
	  "closed before the list of components" },
	{ "anything but the list",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND, MANY_IQS },
	  false,
	  DISCO_FAILED,
	  "32 other elements before the list of components" },
	{ "restricted XML",
	  { OFFER("ANONYMOUS"), SUCCESS, INSIDE, BOUND, "<!-- -->" },
	  false,
	  DISCO_FAILED,
	  "a comment, which XMPP forbids" },
};

/* As peer_new(), but that what was said in packets is read in packets: whatever stands behind
 * <success/> in one read is dropped with the old stream. */
static struct peer packet_peer(const struct story *story)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	struct peer peer = peer_of(fds);
	for (size_t i = 0; i < SAID_MAX && story->said[i]; i++)
		peer_say(&peer, story->said[i]);
	if (story->closed)
		shutdown(peer.fd, SHUT_WR);
	return peer;
}

static const struct stream_header header = { .service = SERVICE_C2S, .to = "example.org" };

static void run(const struct story *story, struct arena *mem, struct peer *peer,
		struct disco_facts *out)
{
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err = { 0 };
	*peer = packet_peer(story);
	assert_true(stream_open(peer->conn, &header, mem, &stream, &facts, &err));
	disco_ask(stream, &header, &facts.features, mem, out);
}

static void tells_how_far_it_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		const struct story *story = &stories[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = { .fd = -1 };
		struct disco_facts facts = { 0 };
		run(story, mem, &peer, &facts);
		bool listed = facts.result == DISCO_LISTED;
		assert_row_string(story->name, disco_result_name(facts.result),
				  disco_result_name(story->result));
		assert_row_string(story->name, listed ? joined(&facts.domains, mem) : facts.reason,
				  story->words);
		assert_row(story->name, listed || facts.domains.count == 0);
	}
}

static void asks_in_this_order(void **state)
{
	(void)state;
	static const char *const wanted[] = {
		"<?xml",
		"<auth xmlns='" NS_SASL "' mechanism='ANONYMOUS'>eG1wcC10bHMtdG9vbHM=</auth>",
		"<?xml",
		"<iq type='set' id='bind'><bind xmlns='" NS_BIND "'/></iq>",
		"<iq type='get' id='items' to='example.org'><query xmlns='" NS_DISCO_ITEMS
		"'/></iq>",
		"</stream:stream>",
	};
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = { .fd = -1 };
	struct disco_facts facts = { 0 };
	char heard[4096];
	run(&stories[0], mem, &peer, &facts);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		peer_heard(&peer, heard);
		if (strcmp(wanted[i], "<?xml") == 0) /* the header is test_stream's */
			heard[strlen("<?xml")] = '\0';
		assert_string_equal(heard, wanted[i]);
	}
	assert_string_equal(peer_heard(&peer, heard), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lists),           cmocka_unit_test(takes_so_many),
		cmocka_unit_test(knows_what_is_below),   cmocka_unit_test(names_results),
		cmocka_unit_test(tells_how_far_it_went), cmocka_unit_test(asks_in_this_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
