/* Any octets as a configuration file: an account that can be used, none, or the line that is wrong.
 * The first octet says whether a certain one is looked for. */
#include <assert.h>
#include <string.h>

#include "run/account.h"

#define WANTED "bot@example.org"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct account_entry *entry, const char *text, size_t size, bool wanted,
		  struct arena *mem)
{
	struct jid jid, bot;
	struct err err;
	if (!entry->user)
		return;
	assert(jid_parse(entry->user, strlen(entry->user), mem, &jid, &err));
	if (wanted) {
		assert(jid_parse(WANTED, strlen(WANTED), mem, &bot, &err));
		assert(jid_same_bare(&jid, &bot));
	}
	assert(!entry->port || entry->host);
	assert(!entry->host || strlen(entry->host) < 256);
	if (!entry->password)
		return;
	assert(entry->password >= text && entry->password_size > 0);
	assert((size_t)(entry->password - text) + entry->password_size <= size);
	assert(!memchr(entry->password, '\n', entry->password_size));
	assert(!memchr(entry->password, '\0', entry->password_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	bool wanted = data[0] == 'w';
	const char *text = (const char *)data + 1;
	struct account_entry entry;
	struct err err = { 0 };
	if (account_read_config(text, size - 1, wanted ? WANTED : NULL, mem, &entry, &err))
		check(&entry, text, size - 1, wanted, mem);
	else
		assert(err.code == ERR_USAGE && strncmp(err.text, "line ", 5) == 0);
	return 0;
}
