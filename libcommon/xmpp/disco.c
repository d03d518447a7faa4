#include "xmpp/disco.h"

#include <string.h>

#include "base/word.h"
#include "xmpp/bind.h"
#include "xmpp/iq.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

#define REQUEST_MAX 4096

static bool await_login(struct stream *stream, const struct elem **out, struct err *err)
{
	do {
		if (!stream_read(stream, out, NULL, err)) {
			stream_explain(stream, "answer to the anonymous login", err);
			return false;
		}
	} while (strcmp((*out)->ns, NS_SASL) != 0);
	return true;
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
	    !await_login(stream, &answer, err))
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

static bool ask_items(struct stream *stream, const char *domain, const struct elem **out,
		      struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, "<iq type='get' id='items' to='");
	xml_escape(&text, domain);
	buf_text(&text, "'><query xmlns='" NS_DISCO_ITEMS "'/></iq>");
	return stream_write(stream, text.data, text.size, err) &&
	       iq_await(stream, "items", "list of components", out, err);
}

/* The story, in the order RFC 6120, sections 6 and 7 tell it. */
static bool converse(struct stream *stream, const struct stream_header *header, struct arena *mem,
		     struct disco_facts *out, struct err *err)
{
	struct stream_facts inside = { 0 };
	const struct elem *answer = NULL;
	const char *address;
	return login(stream, err) && stream_restart(stream, header, &inside, err) &&
	       bind_resource(stream, &inside.features, NULL, mem, &address, err) &&
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
	if (iq_is_error(iq))
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
