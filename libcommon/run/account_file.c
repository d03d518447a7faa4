#include <string.h>

#include "net/address.h"
#include "run/account_reader.h"

#define BLANKS " \t\v\f\r"

/* Of a line; not all of the text, so no NUL behind it. */
struct word {
	const char *text;
	size_t size;
};

static const char *const keys[] = {
	[KEY_USER] = "user",           [KEY_USERNAME] = "username",
	[KEY_PASSWORD] = "password",   [KEY_PASSWORD_FILE] = "password-file",
	[KEY_RESOURCE] = "resource",   [KEY_CONNECT] = "connect",
	[KEY_JSERVER] = "jserver",     [KEY_PORT] = "port",
	[KEY_COMPONENT] = "component", [KEY_EVAL_PASSWORD] = "eval_password",
};

static const char *copy(const struct account_reader *reader, struct word word)
{
	return arena_copy_n(reader->mem, word.text, word.size);
}

static struct word trim(struct word word)
{
	while (word.size > 0 && strchr(BLANKS, word.text[word.size - 1]))
		word.size--;
	return word;
}

static struct word skip_blanks(struct word line)
{
	while (line.size > 0 && strchr(BLANKS, line.text[0])) {
		line.text++;
		line.size--;
	}
	return line;
}

/* The next word of a line; an empty one at its end. */
static struct word next_word(struct word *line)
{
	*line = skip_blanks(*line);
	struct word word = { .text = line->text };
	while (word.size < line->size && !strchr(BLANKS, word.text[word.size]))
		word.size++;
	line->text += word.size;
	line->size -= word.size;
	return word;
}

/* --- key and value --- */

static bool take_port(struct account_reader *reader, struct word value, struct err *err)
{
	unsigned port = 0;
	for (size_t i = 0; i < value.size; i++) {
		if (value.text[i] < '0' || value.text[i] > '9' || port > UINT16_MAX)
			return account_bad_line(reader, "a port is a number from 1 to 65535", err);
		port = port * 10 + (unsigned)(value.text[i] - '0');
	}
	if (port > UINT16_MAX)
		return account_bad_line(reader, "a port is a number from 1 to 65535", err);
	if (port > 0) /* sendxmpp: 0 is the usual one */
		reader->draft.entry.port = (uint16_t)port;
	return true;
}

static bool take_host(struct account_reader *reader, const char *text, const char **host,
		      struct err *err)
{
	char room[256];
	if (!host_port_parse(text, room, &reader->draft.entry.port))
		return account_bad_line(reader, "this is no host, nor HOST:PORT", err);
	*host = arena_copy(reader->mem, room);
	return true;
}

/* HOST[:PORT], DOMAIN;HOST[:PORT] */
static bool take_server(struct account_reader *reader, struct word value, struct err *err)
{
	struct account_draft *draft = &reader->draft;
	const char *text = copy(reader, value), *semicolon = strchr(text, ';');
	if (semicolon)
		draft->component = arena_copy_n(reader->mem, text, (size_t)(semicolon - text));
	return take_host(reader, semicolon ? semicolon + 1 : text, &draft->server, err);
}

static bool take_value(struct account_reader *reader, enum account_key key, struct word value,
		       struct err *err)
{
	struct account_draft *draft = &reader->draft;
	struct word trimmed = trim(value);
	switch (key) {
	case KEY_USER:
	case KEY_USERNAME:
		draft->entry.user = copy(reader, trimmed);
		return true;
	case KEY_PASSWORD:
		draft->entry.password = value.text;
		draft->entry.password_size = value.size;
		return true;
	case KEY_PASSWORD_FILE:
		draft->entry.password_file = copy(reader, trimmed);
		return true;
	case KEY_RESOURCE:
		draft->entry.resource = copy(reader, trimmed);
		return true;
	case KEY_CONNECT:
		return take_host(reader, copy(reader, trimmed), &draft->entry.host, err);
	case KEY_JSERVER:
		return take_server(reader, trimmed, err);
	case KEY_PORT:
		return take_port(reader, trimmed, err);
	case KEY_COMPONENT:
		draft->component = copy(reader, trimmed);
		return true;
	case KEY_EVAL_PASSWORD:
		draft->entry.wants_command = true;
		return true;
	case KEY_COUNT:
		break;
	}
	return true;
}

