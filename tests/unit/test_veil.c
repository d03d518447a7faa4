#include "unit.h"

#include "base/buf.h"
#include "run/veil.h"

/* What remains of the chunks, with * for what is hidden. */
static const char *veiled(const char *const *chunks, bool heard, struct buf *out)
{
	struct veil veil = { .heard = heard };
	bool hidden, first;
	buf_clear(out);
	for (; *chunks; chunks++) {
		const char *at = *chunks;
		for (size_t size = strlen(at), used; size > 0; at += used, size -= used) {
			used = veil_next(&veil, at, size, &hidden, &first);
			if (!hidden)
				buf_add(out, at, used);
			else if (first)
				buf_char(out, '*');
		}
	}
	return buf_string(out);
}

static const struct row {
	const char *name, *chunks[5], *shown;
} rows[] = {
	{ "tags are shown", { "<a b='c'><d/></a>" }, "<a b='c'><d/></a>" },
	{ "text is not", { "<auth m='PLAIN'>c2VjcmV0</auth>" }, "<auth m='PLAIN'>*</auth>" },
	{ "nor with white space in it", { "<a>my secret </a>" }, "<a>*</a>" },
	{ "white space alone is", { "<a>\n  <b/>\n</a>\n" }, "<a>\n  <b/>\n</a>\n" },
	{ "each text has its mark", { "<a>x</a><b>y</b>" }, "<a>*</a><b>*</b>" },
	{ "cut between two writes", { "<a>se", "cret</", "a>" }, "<a>*</a>" },
	{ "cut inside a tag", { "<a b='", ">' c=\">\">x</a>" }, "<a b='>' c=\">\">*</a>" },
	{ "CDATA is text", { "<a><![CDATA[secret]]></a>" }, "<a><*</a>" },
	{ "CDATA with a tag in it", { "<a><![CDATA[x>y]]></a>" }, "<a><*</a>" },
	{ "text without a tag", { "secret" }, "*" },
};

static void hides_text_only(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(veiled(rows[i].chunks, false, &out), rows[i].shown) != 0)
			fail_msg("%s: %s", rows[i].name, buf_string(&out));
	}
}

/* MSG-4: what a server says during SCRAM is enough to try passwords on; all else is to be read. */
static const struct row heard_rows[] = {
	{ "text is shown",
	  { "<message><body>hi &gt;</body></message>" },
	  "<message><body>hi &gt;</body></message>" },
	{ "a challenge is not",
	  { "<challenge xmlns='s'>cj1h</challenge><a>b</a>" },
	  "<challenge xmlns='s'>*</challenge><a>b</a>" },
	{ "nor success",
	  { "<success xmlns='s'>dj0=</success>" },
	  "<success xmlns='s'>*</success>" },
	{ "nor SASL2's",
	  { "<success><additional-data>dj0=</additional-data></success>" },
	  "<success><additional-data>*</additional-data></success>" },
	{ "with a prefix", { "<s:challenge>cj1h</s:challenge>" }, "<s:challenge>*</s:challenge>" },
	{ "cut anywhere",
	  { "<chal", "lenge>c", "j1h</challenge", ">x" },
	  "<challenge>*</challenge>x" },
	{ "a name that begins alike", { "<successor>x</successor>" }, "<successor>x</successor>" },
	{ "in CDATA", { "<success><![CDATA[dj0=]]></success>" }, "<success><*</success>" },
	{ "a longer name than is looked at",
	  { "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>x</aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>" },
	  "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>x</aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>" },
};

static void hides_sasl_of_the_peer(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(heard_rows); i++) {
		if (strcmp(veiled(heard_rows[i].chunks, true, &out), heard_rows[i].shown) != 0)
			fail_msg("%s: %s", heard_rows[i].name, buf_string(&out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_text_only),
		cmocka_unit_test(hides_sasl_of_the_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
