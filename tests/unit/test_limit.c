/* Name constraints: RFC 5280, 4.2.1.10; RFC 4985, 4 for SRV-IDs. */
#include "unit.h"

#include "base/deadline.h"
#include "der_fixture.h"
#include "tls/limit.h"

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

#define EXCLUDED "excluded"
#define OUTSIDE  "not among"
#define STRANGE  "cannot be compared"

/* Names as der_general_name() takes them, separated by "|". */
static const struct row {
	const char *name, *permitted, *excluded;
	const char *san, *subject; /* NULL: none, and an empty one */
	const char *breach;        /* in part; NULL: allowed */
} rows[] = {
	/* dNSName: any number of labels more on the left */
	{ "the base itself", "dns:example.org", NULL, "dns:example.org", NULL, NULL },
	{ "below it", "dns:example.org", NULL, "dns:a.b.example.org", NULL, NULL },
	{ "beside it", "dns:example.org", NULL, "dns:example.com", NULL, OUTSIDE },
	{ "above it", "dns:im.example.org", NULL, "dns:example.org", NULL, OUTSIDE },
	{ "no suffix inside a label", "dns:example.org", NULL, "dns:badexample.org", NULL,
	  OUTSIDE },
	{ "letter case", "dns:EXAMPLE.org", NULL, "dns:im.example.ORG", NULL, NULL },
	{ "letter case, excluded (P16)", NULL, "dns:EXAMPLE.org", "dns:example.org", NULL,
	  EXCLUDED },
	{ "excluded, below", NULL, "dns:example.org", "dns:a.b.example.org", NULL, EXCLUDED },
	{ "excluded, beside", NULL, "dns:example.org", "dns:example.com", NULL, NULL },
	{ "permitted and excluded", "dns:example.org", "dns:im.example.org", "dns:im.example.org",
	  NULL, EXCLUDED },
	{ "permitted and not excluded", "dns:example.org", "dns:im.example.org",
	  "dns:www.example.org", NULL, NULL },
	{ "the second of two bases", "dns:example.com|dns:example.org", NULL, "dns:im.example.org",
	  NULL, NULL },
	{ "one name of several", "dns:example.org", NULL, "dns:example.org|dns:example.com", NULL,
	  "\"example.com\" is not among" },
	{ "a leading dot, below (P15)", "dns:.example.org", NULL, "dns:im.example.org", NULL,
	  NULL },
	{ "a leading dot, beside (P15)", "dns:.example.org", NULL, "dns:example.com", NULL,
	  OUTSIDE },
	{ "a leading dot, the base itself", "dns:.example.org", NULL, "dns:example.org", NULL,
	  OUTSIDE },
	{ "a leading dot, the base itself, excluded", NULL, "dns:.example.org", "dns:example.org",
	  NULL, NULL },
	{ "a leading dot, below, excluded", NULL, "dns:.example.org", "dns:im.example.org", NULL,
	  EXCLUDED },
	{ "an empty base permits all", "dns:", NULL, "dns:example.org", NULL, NULL },
	{ "an empty base excludes all", NULL, "dns:", "dns:example.org", NULL, EXCLUDED },
	{ "an empty base excludes no address", NULL, "dns:", "ip:192.0.2.7", NULL, NULL },

	/* A wildcard is all the names it covers. */
	{ "wildcard below what is permitted", "dns:example.org", NULL, "dns:*.example.org", NULL,
	  NULL },
	{ "wildcard deeper", "dns:example.org", NULL, "dns:*.im.example.org", NULL, NULL },
	{ "wildcard with one name permitted", "dns:im.example.org", NULL, "dns:*.example.org", NULL,
	  OUTSIDE },
	{ "wildcard beside", "dns:example.org", NULL, "dns:*.example.com", NULL, OUTSIDE },
	{ "wildcard under a leading dot", "dns:.example.org", NULL, "dns:*.example.org", NULL,
	  NULL },
	{ "wildcard below what is excluded", NULL, "dns:example.org", "dns:*.example.org", NULL,
	  EXCLUDED },
	{ "wildcard with one name excluded", NULL, "dns:im.example.org", "dns:*.example.org", NULL,
	  EXCLUDED },
	{ "wildcard and what is excluded too deep for it", NULL, "dns:a.im.example.org",
	  "dns:*.example.org", NULL, NULL },
	{ "wildcard and what is excluded below a dot too deep for it", NULL, "dns:.im.example.org",
	  "dns:*.example.org", NULL, NULL },
	{ "wildcard beside what is excluded", NULL, "dns:im.example.org", "dns:*.example.com", NULL,
	  NULL },

	/* What is no host nobody can compare. */
	{ "trailing dot", "dns:example.org", NULL, "dns:example.org.", NULL, STRANGE },
	{ "trailing dot, excluded", NULL, "dns:example.com", "dns:example.org.", NULL, STRANGE },
	{ "NUL", "dns:example.org", NULL,
	  "hex:82 11 65 76 69 6c 2e 78 00 2e 65 78 61 6d 70 6c 65 2e 6f", NULL, STRANGE },
	{ "wildcard in the middle", "dns:example.org", NULL, "dns:im.*.example.org", NULL,
	  STRANGE },
	{ "partial wildcard", "dns:example.org", NULL, "dns:i*.example.org", NULL, STRANGE },
	{ "two wildcards", "dns:example.org", NULL, "dns:*.*.example.org", NULL, STRANGE },
	{ "empty name", "dns:example.org", NULL, "dns:", NULL, STRANGE },
	{ "empty label", "dns:example.org", NULL, "dns:a..example.org", NULL, STRANGE },
	{ "a label of 64 octets", "dns:example.org", NULL,
	  "dns:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org", NULL,
	  STRANGE },
	{ "a strange name under constraints of another form", "mail:example.org", NULL,
	  "dns:i*.example.org", NULL, NULL },

	/* rfc822Name: a host, all hosts below a domain, one mailbox */
	{ "at the host", "mail:example.org", NULL, "mail:a@example.org", NULL, NULL },
	{ "at the host, letter case", "mail:example.org", NULL, "mail:a@EXAMPLE.org", NULL, NULL },
	{ "at a host below", "mail:example.org", NULL, "mail:a@im.example.org", NULL, OUTSIDE },
	{ "at the domain", "mail:.example.org", NULL, "mail:a@example.org", NULL, OUTSIDE },
	{ "below the domain", "mail:.example.org", NULL, "mail:a@im.example.org", NULL, NULL },
	{ "the mailbox", "mail:a@example.org", NULL, "mail:a@example.ORG", NULL, NULL },
	{ "the mailbox, letter case of the local part", "mail:a@example.org", NULL,
	  "mail:A@example.org", NULL, OUTSIDE },
	{ "another mailbox", "mail:a@example.org", NULL, "mail:b@example.org", NULL, OUTSIDE },
	{ "the mailbox excluded, another one", NULL, "mail:a@example.org", "mail:b@example.org",
	  NULL, NULL },
	{ "mail excluded", NULL, "mail:example.org", "mail:a@example.org", NULL, EXCLUDED },
	{ "mail, empty base", "mail:", NULL, "mail:a@example.org", NULL, NULL },
	{ "mail without @", "mail:example.org", NULL, "mail:example.org", NULL, STRANGE },
	{ "mail without local part", "mail:example.org", NULL, "mail:@example.org", NULL, STRANGE },
	{ "mail with two @", "mail:example.org", NULL, "mail:a@b@example.org", NULL, STRANGE },
	{ "mail with one of two @ quoted", "mail:example.org", NULL, "mail:\"a@b\"@example.org",
	  NULL, NULL },
	{ "a mailbox quoted, excluded plain", NULL, "mail:a@example.org", "mail:\"a\"@example.org",
	  NULL, STRANGE },
	{ "a mailbox plain, excluded quoted", NULL, "mail:\"a\"@example.org", "mail:a@example.org",
	  NULL, STRANGE },
	{ "a mailbox quoted, excluded at another host", NULL, "mail:a@example.org",
	  "mail:\"a\"@example.com", NULL, NULL },
	{ "a mailbox quoted, the same permitted", "mail:\"a b\"@example.org", NULL,
	  "mail:\"a b\"@example.org", NULL, NULL },
	{ "mail without host", "mail:example.org", NULL, "mail:a@", NULL, STRANGE },
	{ "mail constraints do not bind hosts", "mail:example.org", NULL, "dns:example.com", NULL,
	  NULL },

	/* Mail addresses in the subject count where the SAN has none. */
	{ "subject within", "mail:example.org", NULL, NULL, "E:i=a@example.org", NULL },
	{ "subject outside", "mail:example.org", NULL, NULL, "E:i=a@example.com",
	  "\"a@example.com\" is not among" },
	{ "subject excluded", NULL, "mail:example.org", "dns:example.org", "E:i=a@example.org",
	  "\"a@example.org\" is excluded" },
	{ "subject, the second address", "mail:example.org", NULL, NULL,
	  "E:i=a@example.org,CN=a b,E:i=a@example.com", OUTSIDE },
	{ "subject, the second address of a set", "mail:example.org", NULL, NULL,
	  "E:i=a@example.org+E:i=b@example.com", "\"b@example.com\" is not among" },
	{ "subject, but the SAN has an address", "mail:example.org", NULL, "mail:a@example.org",
	  "E:i=a@example.com", NULL },
	{ "subject, no text", "mail:example.org", NULL, NULL, "E:b=a@example.org", STRANGE },

	/* uniformResourceIdentifier: the host of it, as with mail */
	{ "URI at the host", "uri:example.org", NULL, "uri:http://example.org/path", NULL, NULL },
	{ "URI at the host, letter case", "uri:example.org", NULL, "uri:http://EXAMPLE.org", NULL,
	  NULL },
	{ "URI at a host below", "uri:example.org", NULL, "uri:http://im.example.org/", NULL,
	  OUTSIDE },
	{ "URI below the domain", "uri:.example.org", NULL, "uri:http://im.example.org/", NULL,
	  NULL },
	{ "URI at the domain", "uri:.example.org", NULL, "uri:http://example.org/", NULL, OUTSIDE },
	{ "URI excluded", NULL, "uri:.example.org", "uri:http://im.example.org/", NULL, EXCLUDED },
	{ "URI with a port", "uri:example.org", NULL, "uri:http://example.org:8080/", NULL, NULL },
	{ "URI with userinfo", "uri:example.org", NULL, "uri:http://a:b@example.org/", NULL, NULL },
	{ "URI whose userinfo looks like a host", "uri:example.org", NULL,
	  "uri:http://example.org@example.com/", NULL, OUTSIDE },
	{ "URI whose path holds an @", "uri:example.org", NULL,
	  "uri:http://example.com/@example.org", NULL, OUTSIDE },
	{ "URI whose query holds a host", "uri:example.org", NULL,
	  "uri:http://example.com?://example.org", NULL, OUTSIDE },
	{ "URI whose fragment holds an @", "uri:example.org", NULL,
	  "uri:http://example.com#@example.org", NULL, OUTSIDE },
	{ "URI of an IPv4 address", "uri:example.org", NULL, "uri:http://192.0.2.7/", NULL,
	  STRANGE },
	{ "URI of an IPv4 address, excluded", NULL, "uri:example.org", "uri:http://192.0.2.7/",
	  NULL, STRANGE },
	{ "URI of an IPv6 address", "uri:example.org", NULL, "uri:http://[2001:db8::7]/", NULL,
	  STRANGE },
	{ "URI of a number", "uri:", NULL, "uri:http://12345/", NULL, STRANGE },
	{ "URI of a name that ends in digits", "uri:.x7", NULL, "uri:http://example.x7/", NULL,
	  NULL },
	{ "URI whose query only has an authority", "uri:example.org", NULL,
	  "uri:mailto:a@example.com?x=http://example.org", NULL, STRANGE },
	{ "URI whose scheme begins with a digit", NULL, "uri:example.org",
	  "uri:1http://example.com/", NULL, STRANGE },
	{ "URI without scheme", "uri:example.org", NULL, "uri:://example.org/", NULL, STRANGE },
	{ "URI of a scheme with all there may be", "uri:example.org", NULL,
	  "uri:a1+b-c.d://example.org/", NULL, NULL },
	{ "URI without authority", "uri:example.org", NULL, "uri:xmpp:example.org", NULL, STRANGE },
	{ "URI without host", "uri:example.org", NULL, "uri:file:///etc/motd", NULL, STRANGE },
	{ "empty URI", "uri:example.org", NULL, "uri:", NULL, STRANGE },
	{ "a whole URI as base", "uri:http://example.org/", NULL, "uri:http://example.org/", NULL,
	  STRANGE },
	{ "a whole URI as base, no URI to judge", "uri:http://example.org/", NULL,
	  "dns:example.org", NULL, NULL },
	{ "URI, empty base", "uri:", NULL, "uri:http://example.org/", NULL, NULL },

	/* iPAddress: RFC 4632 masks */
	{ "within a /24", "ip:192.0.2.0/255.255.255.0", NULL, "ip:192.0.2.7", NULL, NULL },
	{ "beside a /24", "ip:192.0.2.0/255.255.255.0", NULL, "ip:192.0.3.7", NULL, OUTSIDE },
	{ "base with bits behind its mask", "ip:192.0.2.99/255.255.255.0", NULL, "ip:192.0.2.7",
	  NULL, NULL },
	{ "within a /25", "ip:192.0.2.0/255.255.255.128", NULL, "ip:192.0.2.127", NULL, NULL },
	{ "beside a /25", "ip:192.0.2.0/255.255.255.128", NULL, "ip:192.0.2.128", NULL, OUTSIDE },
	{ "one address", "ip:192.0.2.7/255.255.255.255", NULL, "ip:192.0.2.7", NULL, NULL },
	{ "a /0 permits all", "ip:0.0.0.0/0.0.0.0", NULL, "ip:203.0.113.1", NULL, NULL },
	{ "a /0 excludes all", NULL, "ip:0.0.0.0/0.0.0.0", "ip:203.0.113.1", NULL, EXCLUDED },
	{ "a /0 of IPv4 excludes no IPv6", NULL, "ip:0.0.0.0/0.0.0.0", "ip:2001:db8::7", NULL,
	  NULL },
	{ "a /0 of IPv4 permits no IPv6", "ip:0.0.0.0/0.0.0.0", NULL, "ip:2001:db8::7", NULL,
	  OUTSIDE },
	{ "within a /32 of IPv6", "ip:2001:db8::/ffff:ffff::", NULL, "ip:2001:db8:1::7", NULL,
	  NULL },
	{ "beside a /32 of IPv6", "ip:2001:db8::/ffff:ffff::", NULL, "ip:2001:db9::7", NULL,
	  OUTSIDE },
	{ "IPv4 in IPv6 is another address", "ip:192.0.2.0/255.255.255.0", NULL,
	  "ip:::ffff:192.0.2.7", NULL, OUTSIDE },
	{ "an address of five octets", "ip:192.0.2.0/255.255.255.0", NULL, "hex:87 05 0102030405",
	  NULL, STRANGE },

	/* directoryName: the subject and those of the SAN; a prefix, normalised */
	{ "subject within the directory", "dir:C=XY,O=Org", NULL, NULL, "C=XY,O=Org,CN=a b", NULL },
	{ "subject beside", "dir:C=XY,O=Org", NULL, NULL, "C=XY,O=Other,CN=a b", OUTSIDE },
	{ "subject in another spelling", "dir:C=XY,O=Big Org", NULL, NULL,
	  "C=xy,O:u=BIG  ORG,CN=a b", NULL },
	{ "subject excluded in another spelling", NULL, "dir:C=XY,O=Big Org", NULL,
	  "C=xy,O:b= big org,CN=a b", EXCLUDED },
	{ "subject of another order", "dir:C=XY,O=Org", NULL, NULL, "O=Org,C=XY,CN=a b", OUTSIDE },
	{ "an empty subject", "dir:C=XY,O=Org", NULL, "dns:example.org", NULL, NULL },
	{ "an empty directory permits all", "dir:", NULL, NULL, "CN=a b", NULL },
	{ "an empty directory excludes all", NULL, "dir:", NULL, "CN=a b", EXCLUDED },
	/* What others may fold further (RFC 4518, 2) */
	{ "letters beyond ASCII in another case, excluded", NULL,
	  "hex:a41430123110300e060355040a0c0742c39c43484552",
	  "hex:a41430123110300e060355040a0c0762c3bc63686572", NULL, STRANGE },
	{ "letters beyond ASCII decomposed, excluded", NULL,
	  "hex:a41430123110300e060355040a0c0742c3bc63686572",
	  "hex:a41530133111300f060355040a0c084275cc8863686572", NULL, STRANGE },
	{ "a soft hyphen, excluded", NULL, "dir:O=Books",
	  "hex:a41430123110300e060355040a0c07426fc2ad6f6b73", NULL, STRANGE },
	{ "a blank that does not break, excluded", NULL, "dir:O=Big Org",
	  "hex:a41530133111300f060355040a0c08426967c2a04f7267", NULL, STRANGE },
	{ "a tab, excluded", NULL, "dir:O=Big Org",
	  "hex:a41430123110300e060355040a0c07426967094f7267", NULL, STRANGE },
	{ "surrogates of BMP and UTF-8, excluded", NULL,
	  "hex:a411300f310d300b060355040a0c04f09f939a",
	  "hex:a411300f310d300b060355040a1e04d83ddcda", NULL, STRANGE },
	{ "the same letters beyond ASCII, excluded", NULL,
	  "hex:a41430123110300e060355040a0c0742c39c43484552",
	  "hex:a419301731153013060355040a1e0c004200dc0043004800450052", NULL, EXCLUDED },
	{ "letters beyond ASCII in another attribute, excluded", NULL,
	  "hex:a41430123110300e060355040a0c0742c39c43484552", "dir:CN=bucher", NULL, NULL },
	{ "ASCII that differs, excluded", NULL, "dir:O=Books", "dir:O=Looks", NULL, NULL },
	{ "letters beyond ASCII in another case, permitted",
	  "hex:a41430123110300e060355040a0c0742c39c43484552", NULL,
	  "hex:a41430123110300e060355040a0c0762c3bc63686572", NULL, OUTSIDE },
	{ "a directoryName of the SAN", "dir:C=XY", NULL, "dir:C=XZ", "C=XY,CN=a b", OUTSIDE },

	/* otherName: SRV-ID, RFC 4985, 4 */
	{ "service and domain", "srv:_xmpp-server.example.org", NULL,
	  "srv:_xmpp-server.example.org", NULL, NULL },
	{ "letter case", "srv:_XMPP-Server.EXAMPLE.org", NULL, "srv:_xmpp-server.example.org", NULL,
	  NULL },
	{ "service and a domain below", "srv:_xmpp-server.example.org", NULL,
	  "srv:_xmpp-server.im.example.org", NULL, NULL },
	{ "another service", "srv:_xmpp-server.example.org", NULL, "srv:_xmpp-client.example.org",
	  NULL, OUTSIDE },
	{ "another domain", "srv:_xmpp-server.example.org", NULL, "srv:_xmpp-server.example.com",
	  NULL, OUTSIDE },
	{ "the domain alone", "srv:example.org", NULL, "srv:_xmpp-server.example.org", NULL, NULL },
	{ "the domain alone, another", "srv:example.org", NULL, "srv:_xmpp-server.example.com",
	  NULL, OUTSIDE },
	{ "the service alone", "srv:_xmpp-server", NULL, "srv:_xmpp-server.example.com", NULL,
	  NULL },
	{ "the service alone, another", "srv:_xmpp-server", NULL, "srv:_imaps.example.com", NULL,
	  OUTSIDE },
	{ "service excluded", NULL, "srv:_xmpp-server.example.org",
	  "srv:_xmpp-server.im.example.org", NULL, EXCLUDED },
	{ "another service excluded", NULL, "srv:_imaps.example.org",
	  "srv:_xmpp-server.example.org", NULL, NULL },
	{ "an empty base", "srv:", NULL, "srv:_xmpp-server.example.org", NULL, NULL },
	{ "a wildcard", "srv:_xmpp-server.example.org", NULL, "srv:_xmpp-server.*.example.org",
	  NULL, NULL },
	{ "a wildcard, one name excluded", NULL, "srv:im.example.org",
	  "srv:_xmpp-server.*.example.org", NULL, EXCLUDED },
	{ "no service", "srv:example.org", NULL, "srv:example.org", NULL, STRANGE },
	{ "a service alone", "srv:example.org", NULL, "srv:_xmpp-server", NULL, STRANGE },
	{ "constraints of hosts do not bind SRV-IDs", "dns:example.org", NULL,
	  "srv:_xmpp-server.example.com", NULL, NULL },
	{ "constraints of SRV-IDs do not bind hosts", "srv:example.org", NULL, "dns:example.com",
	  NULL, NULL },
	{ "nor other otherNames", "srv:example.org", NULL, "upn:a@example.com", NULL, NULL },
	{ "nor XmppAddr", "srv:example.org", NULL, "xmpp:example.com", NULL, NULL },
	{ "constraints of XmppAddr, which nobody defined", "xmpp:example.org", NULL,
	  "xmpp:example.org", NULL, STRANGE },
	{ "excluded otherNames nobody can compare", NULL, "upn:x", "upn:a@example.org", NULL,
	  STRANGE },
	{ "an otherName without value", "srv:example.org", NULL,
	  "hex:a0 0a 06 08 2b 06 01 05 05 07 08 07", NULL, STRANGE },
	{ "an otherName without type", "srv:example.org", NULL, "hex:a0 02 05 00", NULL, STRANGE },
	{ "an otherName with more behind it", "srv:example.org", NULL,
	  "hex:a0 10 06 08 2b 06 01 05 05 07 08 07 a0 02 16 00 05 00", NULL, STRANGE },

	/* Forms nobody compares: refused only where there is such a name. */
	{ "registeredID", "rid:1.2.3", NULL, "rid:1.2.3", NULL, STRANGE },
	{ "registeredID, excluded", NULL, "rid:1.2.3", "rid:1.2.4", NULL, STRANGE },
	{ "registeredID, none to judge", "rid:1.2.3", NULL, "dns:example.org", NULL, NULL },
	{ "x400Address", "hex:a3 00", NULL, "hex:a3 02 05 00", NULL, STRANGE },
	{ "ediPartyName", "hex:a5 00", NULL, "hex:a5 02 05 00", NULL, STRANGE },

	/* The common name as a host, where there is no SAN to ask. */
	{ "CN within", "dns:example.org", NULL, NULL, "CN=im.example.org", NULL },
	{ "CN outside", "dns:example.org", NULL, NULL, "CN=example.com", OUTSIDE },
	{ "CN excluded", NULL, "dns:example.org", NULL, "CN=example.org", EXCLUDED },
	{ "CN that is no host", "dns:example.org", NULL, NULL, "CN=Juliet Capulet", NULL },
	{ "CN outside, and a SAN", "dns:example.org", NULL, "dns:example.org", "CN=example.com",
	  NULL },
	{ "CN outside, and a SAN of other names", "dns:example.org", NULL, "mail:a@example.com",
	  "CN=example.com", NULL },
	{ "the second CN", "dns:example.org", NULL, NULL, "CN=example.org,CN=example.com",
	  OUTSIDE },
};

