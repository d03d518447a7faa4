/* Whose account the lines were about, and where to connect for it. */
#include <string.h>

#include "run/account_reader.h"

bool account_bad_line(const struct account_reader *reader, const char *what, struct err *err)
{
	return err_set(err, AT_FILE, ERR_USAGE, "line %zu: %s", reader->number, what);
}

/* sendxmpp: `username` is the localpart, `jserver` where to connect, and the domain, too, unless
 * `component` says another. go-sendxmpp: `username` is all of the address. */
static void find_user(struct account_reader *reader)
{
	struct account_draft *draft = &reader->draft;
	const char *user = draft->entry.user;
	const char *domain = draft->component ? draft->component : draft->server;
	if (!user && reader->wanted)
		draft->entry.user = reader->wanted->bare;
	else if (user && domain && !strchr(user, '@'))
		draft->entry.user = arena_printf(reader->mem, "%s@%s", user, domain);
}

/* A server named like the domain says nothing: DNS knows better where that is. With a port it does,
 * and so does a port alone. */
static void find_host(struct account_draft *draft, const struct jid *jid)
{
	struct account_entry *entry = &draft->entry;
	if (entry->host)
		return;
	if (draft->server && (entry->port || strcasecmp(draft->server, jid->domain.unicode) != 0))
		entry->host = draft->server;
	else if (entry->port)
		entry->host = jid->domain.unicode;
}

static bool is_wanted(const struct account_reader *reader, const struct jid *jid)
{
	if (reader->wanted)
		return !reader->found.user && jid_same_bare(jid, reader->wanted);
	return !reader->found.user || (reader->found_older && reader->draft.older);
}

bool account_finish_entry(struct account_reader *reader, struct err *err)
{
	struct account_draft *draft = &reader->draft;
	struct jid jid;
	struct err why;
	if (!draft->any)
		return true;
	find_user(reader);
	if (!draft->entry.user)
		return account_bad_line(reader, "this account has no user", err);
	bool good = jid_parse(draft->entry.user, strlen(draft->entry.user), reader->mem, &jid,
			      &why);
	/* Any line with an @ in it is one of these: it may be a secret gone astray. */
	if (!good && draft->older)
		return account_bad_line(reader, "this is no user@domain with a password behind",
					err);
	if (!good)
		return err_set(err, AT_FILE, ERR_USAGE,
			       "line %zu: the account that ends here has no good address: %s",
			       reader->number, why.text);
	find_host(draft, &jid);
	if (is_wanted(reader, &jid)) {
		reader->found = draft->entry;
		reader->found_older = draft->older;
	}
	*draft = (struct account_draft){ 0 };
	return true;
}
