#include "sheet_fixture.h"

#include <stdio.h>

static const struct sheet_options options = { .now = SHEET_NOW };

static void page_of(const char *const *lines, size_t count, struct buf *page)
{
	sheet_lines(&sheet_html, &options, lines, count, page);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;
	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

static void no_record_is_a_page_that_says_so(void **state)
{
	CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
	(void)state;
	page_of(NULL, 0, &page);
	assert_non_null(strstr(buf_string(&page), "<h1>TLS of 0 XMPP domains</h1>"));
	assert_non_null(strstr(buf_string(&page), "There was no record to show."));
	assert_string_equal(buf_string(&page) + page.size - 8, "</html>\n");
}

static void trouble_comes_first_and_equals_by_name(void **state)
{
	static const char *const lines[] = {
		"{'schema':1,'domain':'b.example','status':'ok'}",
		"{'schema':1,'domain':'d.example','status':'unknown'}",
		"{'schema':1,'domain':'c.example','status':'warning'}",
		"{'schema':1,'domain':'e.example','status':'critical'}",
		"{'schema':1,'domain':'a.example','status':'ok'}",
	};
	static const char *const order[] = { "e", "c", "d", "a", "b" };
	CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
	(void)state;
	page_of(lines, ARRAY_SIZE(lines), &page);
	const char *rows = strstr(buf_string(&page), "<tbody>");
	const char *sections = strstr(buf_string(&page), "<section id=\"sections\"");
	assert_true(rows && sections && rows < sections);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		char row[32], section[32];
		snprintf(row, sizeof(row), "%s.<wbr>example</bdi></a>", order[i]);
		snprintf(section, sizeof(section), "%s.example</bdi></h3>", order[i]);
		rows = strstr(rows, row);
		sections = strstr(sections, section);
		assert_row(order[i], rows && sections);
	}
}

/* A link to a section lasts from one page to the next, and no name reaches an id. */
static void ids_are_of_the_name_and_of_nothing_it_says(void **state)
{
	static const char *const first[] = {
		"{'schema':1,'domain':'im.example','status':'ok'}",
	};
	static const char *const second[] = {
		"{'schema':1,'domain':'other.example','status':'ok'}",
		"{'schema':1,'domain':'im.example','status':'critical'}",
		"{'schema':1,'input':'x\\\" id=\\\"overview','status':'unknown'}",
		"{'schema':1,'domain':'im.example','status':'ok'}",
	};
	CLEANUP(buf_free) struct buf one = buf_new(BUF_UNBOUNDED);
	CLEANUP(buf_free) struct buf many = buf_new(BUF_UNBOUNDED);
	char id[64];
	(void)state;
	page_of(first, ARRAY_SIZE(first), &one);
	page_of(second, ARRAY_SIZE(second), &many);
	const char *at = strstr(buf_string(&one), "<article class=\"card domain\" id=\"d-");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "<article class=\"card domain\" id=\"%63[a-z0-9-]", id), 1);
	assert_int_equal(strlen(id), 2 + 20);
	char wanted[128];
	snprintf(wanted, sizeof(wanted), " id=\"%s\"", id);
	assert_int_equal(occurrences(buf_string(&many), wanted), 1);
	snprintf(wanted, sizeof(wanted), " id=\"%s-2\"", id); /* the same name again */
	assert_int_equal(occurrences(buf_string(&many), wanted), 1);
	assert_int_equal(occurrences(buf_string(&many), " id=\"overview\""), 1);
}

/* Every string a record can hold, hostile. */
#define EVIL "</svg></title></style><img src=x onerror=alert(1)>\\\" onload=\\\"alert(2)"

