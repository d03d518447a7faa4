/* What depends on neighbours: the contextual rules and the Bidi Rule. */
#include <string.h>
#include <unictype.h>

#include "xmpp/precis_inner.h"

#define VIRAMA 9 /* canonical combining class */

static bool is_script(uint32_t code, const char *name)
{
	const uc_script_t *script = uc_script(code);
	return script && strcmp(script->name, name) == 0;
}

static bool has_between(struct codes text, uint32_t first, uint32_t last)
{
	for (size_t i = 0; i < text.count; i++) {
		if (text.items[i] >= first && text.items[i] <= last)
			return true;
	}
	return false;
}

static bool follows_virama(struct codes text, size_t at)
{
	return at > 0 && uc_combining_class(text.items[at - 1]) == VIRAMA;
}

/* A.1: (Joining_Type:{L,D})(Joining_Type:T)*ZWNJ(Joining_Type:T)*(Joining_Type:{R,D}) */
static bool breaks_a_join(struct codes text, size_t at)
{
	size_t before = at, after = at + 1;
	while (before > 0 && uc_joining_type(text.items[before - 1]) == UC_JOINING_TYPE_T)
		before--;
	while (after < text.count && uc_joining_type(text.items[after]) == UC_JOINING_TYPE_T)
		after++;
	if (before == 0 || after == text.count)
		return false;
	int left = uc_joining_type(text.items[before - 1]);
	int right = uc_joining_type(text.items[after]);
	return (left == UC_JOINING_TYPE_L || left == UC_JOINING_TYPE_D) &&
	       (right == UC_JOINING_TYPE_R || right == UC_JOINING_TYPE_D);
}

/* A.7, for the dot itself is of no script. */
static bool has_japanese(struct codes text)
{
	for (size_t i = 0; i < text.count; i++) {
		uint32_t code = text.items[i];
		if (is_script(code, "Hiragana") || is_script(code, "Katakana") ||
		    is_script(code, "Han"))
			return true;
	}
	return false;
}

const char *precis_context_refusal(struct codes text, size_t at)
{
	uint32_t code = text.items[at];
	uint32_t before = at > 0 ? text.items[at - 1] : 0;
	uint32_t after = at + 1 < text.count ? text.items[at + 1] : 0;
	if (code < 0x80)
		return NULL;
	if (code == 0x200c && !follows_virama(text, at) && !breaks_a_join(text, at))
		return "it is invisible, and not between letters that it keeps apart";
	if (code == 0x200d && !follows_virama(text, at))
		return "it is invisible, and does not follow a virama";
	if (code == 0xb7 && (before != 'l' || after != 'l'))
		return "it may only stand between two l";
	if (code == 0x375 && !is_script(after, "Greek"))
		return "it may only stand before a Greek letter";
	if ((code == 0x5f3 || code == 0x5f4) && !is_script(before, "Hebrew"))
		return "it may only stand behind a Hebrew letter";
	if (code == 0x30fb && !has_japanese(text))
		return "it may only stand beside Hiragana, Katakana or Han";
	if (code >= 0x660 && code <= 0x669 && has_between(text, 0x6f0, 0x6f9))
		return "Arabic-Indic digits of both kinds are mixed";
	if (code >= 0x6f0 && code <= 0x6f9 && has_between(text, 0x660, 0x669))
		return "Arabic-Indic digits of both kinds are mixed";
	return NULL;
}

static unsigned bidi_bit(uint32_t code)
{
	return 1u << uc_bidi_class(code);
}

#define BIT(class)    (1u << UC_BIDI_##class)
#define RIGHT_TO_LEFT (BIT(R) | BIT(AL) | BIT(AN))
#define NEUTRAL       (BIT(EN) | BIT(ES) | BIT(CS) | BIT(ET) | BIT(ON) | BIT(BN) | BIT(NSM))

/* Conditions 3 and 6 look at the last one that is no mark upon others. */
static unsigned last_bit(struct codes text)
{
	size_t end = text.count;
	while (end > 1 && bidi_bit(text.items[end - 1]) == BIT(NSM))
		end--;
	return bidi_bit(text.items[end - 1]);
}

const char *precis_bidi_refusal(struct codes text)
{
	unsigned all = 0;
	for (size_t i = 0; i < text.count; i++)
		all |= bidi_bit(text.items[i]);
	if (!(all & RIGHT_TO_LEFT))
		return NULL;
	if (!(bidi_bit(text.items[0]) & (BIT(R) | BIT(AL))))
		return "it goes from right to left in part, but does not begin so";
	if (all & ~(RIGHT_TO_LEFT | NEUTRAL))
		return "it goes both from right to left and from left to right";
	if (!(last_bit(text) & (RIGHT_TO_LEFT | BIT(EN))))
		return "it goes from right to left, but does not end in a letter or digit";
	if ((all & BIT(EN)) && (all & BIT(AN)))
		return "it goes from right to left and mixes European and Arabic digits";
	return NULL;
}
