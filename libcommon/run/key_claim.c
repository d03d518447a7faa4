#include "run/key_claim.h"

#include <string.h>

#define SPACE " \t\r\n"

static enum key_state compare(const char *sent, const struct db_element *asked, const char *text)
{
	size_t size = strlen(asked->key);
	if (strcmp(sent, text) == 0 || strcmp(sent, asked->key) == 0)
		return KEY_RIGHT;
	const char *inner = sent + strspn(sent, SPACE);
	bool same = strncmp(inner, asked->key, size) == 0 &&
		    inner[size + strspn(inner + size, SPACE)] == '\0';
	return size > 0 && same ? KEY_TRIMMED : KEY_WRONG;
}

/* It is about the pair that we claimed on the stream of that id: everything else is another
 * question, and perhaps somebody else's. */
static bool is_about(const struct key_claim *claim, const struct db_element *asked)
{
	return asked->id && strcmp(claim->id, asked->id) == 0 &&
	       dialback_same_domain(claim->us, asked->to) &&
	       dialback_same_domain(claim->them, asked->from);
}

bool key_claim_judge(const struct key_claim *claims, size_t count, const struct db_element *asked,
		     const char *text, enum key_state *key)
{
	bool about = false;
	*key = KEY_WRONG;
	for (size_t i = 0; i < count; i++) {
		const struct key_claim *claim = &claims[i];
		if (!is_about(claim, asked))
			continue;
		enum key_state state = compare(claim->text, asked, text);
		if (state == KEY_RIGHT || *key == KEY_WRONG)
			*key = state;
		about = true;
	}
	return about;
}
