/* The derived property of a code point: RFC 8264, sections 8 and 9. */
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "base/attr.h"
#include "base/memory.h"
#include "xmpp/precis_inner.h"

/* Section 9.6 (F). */
static const struct exception {
	uint32_t first, last;
	bool valid; /* else DISALLOWED; CONTEXTO stands in depends_on_context() */
} exceptions[] = {
	{ 0xdf, 0xdf, true },      { 0x3c2, 0x3c2, true },    { 0x6fd, 0x6fe, true },
	{ 0xf0b, 0xf0b, true },    { 0x3007, 0x3007, true },  { 0x640, 0x640, false },
	{ 0x7fa, 0x7fa, false },   { 0x302e, 0x302f, false }, { 0x3031, 0x3035, false },
	{ 0x303b, 0x303b, false },
};

/* Join controls (9.8, H) and the CONTEXTO of 9.6. */
static bool depends_on_context(uint32_t code)
{
	return code == 0xb7 || code == 0x375 || code == 0x5f3 || code == 0x5f4 || code == 0x30fb ||
	       (code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9) ||
	       code == 0x200c || code == 0x200d;
}

static const struct exception *find_exception(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (code >= exceptions[i].first && code <= exceptions[i].last)
			return &exceptions[i];
	}
	return NULL;
}

/* 9.9 (I): Hangul_Syllable_Type L, V or T, which is when the grapheme break property is so. */
static bool is_old_jamo(uint32_t code)
{
	int property = uc_graphemeclusterbreak_property(code);
	return property == GBP_L || property == GBP_V || property == GBP_T;
}

/* 9.17 (Q): toNFKC(cp) is not cp. */
static bool has_compat(uint32_t code)
{
	uint32_t normal[32]; /* U+FDFA, the longest, makes 18 */
	size_t count = ARRAY_SIZE(normal);
	const uint32_t *got = u32_normalize(UNINORM_NFKC, &code, 1, normal, &count);
	if (got != normal)
		memory_exhausted();
	return count != 1 || normal[0] != code;
}

enum group {
	GROUP_VALID,    /* ASCII7 (K), LetterDigits (A), exceptions */
	GROUP_EXCLUDED, /* exceptions */
	GROUP_UNASSIGNED,
	GROUP_OLD_JAMO,
	GROUP_IGNORABLE,
	GROUP_CONTROL,
	GROUP_COMPAT,
	GROUP_OTHER_LETTER,
	GROUP_SPACE,
	GROUP_SYMBOL,
	GROUP_PUNCTUATION,
	GROUP_REST,
};

static const struct {
	bool freeform;
	const char *refusal;
} groups[] = {
	[GROUP_VALID] = { true, NULL },
	[GROUP_EXCLUDED] = { false, "RFC 8264, section 9.6 excludes it" },
	[GROUP_UNASSIGNED] = { false, "Unicode has no such character (or a newer one)" },
	[GROUP_OLD_JAMO] = { false, "it is a piece of a Hangul syllable: write whole ones" },
	[GROUP_IGNORABLE] = { false, "it is invisible, or changes how others are shown" },
	[GROUP_CONTROL] = { false, "it is a control character" },
	[GROUP_COMPAT] = { true, "it stands for other characters: write those" },
	[GROUP_OTHER_LETTER] = { true, "it is neither a plain letter nor a digit" },
	[GROUP_SPACE] = { true, "it is a space" },
	[GROUP_SYMBOL] = { true, "it is a symbol" },
	[GROUP_PUNCTUATION] = { true, "it is a punctuation mark" },
	[GROUP_REST] = { false, "it is no letter, digit, symbol or punctuation mark" },
};

/* The tail of the list in section 8: what the general category decides. */
static enum group group_by_category(uint32_t code)
{
	static const struct {
		uint32_t mask;
		enum group group;
	} categories[] = {
		{ UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lo |
			  UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
			  UC_CATEGORY_MASK_Mc,
		  GROUP_VALID },
		{ UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl | UC_CATEGORY_MASK_No |
			  UC_CATEGORY_MASK_Me,
		  GROUP_OTHER_LETTER },
		{ UC_CATEGORY_MASK_Zs, GROUP_SPACE },
		{ UC_CATEGORY_MASK_S, GROUP_SYMBOL },
		{ UC_CATEGORY_MASK_P, GROUP_PUNCTUATION },
	};
	for (size_t i = 0; i < ARRAY_SIZE(categories); i++) {
		if (uc_is_general_category_withtable(code, categories[i].mask))
			return categories[i].group;
	}
	return GROUP_REST;
}

/* In the order of section 8, which decides where two hold. */
static enum group group_of(uint32_t code)
{
	const struct exception *exception = find_exception(code);
	if (exception)
		return exception->valid ? GROUP_VALID : GROUP_EXCLUDED;
	bool is_noncharacter = uc_is_property(code, UC_PROPERTY_NOT_A_CHARACTER);
	if (uc_is_general_category_withtable(code, UC_CATEGORY_MASK_Cn) && !is_noncharacter)
		return GROUP_UNASSIGNED;
	if (code > ' ' && code < 0x7f)
		return GROUP_VALID;
	if (is_old_jamo(code))
		return GROUP_OLD_JAMO;
	if (is_noncharacter || uc_is_property(code, UC_PROPERTY_DEFAULT_IGNORABLE_CODE_POINT))
		return GROUP_IGNORABLE;
	if (uc_is_general_category_withtable(code, UC_CATEGORY_MASK_Cc))
		return GROUP_CONTROL;
	return has_compat(code) ? GROUP_COMPAT : group_by_category(code);
}

const char *precis_class_refusal(uint32_t code, enum precis_class class)
{
	if (depends_on_context(code))
		return NULL;
	enum group group = group_of(code);
	return class == CLASS_FREEFORM && groups[group].freeform ? NULL : groups[group].refusal;
}