static struct cert_facts ca_of(struct bytes limits)
{
	return (struct cert_facts){ .name_constraints = limits, .has_name_constraints = true };
}

static struct cert_facts cert_of(struct arena *mem, const char *san, const char *subject)
{
	struct der_plan plan = { .subject = der_name(mem, subject ? subject : "") };
	if (san)
		plan.extensions = der_extension(mem, "2.5.29.17", false,
						der_names(mem, TAG_SEQUENCE, san, false));
	return der_read(mem, &plan);
}

static void holds_names_against_constraints(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_facts ca = ca_of(der_limits(mem, row->permitted, row->excluded));
		struct cert_facts cert = cert_of(mem, row->san, row->subject);
		size_t work = 0;
		const char *breach = limit_breach(&ca, &cert, &work, mem);
		if (!breach != !row->breach || (breach && !strstr(breach, row->breach)))
			fail_msg("%s: got \"%s\", wanted \"%s\"", row->name,
				 breach ? breach : "(none)", row->breach ? row->breach : "(none)");
		if (row->permitted && strchr(row->permitted, '/') == NULL)
			assert_row(row->name, !limit_defect(ca.name_constraints));
	}
}

/* A CA's common name is never a host. */
static void passes_over_common_names_of_authorities(void **state)
{
	struct arena *mem = *state;
	struct cert_facts ca = ca_of(der_limits(mem, "dns:example.org", NULL));
	struct cert_facts cert = cert_of(mem, NULL, "CN=example.com");
	size_t work = 0;
	assert_non_null(limit_breach(&ca, &cert, &work, mem));
	cert.is_ca = true;
	assert_null(limit_breach(&ca, &cert, &work, mem));
}