/* Keys may stand before the user they belong to, as nobody who wrote them for sendxmpp minds. */
static bool take_key(struct account_reader *reader, enum account_key key, struct word value,
		     struct err *err)
{
	if (key == KEY_USERNAME)
		key = KEY_USER;
	if ((key == KEY_USER && reader->draft.seen[KEY_USER]) || reader->draft.older) {
		if (!account_finish_entry(reader, err))
			return false;
	}
	if (reader->draft.seen[key])
		return account_bad_line(reader, "this was said already for the same user", err);
	if (trim(value).size == 0)
		return account_bad_line(reader, "nothing stands behind the key", err);
	reader->draft.seen[key] = true;
	reader->draft.any = true;
	return take_value(reader, key, value, err);
}

/* --- the older lines of sendxmpp --- */

/* user@domain[;host][:port] */
static bool take_address(struct account_reader *reader, struct word word, struct err *err)
{
	struct account_draft *draft = &reader->draft;
	const char *at = memchr(word.text, '@', word.size);
	size_t local = (size_t)(at - word.text);
	struct word rest = { at + 1, word.size - local - 1 };
	draft->entry.user = copy(reader, (struct word){ word.text, local });
	return take_server(reader, rest, err);
}

static bool take_older(struct account_reader *reader, struct word line, struct err *err)
{
	if (!account_finish_entry(reader, err))
		return false;
	struct account_draft *draft = &reader->draft;
	draft->older = draft->any = true;
	if (!take_address(reader, next_word(&line), err))
		return false;
	struct word password = next_word(&line), word;
	if (password.size > 0) {
		draft->entry.password = password.text;
		draft->entry.password_size = password.size;
	}
	bool domain_given = false;
	while ((word = next_word(&line)).size > 0) {
		if (word.text[0] == '-')
			continue;
		if (domain_given)
			return account_bad_line(reader,
						"more than an address, a password and a domain",
						err);
		domain_given = true;
		draft->component = copy(reader, word);
	}
	return true;
}

/* --- lines --- */

/* `key:`, as sendxmpp and go-sendxmpp have it; *line is then what stands behind. */
static bool split_colon(struct word *line, struct word *key)
{
	size_t size = 0;
	while (size < line->size && ((line->text[size] >= 'a' && line->text[size] <= 'z') ||
				     strchr("_-", line->text[size])))
		size++;
	if (size == 0 || size == line->size || line->text[size] != ':')
		return false;
	*key = (struct word){ line->text, size };
	line->text += size + 1;
	line->size -= size + 1;
	return true;
}

/* A word that is none may be a secret: it is not copied to where nobody wipes it. */
static bool find_key(struct word word, enum account_key *out)
{
	for (enum account_key key = 0; key < KEY_COUNT; key++) {
		if (strlen(keys[key]) == word.size &&
		    memcmp(keys[key], word.text, word.size) == 0) {
			*out = key;
			return true;
		}
	}
	return false;
}

static bool take_line(struct account_reader *reader, struct word line, struct err *err)
{
	struct word key;
	enum account_key which;
	if (memchr(line.text, '\0', line.size))
		return account_bad_line(reader, "there is a NUL in it: this is no text file", err);
	line = skip_blanks(line);
	if (line.size == 0 || line.text[0] == '#')
		return true;
	bool colon = split_colon(&line, &key);
	struct word rest = line;
	if (!colon)
		key = next_word(&rest);
	if (!colon && memchr(key.text, '@', key.size))
		return take_older(reader, line, err);
	if (find_key(key, &which))
		return take_key(reader, which, skip_blanks(rest), err);
	if (colon)
		return true; /* theirs */
	return account_bad_line(
		reader,
		"neither a key (user, password, password-file, resource, connect) with its value, "
		"nor user@domain and a password",
		err);
}

bool account_read_config(const char *text, size_t size, const char *wanted, struct arena *mem,
			 struct account_entry *out, struct err *err)
{
	struct jid jid;
	struct account_reader reader = { .mem = mem };
	if (wanted && !jid_parse(wanted, strlen(wanted), mem, &jid, err))
		return false;
	reader.wanted = wanted ? &jid : NULL;
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;
		struct word line = { text, length };
		if (line.size > 0 && text[line.size - 1] == '\r')
			line.size--;
		reader.number++;
		if (!take_line(&reader, line, err))
			return false;
		text += length + (end != NULL);
		size -= length + (end != NULL);
	}
	if (!account_finish_entry(&reader, err))
		return false;
	*out = reader.found;
	return true;
}
