#include "xmpp/disco.h"

#include <string.h>

#include "base/word.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

#define REQUEST_MAX 4096
#define STRAY_MAX   32 /* elements passed over before an answer; usual is none */

/* A SASL element where id is NULL, else the answer to the request of that id. Others may come
 * before it: a server may ask for our version, say. */
static bool is_answer(const struct elem *elem, const char *id)
{
	if (!id)
		return strcmp(elem->ns, NS_SASL) == 0;
	const char *theirs = elem_attr(elem, "id"), *type = elem_attr(elem, "type");
	return elem_is(elem, NS_CLIENT, "iq") && theirs && strcmp(theirs, id) == 0 && type &&
	       (strcmp(type, "result") == 0 || strcmp(type, "error") == 0);
}

static bool read_answer(struct stream *stream, const char *id, const char *awaited,
			const struct elem **out, struct err *err)
{
	for (int i = 0; i < STRAY_MAX; i++) {
		if (!stream_read(stream, out, NULL, err)) {
			stream_explain(stream, awaited, err);
			return false;
		}
		if (is_answer(*out, id))
			return true;
	}
	return err_set(err, conn_stage(stream_conn(stream)), ERR_LIMIT,
		       "%d other elements before the %s", STRAY_MAX, awaited);
}

static bool is_error(const struct elem *iq)
{
	const char *type = elem_attr(iq, "type");
	return type && strcmp(type, "error") == 0;
}

/* <auth mechanism='ANONYMOUS'>eG1wcC10bHMtdG9vbHM=</auth>, then <success/>.
 *
 * The trace (RFC 4505, section 2) is the same for everybody: it tells the server's log what came,
 * not who. */
static bool login(struct stream *stream, struct err *err)
{
	static const char request[] = "<auth xmlns='" NS_SASL "' mechanism='ANONYMOUS'>"
				      "eG1wcC10bHMtdG9vbHM=</auth>"; /* "xmpp-tls-tools" */
	const struct elem *answer = NULL;
	if (!stream_write(stream, request, strlen(request), err) ||
	    !read_answer(stream, NULL, "answer to the anonymous login", &answer, err))
		return false;
	if (strcmp(answer->name, "success") == 0)
		return true;
	if (strcmp(answer->name, "failure") == 0)
		return err_set(err, AT_FEATURES, ERR_PROTOCOL,
			       "the anonymous login was refused (%s)", stream_condition_of(answer));
	/* The mechanism has one message, and it was sent: there is nothing to challenge. */
	return err_set(err, AT_FEATURES, ERR_PROTOCOL, "<%s/> instead of an anonymous login",
		       answer->name);
}

/* RFC 6120, 7.6: the server chooses the resource; before that it takes no other stanza. */
static bool bind_resource(struct stream *stream, const struct features *offered, struct err *err)
{
	static const char request[] = "<iq type='set' id='bind'><bind xmlns='" NS_BIND "'/></iq>";
	const struct elem *answer = NULL;
	if (!offered->bind)
		return err_set(err, AT_FEATURES, ERR_PROTOCOL,
			       "the server offers no resource after the anonymous login");
	if (!stream_write(stream, request, strlen(request), err) ||
	    !read_answer(stream, "bind", "answer to the request for a resource", &answer, err))
		return false;
	if (is_error(answer))
		return err_set(err, AT_FEATURES, ERR_PROTOCOL, "the server gives no resource (%s)",
			       stream_stanza_error(answer));
	return true;
}

static bool ask_items(struct stream *stream, const char *domain, const struct elem **out,
		      struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, "<iq type='get' id='items' to='");
	xml_escape(&text, domain);
	buf_text(&text, "'><query xmlns='" NS_DISCO_ITEMS "'/></iq>");
	return stream_write(stream, text.data, text.size, err) &&
	       read_answer(stream, "items", "list of components", out, err);
}

/* The story, in the order RFC 6120, sections 6 and 7 tell it. */
static bool converse(struct stream *stream, const struct stream_header *header, struct arena *mem,
		     struct disco_facts *out, struct err *err)
{
	struct stream_facts inside = { 0 };
	const struct elem *answer = NULL;
	return login(stream, err) && stream_restart(stream, header, &inside, err) &&
	       bind_resource(stream, &inside.features, err) &&
	       ask_items(stream, header->to, &answer, err) && disco_read(answer, mem, out, err);
}

void disco_ask(struct stream *stream, const struct stream_header *header,
	       const struct features *offered, struct arena *mem, struct disco_facts *out)
{
	struct err err = { 0 };
	*out = (struct disco_facts){ .result = DISCO_NO_LOGIN };
	if (!features_has_mechanism(&offered->mechanisms, "ANONYMOUS"))
		return;
	if (!converse(stream, header, mem, out, &err))
		*out = (struct disco_facts){
			DISCO_FAILED, arena_copy(mem, err.text), { 0 }, false
		};
}

static bool holds(const struct text_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], text) == 0)
			return true;
	}
	return false;
}

/* <item jid='conference.example.org' name='Chatrooms'/>. What has a local part or a resource is a
 * user, a room, a device: nobody that shows a certificate. */
static void take_item(const struct elem *item, struct arena *mem, struct disco_facts *out)
{
	const char *jid = elem_attr(item, "jid");
	struct jid_domain domain;
	struct err unused;
	if (!jid || !jid_domain_parse(jid, strlen(jid), mem, &domain, &unused) ||
	    holds(&out->domains, domain.ascii))
		return;
	if (out->domains.count < DISCO_ITEMS_MAX)
		out->domains.items[out->domains.count++] = domain.ascii;
	else
		out->cut = true;
}

bool disco_read(const struct elem *iq, struct arena *mem, struct disco_facts *out, struct err *err)
{
	if (is_error(iq))
		return err_set(err, AT_FEATURES, ERR_PROTOCOL,
			       "the server does not list its components (%s)",
			       stream_stanza_error(iq));
	const struct elem *query = elem_child(iq, NS_DISCO_ITEMS, "query");
	if (!query)
		return err_set(err, AT_FEATURES, ERR_PROTOCOL,
			       "the answer holds no list of components");
	*out = (struct disco_facts){ .result = DISCO_LISTED };
	out->domains.items = arena_array(mem, DISCO_ITEMS_MAX, sizeof(char *));
	for (const struct elem *item = query->children; item && !out->cut; item = item->next) {
		if (elem_is(item, NS_DISCO_ITEMS, "item"))
			take_item(item, mem, out);
	}
	return true;
}

bool disco_is_below(const char *domain, const char *parent)
{
	size_t size = strlen(domain), tail = strlen(parent);
	return size > tail + 1 && domain[size - tail - 1] == '.' &&
	       strcmp(domain + size - tail, parent) == 0;
}

static const char *const result_names[] = {
	[DISCO_NOT_WANTED] = "not-wanted", [DISCO_LISTED] = "listed",
	[DISCO_NO_LOGIN] = "no-login",     [DISCO_FAILED] = "failed",
	[DISCO_NOT_ASKED] = "not-asked",
};

const char *disco_result_name(enum disco_result result)
{
	return result_names[result];
}

bool disco_result_parse(const char *name, enum disco_result *out)
{
	size_t i;
	if (!word_find(result_names, ARRAY_SIZE(result_names), name, &i))
		return false;
	*out = (enum disco_result)i;
	return true;
}