#define MALFORMED "its name constraints are malformed, or have a minimum or maximum"
#define KINDLESS  "its name constraints hold a name that is none of its kind"

static const struct defect_row {
	const char *name, *hex; /* NULL: of the names */
	const char *permitted, *excluded;
	const char *defect;
} defect_rows[] = {
	{ "sound", NULL, "dns:example.org", "dns:im.example.org", NULL },
	{ "a leading dot", NULL, "dns:.example.org", NULL, NULL },
	{ "empty bases", NULL, "dns:|mail:|uri:|dir:", NULL, NULL },
	{ "every form", NULL, "mail:a@b.example|mail:.b.example|uri:.b.example|rid:1.2.3|srv:_x",
	  "ip:192.0.2.0/255.255.255.0|ip:2001:db8::/ffff:ffff::|dir:C=XY|upn:x", NULL },
	{ "a whole URI shows only when compared", NULL, "uri:http://b.example/", NULL, NULL },
	{ "no list at all", "30 00", NULL, NULL, "its name constraints are malformed or empty" },
	{ "no SEQUENCE", "05 00", NULL, NULL, "its name constraints are malformed or empty" },
	{ "more behind it", "30 06 a0 04 30 02 82 00 05 00", NULL, NULL,
	  "its name constraints are malformed or empty" },
	{ "lists in the wrong order", "30 0c a1 04 30 02 82 00 a0 04 30 02 82 00", NULL, NULL,
	  "its name constraints are malformed or empty" },
	{ "an empty list", NULL, "", NULL, "its name constraints hold an empty list" },
	{ "an empty second list", NULL, "dns:example.org", "",
	  "its name constraints hold an empty list" },
	{ "a minimum", "30 0a a0 08 30 06 82 01 61 80 01 01", NULL, NULL, MALFORMED },
	{ "a minimum spelt out as 0", "30 0a a0 08 30 06 82 01 61 80 01 00", NULL, NULL,
	  MALFORMED },
	{ "a maximum", "30 0a a0 08 30 06 82 01 61 81 01 05", NULL, NULL, MALFORMED },
	{ "an empty subtree", "30 04 a0 02 30 00", NULL, NULL, MALFORMED },
	{ "a name without subtree", "30 05 a0 03 82 01 61", NULL, NULL, MALFORMED },
	{ "a mask with a hole", NULL, "ip:192.0.2.0/255.0.255.0", NULL, KINDLESS },
	{ "a mask with a hole, excluded", NULL, "dns:example.org", "ip:192.0.2.0/255.255.255.1",
	  KINDLESS },
	{ "a mask with a hole, IPv6", NULL, "ip:2001:db8::/ffff:0:ffff::", NULL, KINDLESS },
	{ "an address without mask", NULL, "ip:192.0.2.0", NULL, KINDLESS },
	{ "an address of 5 octets", NULL, "hex:87 05 0102030405", NULL, KINDLESS },
	{ "a host with a blank", NULL, "dns:example org", NULL, KINDLESS },
	{ "a host with a wildcard", NULL, "dns:*.example.org", NULL, KINDLESS },
	{ "a host with two dots in front", NULL, "dns:..example.org", NULL, KINDLESS },
	{ "a dot alone", NULL, "dns:.", NULL, KINDLESS },
	{ "a host with a trailing dot", NULL, "dns:example.org.", NULL, KINDLESS },
	{ "mail with a host that is none", NULL, "mail:a@exa mple.org", NULL, KINDLESS },
	{ "mail with nothing behind the @", NULL, "mail:a@", NULL, KINDLESS },
	{ "a directory that is no name", NULL, "hex:a4 02 05 00", NULL, KINDLESS },
};

