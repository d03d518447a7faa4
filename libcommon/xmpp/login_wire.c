/* The two profiles of SASL: RFC 6120, 6.4 and XEP-0388. */
#include "xmpp/login_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "xmpp/ns.h"

#define TAGS_MAX  256 /* octets around the base64 */
#define TASKS_MAX ((size_t)120)

static const char *ns_of(const struct exchange *exchange)
{
	return exchange->facts->choice.sasl2 ? NS_SASL2 : NS_SASL;
}

enum said wire_what(const struct exchange *exchange, const struct elem *elem)
{
	static const char *const names[] = {
		[SAID_CHALLENGE] = "challenge",
		[SAID_SUCCESS] = "success",
		[SAID_FAILURE] = "failure",
		[SAID_CONTINUE] = "continue",
	};
	enum said known = exchange->facts->choice.sasl2 ? SAID_CONTINUE : SAID_FAILURE;
	for (enum said said = SAID_CHALLENGE; said <= known; said++) {
		if (elem_is(elem, ns_of(exchange), names[said]))
			return said;
	}
	return SAID_OTHER;
}

static size_t put(char *text, size_t size, const char *piece)
{
	size_t more = strlen(piece);
	memcpy(text + size, piece, more + 1);
	return size + more;
}

/* The message may hold a password: nothing of the way through here is left. */
static bool send_between(const struct exchange *exchange, const char *begin, const char *empty,
			 const char *end, const struct buf *message, struct err *err)
{
	char text[BASE64_ROOM(MESSAGE_MAX) + TAGS_MAX];
	if (buf_overflowed(message))
		return err_set(err, AT_LOGIN, ERR_USAGE,
			       "user name and password make a message of more than %zu octets",
			       MESSAGE_MAX);
	size_t size = put(text, 0, begin);
	base64_encode(message->data, message->size, text + size);
	size += strlen(text + size);
	if (message->size == 0)
		size = put(text, size, empty);
	size = put(text, size, end);
	bool ok = stream_write(exchange->stream, text, size, err);
	secret_wipe(text, size);
	return ok;
}

/* <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldABzM2NyM3Q=</auth>
 *
 * <authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'>
 *   <initial-response>AGp1bGlldABzM2NyM3Q=</initial-response></authenticate>
 *
 * An empty message is "=" in the one (RFC 6120, 6.4.2), and empty in the other. MSG-34, MSG-35:
 * neither <bind/>, which would lose offline messages, nor <user-agent/>. */
bool wire_ask(const struct exchange *exchange, const struct buf *message, struct err *err)
{
	const struct mechanism_choice *choice = &exchange->facts->choice;
	char begin[TAGS_MAX / 2];
	snprintf(begin, sizeof(begin), "<%s xmlns='%s' mechanism='%s'>%s",
		 choice->sasl2 ? "authenticate" : "auth", ns_of(exchange), choice->name,
		 choice->sasl2 ? "<initial-response>" : "");
	return send_between(exchange, begin, choice->sasl2 ? "" : "=",
			    choice->sasl2 ? "</initial-response></authenticate>" : "</auth>",
			    message, err);
}

bool wire_respond(const struct exchange *exchange, const struct buf *message, struct err *err)
{
	char begin[TAGS_MAX / 2];
	snprintf(begin, sizeof(begin), "<response xmlns='%s'>", ns_of(exchange));
	return send_between(exchange, begin, "", "</response>", message, err);
}

void wire_abort(const struct exchange *exchange)
{
	char text[TAGS_MAX];
	struct err unheard;
	int size = snprintf(text, sizeof(text), "<abort xmlns='%s'/>", ns_of(exchange));
	if (!stream_write(exchange->stream, text, (size_t)size, &unheard))
		return;
}

bool wire_data(const struct exchange *exchange, const struct elem *elem, struct bytes *out,
	       struct err *err)
{
	bool sasl2 = exchange->facts->choice.sasl2;
	if (sasl2 && strcmp(elem->name, "success") == 0)
		elem = elem_child(elem, NS_SASL2, "additional-data");
	const char *text = elem ? elem->text : "";
	if (!sasl2 && strcmp(text, "=") == 0)
		text = "";
	if (strlen(text) >= BASE64_ROOM(MESSAGE_MAX))
		return err_set(err, AT_LOGIN, ERR_LIMIT,
			       "the server's message is longer than %zu octets", MESSAGE_MAX);
	if (base64_decode(text, strlen(text), exchange->mem, out))
		return true;
	return err_set(err, AT_LOGIN, ERR_PROTOCOL,
		       "the server's message is not base64 (RFC 6120, 6.4)");
}

/* The one of RFC 6120, 6.5, whatever else stands beside it. */
static const char *condition_of(const struct elem *failure)
{
	for (const struct elem *child = failure->children; child; child = child->next) {
		if (strcmp(child->ns, NS_SASL) == 0 && strcmp(child->name, "text") != 0)
			return child->name;
	}
	return stream_condition_of(failure);
}

static const struct elem *child_called(const struct elem *elem, const char *name)
{
	const struct elem *child = elem->children;
	while (child && strcmp(child->name, name) != 0)
		child = child->next;
	return child;
}

static const char *text_of(const struct elem *elem, struct arena *mem)
{
	const struct elem *text = child_called(elem, "text");
	return text && text->text[strspn(text->text, " \t\r\n")] ? arena_copy(mem, text->text)
								 : NULL;
}

/* not-authorized says what it means with a password. */
static const char *cause_of(const struct login_facts *facts)
{
	bool refused = strcmp(facts->condition, "not-authorized") == 0;
	if (refused && strcmp(facts->choice.name, "EXTERNAL") == 0)
		return "the server does not take this client certificate for this account";
	if (refused && strcmp(facts->choice.name, "ANONYMOUS") == 0)
		return "the server lets nobody in without an account";
	return login_cause(facts->condition);
}

bool wire_failure(struct exchange *exchange, const struct elem *elem, struct err *err)
{
	struct login_facts *facts = exchange->facts;
	facts->condition = arena_copy(exchange->mem, condition_of(elem));
	facts->text = text_of(elem, exchange->mem);
	/* MSG-33: beside another condition it would be a second attempt with the same password. */
	exchange->settings_changed = strcmp(facts->condition, "aborted") == 0 &&
				     child_called(elem, "config-version-mismatch") != NULL;
	/* RFC 5802, 6: a server that can bind must refuse the flag y (T8). */
	const char *doubt = facts->binding_flag == 'y'
				    ? ", or somebody stripped -PLUS from its list: possible attack"
				    : "";
	const char *quote = facts->text ? "\"" : "";
	return err_set(err, AT_LOGIN, ERR_DENIED, "%s (%.60s)%s%s%s%s%s", cause_of(facts),
		       facts->condition, doubt, facts->text ? ": " : "", quote,
		       facts->text ? facts->text : "", quote);
}

/* <continue xmlns='urn:xmpp:sasl:2'><tasks><task>HOTP-EXAMPLE</task></tasks></continue> */
bool wire_continue(struct exchange *exchange, const struct elem *elem, struct err *err)
{
	CLEANUP(buf_free) struct buf names = buf_new(TASKS_MAX);
	const struct elem *tasks = elem_child(elem, NS_SASL2, "tasks");
	for (const struct elem *task = tasks ? tasks->children : NULL; task; task = task->next)
		buf_printf(&names, "%s%s", names.size ? ", " : "", task->text);
	const char *list = names.size ? buf_string(&names) : "it does not say what";
	exchange->facts->tasks = arena_copy(exchange->mem, list);
	return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
		       "the server wants more than the password, which this tool cannot give: %s",
		       list);
}
