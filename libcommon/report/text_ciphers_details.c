/* Groups, signatures, keys and properties of one endpoint, and how the asking went: a line a
 * subject. */
#include <string.h>

#include "report/ciphers_screen.h"
#include "tls/groups.h"
#include "tls/schemes.h"

#define LABEL_WIDTH 10

/* Items separated by commas; a line ends between items only. */
static void append(struct buf *line, const char *item)
{
	if (line->size > 0)
		buf_text(line, ", ");
	for (; *item; item++)
		buf_char(line, *item == ' ' ? *GLUE : *item);
}

/* The label of what follows of the same subject: none, once it stands. */
static const char *write_line(const struct ciphers_screen *screen, const char *label,
			      const struct buf *line)
{
	size_t width = screen->style->width > 0 ? (size_t)screen->style->width : 0;
	if (line->size == 0)
		return label;
	text_pad(screen->out, label, LABEL_WIDTH);
	text_wrap(screen->out, buf_string(line), LABEL_WIDTH, LABEL_WIDTH, width);
	buf_char(screen->out, '\n');
	return "";
}

static const char *order_words(enum preference preference)
{
	switch (preference) {
	case PREFERENCE_SERVER:
	case PREFERENCE_CHACHA:
		return "in the server's order";
	case PREFERENCE_CLIENT:
		return "in the client's order";
	case PREFERENCE_MIXED:
		return "in no order";
	case PREFERENCE_UNKNOWN:
		break;
	}
	return NULL;
}

/* What one version, or both alike, take. */
struct taken {
	const char *label; /* "TLS1.3:"; NULL: of all versions */
	bool tls12, tls13; /* shown are those that either of these marks */
	bool passing;      /* some came with answers to other questions */
};

#define IN_PASSING "others not asked for"

/* Whether it stands in this line. */
static bool take(struct taken *taken, bool tls12, bool tls13, const enum seen complete[2])
{
	bool of_12 = taken->tls12 && tls12, of_13 = taken->tls13 && tls13;
	taken->passing = taken->passing || (of_12 && complete[0] == SEEN_NOT_TESTED) ||
			 (of_13 && complete[1] == SEEN_NOT_TESTED);
	return of_12 || of_13;
}

/* One line where both versions take the same or only one was asked, else a line each. */
static size_t split_lines(const enum seen complete[2], bool differ, struct taken out[2])
{
	bool both = complete[0] != SEEN_NOT_TESTED && complete[1] != SEEN_NOT_TESTED;
	out[0] = (struct taken){ .tls12 = true, .tls13 = true };
	if (!both || !differ)
		return 1;
	out[0] = (struct taken){ .label = "TLS1.3:", .tls13 = true };
	out[1] = (struct taken){ .label = "TLS1.2:", .tls12 = true };
	return 2;
}

static void append_first(struct buf *line, const struct taken *taken, const char *item)
{
	if (line->size == 0 && taken->label) {
		buf_text(line, taken->label);
		buf_char(line, *GLUE);
		for (; *item; item++)
			buf_char(line, *item == ' ' ? *GLUE : *item);
		return;
	}
	append(line, item);
}

static bool groups_differ(const struct survey_facts *survey)
{
	for (size_t i = 0; i < survey->group_count; i++) {
		const struct group *group = group_by_code(survey->groups[i].code);
		bool only_13 = group && group->first == TLS_1_3;
		if (survey->groups[i].tls12 != survey->groups[i].tls13 && !only_13)
			return true;
	}
	return false;
}

static void append_rest_of_groups(struct buf *line, const struct survey_facts *survey,
				  const struct taken *taken)
{
	const enum seen *complete = survey->groups_complete;
	bool cut = (taken->tls12 && complete[0] == SEEN_NO) ||
		   (taken->tls13 && complete[1] == SEEN_NO);
	const char *order = order_words(survey->group_preference);
	if (line->size > 0 && order && taken->tls13)
		append(line, order);
	else if (line->size == 0 && complete[1] == SEEN_YES && taken->tls13)
		append(line, "none");
	if (cut)
		append_first(line, taken, "not complete");
	if (line->size > 0 && taken->passing)
		append(line, IN_PASSING);
	if (taken->tls12 && complete[0] == SEEN_UNCLEAR)
		append_first(line, taken, "more may hide behind the certificate's curve");
}

