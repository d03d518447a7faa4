/* The options every tool takes, together with their help text. */
#include "run/cli_inner.h"

/* popt wants its tables writable in type only. */
const struct poptOption cli_scope_table[] = {
	{ "c2s", 0, POPT_ARG_NONE, NULL, OPT_C2S, "only client connections", NULL },
	{ "s2s", 0, POPT_ARG_NONE, NULL, OPT_S2S, "only server connections", NULL },
	{ "all", 0, POPT_ARG_NONE, NULL, OPT_ALL, "every endpoint", NULL },
	{ "first", 0, POPT_ARG_NONE, NULL, OPT_FIRST,
	  "as a client connects: in SRV order until one works", NULL },
	POPT_TABLEEND,
};

const struct poptOption cli_reach_table[] = {
	{ "starttls", 0, POPT_ARG_NONE, NULL, OPT_STARTTLS, "only STARTTLS endpoints", NULL },
	{ "direct-tls", 0, POPT_ARG_NONE, NULL, OPT_DIRECT, "only direct TLS endpoints (XEP-0368)",
	  NULL },
	{ "connect", 0, POPT_ARG_STRING, NULL, OPT_CONNECT,
	  "this endpoint instead of DNS (repeatable)", "HOST[:PORT]" },
	{ NULL, '4', POPT_ARG_NONE, NULL, OPT_IPV4, "only IPv4", NULL },
	{ NULL, '6', POPT_ARG_NONE, NULL, OPT_IPV6, "only IPv6", NULL },
	{ "resolver", 0, POPT_ARG_STRING, NULL, OPT_RESOLVER, "ask this DNS server",
	  "ADDR[:PORT]" },
	{ "trust-ad", 0, POPT_ARG_NONE, NULL, OPT_TRUST_AD,
	  "believe the DNS server's DNSSEC verdict (AD bit)", NULL },
	{ "proxy", 0, POPT_ARG_STRING, NULL, OPT_PROXY,
	  "through a SOCKS5 proxy: socks5h://HOST:PORT", "URL" },
	{ "timeout", 't', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  "one endpoint's deadline (default 10; 60 to enumerate ciphers)", "SECONDS" },
	POPT_TABLEEND,
};

const struct poptOption cli_load_table[] = {
	{ "jobs", 'J', POPT_ARG_STRING, NULL, OPT_JOBS, "domains examined at once (default 128)",
	  "N" },
	{ "per-host", 0, POPT_ARG_STRING, NULL, OPT_PER_HOST,
	  "connections to one address at once (default 4)", "N" },
	{ "rate", 0, POPT_ARG_STRING, NULL, OPT_RATE, "new connections a second (default no limit)",
	  "N" },
	{ "resume", 0, POPT_ARG_STRING, NULL, OPT_RESUME,
	  "leave out what FILE holds results of already", "FILE" },
	POPT_TABLEEND,
};

const struct poptOption cli_names_table[] = {
	{ "to", 0, POPT_ARG_STRING, NULL, OPT_TO,
	  "what the stream header asks for; the identity to verify", "NAME" },
	{ "from", 0, POPT_ARG_STRING, NULL, OPT_FROM, "our domain in the header of server streams",
	  "DOMAIN" },
	POPT_TABLEEND,
};