static void finds_constraints_that_are_none(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(defect_rows); i++) {
		const struct defect_row *row = &defect_rows[i];
		struct bytes limits = row->hex ? der_hex(mem, row->hex)
					       : der_limits(mem, row->permitted, row->excluded);
		assert_row_string(row->name, limit_defect(limits), row->defect);
		/* No name, however plain, passes over a defect into a crash. */
		struct cert_facts ca = ca_of(limits);
		struct cert_facts cert = cert_of(mem, "dns:example.org|ip:192.0.2.7", "CN=a b");
		size_t work = 0;
		(void)limit_breach(&ca, &cert, &work, mem);
	}
	struct cert_facts ca = ca_of(DER_LITERAL("\x05\x00"));
	struct cert_facts cert = cert_of(mem, "dns:example.org", NULL);
	size_t work = 0;
	assert_string_equal(limit_breach(&ca, &cert, &work, mem),
			    "the name constraints of an issuer are malformed");
}

static struct bytes repeat(struct arena *mem, struct bytes one, size_t count)
{
	uint8_t *many = arena_alloc(mem, one.size * count);
	for (size_t i = 0; i < count; i++)
		memcpy(many + i * one.size, one.data, one.size);
	return (struct bytes){ many, one.size * count };
}

/* 4000 names against 4000 subtrees. */
static void stops_at_too_much_work(void **state)
{
	struct arena *mem = *state;
	struct bytes name = der_general_name(mem, "dns:aa.example");
	struct bytes base = der_wrap(mem, TAG_SEQUENCE, der_general_name(mem, "dns:b.example"));
	struct bytes list = der_wrap(mem, 0xa1, repeat(mem, base, 4000));
	struct cert_facts ca = ca_of(der_wrap(mem, TAG_SEQUENCE, list));
	struct der_plan plan = { .extensions = der_extension(mem, "2.5.29.17", false,
							     der_wrap(mem, TAG_SEQUENCE,
								      repeat(mem, name, 4000))) };
	struct cert_facts cert = der_read(mem, &plan);
	size_t work = 0;
	double start = unit_cpu_ms();
	const char *breach = limit_breach(&ca, &cert, &work, mem);
	assert_string_equal(breach, "the name \"aa.example\" cannot be checked: too many names and "
				    "name constraints");
	assert_true(unit_cpu_ms() - start < 3000); /* some 30 ms without sanitizers */
	/* What is spent is spent, for the next certificate too. */
	struct cert_facts small = cert_of(mem, "dns:example.org", NULL);
	assert_non_null(strstr(limit_breach(&ca, &small, &work, mem), "too many"));
	work = 0;
	assert_null(limit_breach(&ca, &small, &work, mem));
	assert_int_equal(work, 4000 * (16 + strlen("example.org")));
}

