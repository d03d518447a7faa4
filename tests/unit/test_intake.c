#include "unit.h"

#include <time.h>

#include "base/buf.h"
#include "fixture.h"
#include "tls/der.h"
#include "tls/intake.h"

#define HEAD "-----BEGIN CERTIFICATE-----\n"
#define TAIL "-----END CERTIFICATE-----\n"

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

/* {leaf} in a template: the base64 lines of leaf.pem; {=leaf}: with the lines around them;
 * {file:NAME}: a file as it is, {der:NAME}: the octets of NAME.pem. */
static void expand_word(const char *word, struct arena *mem, struct buf *out)
{
	if (strncmp(word, "file:", 5) == 0) {
		struct bytes file = fixture_file(mem, arena_printf(mem, FIXTURE_FOLDER "%s",
								   word + strlen("file:")));
		buf_add(out, file.data, file.size);
	} else if (strncmp(word, "der:", 4) == 0) {
		struct bytes der = fixture_der(mem, word + strlen("der:"));
		buf_add(out, der.data, der.size);
	} else {
		bool whole = word[0] == '=';
		const char *pem = cert_pem(fixture_der(mem, word + whole), mem);
		size_t head = whole ? 0 : strlen(HEAD), tail = whole ? 0 : strlen(TAIL);
		buf_add(out, pem + head, strlen(pem) - head - tail);
	}
}

static struct bytes expand(const char *template, size_t size, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < size; i++) {
		if (template[i] != '{') {
			buf_char(&out, template[i]);
			continue;
		}
		size_t length = strcspn(template + i, "}");
		expand_word(arena_copy_n(mem, template + i + 1, length - 1), mem, &out);
		i += length;
	}
	return arena_bytes(mem, out.data, out.size);
}

#define TEMPLATE(text) text, sizeof(text) - 1

