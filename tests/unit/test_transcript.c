#include "unit.h"

#include "run/transcript.h"

static void writes_the_language_of_the_scripted_peer(void **state)
{
	(void)state;
	const struct endpoint at = { .service = SERVICE_C2S, .transport = TRANSPORT_STARTTLS };
	struct transcript transcript;
	transcript_begin(&transcript, "example.org", &at);
	const struct tap *tap = &transcript.tap;
	tap->see(tap->self, TAP_SENT, "<a b='*'/>\n", 11);
	tap->see(tap->self, TAP_RECEIVED, "<c>*\\\x01\xc3\xbc</c>", 12);
	tap->see(tap->self, TAP_TLS, "TLS1.3 X", 8);
	transcript_note_certificate(&transcript, "max=TLS1.3 dns=example.org");
	tap->see(tap->self, TAP_TLS_MESSAGE, "--> ClientHello", 15);
	tap->see(tap->self, TAP_CLOSED, NULL, 0);
	assert_string_equal(transcript_text(&transcript), "domain example.org\n"
							  "connection c2s starttls\n"
							  "C <a b='\\*'/>\\n\n"
							  "S <c>*\\\\\\x01\\xc3\\xbc</c>\n"
							  "# TLS1.3 X\n"
							  "tls max=TLS1.3 dns=example.org\n"
							  "close\n");
	transcript_end(&transcript);
}

static void says_so_when_a_flood_does_not_fit(void **state)
{
	(void)state;
	const struct endpoint at = { .service = SERVICE_S2S, .transport = TRANSPORT_DIRECT };
	struct transcript transcript;
	transcript_begin(&transcript, "example.org", &at);
	char flood[65536];
	memset(flood, 'x', sizeof(flood));
	for (size_t done = 0; done <= TRANSCRIPT_MAX; done += sizeof(flood))
		transcript.tap.see(transcript.tap.self, TAP_RECEIVED, flood, sizeof(flood));
	assert_non_null(strstr(transcript_text(&transcript), "too long"));
	transcript_end(&transcript);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_language_of_the_scripted_peer),
		cmocka_unit_test(says_so_when_a_flood_does_not_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