/* A name of 30,000 octets is compared octet by octet: it counts as what it costs. */
static void counts_long_names_as_long(void **state)
{
	struct arena *mem = *state;
	char *text = arena_alloc(mem, 30004);
	memset(text, 'A', 30003);
	text[0] = 'C';
	text[1] = 'N';
	text[2] = '=';
	struct bytes base = der_wrap(mem, TAG_NAME_DIRECTORY, der_name(mem, text));
	for (char *at = text + 3; *at; at++)
		*at = 'a';
	text[30002] = 'b';
	struct bytes name = der_wrap(mem, TAG_NAME_DIRECTORY, der_name(mem, text));
	struct bytes list = der_wrap(mem, 0xa1, repeat(mem, der_wrap(mem, TAG_SEQUENCE, base), 30));
	struct cert_facts ca = ca_of(der_wrap(mem, TAG_SEQUENCE, list));
	struct der_plan plan = { .extensions = der_extension(mem, "2.5.29.17", false,
							     der_wrap(mem, TAG_SEQUENCE,
								      repeat(mem, name, 30))) };
	struct cert_facts cert = der_read(mem, &plan);
	size_t work = 0;
	double start = unit_cpu_ms();
	assert_non_null(strstr(limit_breach(&ca, &cert, &work, mem), "too many"));
	assert_true(work > LIMIT_WORK_MAX && work < LIMIT_WORK_MAX + 40000);
	assert_true(unit_cpu_ms() - start < 20000); /* some 100 ms without sanitizers, 2 s with */
}

