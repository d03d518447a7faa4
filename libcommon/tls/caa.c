#include "tls/caa.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/word.h"
#include "tls/caa_issuer.h"

#define CRITICAL    128 /* RFC 8659, 4.1.1 */
#define NAME_MAX    253
#define SHOWN       100          /* octets of a peer's text in a sentence */
#define ACCOUNT_TAG "accounturi" /* RFC 8657, 3 */

/* An issue or issuewild property taken apart. */
struct issue {
	char domain[NAME_MAX + 1]; /* lower case; "": nobody */
	bool account_bound;
};

/* What the records that count come to. */
struct tally {
	bool restricted;   /* a property that restricts this issuance stands there */
	bool named;        /* it names the issuer */
	bool unknown;      /* it names somebody whom we do not know */
	bool bound;        /* the one that names the issuer wants one account */
	const char *alien; /* a critical tag that nobody knows */
};

static struct bytes trim(struct bytes text)
{
	while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct bytes){ text.data + 1, text.size - 1 };
	while (text.size > 0 &&
	       (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/* Up to the next ';', and *text behind it; all of it where there is none. */
static struct bytes take_part(struct bytes *text)
{
	const uint8_t *end = memchr(text->data, ';', text->size);
	size_t size = end ? (size_t)(end - text->data) : text->size;
	struct bytes part = { text->data, size };
	size_t skip = end ? size + 1 : size;
	*text = (struct bytes){ text->data + skip, text->size - skip };
	return trim(part);
}

/* issuer-domain-name ::= label *("." label); a label is letters, digits and hyphens within. */
static bool read_domain(struct bytes text, char out[NAME_MAX + 1])
{
	if (text.size > NAME_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool edge = i == 0 || i + 1 == text.size || text.data[i - 1] == '.' ||
			    text.data[i + 1] == '.';
		if (!isalnum(c) && (edge || (c != '-' && c != '.')))
			return false;
		out[i] = (char)tolower(c);
	}
	out[text.size] = '\0';
	return true;
}

/* parameter ::= tag *WSP "=" *WSP *(%x21-3A / %x3C-7E) */
static bool read_parameter(struct bytes text, struct issue *out)
{
	const uint8_t *equals = memchr(text.data, '=', text.size);
	if (!equals)
		return false;
	size_t before = (size_t)(equals - text.data);
	struct bytes tag = trim((struct bytes){ text.data, before });
	struct bytes value = trim((struct bytes){ equals + 1, text.size - before - 1 });
	if (tag.size == 0)
		return false;
	for (size_t i = 0; i < tag.size; i++) {
		if (!isalnum(tag.data[i]) && tag.data[i] != '-')
			return false;
	}
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < 0x21 || value.data[i] > 0x7e)
			return false;
	}
	if (tag.size == strlen(ACCOUNT_TAG) &&
	    strncasecmp((const char *)tag.data, ACCOUNT_TAG, tag.size) == 0)
		out->account_bound = true;
	return true;
}

/* RFC 8659, 4.2: [issuer-domain-name] [";" parameters]. What does not fit is like a value that
 * names nobody. */
static struct issue read_issue(struct bytes value)
{
	const struct issue nobody = { 0 };
	struct issue issue = { 0 };
	if (!read_domain(take_part(&value), issue.domain))
		return nobody;
	while (value.size > 0) {
		struct bytes part = take_part(&value);
		if (part.size > 0 && !read_parameter(part, &issue))
			return nobody;
	}
	return issue;
}

static bool is_tag(const struct dns_caa *record, const char *tag)
{
	return strcmp(record->tag, tag) == 0;
}

/* RFC 8659, 4; RFC 9495; the CA/Browser Forum's contacts; BIMI's. */
static bool is_known_tag(const char *tag)
{
	static const char *const known[] = {
		"issue",        "issuewild",    "iodef",    "issuemail",
		"contactemail", "contactphone", "issuevmc",
	};
	size_t i;
	return word_find(known, ARRAY_SIZE(known), tag, &i);
}

static bool has_tag(const struct dns_answer *answer, const char *tag)
{
	for (size_t i = 0; i < answer->count; i++) {
		if (is_tag(&answer->records[i].caa, tag))
			return true;
	}
	return false;
}

static void count_issue(const struct issue *issue, const char *issuer, struct tally *out)
{
	out->restricted = true;
	if (!issue->domain[0])
		return;
	switch (caa_issuer_fits(issue->domain, issuer)) {
	case CAA_FIT_YES:
		/* One record without an account is enough for every account. */
		out->bound = (out->bound || !out->named) && issue->account_bound;
		out->named = true;
		break;
	case CAA_FIT_UNKNOWN:
		out->unknown = true;
		break;
	case CAA_FIT_NO:
		break;
	}
}

/* issuewild, where there is one, counts alone for a wildcard, and never for anything else (RFC
 * 8659, 4.3). */