static void write_groups(const struct ciphers_screen *screen, const struct survey_facts *survey)
{
	struct taken lines[2];
	const char *label = "groups";
	size_t count = split_lines(survey->groups_complete, groups_differ(survey), lines);
	for (size_t l = 0; l < count; l++) {
		CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
		for (size_t i = 0; i < survey->group_count; i++) {
			const struct group_seen *seen = &survey->groups[i];
			const struct group *group = group_by_code(seen->code);
			bool hybrid = group && group_is_post_quantum(group);
			const char *name = group_shown(seen->code, screen->mem);
			if (take(&lines[l], seen->tls12, seen->tls13, survey->groups_complete))
				append_first(&line, &lines[l],
					     hybrid ? arena_printf(screen->mem, "%s (post-quantum)",
								   name)
						    : name);
		}
		append_rest_of_groups(&line, survey, &lines[l]);
		label = write_line(screen, label, &line);
	}
}

static const char *scheme_shown(const struct ciphers_screen *screen, const struct scheme_seen *seen)
{
	const struct scheme *scheme = scheme_by_code(seen->code);
	const char *name = scheme ? scheme->name : arena_printf(screen->mem, "0x%04X", seen->code);
	bool weak = scheme &&
		    (strcmp(scheme->grade, "weak") == 0 || strcmp(scheme->grade, "insecure") == 0);
	return weak && seen->alone
		       ? arena_printf(screen->mem, "%s (only where nothing else is offered)", name)
		       : name;
}

/* RSA with PKCS #1 has no place in TLS 1.3, so that the two nearly always differ. */
static void write_schemes(const struct ciphers_screen *screen, const struct survey_facts *survey)
{
	struct taken lines[2];
	const char *label = "signed";
	bool differ = false;
	for (size_t i = 0; i < survey->scheme_count; i++)
		differ = differ || survey->schemes[i].tls12 != survey->schemes[i].tls13;
	size_t count = split_lines(survey->schemes_complete, differ, lines);
	for (size_t l = 0; l < count; l++) {
		CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
		for (size_t i = 0; i < survey->scheme_count; i++) {
			const struct scheme_seen *seen = &survey->schemes[i];
			if (take(&lines[l], seen->tls12, seen->tls13, survey->schemes_complete))
				append_first(&line, &lines[l], scheme_shown(screen, seen));
		}
		bool cut = (lines[l].tls12 && survey->schemes_complete[0] == SEEN_NO) ||
			   (lines[l].tls13 && survey->schemes_complete[1] == SEEN_NO);
		if (survey->signature13 && lines[l].tls13)
			append_first(&line, &lines[l],
				     arena_printf(screen->mem, "%ssigns with %s",
						  lines[l].label ? "" : "TLS1.3 ",
						  escaped(survey->signature13, screen->mem)));
		if (cut)
			append_first(&line, &lines[l], "not complete");
		if (line.size > 0 && lines[l].passing)
			append(&line, IN_PASSING);
		label = write_line(screen, label, &line);
	}
}

static void write_keys(const struct ciphers_screen *screen, const struct survey_facts *survey)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < survey->cert_count; i++) {
		const struct cert_seen *cert = &survey->certs[i];
		const char *key = *cert->key ? escaped(cert->key, screen->mem) : "unreadable";
		/* Of a curve, the name says it. */
		bool sized = strcmp(key, "RSA") == 0 || strcmp(key, "DSA") == 0;
		append(&line,
		       sized ? arena_printf(screen->mem, "%s %u certificate", key, cert->bits)
			     : arena_printf(screen->mem, "%s certificate", key));
	}
	for (size_t i = 0; i < survey->field_count; i++) {
		const struct field_seen *field = &survey->fields[i];
		append(&line, arena_printf(screen->mem, "DH of %u bits%s%s%s%s", field->bits,
					   field->name ? " (" : "",
					   field->name ? escaped(field->name, screen->mem) : "",
					   field->name ? ")" : "",
					   field->known_composite ? " (no prime)" : ""));
	}
	write_line(screen, "keys", &line);
}