static const struct row {
	const char *name, *file;
	size_t size;
	enum intake_form form;
	const char *certs; /* what must come out, in this order */
	const char *problem;
} rows[] = {
	/* PEM, good */
	{ "one block", TEMPLATE("{=leaf}"), INTAKE_PEM, "leaf", NULL },
	{ "a chain keeps its order", TEMPLATE("{=intermediate}{=leaf}{=root}"), INTAKE_PEM,
	  "intermediate leaf root", NULL },
	{ "text around, as s_client prints",
	  TEMPLATE("CONNECTED(00000003)\n---\nCertificate chain\n 0 s:CN = im.example\n{=leaf} 1 "
		   "s:O = x\n{=intermediate}---\nServer certificate\nsubject=\n"),
	  INTAKE_PEM, "leaf intermediate", NULL },
	{ "text that begins as DER does", TEMPLATE("0 s:CN = im.example, O = somebody\n{=leaf}"),
	  INTAKE_PEM, "leaf", NULL },
	{ "CRLF",
	  TEMPLATE("-----BEGIN CERTIFICATE-----\r\n{leaf}\r\n-----END CERTIFICATE-----\r\n"),
	  INTAKE_PEM, "leaf", NULL },
	{ "UTF-8 mark", TEMPLATE("\xef\xbb\xbf{=leaf}"), INTAKE_PEM, "leaf", NULL },
	{ "no line end at the end", TEMPLATE(HEAD "{leaf}\n-----END CERTIFICATE-----"), INTAKE_PEM,
	  "leaf", NULL },
	{ "blanks around the lines",
	  TEMPLATE("  -----BEGIN CERTIFICATE----- \t\n{leaf}\n "
		   "-----END CERTIFICATE-----  \n"),
	  INTAKE_PEM, "leaf", NULL },
	{ "the old label",
	  TEMPLATE("-----BEGIN X509 CERTIFICATE-----\n{leaf}\n-----END X509 CERTIFICATE-----\n"),
	  INTAKE_PEM, "leaf", NULL },
	{ "a key beside it", TEMPLATE("{file:client.key}{=leaf}"), INTAKE_PEM, "leaf", NULL },
	{ "a key behind it", TEMPLATE("{=leaf}{file:client.key}"), INTAKE_PEM, "leaf", NULL },
	{ "what openssl -trustout writes is passed over",
	  TEMPLATE("{file:leaf-trusted.pem}{=intermediate}"), INTAKE_PEM, "intermediate", NULL },
	{ "a block in a sentence is none",
	  TEMPLATE("look for -----BEGIN CERTIFICATE----- in it\n{=leaf}"), INTAKE_PEM, "leaf",
	  NULL },

	/* PEM, bad: RFC 7468, 2 */
	{ "no END line", TEMPLATE(HEAD "{leaf}\n"), INTAKE_NONE, "", "block 1 has no END line" },
	{ "no END line in the middle", TEMPLATE("{=root}" HEAD "{intermediate}\n{=leaf}"),
	  INTAKE_PEM, "root leaf", "block 2 has no END line" },
	{ "END of another label", TEMPLATE(HEAD "{leaf}\n-----END CERT-----\n{=root}"), INTAKE_PEM,
	  "root", "block 1 begins as \"CERTIFICATE\" and ends as \"CERT\"" },
	{ "END of the other good label", TEMPLATE(HEAD "{leaf}\n-----END X509 CERTIFICATE-----\n"),
	  INTAKE_NONE, "", "block 1 begins as \"CERTIFICATE\" and ends as \"X509 CERTIFICATE\"" },
	{ "END with four dashes", TEMPLATE(HEAD "{leaf}\n-----END CERTIFICATE----\n"), INTAKE_NONE,
	  "", "the END line of block 1 is malformed" },
	{ "END with four dashes in front", TEMPLATE(HEAD "{leaf}\n----END CERTIFICATE-----\n"),
	  INTAKE_NONE, "", "block 1 is not base64" },
	{ "end in lower case", TEMPLATE(HEAD "{leaf}\n-----end CERTIFICATE-----\n"), INTAKE_NONE,
	  "", "the END line of block 1 is malformed" },
	{ "no BEGIN line", TEMPLATE("{leaf}\n" TAIL "{=intermediate}"), INTAKE_PEM, "intermediate",
	  "block 1 has no BEGIN line" },
	{ "a BEGIN line with four dashes",
	  TEMPLATE("{=leaf}----BEGIN CERTIFICATE-----\n{intermediate}\n" TAIL), INTAKE_PEM, "leaf",
	  "block 2 has no BEGIN line" },
	{ "a BEGIN line that is not closed",
	  TEMPLATE("-----BEGIN CERTIFICATE\n{leaf}\n" TAIL "{=root}"), INTAKE_PEM, "root",
	  "the BEGIN line of block 1 is malformed" },
	{ "two blocks share a line",
	  TEMPLATE(HEAD "{leaf}\n-----END CERTIFICATE-----" HEAD "{intermediate}\n" TAIL),
	  INTAKE_PEM, "leaf", "the END line of block 1 is malformed" },
	{ "base64 in the BEGIN line", TEMPLATE("-----BEGIN CERTIFICATE-----{leaf}\n" TAIL),
	  INTAKE_PEM, "leaf", "the BEGIN line of block 1 is malformed" },
	{ "base64 in the END line", TEMPLATE(HEAD "Z2FyYmFnZQ==-----END CERTIFICATE-----\n"),
	  INTAKE_PEM, "garbage", "the END line of block 1 is malformed" },
	{ "foreign characters", TEMPLATE(HEAD "{leaf}\n!!!!\n" TAIL), INTAKE_NONE, "",
	  "block 1 is not base64" },
	{ "a NUL", TEMPLATE(HEAD "\0{leaf}\n" TAIL), INTAKE_NONE, "", "block 1 is not base64" },
	{ "headers of RFC 1421", TEMPLATE(HEAD "Proc-Type: 4,X\n\n{leaf}\n" TAIL), INTAKE_NONE, "",
	  "block 1 is not base64" },
	{ "a digit is missing", TEMPLATE(HEAD "AAAAA\n" TAIL), INTAKE_NONE, "",
	  "block 1 is not base64" },
	{ "digits behind the padding", TEMPLATE(HEAD "AA==AAAA\n" TAIL), INTAKE_NONE, "",
	  "block 1 is not base64" },
	{ "an empty block", TEMPLATE("{=leaf}" HEAD TAIL), INTAKE_PEM, "leaf", "block 2 is empty" },
	{ "the first problem counts", TEMPLATE(HEAD TAIL HEAD "!\n" TAIL), INTAKE_NONE, "",
	  "block 1 is empty" },
	{ "what is no certificate inside is left to cert_read()",
	  TEMPLATE(HEAD "Z2FyYmFnZQ==\n" TAIL), INTAKE_PEM, "garbage", NULL },

	/* Labels */
	{ "CERT", TEMPLATE("-----BEGIN CERT-----\n{leaf}\n-----END CERT-----\n"), INTAKE_NONE, "",
	  "block 1 is labelled \"CERT\", not CERTIFICATE" },
	{ "a wrong label must not make the next one the leaf",
	  TEMPLATE("-----BEGIN CERT-----\n{leaf}\n-----END CERT-----\n{=intermediate}"), INTAKE_PEM,
	  "intermediate", "block 1 is labelled \"CERT\", not CERTIFICATE" },
	{ "a label in lower case",
	  TEMPLATE("-----BEGIN certificate-----\n{leaf}\n-----END certificate-----\n"), INTAKE_NONE,
	  "", "block 1 is labelled \"certificate\", not CERTIFICATE" },
	{ "all in lower case",
	  TEMPLATE("-----begin certificate-----\n{leaf}\n-----end certificate-----\n"), INTAKE_NONE,
	  "", "block 1 is labelled \"certificate\", not CERTIFICATE" },
	{ "a blank too many",
	  TEMPLATE("-----BEGIN CERTIFICATE -----\n{leaf}\n-----END CERTIFICATE -----\n"),
	  INTAKE_NONE, "", "block 1 is labelled \"CERTIFICATE \", not CERTIFICATE" },
	{ "TRUSTED CERTIFICATE alone", TEMPLATE("{file:leaf-trusted.pem}"), INTAKE_NONE, "",
	  "it holds no certificate, but a block \"TRUSTED CERTIFICATE\"" },
	{ "a request",
	  TEMPLATE(
		  "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
	  INTAKE_NONE, "", "it holds no certificate, but a block \"CERTIFICATE REQUEST\"" },
	{ "a public key", TEMPLATE("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
	  INTAKE_NONE, "", "it holds no certificate, but a block \"PUBLIC KEY\"" },
	{ "a label that would deceive a terminal", TEMPLATE("-----BEGIN \033[2J-----\n"),
	  INTAKE_NONE, "", "it holds no certificate, but a block \"\\x1b[2J\"" },

	/* DER */
	{ "DER", TEMPLATE("{der:leaf}"), INTAKE_DER, "leaf", NULL },
	{ "DER, several", TEMPLATE("{der:leaf}{der:intermediate}"), INTAKE_DER, "leaf intermediate",
	  NULL },
	{ "garbage behind DER", TEMPLATE("{der:leaf}\n"), INTAKE_DER, "leaf",
	  "1 octets follow the certificate and are none" },
	{ "garbage behind two", TEMPLATE("{der:leaf}{der:root}\n\n"), INTAKE_DER, "leaf root",
	  "2 octets follow the certificates and are none" },
	{ "PEM behind DER", TEMPLATE("{der:leaf}" HEAD), INTAKE_DER, "leaf",
	  "28 octets follow the certificate and are none" },
	{ "DER that is cut short", TEMPLATE("\x30\x82\x01\x00\x30\x82\x00\xf0\x00"), INTAKE_NONE,
	  "", "its DER is cut short: 9 of 260 octets are there" },
	{ "a structure that is no certificate is left to cert_read()",
	  TEMPLATE("\x30\x04\x30\x02\x05\x00"), INTAKE_DER, NULL, NULL },
	{ "a key in DER", TEMPLATE("\x30\x05\x02\x01\x00\x05\x00"), INTAKE_NONE, "",
	  "it holds no certificate, but a key or PKCS#12 in DER" },

	/* PKCS#7 */
	{ "PKCS#7 in DER", TEMPLATE("{file:chain.p7b}"), INTAKE_PKCS7, "leaf intermediate root",
	  NULL },
	{ "PKCS#7 in PEM", TEMPLATE("{file:chain.p7b.pem}"), INTAKE_PKCS7, "leaf intermediate root",
	  NULL },
	{ "PKCS#7 in PEM behind a key", TEMPLATE("{file:client.key}{file:chain.p7b.pem}"),
	  INTAKE_PKCS7, "leaf intermediate root", NULL },
	{ "certificates win over PKCS#7", TEMPLATE("{file:chain.p7b.pem}{=leaf}"), INTAKE_PEM,
	  "leaf", NULL },
	{ "garbage behind PKCS#7", TEMPLATE("{file:chain.p7b}\n"), INTAKE_PKCS7,
	  "leaf intermediate root", "1 octets follow its PKCS#7" },
	{ "PKCS#7 that is cut short",
	  TEMPLATE("\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), INTAKE_NONE, "",
	  "its DER is cut short: 15 of 260 octets are there" },
	{ "PKCS#7 in BER", TEMPLATE("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80"),
	  INTAKE_NONE, "",
	  "its PKCS#7 is BER, not DER; openssl pkcs7 -print_certs makes PEM of it" },
	{ "PKCS#7 that is not signed",
	  TEMPLATE("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), INTAKE_NONE, "",
	  "its PKCS#7 is of a kind that holds no certificates" },
	{ "PKCS#7 without its content",
	  TEMPLATE("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), INTAKE_NONE, "",
	  "its PKCS#7 is not valid DER" },
	{ "PKCS#7 without certificates",
	  TEMPLATE(
		  "\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x0b\x30\x09\x02\x01\x01"
		  "\x31\x00\x30\x02\x05\x00"),
	  INTAKE_NONE, "", "its PKCS#7 holds no certificate" },
	{ "PKCS#7 with a broken set",
	  TEMPLATE(
		  "\x30\x1b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x0e\x30\x0c\x02\x01\x01"
		  "\x31\x00\x30\x02\x05\x00\xa0\x01\x30"),
	  INTAKE_NONE, "", "its PKCS#7 holds octets that are no certificate" },
	{ "a PKCS7 label around something else",
	  TEMPLATE("-----BEGIN PKCS7-----\n{leaf}\n-----END PKCS7-----\n"), INTAKE_NONE, "",
	  "its block of PKCS#7 holds something else" },
	{ "PKCS7 without END", TEMPLATE("-----BEGIN PKCS7-----\n{leaf}\n"), INTAKE_NONE, "",
	  "block 1 has no END line" },

	/* Nothing */
	{ "an empty file", TEMPLATE(""), INTAKE_NONE, "", "it is empty" },
	{ "only the UTF-8 mark", TEMPLATE("\xef\xbb\xbf"), INTAKE_NONE, "", "it is empty" },
	{ "a text", TEMPLATE("<html>404</html>\n"), INTAKE_NONE, "",
	  "it holds no certificate: neither PEM, DER nor PKCS#7" },
	{ "UTF-16 with a mark", TEMPLATE("\xff\xfe-\0-\0-\0-\0-\0B\0E\0"), INTAKE_NONE, "",
	  "it is UTF-16 text; certificates are read from ASCII" },
	{ "UTF-16, big end first", TEMPLATE("\0-\0-\0-\0-\0-\0B\0E"), INTAKE_NONE, "",
	  "it is UTF-16 text; certificates are read from ASCII" },
	{ "base64 alone", TEMPLATE("{leaf}\n"), INTAKE_NONE, "",
	  "it is base64 without the lines that begin and end a certificate" },
};

static void check(const struct row *row, struct arena *mem)
{
	struct intake_facts facts;
	struct bytes wanted[8];
	intake_read(expand(row->file, row->size, mem), mem, &facts);
	assert_row_string(row->name, facts.problem, row->problem);
	assert_row(row->name, facts.form == row->form);
	assert_row(row->name, !facts.cut);
	if (!row->certs)
		return;
	size_t count = fixture_ders(mem, row->certs, wanted, ARRAY_SIZE(wanted));
	assert_row(row->name, facts.count == count);
	for (size_t i = 0; i < count; i++)
		assert_row(row->name, bytes_equal(facts.certs[i], wanted[i]));
}

static void files_are_read_or_told_what_is_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], *state);
}

/* Whatever the form: the first CHAIN_MAX, and word of it. */
static void long_chains_are_cut(void **state)
{
	struct arena *mem = *state;
	static const char *const templates[] = { "{=leaf}", "{der:leaf}" };
	for (size_t i = 0; i < ARRAY_SIZE(templates); i++) {
		CLEANUP(buf_free) struct buf file = buf_new(BUF_UNBOUNDED);
		struct bytes one = expand(templates[i], strlen(templates[i]), mem);
		struct intake_facts facts;
		for (size_t n = 0; n < CHAIN_MAX; n++)
			buf_add(&file, one.data, one.size);
		intake_read((struct bytes){ (uint8_t *)file.data, file.size }, mem, &facts);
		assert_row(templates[i], facts.count == CHAIN_MAX && !facts.cut && !facts.problem);
		buf_add(&file, one.data, one.size);
		intake_read((struct bytes){ (uint8_t *)file.data, file.size }, mem, &facts);
		assert_row(templates[i], facts.count == CHAIN_MAX && facts.cut && !facts.problem);
	}
}

/* Each of these would cost seconds where work grows with the square. */
static const char *const repeated[] = {
	"-----BEGIN ",
	"-----BEGIN \n",
	"-----BEGIN CERTIFICATE-----\n",
	"-----BEGIN CERT-----\n",
	"-----BEGIN PKCS7-----\n",
	"-----END CERTIFICATE-----\n",
	"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
	"-----BEGIN X-----\n-----END X-----\n",
	"-----\n",
	"-",
	" ",
	"\n",
	"-----BEGIN ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP\n",
	"\x30\x00",
	"\x30\x80",
};

static void hostile_files_cost_little(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(repeated); i++) {
		size_t size = strlen(repeated[i]), count = INTAKE_MAX / (size ? size : 1);
		CLEANUP(buf_free) struct buf file = buf_new(INTAKE_MAX);
		struct intake_facts facts;
		for (size_t n = 0; n < count && size > 0; n++)
			buf_add(&file, repeated[i], size);
		clock_t began = clock();
		size_t used = arena_used(mem);
		intake_read((struct bytes){ (uint8_t *)file.data, file.size }, mem, &facts);
		assert_row(repeated[i], facts.problem || facts.cut);
		assert_row(repeated[i], clock() - began < 5 * CLOCKS_PER_SEC);
		assert_row(repeated[i], arena_used(mem) - used <= 4 * INTAKE_MAX);
	}
}

static void a_file_may_not_be_larger_than_the_limit(void **state)
{
	struct arena *mem = *state;
	uint8_t *octets = arena_alloc(mem, INTAKE_MAX + 1);
	struct bytes pem = expand("{=leaf}", strlen("{=leaf}"), mem);
	struct intake_facts facts;
	memset(octets, '\n', INTAKE_MAX + 1);
	memcpy(octets, pem.data, pem.size);
	intake_read((struct bytes){ octets, INTAKE_MAX }, mem, &facts);
	assert_true(facts.count == 1 && !facts.problem);
	intake_read((struct bytes){ octets, INTAKE_MAX + 1 }, mem, &facts);
	assert_string_equal(facts.problem, "it is larger than 4 MiB");
	assert_true(facts.count == 0 && facts.form == INTAKE_NONE);
}

/* 40 KiB each, and of 26 or more the sum is too much. */
static void certificates_may_not_be_larger_together(void **state)
{
	/* a SEQUENCE in a SEQUENCE */
	static const uint8_t nested[] = { 0x30, 0x82, 0x9f, 0xfc, 0x30, 0x82, 0x9f, 0xf8 };
	struct arena *mem = *state;
	struct bytes one = { arena_alloc(mem, 40 * 1024), 40 * 1024 };
	struct bytes leaf = expand("{der:leaf}", strlen("{der:leaf}"), mem);
	uint8_t *der = (uint8_t *)(uintptr_t)one.data, *file = arena_alloc(mem, 60 * one.size);
	memcpy(der, nested, sizeof(nested));
	memcpy(file, leaf.data, leaf.size);
	for (size_t count = 1; count < 60; count++) {
		struct intake_facts facts;
		memcpy(file + leaf.size + (count - 1) * one.size, one.data, one.size);
		size_t size = leaf.size + count * one.size;
		intake_read((struct bytes){ file, size }, mem, &facts);
		assert_int_equal(facts.form, INTAKE_DER);
		assert_true((size <= INTAKE_DER_MAX) == !facts.problem);
		assert_true(facts.count == (facts.problem ? 26 : count + 1));
	}
}

/* Wherever it is cut, something is said, or what is there is whole. */
static void no_prefix_of_a_file_passes_unnoticed(void **state)
{
	static const char *const templates[] = { "{der:leaf}", "{=leaf}", "{file:chain.p7b}",
						 "{file:chain.p7b.pem}" };
	for (size_t i = 0; i < ARRAY_SIZE(templates); i++) {
		struct bytes file = expand(templates[i], strlen(templates[i]), *state);
		struct intake_facts facts;
		for (size_t size = 0; size + 1 < file.size; size += 7) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			intake_read((struct bytes){ file.data, size }, mem, &facts);
			assert_row(templates[i], facts.problem != NULL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_or_told_what_is_wrong),
		cmocka_unit_test(long_chains_are_cut),
		cmocka_unit_test(hostile_files_cost_little),
		cmocka_unit_test(a_file_may_not_be_larger_than_the_limit),
		cmocka_unit_test(certificates_may_not_be_larger_together),
		cmocka_unit_test(no_prefix_of_a_file_passes_unnoticed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