static struct tally count_records(const struct dns_answer *answer, const char *issuer,
				  bool wildcard, struct arena *mem, struct caa_facts *out)
{
	const char *counts = wildcard && has_tag(answer, "issuewild") ? "issuewild" : "issue";
	struct tally tally = { 0 };
	out->issuers = arena_array(mem, answer->count, sizeof(*out->issuers));
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_caa *record = &answer->records[i].caa;
		if (is_tag(record, "issue") || is_tag(record, "issuewild")) {
			struct issue issue = read_issue(record->value);
			out->issuers[out->count++] = arena_copy(mem, issue.domain);
			if (is_tag(record, counts))
				count_issue(&issue, issuer, &tally);
		} else if ((record->flags & CRITICAL) && !is_known_tag(record->tag)) {
			tally.alien = record->tag;
		}
	}
	return tally;
}

static const char *issuers_text(const struct caa_facts *facts, struct arena *mem)
{
	const char *text = "";
	for (size_t i = 0; i < facts->count && strlen(text) < SHOWN; i++) {
		if (facts->issuers[i][0] && !strstr(text, facts->issuers[i]))
			text = arena_printf(mem, "%s%s%.*s", text, *text ? ", " : "", SHOWN,
					    facts->issuers[i]);
	}
	return *text ? text : "nobody";
}

static void judge_answer(const struct dns_answer *answer, const struct cert_facts *leaf,
			 bool wildcard, struct arena *mem, struct caa_facts *out)
{
	struct tally tally = count_records(answer, leaf->issuer, wildcard, mem, out);
	const char *issuer = escape_copy(mem, leaf->issuer, SHOWN);
	out->owner = answer->name;
	out->account_bound = tally.bound;
	if (tally.alien) {
		out->status = CAA_UNCLEAR;
		out->reason = arena_printf(mem,
					   "%s has the critical tag %.*s: only an authority "
					   "that knows it may issue",
					   out->owner, SHOWN, tally.alien);
	} else if (!tally.restricted) {
		out->status = CAA_ALLOWS;
		out->reason = arena_printf(mem, "the records of %s let every authority issue",
					   out->owner);
	} else if (tally.named) {
		out->status = CAA_ALLOWS;
		out->reason = arena_printf(mem, "%s names the authority that issued%s", out->owner,
					   tally.bound ? ", for one account of it" : "");
	} else if (tally.unknown) {
		out->status = CAA_UNCLEAR;
		out->reason = arena_printf(mem,
					   "%s names %s; whether that is %s nobody can tell "
					   "from the names",
					   out->owner, issuers_text(out, mem), issuer);
	} else {
		out->status = CAA_FORBIDS;
		out->reason = arena_printf(mem, "%s lets %s issue%s, and the issuer is %s",
					   out->owner, issuers_text(out, mem),
					   wildcard ? " wildcards" : "", issuer);
	}
}

/* RFC 8659, 3: the first name on the way up that has records counts, and no other. */
void caa_judge(const struct dns_answer *answers, size_t count, const struct cert_facts *leaf,
	       bool wildcard, struct arena *mem, struct caa_facts *out)
{
	*out = (struct caa_facts){ 0 };
	/* *.example.org was issued for example.org, whatever a.example.org has to say. */
	for (size_t i = wildcard ? 1 : 0; i < count; i++) {
		const struct dns_answer *answer = &answers[i];
		if (answer->outcome == DNS_FOUND) {
			judge_answer(answer, leaf, wildcard, mem, out);
			return;
		}
		if (answer->outcome == DNS_NOT_ASKED || dns_outcome_is_failure(answer->outcome)) {
			out->status = CAA_FAILED;
			out->reason = arena_printf(mem,
						   "the CAA records of %s could not be had: %s",
						   answer->name, dns_outcome_name(answer->outcome));
			return;
		}
		out->status = CAA_NONE;
	}
}

size_t caa_questions(const char *domain, struct dns_question *out, size_t room)
{
	size_t count = 0;
	while (domain && *domain && count < room) {
		out[count++] = (struct dns_question){ domain, DNS_CAA };
		const char *dot = strchr(domain, '.');
		domain = dot ? dot + 1 : NULL;
	}
	return count;
}

static const char *const texts[] = {
	[CAA_NOT_CHECKED] = "not-checked", [CAA_NONE] = "none",       [CAA_ALLOWS] = "allows",
	[CAA_FORBIDS] = "forbids",         [CAA_UNCLEAR] = "unclear", [CAA_FAILED] = "failed",
};

const char *caa_status_text(enum caa_status status)
{
	return texts[status];
}

bool caa_status_parse(const char *text, enum caa_status *out)
{
	size_t i;
	if (!word_find(texts, ARRAY_SIZE(texts), text, &i))
		return false;
	*out = (enum caa_status)i;
	return true;
}