const struct poptOption cli_tls_table[] = {
	{ "servername", 0, POPT_ARG_STRING, NULL, OPT_SERVERNAME, "the name in SNI", "NAME" },
	{ "alpn", 0, POPT_ARG_STRING, NULL, OPT_ALPN,
	  "protocols in ALPN, comma-separated; empty: none", "LIST" },
	{ "cert", 0, POPT_ARG_STRING, NULL, OPT_CERT, "our certificate (PEM, or a PKCS#11 URI)",
	  "FILE" },
	{ "key", 0, POPT_ARG_STRING, NULL, OPT_KEY, "its key; default: in the certificate's file",
	  "FILE" },
	{ "trust", 0, POPT_ARG_STRING, NULL, OPT_TRUST,
	  "trust these anchors instead of the system's", "FILE" },
	{ "system-trust", 0, POPT_ARG_NONE, NULL, OPT_SYSTEM_TRUST,
	  "with --trust: the system's anchors, too", NULL },
	{ "tls-min", 0, POPT_ARG_STRING, NULL, OPT_TLS_MIN,
	  "oldest TLS version offered (default 1.2)", "VERSION" },
	{ "tls-max", 0, POPT_ARG_STRING, NULL, OPT_TLS_MAX,
	  "newest TLS version offered (default 1.3)", "VERSION" },
	{ "priority", 0, POPT_ARG_STRING, NULL, OPT_PRIORITY,
	  "GnuTLS priority string instead of ours", "STRING" },
	{ "pfs", 0, POPT_ARG_STRING, NULL, OPT_PFS, "forward secrecy: prefer (default) or require",
	  "WISH" },
	{ "keylog", 0, POPT_ARG_STRING, NULL, OPT_KEYLOG,
	  "append TLS secrets for Wireshark to FILE", "FILE" },
	POPT_TABLEEND,
};

const struct poptOption cli_json_table[] = {
	{ "json", 'j', POPT_ARG_NONE, NULL, OPT_JSON, "one JSON record a line", NULL },
	POPT_TABLEEND,
};

const struct poptOption cli_form_table[] = {
	{ "long", 0, POPT_ARG_NONE, NULL, OPT_LONG, "a screen a domain (default for operands)",
	  NULL },
	{ "short", 0, POPT_ARG_NONE, NULL, OPT_SHORT,
	  "a line an endpoint (default for standard input)", NULL },
	{ "nagios", 0, POPT_ARG_NONE, NULL, OPT_NAGIOS, "a line a domain with performance data",
	  NULL },
	{ "keep-order", 'k', POPT_ARG_NONE, NULL, OPT_KEEP_ORDER,
	  "results in the order of the input", NULL },
	POPT_TABLEEND,
};

const struct poptOption cli_output_table[] = {
	{ "quiet", 'q', POPT_ARG_NONE, NULL, OPT_QUIET, "no messages on standard error", NULL },
	{ "color", 0, POPT_ARG_STRING, NULL, OPT_COLOR, "auto (default), always or never", "WHEN" },
	POPT_TABLEEND,
};

const struct poptOption cli_exchange_table[] = {
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE,
	  "show the exchange; twice: TLS messages, too", NULL },
	{ "record", 0, POPT_ARG_STRING, NULL, OPT_RECORD, "write what was said to a transcript",
	  "FILE" },
	POPT_TABLEEND,
};

const struct poptOption cli_rejudge_table[] = {
	{ "rejudge", 0, POPT_ARG_NONE, NULL, OPT_REJUDGE,
	  "judge the facts of records anew, without the network", NULL },
	POPT_TABLEEND,
};

const struct poptOption cli_finding_table[] = {
	{ "policy", 0, POPT_ARG_STRING, NULL, OPT_POLICY, "bcp195 (default), manifesto or strict",
	  "NAME" },
	{ "ignore", 0, POPT_ARG_STRING, NULL, OPT_IGNORE, "leave this finding out (repeatable)",
	  "ID" },
	{ "warning", 0, POPT_ARG_STRING, NULL, OPT_WARNING, "grade this finding as a warning",
	  "ID" },
	{ "critical", 0, POPT_ARG_STRING, NULL, OPT_CRITICAL, "grade this finding as critical",
	  "ID" },
	{ "explain", 0, POPT_ARG_STRING, NULL, OPT_EXPLAIN,
	  "say what a finding means and how to mend it; list: all ids", "ID" },
	POPT_TABLEEND,
};

const struct poptOption cli_version_table[] = {
	{ "version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, "show the version", NULL },
	POPT_TABLEEND,
};

/* In popt's own words, but answered by us: popt would end the program before output was looked at.
 */
const struct poptOption cli_help_table[] = {
	{ "help", '?', POPT_ARG_NONE, NULL, OPT_HELP, "Show this help message", NULL },
	{ "usage", 0, POPT_ARG_NONE, NULL, OPT_USAGE, "Display brief usage message", NULL },
	POPT_TABLEEND,
};