/* Subtrees of another form cost little: as many as fit in a certificate are no obstacle. */
static void passes_over_other_forms_cheaply(void **state)
{
	struct arena *mem = *state;
	struct bytes base = der_wrap(mem, TAG_SEQUENCE, der_general_name(mem, "dir:C=XY"));
	struct bytes list = der_wrap(mem, 0xa1, repeat(mem, base, 1000));
	struct cert_facts ca = ca_of(der_wrap(mem, TAG_SEQUENCE, list));
	struct der_plan plan = {
		.subject = der_name(mem, ""),
		.extensions = der_extension(
			mem, "2.5.29.17", false,
			der_wrap(mem, TAG_SEQUENCE,
				 repeat(mem, der_general_name(mem, "dns:aa.example"), 4000))),
	};
	struct cert_facts cert = der_read(mem, &plan);
	size_t work = 0;
	assert_null(limit_breach(&ca, &cert, &work, mem));
	assert_int_equal(work, 1000 * 4000);
}

static void cuts_what_it_repeats(void **state)
{
	struct arena *mem = *state;
	struct cert_facts ca = ca_of(der_limits(mem, "dns:example.org", NULL));
	struct cert_facts cert;
	size_t work = 0;
	char huge[3000] = "dns:";
	memset(huge + 4, 'a', sizeof(huge) - 5);
	cert = cert_of(mem, huge, NULL);
	assert_true(strlen(limit_breach(&ca, &cert, &work, mem)) < 300);
}