static void no_member_becomes_markup(void **state)
{
	static const char *const lines[] = {
		"{'schema':1,'domain':'im.example','unicode':'" EVIL "','status':'critical',"
		"'dns':{'srv':[{'name':'_xmpp-client._tcp." EVIL "','priority':5,'weight':0,"
		"'target':'" EVIL "','port':5222,'dnssec':'secure'}]},"
		"'endpoints':[{'service':'c2s','host':'xmpp.im.example','port':5222,'address':'192.0.2.7',"
		"'transport':'starttls','source':'srv'" SECTION(
			"starttls",
			"'status':'critical','encrypted':true,'authenticated':false,"
			"'tls':{'up':true,'version':'TLS1.3','cipher':'" EVIL "','group':'" EVIL
			"'},"
			"'failure':{'stage':'tls','code':'closed','text':'" EVIL "'},"
			"'findings':[{'id':'" EVIL "','severity':'critical','text':'" EVIL "',"
			"'ref':'" EVIL
			"'}]") SECTION("certcheck",
				       "'status':'critical','authenticated':false,"
				       "'chain':[{'subject':'CN=" EVIL "','issuer':'" EVIL "',"
				       "'not_before':'2026-06-01T00:00:00Z','not_after':'2026-08-01T00:00:00Z',"
				       "'key':'" EVIL "','signature':'" EVIL "','sha256':'" EVIL
				       "'}],"
				       "'names':[{'type':'DNS-ID','value':'" EVIL
				       "','verdict':'match',"
				       "'reason':'" EVIL
				       "'}],'trust':{'trusted':false,'anchor':'" EVIL "',"
				       "'reason':'" EVIL
				       "'},'dane':{'status':'none','reason':'" EVIL "'},"
				       "'findings':[]")
			SECTION("ciphers",
				"'status':'ok','forward_secrecy':'always','versions':[{'version':'TLS1.3',"
				"'offered':'yes','preference':'server','suites':[{'name':'" EVIL
				"',"
				"'code':'0x1301','verdict':'" EVIL "','note':'" EVIL "'}]}],"
				"'groups':[{'name':'" EVIL "','code':'0x0017'}],'findings':[]")
				SECTION("dialback",
					"'status':'ok','verdict':'error','condition':'" EVIL "',"
					"'peer_trust':'none','us':'" EVIL
					"','encrypted':true,'findings':[]") "}],'manifesto':[{'id':'SW-1','service':'c2s','result':'broken','text':'" EVIL
									    "',"
									    "'reason':'" EVIL "'}],"
									    "'findings':[{'id':'x','severity':'info','text':'" EVIL
									    "','ref':'" EVIL "'}]}",
		"{'schema':1,'input':'" EVIL "','status':'unknown'}",
	};
	CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
	(void)state;
	page_of(lines, ARRAY_SIZE(lines), &page);
	assert_true(occurrences(buf_string(&page), "&lt;img src=x onerror=") > 20);
	assert_null(strstr(buf_string(&page), "<img"));
	assert_null(strstr(buf_string(&page), "\" onload"));
	assert_int_equal(occurrences(buf_string(&page), "</style>"), 1);
	assert_int_equal(occurrences(buf_string(&page), "<script"), 1);
	assert_int_equal(occurrences(buf_string(&page), "<svg"),
			 occurrences(buf_string(&page), "</svg>"));
}

/* Types that only the page looks at are nobody's promise. */
static void strange_types_are_passed_over(void **state)
{
	static const char *const lines[] = {
		C2S(SECTION("ciphers",
			    "'status':'ok','versions':[{'version':'TLS1.3','offered':'yes',"
			    "'preference':[],'suites':[{'name':7,'code':'0x1301',"
			    "'note':[],'verdict':{}},3,'x']}],'signature_schemes':'many',"
			    "'cut':{}")),
		C2S(SECTION("certcheck", "'status':'ok','names':{},'trust':[],'posh':7,'caa':[1],"
					 "'change':{'class':false}")),
		C2S(SECTION("dialback", "'status':'ok','verdict':'valid','us':1,'roles':[],"
					"'encrypted':true")),
		"{'schema':1,'domain':'a.example','status':'ok','dns':{'srv':[]},'endpoints':[]}",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
		CLEANUP(digested_free) struct digested got = { 0 };
		struct err err = { 0 };
		if (digest_line(lines[i], &got, &err))
			page_of(&lines[i], 1, &page);
		else
			fail_msg("%s", err.text);
	}
}

/* Memory holds names; the text waits in a file, and comes in pieces. */
static void the_page_comes_in_pieces(void **state)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	CLEANUP(digested_free) struct digested got = digest_of(C2S(GOOD_WALK));
	struct sheet *sheet = sheet_html.begin(&options, &out);
	struct err err = { 0 };
	size_t most = 0, sum = 0;
	(void)state;
	for (size_t i = 0; i < 500; i++) {
		assert_true(sheet_html.add(sheet, &got.digest, &out, &err));
		assert_int_equal(out.size, 0);
	}
	for (enum sheet_state at = SHEET_MORE; at == SHEET_MORE;) {
		at = sheet_html.end(sheet, &out, &err);
		assert_int_not_equal(at, SHEET_FAILED);
		most = out.size > most ? out.size : most;
		sum += out.size;
		buf_clear(&out);
	}
	sheet_html.free(sheet);
	assert_true(sum > 10 * most);
	assert_true(most < 128 * 1024);
}

static void more_than_a_browser_opens_is_refused(void **state)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	CLEANUP(digested_free)
	struct digested got = digest_of("{'schema':1,'input':'x','status':'unknown'}");
	struct sheet *sheet = sheet_html.begin(&options, &out);
	struct err err = { 0 };
	(void)state;
	assert_int_equal(sheet_html.records_max, 10000);
	for (size_t i = 0; i < sheet_html.records_max; i++)
		assert_true(sheet_html.add(sheet, &got.digest, &out, &err));
	assert_false(sheet_html.add(sheet, &got.digest, &out, &err));
	assert_non_null(strstr(err.text, "10000"));
	sheet_html.free(sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_record_is_a_page_that_says_so),
		cmocka_unit_test(trouble_comes_first_and_equals_by_name),
		cmocka_unit_test(ids_are_of_the_name_and_of_nothing_it_says),
		cmocka_unit_test(no_member_becomes_markup),
		cmocka_unit_test(strange_types_are_passed_over),
		cmocka_unit_test(the_page_comes_in_pieces),
		cmocka_unit_test(more_than_a_browser_opens_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
