#include "xmpp/manage.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define ID_MAX 4000 /* octets: XEP-0198, 3 (SM-ID) */

static bool untrusted(struct err *err, const char *sentence)
{
	return err_set(err, AT_SESSION, ERR_PROTOCOL, "stream management: %s", sentence);
}

void manage_sent(struct manage *manage)
{
	manage->sent++;
}

void manage_received(struct manage *manage, const struct elem *stanza)
{
	if (manage->enabled && stanza_is_one(stanza))
		manage->received++; /* modulo 2^32 (XEP-0198, 4) */
}

/* xs:unsignedInt, but digits alone. */
static bool read_number(const char *text, uint32_t *out)
{
	uint64_t value = 0;
	size_t size = strlen(text);
	if (size == 0 || strspn(text, "0123456789") != size)
		return false;
	for (; *text; text++) {
		value = 10 * value + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

static bool read_attr(const struct elem *elem, const char *name, uint32_t *out, struct err *err)
{
	const char *text = elem_attr(elem, name);
	if (text && read_number(text, out))
		return true;
	return err_set(err, AT_SESSION, ERR_PROTOCOL,
		       "stream management: <%s/> with %s='%.20s', which is no number of 32 bits",
		       elem->name, name, text ? text : "");
}

/* What the wire has of the counter are its low 32 bits; fewer than 2^32 are ever under way. */
static bool take_handled(struct manage *manage, const struct elem *elem, struct err *err)
{
	uint32_t h = 0;
	if (!read_attr(elem, "h", &h, err))
		return false;
	uint32_t ahead = h - (uint32_t)manage->handled;
	if (ahead <= manage->sent - manage->handled) {
		manage->handled += ahead;
		return true;
	}
	return err_set(err, AT_SESSION, ERR_PROTOCOL,
		       "stream management: <%s/> confirms stanza %u, where %llu were sent and %llu "
		       "confirmed before",
		       elem->name, h, (unsigned long long)manage->sent,
		       (unsigned long long)manage->handled);
}

static bool is_true(const char *text)
{
	return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

static bool read_enabled(struct manage *manage, const struct elem *elem, struct arena *mem,
			 struct err *err)
{
	uint32_t max = 0;
	if (manage->enabled)
		return untrusted(err, "<enabled/> a second time");
	if (elem_attr(elem, "max") && !read_attr(elem, "max", &max, err))
		return false;
	const char *id = elem_attr(elem, "id");
	bool usable = id && *id && strlen(id) <= ID_MAX;
	manage->enabled = true;
	manage->resumable = usable && is_true(elem_attr(elem, "resume"));
	manage->id = manage->resumable ? arena_copy(mem, id) : NULL;
	manage->max_seconds = max;
	return true;
}

/* XEP-0198, 5: what was not handled is sent again, and counted again. */
static bool read_resumed(struct manage *manage, const struct elem *elem, struct err *err)
{
	const char *previous = elem_attr(elem, "previd");
	if (!manage->resumable || !previous || strcmp(previous, manage->id) != 0)
		return untrusted(err, "the server resumed a session that is not ours");
	if (!take_handled(manage, elem, err))
		return false;
	manage->sent = manage->handled;
	return true;
}

/* The session is gone for good; h says how much of it arrived, where the server still knows. */
static bool read_failed(struct manage *manage, const struct elem *elem, struct arena *mem,
			const char **condition, struct err *err)
{
	if (elem_attr(elem, "h") && !take_handled(manage, elem, err))
		return false;
	*condition = "undefined-condition";
	for (const struct elem *child = elem->children; child; child = child->next) {
		if (strcmp(child->ns, NS_STANZA_ERROR) == 0 && strcmp(child->name, "text") != 0) {
			*condition = arena_copy(mem, child->name);
			break;
		}
	}
	manage->enabled = manage->resumable = false;
	return true;
}

static bool is(const struct elem *elem, const char *name)
{
	return strcmp(elem->name, name) == 0;
}

bool manage_read(struct manage *manage, const struct elem *elem, struct arena *mem,
		 enum manage_event *event, const char **condition, struct err *err)
{
	enum manage_event what = MANAGE_NOTHING;
	bool ok = true;
	if (strcmp(elem->ns, NS_SM) != 0) {
		*event = what;
		return true;
	}
	if (is(elem, "enabled")) {
		what = MANAGE_ENABLED;
		ok = read_enabled(manage, elem, mem, err);
	} else if (is(elem, "resumed")) {
		what = MANAGE_RESUMED;
		ok = read_resumed(manage, elem, err);
	} else if (is(elem, "failed")) {
		what = MANAGE_FAILED;
		ok = read_failed(manage, elem, mem, condition, err);
	} else if (is(elem, "a") && manage->enabled) {
		what = MANAGE_ACK;
		ok = take_handled(manage, elem, err);
	} else if (is(elem, "r") && manage->enabled) {
		what = MANAGE_REQUEST;
	}
	if (ok)
		*event = what;
	return ok;
}

void manage_write_enable(struct buf *out)
{
	buf_text(out, "<enable xmlns='" NS_SM "' resume='true'/>");
}

void manage_write_request(struct buf *out)
{
	buf_text(out, "<r xmlns='" NS_SM "'/>");
}

void manage_write_ack(const struct manage *manage, struct buf *out)
{
	buf_printf(out, "<a xmlns='" NS_SM "' h='%u'/>", manage->received);
}

void manage_write_resume(const struct manage *manage, struct buf *out)
{
	buf_printf(out, "<resume xmlns='" NS_SM "' h='%u' previd='", manage->received);
	xml_escape_attribute(out, manage->id);
	buf_text(out, "'/>");
}