static const struct {
	const char *label, *key;
	const char *shown, *no, *yes;
} words[] = {
	{ "secure", "compression", "compression", "off", "on" },
	{ "", "extended_master_secret", "extended master secret", "no", "yes" },
	{ "", "secure_renegotiation", "secure renegotiation", "no", "yes" },
	{ "", "encrypt_then_mac", "encrypt-then-MAC", "no", "yes" },
	{ "", "fallback_scsv", "fallback SCSV", "no", "yes" },
	{ "", "downgrade_sentinel", "downgrade sentinel", "no", "yes" },
	{ "", "heartbeat", "heartbeat", "no", "yes" },
	{ "", "dh_reuse", "DH value", "fresh", "used twice" },
	{ "", "ec_reuse", "ECDH value", "fresh", "used twice" },
	{ "", "hybrid_preferred", "hybrid over a classical share", "no", "yes" },
	{ "session", "session_tickets", "tickets", "no", "yes" },
	{ "", "session_ids", "session ids", "no", "yes" },
	{ "", "resumption", "resumption", "no", "yes" },
	{ "", "ocsp_staple", "OCSP staple", "no", "yes" },
	{ "", "client_cert_requested", "client certificate", "not asked for", "asked for" },
	{ "names", "sni_required", "SNI", "not required", "required" },
	{ "", "sni_unknown_refused", "unknown name", "accepted", "refused" },
	{ "", "alpn", "ALPN", "ignored", "yes" },
	{ "", "alpn_unknown_refused", "unknown protocol", "accepted", "refused" },
	{ "tolerant", "grease", "GREASE", "no", "yes" },
	{ "", "version_tolerance", "higher versions", "not tolerated", "negotiated down" },
	{ "", "long_hello", "hello in two segments", "no", "yes" },
};
_Static_assert(ARRAY_SIZE(words) == PROPERTY_COUNT, "a word for each property");

static enum seen property_named(struct property_facts *facts, const char *key)
{
	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		if (strcmp(property_key(i), key) == 0)
			return *property_at(facts, i);
	}
	return SEEN_NOT_TESTED;
}

static void write_properties(const struct ciphers_screen *screen, const struct survey_facts *survey)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	struct property_facts facts = survey->properties;
	const char *label = "";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		enum seen seen = property_named(&facts, words[i].key);
		if (*words[i].label) {
			write_line(screen, label, &line);
			buf_clear(&line);
			label = words[i].label;
		}
		if (seen == SEEN_NOT_TESTED)
			continue;
		append(&line, arena_printf(screen->mem, "%s: %s", words[i].shown,
					   seen == SEEN_YES  ? words[i].yes
					   : seen == SEEN_NO ? words[i].no
							     : "unclear"));
	}
	if (facts.intolerant_of)
		append(&line,
		       arena_printf(screen->mem, "breaks at version 0x%04X", facts.intolerant_of));
	write_line(screen, label, &line);
}

static void append_text(struct buf *line, const char *text)
{
	buf_printf(line, "%s%s", line->size > 0 ? "; " : "", text);
}

/* Only what is not as usual. */
static void write_asking(const struct ciphers_screen *screen, const struct ciphers_facts *facts)
{
	static const char *const scopes[] = {
		[SURVEY_ALL] = NULL,
		[SURVEY_SUITES] = "versions and suites only",
		[SURVEY_GROUPS] = "versions and groups only",
		[SURVEY_VERSIONS] = "versions only",
	};
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	if (scopes[facts->scope])
		append_text(&line, scopes[facts->scope]);
	if (facts->throttled)
		append_text(&line,
			    arena_printf(screen->mem,
					 "throttled: the server turned us away %zu time%s, "
					 "so we slowed down",
					 facts->throttled, facts->throttled == 1 ? "" : "s"));
	if (facts->lanes == 1)
		append_text(&line, "one connection at a time");
	if (facts->survey.unclear)
		append_text(&line, arena_printf(screen->mem, "%zu question%s without an answer",
						facts->survey.unclear,
						facts->survey.unclear == 1 ? "" : "s"));
	if (facts->cut != CUT_NOT)
		append_text(&line, cut_words(facts, screen->mem));
	write_line(screen, "asked", &line);
}

void ciphers_details(const struct ciphers_screen *screen, const struct ciphers_facts *facts)
{
	CLEANUP(buf_free) struct buf secrecy = buf_new(BUF_UNBOUNDED);
	write_groups(screen, &facts->survey);
	write_schemes(screen, &facts->survey);
	write_keys(screen, &facts->survey);
	buf_text(&secrecy, fs_promise_name(facts->survey.forward_secrecy));
	write_line(screen, "secrecy", &secrecy);
	write_properties(screen, &facts->survey);
	write_asking(screen, facts);
}