static const struct binding_row {
	const char *permitted, *excluded;
	bool binds;
} binding_rows[] = {
	{ "dns:example.org", NULL, true },
	{ NULL, "dns:example.org", true },
	{ "ip:192.0.2.0/255.255.255.0", "dir:C=XY|dns:example.org", true },
	{ "ip:192.0.2.0/255.255.255.0", NULL, false },
	{ "dir:C=XY|mail:example.org", "srv:example.org|uri:example.org", false },
	{ "hex:05 00|ip:192.0.2.0/255.255.255.0", NULL, false },
};

/* CRT-17: what limits DNS names leaves other names without limits. */
static void tells_constraints_of_hosts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(binding_rows); i++) {
		const struct binding_row *row = &binding_rows[i];
		struct bytes limits = der_limits(*state, row->permitted, row->excluded);
		assert_row(row->permitted ? row->permitted : row->excluded,
			   limit_binds_hosts(limits) == row->binds);
	}
	assert_true(limit_binds_hosts(DER_LITERAL("\x05\x00")));
	assert_true(limit_binds_hosts(der_hex(*state, "30 04 a0 02 30 00")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_names_against_constraints),
		cmocka_unit_test(passes_over_common_names_of_authorities),
		cmocka_unit_test(finds_constraints_that_are_none),
		cmocka_unit_test(tells_constraints_of_hosts),
		cmocka_unit_test(stops_at_too_much_work),
		cmocka_unit_test(counts_long_names_as_long),
		cmocka_unit_test(passes_over_other_forms_cheaply),
		cmocka_unit_test(cuts_what_it_repeats),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
