#include "xmpp/message.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

#include "base/word.h"
#include "xmpp/ns.h"

static const char *const types[] = {
	[MESSAGE_CHAT] = "chat",
	[MESSAGE_NORMAL] = "normal",
	[MESSAGE_HEADLINE] = "headline",
	[MESSAGE_GROUPCHAT] = "groupchat",
};

static const struct hint {
	enum message_hint hint;
	const char *name;
} hints[] = {
	{ HINT_STORE, "store" },
	{ HINT_NO_STORE, "no-store" },
	{ HINT_NO_PERMANENT_STORE, "no-permanent-store" },
	{ HINT_NO_COPY, "no-copy" },
};

bool message_type_parse(const char *word, enum message_type *out)
{
	size_t i;
	if (!word_find(types, ARRAY_SIZE(types), word, &i))
		return false;
	*out = (enum message_type)i;
	return true;
}

const char *message_type_name(enum message_type type)
{
	return types[type];
}

bool message_hint_parse(const char *word, enum message_hint *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (strcmp(hints[i].name, word) == 0) {
			*out = hints[i].hint;
			return true;
		}
	}
	return false;
}

/* Octets from 252 on would make some characters likelier than others. */
void message_new_id(char id[MESSAGE_ID + 1])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t letters = strlen(alphabet), size = 0;
	while (size < MESSAGE_ID) {
		unsigned char octets[2 * MESSAGE_ID];
		ssize_t got = getrandom(octets, sizeof(octets), 0);
		assert(got == (ssize_t)sizeof(octets)); /* so small a wish is never cut short */
		for (size_t i = 0; i < sizeof(octets) && size < MESSAGE_ID; i++) {
			if (octets[i] < 256 / letters * letters)
				id[size++] = alphabet[octets[i] % letters];
		}
	}
	id[MESSAGE_ID] = '\0';
}

static void write_text(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(out, "<%s>", name);
	xml_escape(out, text);
	buf_printf(out, "</%s>", name);
}

/* Not to be copied to the sender's own clients means both, for servers know one or the other
 * (MSG-42). */
static void write_hints(unsigned wanted, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (wanted & hints[i].hint)
			buf_printf(out, "<%s xmlns='" NS_HINTS "'/>", hints[i].name);
	}
	if (wanted & HINT_NO_COPY)
		buf_text(out, "<private xmlns='" NS_CARBONS "'/>");
}

static void write_oob(const char *url, struct buf *out)
{
	if (!url)
		return;
	buf_text(out, "<x xmlns='" NS_OOB "'>");
	write_text(out, "url", url);
	buf_text(out, "</x>");
}

/* MSG-43: a body that is the URL and nothing else makes clients show what it leads to. */
static const char *body_of(const struct message *message)
{
	bool empty = !message->body || message->body[0] == '\0';
	return empty && message->oob ? message->oob : message->body;
}

void message_write(const struct message *message, const char *to, const char *id, struct buf *out)
{
	/* RFC 6121, 5.2.2: no type means normal. */
	const char *type = message->type == MESSAGE_NORMAL ? NULL : types[message->type];
	buf_text(out, "<message");
	xml_write_attribute(out, "to", to);
	xml_write_attribute(out, "type", type);
	xml_write_attribute(out, "id", id);
	xml_write_attribute(out, "xml:lang", message->lang);
	buf_char(out, '>');
	write_text(out, "subject", message->subject);
	write_text(out, "body", body_of(message));
	write_text(out, "thread", message->thread);
	buf_text(out, "<origin-id xmlns='" NS_SID "'");
	xml_write_attribute(out, "id", id);
	buf_text(out, "/>");
	if (message->receipt && message->type != MESSAGE_GROUPCHAT)
		buf_text(out, "<request xmlns='" NS_RECEIPTS "'/>");
	write_hints(message->hints, out);
	write_oob(message->oob, out);
	buf_text(out, "</message>");
}
