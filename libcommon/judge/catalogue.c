/* Everything xmpp-starttls can find, in the order a connection comes about. An id is forever: sites
 * name it in --ignore. Later tools add their rows behind the subject they belong to. */
#include "judge/finding.h"

#include "base/attr.h"

/* Severities in the order of enum policy_name: bcp195, manifesto, strict. */
#define GRADE(bcp195, manifesto, strict)                                                           \
	{                                                                                          \
		[POLICY_BCP195] = SEVERITY_##bcp195, [POLICY_MANIFESTO] = SEVERITY_##manifesto,    \
		[POLICY_STRICT] = SEVERITY_##strict                                                \
	}
/* RFC 7590, 3.4 and MAN-11: server to server, dialback over TLS may carry what a certificate does
 * not. */
#define ON_S2S    "on s2s, where dialback can stand in"
#define S2S_GRADE GRADE(WARNING, INFO, CRITICAL)

/* Remedies that several rows share. */
#define PROSODY_CERTIFICATE                                                                        \
	"put the whole chain (fullchain.pem) and its key where `certificates` points, or run "     \
	"`prosodyctl --root cert import /etc/letsencrypt/live`; then `prosodyctl reload`"
#define EJABBERD_CERTIFICATE                                                                       \
	"name fullchain.pem and its key in `certfiles`, or let `acme` fetch one; then "            \
	"`ejabberdctl reload_config`"
#define PROSODY_VERSIONS                                                                           \
	"`ssl = { protocol = \"tlsv1_2+\" }`, or take the line out: it is the default"
#define EJABBERD_VERSIONS                                                                          \
	"`c2s_protocol_options` and `s2s_protocol_options`: no_sslv3, no_tlsv1, no_tlsv1_1"
#define PROSODY_CIPHERS  "take `ciphers` out of `ssl = { ... }`: the default has none of these"
#define EJABBERD_CIPHERS "`c2s_ciphers` and `s2s_ciphers`: \"ECDHE+AESGCM:ECDHE+CHACHA20\""
#define PROSODY_SUITES   "`ssl = { ciphers = \"ECDHE+AESGCM:ECDHE+CHACHA20\" }`"
#define PROSODY_ORDER                                                                              \
	"`ssl = { options = { cipher_server_preference = true } }`, the default, and no "          \
	"`ciphers` of your own"
#define EJABBERD_ORDER                                                                             \
	"cipher_server_preference in `c2s_protocol_options` and `s2s_protocol_options`, and the "  \
	"good ones first in `c2s_ciphers` and `s2s_ciphers`"
#define PROSODY_DH      "take `dhparam` out of `ssl = { ... }`"
#define EJABBERD_DH     "`c2s_dhfile` and `s2s_dhfile`: parameters of 2048 bits or more, or none"
#define PROSODY_REQUIRE "`c2s_require_encryption = true` and `s2s_require_encryption = true`"
#define EJABBERD_REQUIRE                                                                           \
	"`starttls_required: true` in the `listen` entry of ejabberd_c2s, and "                    \
	"`s2s_use_starttls: required`"
#define PROSODY_TLS                                                                                \
	"see that `\"tls\"` is in `modules_enabled`, not in `modules_disabled`, and that a "       \
	"certificate for the domain can be read: `prosodyctl check certs`"
#define EJABBERD_TLS                                                                               \
	"`starttls: true` in the `listen` entry of ejabberd_c2s, `s2s_use_starttls: required`, "   \
	"and a certificate for the domain in `certfiles`"
#define PROSODY_UPGRADE  "run a current version; stock Prosody does not do this"
#define EJABBERD_UPGRADE "run a current version; stock ejabberd does not do this"
#define FIX_TLSA         "publish what `--tlsa` prints, the record 3 1 1 of the key that is served"
#define FIX_ANCHOR                                                                                 \
	"append the anchor's certificate to fullchain.pem, or publish 3 1 1 of the key instead"
#define KEEP_KEY                                                                                   \
	"keep the key when renewing (certbot: `--reuse-key`), or publish both records for two "    \
	"TTLs before the change"
#define FIX_SRV     "correct the SRV record, or make the server listen where it points"
#define ACKNOWLEDGE "acknowledge it with --accept: until then it is told on every run."
#define FIX_CHANGED "see who installed the certificate, and why"
#define PUT_BACK    "put the pinned certificate back, or give --pin-sha256 the new one's digest"
#define STAPLE_RENEW                                                                               \
	"neither Prosody nor ejabberd staples by itself: mend what fetches the response for the "  \
	"proxy that does, or turn stapling off"

const struct finding_kind finding_kinds[] = {
	/* What we were asked, and DNS. */
	{
		.id = "invalid-input",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 7622 section 3.2",
		.meaning = "The line names no XMPP domain.",
		.why = "Nothing was examined.",
	},
	{
		.id = "dns-failed",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 3.2.1",
		.meaning = "The resolver failed or did not answer a question.",
		.why = "What was not answered could not be examined; it is not known whether the "
		       "records exist.",
	},
	{
		.id = "dns-bogus",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 4035 section 5",
		.meaning = "DNS answers for the domain fail DNSSEC validation.",
		.why = "Validating resolvers give no answer at all: for everyone who uses one the "
		       "service is gone. The signatures have expired, the DS record in the parent "
		       "zone is stale, or somebody forges answers.",
	},
	{
		.id = "dnssec-insecure",
		.severity = GRADE(NONE, NONE, INFO),
		.ref = "RFC 7673 section 2",
		.meaning = "The domain's SRV records are not protected by DNSSEC.",
		.why = "DANE needs it, and a forged SRV record can lead connections astray.",
	},
	{
		.id = "endpoints-left-out",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 2782",
		.meaning = "DNS names more endpoints than we examine.",
		.why = "No deployment needs so many; somebody may want others to be probed.",
	},
	{
		.id = "domain-not-found",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 3.2",
		.meaning = "The domain has neither SRV records nor addresses.",
		.why = "There is nothing to connect to. Often the name is misspelt.",
	},
	{
		.id = "srv-missing",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6120 section 3.2.2",
		.meaning = "There is no SRV record for the service; the addresses of the domain "
			   "itself are tried.",
		.why = "It works only while the server runs where the domain's own addresses "
		       "point. A service that is not offered is declared so by one record with "
		       "the target \".\".",
	},
	{
		.id = "srv-declined",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 2782",
		.meaning = "The only SRV record of the service has the root as its target: the "
			   "service is declared not to be offered.",
		.why = "That is as it should be for a domain without this service.",
	},
	{
		.id = "srv-root-among-others",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 2782",
		.meaning = "An SRV record with the target \".\" stands among others.",
		.why = "Alone it says that the service is not offered; among others it means "
		       "nothing, and programs differ in what they make of it.",
	},
	{
		.id = "srv-target-alias",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 2782",
		.meaning = "The target of an SRV record is an alias (CNAME).",
		.why = "The target must have address records of its own; some resolvers do not "
		       "follow the alias, and the service is gone for them.",
	},
	{
		.id = "srv-target-unresolvable",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 2782",
		.meaning = "The target of an SRV record has no address.",
		.why = "Everyone who picks this record connects nowhere.",
	},
	{
		.id = "srv-target-is-address",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 2782",
		.meaning = "An SRV record names an IP address where a host name belongs.",
		.why = "It is looked up as a name and does not exist.",
	},
	{
		.id = "srv-direct-only-multiplexed",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "XEP-0368 section 5",
		.meaning = "All records of the service are for direct TLS on port 443.",
		.why = "A port shared by ALPN serves only those who send ALPN; there should be "
		       "another way in.",
	},

	/* Reaching an endpoint. */
	{
		.id = "endpoint-refused",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 3.2.1",
		.meaning = "The connection was refused.",
		.why = "Nothing listens at an address that DNS names; clients lose time there.",
		.prosody = "see `c2s_ports`, `s2s_ports`, `interfaces`, and the firewall",
		.ejabberd = "see `port` and `ip` in `listen`, and the firewall",
	},
	{
		.id = "endpoint-timeout",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 3.2.1",
		.meaning = "No answer came in time.",
		.why = "A firewall drops packets, or the server hangs; clients wait for it as "
		       "long as we did.",
		.prosody = "see the firewall, and `interfaces`",
		.ejabberd = "see the firewall, and `ip` in `listen`",
	},
	{
		.id = "endpoint-closed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 4.4",
		.meaning = "The peer closed the connection before it was done.",
		.why = "A server that turns somebody away says why in a stream error. Without "
		       "one it is overloaded, blocks us, or expects something else on this port "
		       "(a PROXY header, TLS at once).",
	},
	{
		.id = "endpoint-reset",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 4.4",
		.meaning = "The connection was reset.",
		.why = "A server that crashed, a firewall in between, or a rate limit.",
	},
	{
		.id = "endpoint-no-route",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6120 section 3.2.1",
		.meaning = "This machine has no route to the address, most often because it has "
			   "no IPv6.",
		.why = "The endpoint was not examined. It says nothing about the server.",
	},
	{
		.id = "endpoint-unreachable",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 8305 section 5",
		.meaning = "One address fails while others of the same service work.",
		.why = "Clients that race addresses hide it, others hang.",
	},
	{
		.id = "service-unreachable",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 3.2",
		.meaning = "No endpoint of the service works.",
		.why = "Nobody can connect. A service that is not meant to be offered is declared "
		       "so by one SRV record with the target \".\".",
	},
	{
		.id = "service-not-found",
		.severity = GRADE(INFO, INFO, WARNING),
		.ref = "RFC 6120 section 3.2",
		.meaning = "DNS names no endpoint of the service, and the domain itself has no "
			   "address.",
		.why = "The domain does not offer the service; one SRV record with the target \".\" "
		       "would say so, and spare others the question.",
	},
	{
		.id = "service-not-examined",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 3.2",
		.meaning = "No endpoint of the service could be examined from this machine.",
		.why = "The reason lies here: no route, no more descriptors, a proxy that refuses.",
	},
	{
		.id = "ipv6-missing",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6540",
		.meaning = "No endpoint has an IPv6 address.",
		.why = "Networks without IPv4 reach the service through translation only.",
		.prosody = "Prosody listens on IPv6 by itself; publish AAAA records",
		.ejabberd = "`ip: \"::\"` in `listen`; publish AAAA records",
	},
	{
		.id = "ipv6-dead",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 8305 section 5",
		.meaning = "No IPv6 address of the service works, while IPv4 does.",
		.why = "Clients and servers try IPv6 first; those that do not race wait in vain.",
		.prosody = "`interfaces = { \"*\", \"::\" }`, and the firewall's IPv6 rules",
		.ejabberd = "`ip: \"::\"` in `listen`, and the firewall's IPv6 rules",
	},
	{
		.id = "limit-exceeded",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, WARNING),
		.other_when = "when only the certificate chain is too long",
		.ref = "RFC 6120 section 13.12",
		.meaning = "The peer sent more, deeper or larger data than we take.",
		.why = "Before authentication a few kilobytes suffice; more is an attack or a "
		       "fault.",
	},
	{
		.id = "local-problem",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 3.2",
		.meaning = "Something on this machine or in what we were asked kept us from "
			   "examining the endpoint.",
		.why = "It says nothing about the server.",
	},
	{
		.id = "library-cannot",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 9325 section 3.1",
		.meaning = "The TLS library here cannot do what the peer asks for.",
		.why = "It says nothing about the server.",
	},

	/* The stream in clear. */
	{
		.id = "not-xmpp",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 4.2",
		.meaning = "Something that is not XMPP answers.",
		.why = "The record leads to another service, such as a web server.",
		.prosody = FIX_SRV,
		.ejabberd = FIX_SRV,
	},
	{
		.id = "peer-sent-restricted-xml",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 11.1",
		.meaning =
			"The peer sent XML that is forbidden on a stream: a comment, a processing "
			"instruction, a document type or an entity.",
		.why = "Such data is how parsers are attacked; the stream must be closed.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "not-well-formed",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 11.3",
		.meaning = "The peer's XML is not well-formed.",
		.why = "The stream must be closed; nobody can talk to this server.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "protocol-violation",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 4.3",
		.meaning =
			"The peer speaks XMPP, but sent what the standard does not allow at this "
			"place.",
		.why = "Strict programs give up here.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "stream-host-unknown",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 4.9.3.6",
		.meaning = "The server answers, but does not serve this domain.",
		.why = "DNS leads to a server that is not configured for the domain: a stale SRV "
		       "record, or a missing virtual host.",
		.prosody = "add `VirtualHost \"example.org\"`",
		.ejabberd = "add the domain to `hosts`",
	},
	{
		.id = "stream-error",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, WARNING),
		.other_when =
			"when the condition may pass by itself or mean that we came too often "
			"(conflict, policy-violation, reset, resource-constraint, "
			"system-shutdown)",
		.ref = "RFC 6120 section 4.9",
		.meaning = "The server ended the stream with an error.",
		.why = "The condition tells the cause.",
		.prosody = "the log at level debug names the reason",
		.ejabberd = "the log at `loglevel: debug` names the reason",
	},
	{
		.id = "see-other-host",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 4.9.3.19",
		.meaning = "The server sends us to another host.",
		.why = "Not every program follows, and in clear anybody on the path can say so.",
		.prosody = "publish SRV records for the other host instead",
		.ejabberd = "publish SRV records for the other host instead",
	},
	{
		.id = "stream-no-version",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, WARNING),
		.other_when = "when STARTTLS works all the same",
		.ref = "RFC 6120 section 4.7.5",
		.meaning = "The stream header has no version 1.0.",
		.why = "Without it there are no features and so no offer of TLS: the server is "
		       "older than XMPP, or somebody took the attribute out.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "stream-header-incomplete",
		.severity = GRADE(INFO, INFO, INFO),
		.other = GRADE(WARNING, WARNING, WARNING),
		.other_when = "when the id is missing",
		.ref = "RFC 6120 section 4.7",
		.meaning = "The stream header lacks an attribute that must be there.",
		.why = "Dialback keys hang on the id; the others help to tell virtual hosts apart.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "starttls-not-required",
		.severity = GRADE(WARNING, WARNING, CRITICAL),
		.ref = "RFC 7590 section 3.1",
		.meaning = "TLS is offered, but not required.",
		.why = "Whoever can strip the offer gets a connection in clear. The 2014 "
		       "statement asks for TLS to be required.",
		.prosody = PROSODY_REQUIRE,
		.ejabberd = EJABBERD_REQUIRE,
	},
	{
		.id = "starttls-not-advertised-but-works",
		.severity = GRADE(WARNING, WARNING, CRITICAL),
		.ref = "RFC 7590 section 3.1",
		.meaning = "The features do not offer STARTTLS, but asking for it works.",
		.why = "Somebody on the path strips the offer, or the server hides it; programs "
		       "that believe the features go on in clear.",
		.prosody = PROSODY_TLS,
		.ejabberd = EJABBERD_TLS,
	},
	{
		.id = "starttls-not-offered",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.3.1",
		.meaning = "The server does not offer STARTTLS, and asking for it does not work.",
		.why = "All that is said here can be read on the way.",
		.prosody = PROSODY_TLS,
		.ejabberd = EJABBERD_TLS,
	},
	{
		.id = "starttls-refused",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.4.2.2",
		.meaning = "The server offers STARTTLS, then refuses it.",
		.why = "Most often the certificate or its key cannot be read.",
		.prosody = PROSODY_TLS,
		.ejabberd = EJABBERD_TLS,
	},
	{
		.id = "starttls-injection",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.4.3.3",
		.meaning = "Octets arrived in clear between <proceed/> and the TLS handshake.",
		.why = "A program that keeps them takes an attacker's words for the server's, "
		       "protected by TLS.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "sasl-before-tls",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 6.3.4",
		.meaning = "Authentication is offered in clear.",
		.why = "Clients that are not strict log in where everybody can read and change "
		       "what follows.",
		.prosody = PROSODY_REQUIRE,
		.ejabberd = EJABBERD_REQUIRE,
	},
	{
		.id = "plain-before-tls",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 13.8.3",
		.meaning = "A mechanism that sends the password itself is offered in clear.",
		.why = "The password can be read on the way.",
		.prosody =
			"`c2s_require_encryption = true`, `allow_unencrypted_plain_auth = false`",
		.ejabberd = "`starttls_required: true` in the `listen` entry of ejabberd_c2s",
	},
	{
		.id = "iq-auth-before-tls",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "XEP-0078 section 5",
		.meaning = "The obsolete authentication of XEP-0078 is offered in clear.",
		.why = "It sends the password itself, or a digest that can be searched.",
		.prosody = "take `\"legacyauth\"` out of `modules_enabled`",
		.ejabberd = "take `mod_legacy_auth` out of `modules`",
	},
	{
		.id = "register-before-tls",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "XEP-0077 section 9",
		.meaning = "In-band registration is offered in clear.",
		.why = "The password of a new account would travel in clear.",
		.prosody = "`c2s_require_encryption = true`",
		.ejabberd = "`starttls_required: true` in the `listen` entry of ejabberd_c2s",
	},
	{
		.id = "dialback-before-tls",
		.severity = GRADE(WARNING, WARNING, CRITICAL),
		.ref = "RFC 7590 section 3.4",
		.meaning = "Dialback is offered in clear, and TLS is not required.",
		.why = "Servers can come to federate without encryption.",
		.prosody = "`s2s_require_encryption = true`",
		.ejabberd = "`s2s_use_starttls: required`",
	},
	{
		.id = "compression-offered",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.other = GRADE(NONE, NONE, INFO),
		.other_when = "when it is offered inside TLS only",
		.ref = "RFC 7590 section 3.2",
		.meaning = "Stream compression is offered before TLS.",
		.why = "TLS comes first; compression of what is secret helps an attacker to guess it, "
		       "and decompression bombs are an old attack.",
		.prosody = "take `\"compression\"` out of `modules_enabled`",
		.ejabberd = "take `zlib: true` out of `listen`, `s2s_zlib: false`",
	},

	/* TLS. */
	{
		.id = "starttls-is-direct-tls",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0368 section 3",
		.meaning = "An _xmpp- record leads to a port that wants TLS at once.",
		.why = "Programs that ask for STARTTLS there fail.",
		.prosody = "publish the port in an _xmpps- record",
		.ejabberd = "publish the port in an _xmpps- record",
	},
	{
		.id = "direct-tls-is-starttls",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0368 section 3",
		.meaning = "An _xmpps- record leads to a port that speaks STARTTLS.",
		.why = "Programs that prefer direct TLS fail there.",
		.prosody = "`c2s_direct_tls_ports = { 5223 }`, `s2s_direct_tls_ports = { 5270 }`",
		.ejabberd = "`tls: true` in the port's `listen` entry",
	},
	{
		.id = "direct-tls-closed",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "XEP-0368 section 3",
		.meaning = "An SRV record names a port for direct TLS that cannot be reached.",
		.why = "Programs that prefer direct TLS wait in vain.",
		.prosody = "`c2s_direct_tls_ports = { 5223 }`, `s2s_direct_tls_ports = { 5270 }`",
		.ejabberd = "a `listen` entry with `tls: true` for the port",
	},
	{
		.id = "direct-tls-missing",
		.severity = GRADE(INFO, INFO, WARNING),
		.ref = "RFC 9325 section 3.2",
		.meaning = "No direct TLS (XEP-0368) is published.",
		.why = "TLS from the first octet leaves nothing to strip, and passes where only "
		       "port 443 is open.",
		.prosody =
			"`c2s_direct_tls_ports = { 5223 }`, `s2s_direct_tls_ports = { 5270 }`, and "
			"_xmpps-client and _xmpps-server records",
		.ejabberd =
			"`listen` entries with `tls: true`, and _xmpps-client and _xmpps-server "
			"records",
	},
	{
		.id = "tls-handshake-failed",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.4.3.2",
		.meaning = "The TLS handshake failed.",
		.why = "Nobody with a similar TLS library can connect.",
		.prosody = "`prosodyctl check certs`; the log at level debug names the reason",
		.ejabberd =
			"see that `certfiles` holds a certificate for the domain and its key; the "
			"log names the reason",
	},
	{
		.id = "tls-version-too-old",
		.severity = GRADE(CRITICAL, WARNING, CRITICAL),
		.other = GRADE(WARNING, INFO, CRITICAL),
		.other_when = "when TLS 1.0 or 1.1 was asked for on purpose and agreed upon",
		.ref = "RFC 8996 section 2",
		.meaning = "The server speaks no version of TLS that may still be used.",
		.why = "SSL 3.0, TLS 1.0 and TLS 1.1 must not be negotiated. In 2014 the statement "
		       "still allowed them.",
		.prosody = PROSODY_VERSIONS,
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "tls-old-versions-refused",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 8996 section 2",
		.meaning = "Only TLS 1.0 or 1.1 was offered, and the server refused.",
		.why = "So it should; what else it has to offer was not examined. Take --tls-max "
		       "away.",
	},
	{
		.id = "tls13-missing",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 9325 section 3.1.1",
		.meaning = "The server does not speak TLS 1.3.",
		.why = "TLS 1.3 leaves out all that proved weak in earlier versions.",
		.prosody = "a current OpenSSL; `ssl = { protocol = \"tlsv1_2+\" }`",
		.ejabberd = "a current OpenSSL, and no no_tlsv1_3 in `c2s_protocol_options` and "
			    "`s2s_protocol_options`",
	},
	{
		.id = "tls-anonymous",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "The server agreed to a suite without any certificate.",
		.why = "Anybody on the path can be the server.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-no-forward-secrecy",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "There is no forward secrecy, though we prefer it.",
		.why = "Whoever records the traffic and later gets the server's key can read it "
		       "all.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-weak-cipher",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.other = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other_when = "for no encryption, RC4, export suites and keys under 112 bits",
		.ref = "RFC 9325 section 4.1",
		.meaning = "The cipher of the connection is weak.",
		.why = "It was the best the server would agree to.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-legacy-cipher",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 9325 section 4.2",
		.meaning = "The cipher is forward secret but dated: CBC, finite-field "
			   "Diffie-Hellman, or a shortened tag.",
		.why = "Suites with authenticated encryption have fewer ways to fail.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-dh-weak",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, CRITICAL),
		.other_when = "for 1024 to 2047 bits, where the server may choose better",
		.ref = "RFC 9325 section 4.5",
		.meaning = "The Diffie-Hellman group is too small.",
		.why = "Groups of 1024 bits are within reach of those who can pay: forward secrecy "
		       "in name only.",
		.prosody = PROSODY_DH,
		.ejabberd = "`c2s_dhfile` and `s2s_dhfile`: parameters of 2048 bits or more",
	},
	{
		.id = "tls-weak-signature",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.other = GRADE(CRITICAL, WARNING, CRITICAL),
		.other_when = "when the server was asked scheme by scheme",
		.ref = "RFC 9155 section 4",
		.meaning = "The server signed the handshake with SHA-1 or MD5.",
		.why = "Signatures over these can be forged.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-no-extended-master-secret",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 9325 section 3.5",
		.meaning = "TLS 1.2 without the extended master secret.",
		.why = "Two connections can be made to share their secrets, and channel binding "
		       "proves nothing.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-no-secure-renegotiation",
		.severity = GRADE(CRITICAL, WARNING, CRITICAL),
		.ref = "RFC 9325 section 3.5",
		.meaning = "The server does not know secure renegotiation.",
		.why = "An attacker can put his words in front of a client's.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "alpn-missing",
		.severity = GRADE(INFO, INFO, WARNING),
		.ref = "XEP-0368 section 3",
		.meaning = "The server does not answer our ALPN on direct TLS.",
		.why = "Without it a certificate's other services can be played off against XMPP, "
		       "and the port cannot be shared.",
		.prosody =
			"`\"net_multiplex\"` in `modules_enabled`, and `ssl_ports = { 5223 }` instead of "
			"`c2s_direct_tls_ports`",
	},
	{
		.id = "client-cert-not-requested",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6120 section 5.4.3.1",
		.meaning = "The server does not ask for the other server's certificate.",
		.why = "Servers can then prove who they are by dialback only.",
		.prosody = "Prosody asks by itself; take `verify` out of `ssl = { ... }`",
		.ejabberd = "versions before 26.07 ask by themselves; later ones where login by "
			    "certificate is enabled",
	},
	{
		.id = "client-cert-required",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7590 section 3.4",
		.meaning = "The server turns away servers that show no trusted certificate.",
		.why = "That is allowed, and stricter than dialback. What it offers to trusted "
		       "servers was not seen: use --cert.",
		.prosody = "`s2s_secure_auth = true` does this, and \"dialback\" in "
			   "`modules_disabled`",
	},

	/* Versions, as far as they were asked for one by one. */
	{
		.id = "tls-ssl2-offered",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6176 section 3",
		.meaning = "SSL 2.0 is accepted.",
		.why = "It encrypts nothing that cannot be read, and gives away sessions of any "
		       "TLS server with the same RSA key (DROWN).",
		.prosody = PROSODY_VERSIONS,
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "tls-ssl3-offered",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7568 section 3",
		.meaning = "SSL 3.0 is accepted.",
		.why = "A client that is made to fall back to it gives away its secrets octet by "
		       "octet (POODLE).",
		.prosody = PROSODY_VERSIONS,
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "tls-old-version-offered",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 8996 section 2",
		.meaning = "TLS 1.0 or TLS 1.1 is accepted beside newer versions.",
		.why = "They must not be negotiated: they know no authenticated encryption and "
		       "sign with SHA-1. In 2014 the statement still allowed them.",
		.prosody = PROSODY_VERSIONS "; `tls_profile = \"intermediate\"` does it, too",
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "tls12-missing",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 9325 section 3.1.1",
		.meaning = "TLS 1.3 is accepted, TLS 1.2 is not.",
		.why = "Programs without TLS 1.3 stay outside; nothing is weaker for it.",
		.prosody = "`ssl = { protocol = \"tlsv1_2+\" }`",
		.ejabberd =
			"take no_tlsv1_2 out of `c2s_protocol_options` and `s2s_protocol_options`",
	},
	{
		.id = "tls13-not-preferred",
		.severity = GRADE(WARNING, WARNING, CRITICAL),
		.ref = "RFC 9325 section 3.1.1",
		.meaning = "An older version was agreed upon, though both sides speak TLS 1.3.",
		.why = "Who speaks TLS 1.3 must prefer it.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-no-downgrade-sentinel",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9846 section 4.1.3",
		.meaning = "The server speaks TLS 1.3, but its answers of older versions do not "
			   "carry the mark that says so.",
		.why = "Somebody on the path can have an older version agreed upon, and no client "
		       "notices. Another program in front of the server, or servers of different "
		       "age behind one address, look like this.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-no-fallback-scsv",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7507 section 3",
		.meaning = "The server does not notice that a client has fallen back from a newer "
			   "version (TLS_FALLBACK_SCSV).",
		.why = "As long as old versions are accepted, somebody on the path can make a "
		       "client use them. Where there is no old version it is told as information.",
		.prosody = PROSODY_VERSIONS,
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "tls-version-intolerance",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 5246 appendix E.1",
		.meaning = "A hello of a newer version makes the server fail instead of answering "
			   "with one it knows.",
		.why = "Clients have to fall back to be understood, and attackers can make them.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-grease-intolerance",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 8701 section 3",
		.meaning = "Values that nobody knows make the server fail.",
		.why = "It must ignore them. Clients send some on purpose, and each new algorithm "
		       "is such a value.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-long-hello-intolerance",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 9846 section 5.1",
		.meaning = "A hello that takes two segments of TCP is not understood.",
		.why = "Hellos with post-quantum shares are that long. Something on the way often "
		       "is to blame.",
		.prosody =
			"a current OpenSSL; look at what stands between the server and the network",
		.ejabberd =
			"a current OpenSSL; look at what stands between the server and the network",
	},

	/* Suites. */
	{
		.id = "tls-suite-null",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "Suites without any encryption are accepted.",
		.why = "Whoever is on the path can read along.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-export",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "Export suites are accepted, or an RSA key of export size is used.",
		.why = "Their keys can be computed within hours; clients can be made to take them "
		       "(FREAK, LOGJAM).",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-rc4",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7465 section 2",
		.meaning = "RC4 is accepted.",
		.why = "What is sent again and again, such as a password, can be read from its "
		       "biases.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-short-key",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "Suites with keys of less than 112 bits are accepted.",
		.why = "The key can be found by trying them all.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-64-bit-block",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "Ciphers with blocks of 64 bits are accepted: 3DES, IDEA, GOST 28147.",
		.why = "Long connections repeat blocks, and repeated blocks give away text "
		       "(SWEET32). XMPP connections last for days.",
		.prosody = PROSODY_CIPHERS,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-static-rsa",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "RSA key exchange is accepted.",
		.why = "There is no forward secrecy: who gets the key later can read what he "
		       "recorded. It is also what attacks in the manner of ROBOT need; whether "
		       "this server is open to one was not tested.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-static-key",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "Key exchange with long-lived keys is accepted: static Diffie-Hellman, "
			   "Kerberos, GOST.",
		.why = "There is no forward secrecy: who gets the key later can read what he "
		       "recorded.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-dsa",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 9846 section 4.2.3",
		.meaning = "Suites with DSA certificates are accepted.",
		.why = "DSA left TLS; its keys mostly have 1024 bits, and sign with SHA-1.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-psk",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 4279 section 7.1",
		.meaning = "Suites with nothing but a pre-shared key are accepted.",
		.why = "There is no forward secrecy, and XMPP has no use for them.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-dhe",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 9325 section 4.2",
		.meaning = "Suites with finite-field Diffie-Hellman are accepted in TLS 1.2 or "
			   "earlier.",
		.why = "Client and server cannot agree on a group, so that weak ones stay in use.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-cbc",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 9325 section 4.2.1",
		.meaning = "CBC suites are accepted without encrypt-then-MAC.",
		.why = "Small differences in time can give away text (LUCKY13); libraries take "
		       "pains to hide them.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-dated",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 9325 section 4.2",
		.meaning = "Suites are accepted that no recommendation knows: short tags, numbers "
			   "never assigned, abandoned experiments.",
		.why = "Suites with authenticated encryption that are in wide use have fewer ways "
		       "to fail.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "tls-suite-out-of-place",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 5246 section 1.2",
		.meaning = "Suites are accepted in versions for which they are not specified.",
		.why = "Strict clients give up here.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-suite-unregistered",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 9847 section 3",
		.meaning = "Suites are accepted whose numbers are not assigned.",
		.why = "Nobody here knows what they are worth.",
		.prosody = PROSODY_SUITES,
		.ejabberd = EJABBERD_CIPHERS,
	},
	{
		.id = "rfc6120-suite",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6120 section 13.8",
		.meaning = "Whether the suite that RFC 6120 makes mandatory to implement, "
			   "TLS_RSA_WITH_AES_128_CBC_SHA, is accepted.",
		.why = "It has no forward secrecy, and RFC 9325 (section 4.2.1) advises against "
		       "it: a server does well without. Clients of 2011 may need it.",
	},

	/* Their order. */
	{
		.id = "tls-fs-not-preferred",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "RFC 9325 section 4.1",
		.meaning = "A suite without forward secrecy is chosen, though one with it was "
			   "offered.",
		.why = "Forward secrecy must not only be had but preferred.",
		.prosody = PROSODY_ORDER,
		.ejabberd = EJABBERD_ORDER,
	},
	{
		.id = "tls-weak-preferred",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 9325 section 4.2.1",
		.meaning =
			"A weak suite is chosen, though a good one was offered in the same hello.",
		.why = "Clients that know better get no better.",
		.prosody = PROSODY_ORDER,
		.ejabberd = EJABBERD_ORDER,
	},
	{
		.id = "tls-no-server-preference",
		.severity = GRADE(INFO, NONE, INFO),
		.ref = "RFC 9325 section 4.2.1",
		.meaning = "The client's order of suites decides.",
		.why = "With nothing but good suites it is as well; otherwise an old client "
		       "chooses worse than it had to.",
		.prosody = PROSODY_ORDER,
		.ejabberd = EJABBERD_ORDER,
	},

	/* Key exchange and signatures. */
	{
		.id = "tls-dh-shared-prime",
		.severity = GRADE(WARNING, WARNING, CRITICAL),
		.ref = "RFC 9325 section 4.5",
		.meaning = "The Diffie-Hellman group has 1024 bits or less, and many servers share "
			   "it.",
		.why = "The costly part of breaking it is done once for all who use it (LOGJAM).",
		.prosody = PROSODY_DH,
		.ejabberd = EJABBERD_DH,
	},
	{
		.id = "tls-dh-unsafe",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, CRITICAL),
		.other_when = "for a prime with small subgroups, as in RFC 5114",
		.ref = "RFC 8270 section 1",
		.meaning =
			"The Diffie-Hellman parameters are faulty: a modulus that is no prime, a "
			"generator or public value of no use.",
		.why = "Whoever is on the path can compute the secret.",
		.prosody = PROSODY_DH,
		.ejabberd = EJABBERD_DH,
	},
	{
		.id = "tls-ephemeral-reuse",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9325 section 7.4",
		.meaning = "Two connections had the same ephemeral key.",
		.why = "It is ephemeral in name only: forward secrecy lasts as long as the key "
		       "does. With DHE it is also what Raccoon needs.",
		.prosody =
			"`ssl = { options = { single_dh_use = true, single_ecdh_use = true } }`, "
			"the default",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-explicit-curve",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.ref = "RFC 8422 section 5.4",
		.meaning = "The server sends the parameters of its curve instead of its name.",
		.why = "Nobody can check them in passing, and forged ones have passed.",
		.prosody = "take `curveslist` out of `ssl = { ... }`",
		.ejabberd = "run a current OpenSSL: its own list has none of these",
	},
	{
		.id = "tls-group-deprecated",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "RFC 8422 section 5.1.1",
		.meaning =
			"Groups are accepted that were deprecated, or drafts that were replaced.",
		.why = "They are seldom used, seldom tested, and no client needs them.",
		.prosody = "take `curveslist` out of `ssl = { ... }`",
		.ejabberd = "run a current OpenSSL: its own list has none of these",
	},
	{
		.id = "tls-post-quantum-missing",
		.severity = GRADE(INFO, NONE, WARNING),
		.ref = "draft-ietf-tls-ecdhe-mlkem",
		.meaning = "No post-quantum group is accepted.",
		.why = "What is recorded now may be read once there are quantum computers.",
		.prosody =
			"OpenSSL 3.5 or newer; `curveslist = { \"X25519MLKEM768\", \"X25519\" }` "
			"in `ssl = { ... }`",
		.ejabberd = "OpenSSL 3.5 or newer",
	},
	{
		.id = "tls-post-quantum-not-preferred",
		.severity = GRADE(INFO, NONE, INFO),
		.ref = "draft-ietf-tls-ecdhe-mlkem",
		.meaning = "A post-quantum group is accepted, but not asked for where a classical "
			   "share came along.",
		.why = "Clients that send a classical share first are not protected.",
		.prosody = "X25519MLKEM768 first in `curveslist` of `ssl = { ... }`",
		.ejabberd = "OpenSSL 3.5 or newer",
	},
	{
		.id = "tls-accepts-weak-signature",
		.severity = GRADE(WARNING, INFO, CRITICAL),
		.other = GRADE(CRITICAL, WARNING, CRITICAL),
		.other_when = "for MD5 (SLOTH)",
		.ref = "RFC 9155 section 4",
		.meaning =
			"The server signs the handshake with SHA-1 or MD5 when the client offers "
			"nothing better.",
		.why = "It must refuse: signatures over these can be forged.",
		.prosody = "take @SECLEVEL=0 and @SECLEVEL=1 out of `ciphers` in `ssl = { ... }`; "
			   "run a current OpenSSL",
		.ejabberd = "take @SECLEVEL=0 and @SECLEVEL=1 out of `c2s_ciphers` and "
			    "`s2s_ciphers`; run a current OpenSSL",
	},

	/* Properties. */
	{
		.id = "tls-compression",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9325 section 3.3",
		.meaning = "The server compresses inside TLS.",
		.why = "The length of what is sent gives away what is in it (CRIME).",
		.prosody = "`ssl = { options = { no_compression = true } }`, the default",
		.ejabberd = "no_compression in `c2s_protocol_options` and `s2s_protocol_options`",
	},
	{
		.id = "tls-heartbeat",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 6520 section 2",
		.meaning = "The server agrees to TLS heartbeats.",
		.why = "XMPP has no use for them over TCP, and libraries that still have them are "
		       "old. Whether they give away memory was not tested.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-unknown-name-accepted",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 9325 section 3.7",
		.meaning = "A server name (SNI) that nobody serves is answered with a certificate.",
		.why = "It should be refused: what is meant for one service can otherwise be led "
		       "to another (ALPACA).",
	},
	{
		.id = "tls-unknown-alpn-accepted",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7301 section 3.2",
		.meaning = "A protocol (ALPN) that nobody knows is not refused on direct TLS.",
		.why = "It should be: what is meant for one service can otherwise be led to "
		       "another (ALPACA).",
	},

	/* The enumeration itself. */
	{
		.id = "tls-protocol-violation",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 9846 section 4.1.3",
		.meaning = "The server's answers break a rule of TLS.",
		.why = "A client must end the connection where it sees this (RFC 9846, 6.2), so "
		       "that strict ones cannot get in.",
		.prosody = "run a current OpenSSL",
		.ejabberd = "run a current OpenSSL",
	},
	{
		.id = "tls-answers-inconsistent",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9325 section 3.9",
		.meaning = "The same question had different answers.",
		.why = "There may be several servers behind one address, not all alike: the "
		       "weakest one counts, and what is shown is a mixture.",
		.prosody = "give all nodes the same configuration",
		.ejabberd = "give all nodes the same configuration",
	},
	{
		.id = "tls-answers-unclear",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 9846 section 6",
		.meaning = "Some questions had no answer that proves anything: silence, resets, "
			   "faults.",
		.why = "Neither yes nor no is claimed of what they asked for.",
	},
	{
		.id = "enumeration-throttled",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 4.9.3.17",
		.meaning = "The server would not have as many connections as it takes.",
		.why = "What was not asked for is not known, and not counted as refused.",
		.prosody = "`mod_limits` and what stands before the server limit connections",
		.ejabberd = "`shaper` and what stands before the server limit connections",
	},
	{
		.id = "enumeration-incomplete",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 9846 section 4.1.2",
		.meaning = "The enumeration ended before its plan was through.",
		.why = "What was not asked for is not known, and not counted as refused. More "
		       "time or more connections may help.",
	},

	/* Certificates: the path. */
	{
		.id = "cert-missing",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.4.3.1",
		.meaning = "The server showed no certificate.",
		.why = "Nothing says who it is.",
		.prosody = PROSODY_CERTIFICATE,
		.ejabberd = EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-malformed",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 5280 section 4.1",
		.meaning = "A certificate of the chain cannot be read.",
		.why = "No program can verify it.",
		.prosody = PROSODY_CERTIFICATE,
		.ejabberd = EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-untrusted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 7590 section 3.4",
		.meaning = "The certificate does not lead to a trust anchor.",
		.why = "Clients must refuse it; servers fall back to dialback or refuse it.",
		.prosody = "get a certificate from a CA that clients trust; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate from a CA that clients trust; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-self-signed",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 7590 section 3.4",
		.meaning = "The certificate is signed by itself.",
		.why = "Nobody vouches for it: anybody on the path can make one like it.",
		.prosody = "get a certificate from a CA that clients trust; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate from a CA that clients trust; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-chain-incomplete",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 5246 section 7.4.2",
		.meaning = "The server does not send the certificate that issued its own.",
		.why = "Programs that do not happen to know the intermediate cannot build the path. "
		       "The chain file holds the first certificate only.",
		.prosody = PROSODY_CERTIFICATE,
		.ejabberd = EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-chain-order",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 5246 section 7.4.2",
		.meaning = "The certificates of the chain are out of order.",
		.why = "Each must certify the one before it; strict programs refuse the chain.",
		.prosody = PROSODY_CERTIFICATE,
		.ejabberd = EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-expired",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 5280 section 4.1.2.5",
		.meaning = "A certificate has expired.",
		.why = "Clients must refuse it; servers fall back to dialback or refuse it.",
		.prosody =
			"renew it, then `prosodyctl reload`: Prosody keeps the old one until then",
		.ejabberd = "renew it, then `ejabberdctl reload_config`",
	},
	{
		.id = "cert-not-yet-valid",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 5280 section 4.1.2.5",
		.meaning = "A certificate is not valid yet.",
		.why = "It was installed too early, or a clock is wrong: theirs or ours.",
		.prosody =
			"see what `timedatectl` says; if the clock is right, put the earlier certificate back",
		.ejabberd =
			"see what `timedatectl` says; if the clock is right, put the earlier certificate back",
	},
	{
		.id = "cert-expires-soon",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.other = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other_when =
			"when no more than the smaller of a seventh of its lifetime and 7 days "
			"is left",
		.ref = "RFC 5280 section 4.1.2.5",
		.meaning = "No more than a third of the certificate's lifetime, and no more than "
			   "20 days, is left.",
		.why = "Renewal is due at two thirds of the lifetime; it seems to have failed.",
		.prosody = "run the renewal by hand, read its log, then `prosodyctl reload`",
		.ejabberd =
			"run the renewal by hand, read its log, then `ejabberdctl reload_config`",
	},
	{
		.id = "cert-weak",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 9325 section 4.5",
		.meaning =
			"A key or signature of the chain is too weak: RSA under 2048 bits, SHA-1 or "
			"MD5.",
		.why = "It can be forged, and current libraries refuse it.",
		.prosody =
			"get a certificate with an ECDSA key, or RSA of 2048 bits; " PROSODY_CERTIFICATE,
		.ejabberd =
			"get a certificate with an ECDSA key, or RSA of 2048 bits; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-wrong-purpose",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 5280 section 4.2.1.12",
		.meaning = "The certificate is not meant for servers (no serverAuth).",
		.why = "Clients must refuse it.",
		.prosody = "get a certificate for serverAuth; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate for serverAuth; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-eku-client-only",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 5280 section 4.2.1.12",
		.meaning =
			"The certificate is for TLS clients, not for servers (clientAuth without "
			"serverAuth).",
		.why = "Clients must refuse it, and a domain is proved by a certificate for servers "
		       "on whichever side of the connection it stands.",
		.prosody = "get a certificate for serverAuth; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate for serverAuth; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-eku-any-only",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 5280 section 4.2.1.12",
		.meaning = "The certificate is for any purpose and does not name TLS servers.",
		.why = "OpenSSL and others refuse it: they want serverAuth itself.",
		.prosody = "get a certificate for serverAuth; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate for serverAuth; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-eku-no-client",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0178 section 3",
		.meaning = "The certificate is for TLS servers only (no clientAuth).",
		.why = "Public authorities issue nothing else since 2026. On a connection that the "
		       "server makes it is the TLS client; peers that check that purpose refuse "
		       "SASL EXTERNAL and fall back to dialback. Current Prosody and ejabberd do "
		       "not check it: keep dialback for the others.",
		.prosody = "keep `\"dialback\"` in `modules_enabled`",
		.ejabberd = "keep `mod_s2s_dialback` among the modules",
	},
	{
		.id = "cert-key-usage",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 5280 section 4.2.1.3",
		.meaning = "The key of the certificate may not be used for signatures.",
		.why = "TLS 1.3 and every suite with forward secrecy need digitalSignature.",
		.prosody = "get a certificate with digitalSignature; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate with digitalSignature; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-is-ca",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 13.7.1.1",
		.meaning = "The server shows the certificate of a CA as its own.",
		.why = "Who gets at the server's key can issue certificates for everybody.",
		.prosody = "get a certificate that is none of a CA; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate that is none of a CA; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-not-conforming",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 5280 section 4",
		.meaning = "A certificate of the path breaks a rule that binds its authority.",
		.why = "The path holds in spite of it here; stricter programs refuse it.",
		.prosody = "tell the authority, or get a certificate elsewhere",
		.ejabberd = "tell the authority, or get a certificate elsewhere",
	},
	{
		.id = "cert-lifetime",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "CA/Browser Forum BR section 6.3.2",
		.meaning = "The certificate lives longer than it may.",
		.why = "Programs that heed the limits of public authorities refuse it; a private "
		       "one that never ends is never replaced either.",
		.prosody = "get a certificate that lives 90 days or less; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate that lives 90 days or less; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-issuer-expires-soon",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.other = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other_when = "when the critical threshold is reached",
		.ref = "RFC 5280 section 6.1.3",
		.meaning = "The certificate of an issuer in the path ends soon.",
		.why = "With it the path ends, however long the server's own certificate has left.",
		.prosody =
			"renew, so that the chain comes with its successor; " PROSODY_CERTIFICATE,
		.ejabberd =
			"renew, so that the chain comes with its successor; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-expired-alternative",
		.severity = GRADE(INFO, INFO, WARNING),
		.ref = "RFC 5280 section 6.1",
		.meaning =
			"The server sends an expired issuer's certificate; another way is valid.",
		.why = "Programs that try one way only fail there, as many did in 2021.",
		.prosody = "take it out of the chain file, then `prosodyctl reload`",
		.ejabberd = "take it out of the chain file, then `ejabberdctl reload_config`",
	},
	{
		.id = "cert-root-sent",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 8446 section 4.4.2",
		.meaning = "The server sends the root certificate.",
		.why = "Who trusts it has it already: it costs octets in each handshake, and only "
		       "DANE-TA wants it.",
		.prosody = "take it out of the chain file",
		.ejabberd = "take it out of the chain file",
	},
	{
		.id = "cert-cross-signed",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 5280 section 3.2",
		.meaning = "The server sends another issuer's certificate for an authority of the "
			   "path.",
		.why = "It leads programs that do not know our trust anchor to one they know, and "
		       "costs octets in each handshake.",
		.prosody = "keep it as long as such programs connect",
		.ejabberd = "keep it as long as such programs connect",
	},
	{
		.id = "cert-superfluous",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 5246 section 7.4.2",
		.meaning = "The server sends certificates that its path does not need.",
		.why = "They cost octets in each handshake, and confuse strict programs.",
		.prosody = "take them out of the chain file",
		.ejabberd = "take them out of the chain file",
	},
	{
		.id = "cert-chain-too-long",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 8446 section 4.4.2",
		.meaning = "More certificates were presented than we look at.",
		.why = "No path needs so many; other programs stop at ten.",
		.prosody = PROSODY_CERTIFICATE,
		.ejabberd = EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-staple-missing",
		.severity = GRADE(CRITICAL, INFO, CRITICAL),
		.ref = "RFC 7633 section 4.3.3",
		.meaning = "The certificate demands a stapled OCSP answer, and none came.",
		.why = "Programs that honour the demand refuse the connection.",
		.prosody = "ask for a certificate without must-staple: Prosody does not staple",
		.ejabberd = "ask for a certificate without must-staple: ejabberd does not staple",
	},
	{
		.id = "trust-unavailable",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 6120 section 13.7.2",
		.meaning = "The trust anchors of this machine could not be read.",
		.why = "Whether the certificate is trusted was not examined: install "
		       "ca-certificates, or use --trust.",
	},

	/* Certificates: the name. */
	{
		.id = "cert-name-mismatch",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 9525 section 6",
		.meaning = "The certificate names other domains than this one.",
		.why = "It proves that the server is somebody else. The SRV target's name does not "
		       "count: the certificate must name the XMPP domain.",
		.prosody = "get a certificate for the domain itself; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate for the domain itself; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-cn-only",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = S2S_GRADE,
		.other_when = ON_S2S,
		.ref = "RFC 9525 appendix A",
		.meaning = "The certificate names the domain in its common name only.",
		.why = "The common name is not looked at any more; the name must stand in "
		       "subjectAltName.",
		.prosody = "get a certificate with subjectAltName; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate with subjectAltName; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-malformed-san",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 9525 section 6.3",
		.meaning = "A name in the certificate is malformed and was ignored.",
		.why = "Programs differ in what they make of it.",
		.prosody = "get a certificate without that name; " PROSODY_CERTIFICATE,
		.ejabberd = "get a certificate without that name; " EJABBERD_CERTIFICATE,
	},

	{
		.id = "names-not-judged",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 9525 section 6.1",
		.meaning = "A file was checked without a domain.",
		.why = "Whether the certificate speaks for a domain was not examined: name one.",
	},
	{
		.id = "subdomain-not-covered",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9525 section 6",
		.meaning = "The certificate does not name a subdomain that was asked for.",
		.why = "Other servers connect to a component's domain by itself, and want a "
		       "certificate for it.",
		.prosody =
			"add the component's domain to the certificate, or give it one of its own",
		.ejabberd =
			"add the component's domain to the certificate, or give it one of its own",
	},
	{
		.id = "subdomains-not-discovered",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0030 section 4",
		.meaning = "Which components the server has could not be found out, or not wholly.",
		.why = "A component that the certificate does not name stays unnoticed: name it, as in "
		       "--subdomains=auto,conference.",
	},
	{
		.id = "local-not-loaded",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The file holds a newer certificate than the server shows.",
		.why = "The renewal succeeded, and the server was not told: it will go on showing "
		       "the old one until that expires.",
		.prosody = "`prosodyctl reload`",
		.ejabberd = "`ejabberdctl reload_config`",
	},
	{
		.id = "local-differs",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The file holds another certificate than the server shows.",
		.why = "The server reads another file, or somebody else answers in its place.",
		.prosody = "see where `certificates` and `ssl` point; `prosodyctl check certs`",
		.ejabberd = "see what `certfiles` names",
	},
	{
		.id = "local-unreadable",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 7590 section 3.6",
		.meaning = "The file to compare with could not be read.",
		.why = "Whether the server shows what is stored was not examined.",
	},

	/* DANE. */
	{
		.id = "dane-mismatch",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7673 section 4",
		.meaning = "The host publishes TLSA records, secured by DNSSEC, and none of them "
			   "matches the certificate that the server shows.",
		.why = "A client or server that knows DANE ends the connection, whatever a public "
		       "authority says of the certificate. Usually the certificate was renewed "
		       "with a new key, and the record was not.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "dane-bogus",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7673 section 3",
		.meaning = "The answers that DANE needs fail DNSSEC validation.",
		.why = "A bogus answer is never \"there is none\": who knows DANE keeps away from "
		       "the host. Signatures have expired, a DS record is stale, or somebody "
		       "forges answers.",
	},
	{
		.id = "dane-failed",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 7673 section 3",
		.meaning = "The question about TLSA records had no answer.",
		.why = "Whether records exist, and match, is not known. Who knows DANE keeps away "
		       "from the host until the question is answered: some name servers fail on "
		       "types that they do not know.",
	},
	{
		.id = "dane-required",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7673 section 4",
		.meaning = "--dane=require was given, and DANE does not prove the certificate.",
		.why = "It takes SRV, address and TLSA records secured by DNSSEC, a resolver on a "
		       "trusted path that validates them, and a record that matches.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-unusable",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 6698 section 4.1",
		.meaning = "A TLSA record has an unknown usage, selector or matching type, or data "
			   "of a wrong length.",
		.why = "It is passed over as if it were not there. Where no record is usable, "
		       "nothing is protected by DANE.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-combination-unmatched",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 7671 section 8",
		.meaning = "Of the combinations of usage, selector and matching type that are "
			   "published, one has no record that matches the certificate.",
		.why = "Clients differ in what they support. To one that knows only this "
		       "combination no record matches, and it ends the connection.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-ta-not-in-chain",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 7671 section 5.2",
		.meaning = "A TLSA record of usage 2 names a trust anchor that the server does not "
			   "send.",
		.why = "A digest or a bare key cannot stand in for the certificate: clients find "
		       "no path to it. With usage 2 the anchor must be in the handshake, even a "
		       "self-signed root.",
		.prosody = FIX_ANCHOR,
		.ejabberd = FIX_ANCHOR,
	},
	{
		.id = "tlsa-sha512-only",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 7671 section 9",
		.meaning = "All TLSA records are SHA-512 digests.",
		.why = "Only SHA-256 is mandatory: to clients without SHA-512 the records are "
		       "unusable, and nothing is protected by DANE.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-stale",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7671 section 8.1",
		.meaning = "A TLSA record matches no certificate, while another does.",
		.why = "It is right where it announces the next key. Left behind from the last "
		       "one, it lets whoever has that key pass for the server.",
	},
	{
		.id = "tlsa-usage-pkix",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7671 section 4",
		.meaning = "A TLSA record has usage 0 or 1.",
		.why = "It asks for a path to a public authority besides, about which client and "
		       "server must agree. Usages 2 and 3 are what DANE clients should support.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-full-data",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7671 section 10.1",
		.meaning = "A TLSA record holds a whole certificate or key.",
		.why = "It makes answers so large that they are cut and asked again over TCP. A "
		       "SHA-256 digest does as well.",
		.prosody = FIX_TLSA,
		.ejabberd = FIX_TLSA,
	},
	{
		.id = "tlsa-rollover",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7671 section 8.1",
		.meaning = "The certificate is due for renewal, and no TLSA record of another one "
			   "is published yet.",
		.why = "Resolvers keep the old records for a TTL. A new key must be announced "
		       "before the server uses it, or DANE clients are locked out.",
		.prosody = KEEP_KEY,
		.ejabberd = KEEP_KEY,
	},

	/* POSH. */
	{
		.id = "posh-mismatch",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 7711 section 3.3",
		.meaning = "The domain publishes a POSH document that does not list the "
			   "certificate.",
		.why = "Servers that know the domain by POSH refuse it. The document was not "
		       "written anew with the certificate: `--posh-json` does it.",
		.prosody = "write the document in the script that renews the certificate, before "
			   "`prosodyctl reload`; list the old and the new one for a while",
		.ejabberd = "write the document in the script that renews the certificate, before "
			    "`ejabberdctl reload_config`; list the old and the new one for a while",
	},
	{
		.id = "posh-invalid",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 7711 section 3.1",
		.meaning = "The domain's POSH document is wrong.",
		.why = "It proves nothing to anybody; `--posh-json` writes one.",
	},
	{
		.id = "posh-expires-zero",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7711 section 6",
		.meaning = "The domain's POSH document expires at once.",
		.why = "It is to be ignored. Some publish it so to take an earlier one back.",
	},
	{
		.id = "posh-https-invalid",
		.severity = GRADE(WARNING, INFO, WARNING),
		.other = GRADE(INFO, NONE, INFO),
		.other_when = "where POSH was not asked for and nothing tells that there is a "
			      "document",
		.ref = "RFC 7711 section 3",
		.meaning = "The web server of the POSH document has no valid certificate.",
		.why = "Anybody on the path could have written the document, so that it proves "
		       "nothing.",
	},
	{
		.id = "posh-failed",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 7711 section 3",
		.meaning = "The POSH document could not be asked for.",
		.why = "It is not known whether the domain publishes one.",
	},
	{
		.id = "posh-required",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7711 section 3",
		.meaning = "With --posh=require, POSH does not prove the certificate.",
		.why = "Whoever relies on POSH alone must refuse the connection.",
	},

	/* Revocation, transparency, CAA. */
	{
		.id = "cert-revoked",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 5280 section 6.3",
		.meaning = "The authority has revoked the certificate, or one of its issuers'.",
		.why = "Its key may be in other hands, and programs that ask refuse the "
		       "connection.",
		.prosody = "make a new key, get a new certificate; " PROSODY_CERTIFICATE,
		.ejabberd = "make a new key, get a new certificate; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "staple-invalid",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6960 section 3.2",
		.meaning = "The stapled OCSP response is malformed, about another certificate, or "
			   "not signed by its authority.",
		.why = "Clients that look at it end the connection: a bad answer is worse than "
		       "none.",
		.prosody = STAPLE_RENEW,
		.ejabberd = STAPLE_RENEW,
	},
	{
		.id = "staple-unknown",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6960 section 2.2",
		.meaning = "The stapled OCSP response says that the responder does not know the "
			   "certificate.",
		.why = "Clients that look at it end the connection. A certificate issued minutes "
		       "ago may not have reached the responder yet.",
		.prosody = STAPLE_RENEW,
		.ejabberd = STAPLE_RENEW,
	},
	{
		.id = "staple-stale",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6960 section 4.2.2.1",
		.meaning = "The stapled OCSP response was not valid at the moment judged.",
		.why = "Clients that look at it take it for none, and where the certificate demands "
		       "one they end the connection.",
		.prosody = STAPLE_RENEW,
		.ejabberd = STAPLE_RENEW,
	},
	{
		.id = "staple-refused",
		.severity = GRADE(INFO, INFO, WARNING),
		.ref = "RFC 6960 section 2.3",
		.meaning = "What was stapled is the responder's error message.",
		.why = "It proves nothing, and some clients stumble over it.",
		.prosody = STAPLE_RENEW,
		.ejabberd = STAPLE_RENEW,
	},
	{
		.id = "crl-uncovered",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 5280 section 6.3",
		.meaning = "None of the revocation lists given is about a certificate of the path.",
		.why = "Whether it is revoked was not found out.",
	},
	{
		.id = "crl-stale",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 5280 section 5.1.2.5",
		.meaning = "The revocation list was not valid at the moment judged.",
		.why = "Whether the certificate is revoked was not found out; fetch the list anew.",
	},
	{
		.id = "crl-invalid",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "RFC 5280 section 6.3.3",
		.meaning = "The revocation list is not signed by the issuer, or holds what nobody "
			   "can process.",
		.why = "Whether the certificate is revoked was not found out.",
	},
	{
		.id = "sct-missing",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 6962 section 3.3",
		.meaning = "A certificate of a public authority without proof that a certificate "
			   "transparency log knows it.",
		.why = "XMPP clients do not mind, browsers do: a certificate that is in no log may "
		       "have been issued behind the domain owner's back.",
	},
	{
		.id = "sct-malformed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6962 section 3.3",
		.meaning = "The certificate transparency timestamps cannot be read.",
		.why = "Programs that look at them refuse the certificate.",
		.prosody = "get a new certificate; " PROSODY_CERTIFICATE,
		.ejabberd = "get a new certificate; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "caa-forbids",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 8659 section 4",
		.meaning = "The domain's CAA records do not name the authority that issued the "
			   "certificate.",
		.why = "CAA binds authorities when they issue, so the certificate is as good as any "
		       "other; but either the next renewal will fail, or somebody got a certificate "
		       "whom the domain's owner did not send.",
	},
	{
		.id = "caa-failed",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 8659 section 3",
		.meaning = "The domain's CAA records could not be looked up.",
		.why = "An authority that cannot look them up does not issue: the next renewal may "
		       "fail.",
	},
	{
		.id = "clock-skew",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 5280 section 6.1.1",
		.meaning = "This machine's clock is wrong, by the times others have told.",
		.why = "Certificates, OCSP responses and lists are judged by it: valid ones look "
		       "expired, and the reverse.",
	},

	/* What changed since last time. */
	{
		.id = "pin-mismatch",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The certificate is none of those pinned with --pin-sha256.",
		.why = "Somebody vouched for one key, and another is shown: the server has a new "
		       "one that nobody announced, or somebody sits in between.",
		.prosody = PUT_BACK,
		.ejabberd = PUT_BACK,
	},
	{
		.id = "cert-changed",
		.severity = GRADE(INFO, INFO, INFO),
		.other = GRADE(WARNING, WARNING, WARNING),
		.other_when = "when the one before was not due for renewal, or the new one is not "
			      "trusted",
		.ref = "RFC 7590 section 3.6",
		.meaning = "The certificate is another one than before.",
		.why = "A renewal looks like this, but long before the old one's end it was an "
		       "emergency, or somebody else's doing. Ask the operator, then " ACKNOWLEDGE,
		.prosody = FIX_CHANGED,
		.ejabberd = FIX_CHANGED,
	},
	{
		.id = "cert-authority-changed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The certificate comes from another authority than the one before.",
		.why = "Whoever can divert a domain's traffic for minutes gets a certificate from "
		       "some authority, and seldom from the usual one. If the move was meant, " ACKNOWLEDGE,
		.prosody = FIX_CHANGED "; a CAA record names the authorities that may issue",
		.ejabberd = FIX_CHANGED "; a CAA record names the authorities that may issue",
	},
	{
		.id = "cert-names-changed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The certificate names other domains than the one before.",
		.why = "Services under a name that went, a conference service say, can no longer "
		       "prove who they are. If it was meant, " ACKNOWLEDGE,
		.prosody = "ask for a certificate with all names; " PROSODY_CERTIFICATE,
		.ejabberd = "ask for a certificate with all names; " EJABBERD_CERTIFICATE,
	},
	{
		.id = "cert-reappeared",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.6",
		.meaning = "A certificate is back that a later one had replaced.",
		.why = "A node was not reloaded or a backup was played back; or somebody uses a key "
		       "that was replaced for a reason. If two certificates are meant to take "
		       "turns, " ACKNOWLEDGE,
		.prosody = "`prosodyctl reload` on every node; " PROSODY_CERTIFICATE,
		.ejabberd = "`ejabberdctl reload_config` on every node; " EJABBERD_CERTIFICATE,
	},

	/* The stream inside TLS. */
	{
		.id = "stream-id-reused",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 4.7.3",
		.meaning =
			"A stream has the id of another one: of the stream in clear before it, or "
			"of another connection.",
		.why = "Dialback keys hang on the id: one that could be read by all, or that "
		       "returns, lets a key be used by others.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "starttls-offered-after-tls",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 6120 section 5.4.3.3",
		.meaning = "STARTTLS is still offered inside TLS.",
		.why = "The server does not know that it is protected; its other decisions rest on "
		       "the same mistake.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "no-mechanisms",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 6.4.1",
		.meaning = "Inside TLS, clients are offered no way to log in.",
		.why = "Nobody can use the service.",
		.prosody = "`\"saslauth\"` in `modules_enabled`; see `authentication`",
		.ejabberd = "see `auth_method` and `disable_sasl_mechanisms`",
	},
	{
		.id = "external-not-offered",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0178 section 3",
		.meaning = "We showed a certificate, and SASL EXTERNAL was not offered.",
		.why = "The server does not trust our certificate, wants the client purpose in it, "
		       "or knows dialback only.",
		.prosody = "Prosody offers it when chain and name are valid",
		.ejabberd = "see `s2s_cafile`; versions before 25.07 want the client purpose",
	},
	{
		.id = "dialback-errors-missing",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0220 section 2.4.1",
		.meaning = "Dialback is offered without graceful errors.",
		.why = "A dialback that fails costs the whole connection.",
	},
	{
		.id = "stanza-limit-too-low",
		.severity = GRADE(WARNING, INFO, WARNING),
		.ref = "RFC 6120 section 13.12",
		.meaning = "The server takes only stanzas smaller than 10000 octets.",
		.why = "Ordinary stanzas would be refused.",
		.prosody = "`c2s_stanza_size_limit`, `s2s_stanza_size_limit`",
		.ejabberd = "`max_stanza_size` in `listen`",
	},

	/* What a good server refuses (--active). */
	{
		.id = "active-plain-accepted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 13.8.3",
		.meaning = "A login with PLAIN in clear was looked at instead of refused.",
		.why = "The password of a real user could be read on the way.",
		.prosody =
			"`c2s_require_encryption = true`, `allow_unencrypted_plain_auth = false`",
		.ejabberd = "`starttls_required: true` in the `listen` entry of ejabberd_c2s",
	},
	{
		.id = "active-stanza-accepted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 4.9.3.12",
		.meaning = "A stanza sent in clear, before authentication, was answered.",
		.why = "The server must refuse what comes from nobody.",
		.prosody = PROSODY_REQUIRE,
		.ejabberd = EJABBERD_REQUIRE,
	},
	{
		.id = "active-dialback-accepted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 7590 section 3.4",
		.meaning = "A dialback key sent in clear was taken up.",
		.why = "Servers federate with this one without encryption.",
		.prosody = "`s2s_require_encryption = true`",
		.ejabberd = "`s2s_use_starttls: required`",
	},
	{
		.id = "active-injection",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 5.4.3.3",
		.meaning = "What was sent in clear behind <starttls/> was answered inside TLS.",
		.why = "An attacker on the path can put words in front of a client's.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},

	/* Dialback. */
	{
		.id = "dialback-unproven-accepted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "XEP-0220 section 2.1.2",
		.meaning = "The server said valid to a dialback that nothing proves: no "
			   "authoritative server confirmed the key, and no certificate names us.",
		.why = "Anybody can speak for any domain there. Either it does not ask back, or it "
		       "takes whatever comes back for a yes.",
		.prosody = PROSODY_UPGRADE ". Take third-party dialback modules out of "
					   "`modules_enabled`",
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-key-not-checked",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "XEP-0220 section 2.3.2",
		.meaning = "As an authoritative server it declared a key valid that it never made.",
		.why = "Whoever claims its domains is believed by every server that asks it.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-spoofing",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other = GRADE(WARNING, WARNING, CRITICAL),
		.other_when = "when the sender was verified, but for another domain of theirs",
		.ref = "XEP-0220 section 3",
		.meaning = "A stanza of a pair of domains that was not verified went through.",
		.why = "Senders can be forged. Every pair must be verified by itself, and an answer "
		       "that nobody asked for must count for nothing (the unsolicited dialback of "
		       "2012).",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-denied",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "XEP-0220 section 2.1.2",
		.meaning =
			"Our authoritative server confirmed the key, and the server said invalid "
			"all the same.",
		.why = "Servers without a trusted certificate cannot talk to it, whatever they do.",
		.prosody = "the log at level debug names the reason",
		.ejabberd = "the log at `loglevel: debug` names the reason",
	},
	{
		.id = "dialback-failed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.other = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other_when = "when there is no outcome at all and DNS does not explain it",
		.ref = "XEP-0220 section 2.4",
		.meaning = "A dialback that should succeed ended otherwise.",
		.why = "The condition tells the cause; often it is on our side, in DNS or at a "
		       "firewall. Where the second of two domains on one stream is told to come on "
		       "another one, or a server insists on a certificate at our end too, it is "
		       "information.",
		.prosody = "the log at level debug names the reason",
		.ejabberd = "the log at `loglevel: debug` names the reason; see `s2s_access`",
	},
	{
		.id = "dialback-no-callback",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0220 section 2.2.1",
		.meaning = "No connection came back to our listener to verify our key.",
		.why = "Dialback lives on the way back: the SRV records of our own domain must lead "
		       "to the listener, and no firewall may stand before it, ours or theirs. See "
		       "what `dig SRV _xmpp-server._tcp.DOMAIN` finds, and from another network "
		       "whether that port answers.",
		.prosody = "over there, the log at level debug names where it tried to connect",
		.ejabberd = "over there, the log at `loglevel: debug` names where it tried to "
			    "connect",
	},
	{
		.id = "dialback-refused",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7590 section 3.4",
		.meaning = "The server would not have dialback from us.",
		.why = "That is allowed, and stricter than dialback: it wants a trusted certificate, "
		       "or an access rule keeps us out. The other checks could not tell more.",
		.prosody = "`s2s_secure_auth = true` does this, `s2s_insecure_domains` lists "
			   "exceptions",
		.ejabberd = "`s2s_access`, and `mod_s2s_dialback` with its `access`",
	},
	{
		.id = "dialback-unanswered",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0220 section 2.4",
		.meaning = "Where an answer was due nothing came in time, or the connection was "
			   "dropped without a word.",
		.why = "The other server keeps its messages and waits, instead of telling the sender "
		       "what is wrong. While an authoritative server is silent and less than 120 s "
		       "have gone by it is information.",
		.prosody = "Prosody 0.12 says nothing where it finds no server of the domain, and "
			   "closes after `s2s_timeout`, 90 s",
	},
	{
		.id = "dialback-deviates",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0220 section 2.4",
		.meaning = "The server reacts otherwise than XEP-0220 asks for, without harm.",
		.why = "Prosody ends the stream with host-unknown or unsupported-stanza-type where "
		       "a dialback error is due and "
		       "makes invalid of every trouble with the authoritative server; ejabberd says "
		       "not-allowed for domains it does not serve. Good servers cope.",
	},
	{
		.id = "dialback-incomplete-processed",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0220 section 2.1.1",
		.meaning = "A dialback without `from` or `to` was taken up instead of refused.",
		.why = "Nobody can know which pair of domains it is about; what is guessed can be "
		       "abused.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-key-altered",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0220 section 2.2.2",
		.meaning = "Our authoritative server was asked about another key than the one that "
			   "was sent.",
		.why = "A key must be passed on as it is. Where it had white space around it, it is "
		       "information; otherwise somebody else may claim our domain just now.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-verify-refused",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0220 section 2.3",
		.meaning = "Its authoritative role does not answer whoever asks about a key.",
		.why = "The server that asks proves nothing by itself and need not: if it is turned "
		       "away, the domain cannot be verified by dialback, and its messages to "
		       "servers that do not trust its certificate are lost. Where dialback is not "
		       "offered at all it is information.",
		.prosody = "`\"dialback\"` in `modules_enabled`; `s2s_secure_auth = false`, or the "
			   "asking domains in `s2s_insecure_domains`",
		.ejabberd =
			"`mod_s2s_dialback: {}` in `modules`; see its `access`, and `s2s_access`",
	},
	{
		.id = "dialback-cluster-secret",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "XEP-0185 section 2",
		.meaning = "A key that the server sent us is declared invalid by its own "
			   "authoritative server.",
		.why = "The nodes behind its SRV records do not share one secret, or another server "
		       "answers for the domain: its messages arrive by luck.",
		.prosody = "give all nodes the same `dialback_secret`",
		.ejabberd = "let all nodes be one cluster: the secret is made of the Erlang cookie",
	},
	{
		.id = "dialback-in-clear",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.other = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.other_when = "when TLS is declared to be required",
		.ref = "RFC 7590 section 3.4",
		.meaning = "Dialback without TLS is taken up.",
		.why = "Servers federate with this one in clear: everybody on the way can read "
		       "along. The 2014 statement allows dialback over TLS only.",
		.prosody = "`s2s_require_encryption = true`",
		.ejabberd = "`s2s_use_starttls: required`",
	},
	{
		.id = "dialback-outbound-in-clear",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "RFC 7590 section 3.4",
		.meaning = "Where the server connects to us it goes on without TLS.",
		.why = "Who can strip the offer of TLS reads what it sends, and can answer for the "
		       "authoritative server. XEP-0220 lets a verification go in clear; the 2014 "
		       "statement does not.",
		.prosody = "`s2s_require_encryption = true`",
		.ejabberd = "`s2s_use_starttls: required`",
	},
	{
		.id = "dialback-sends-early",
		.severity = GRADE(WARNING, CRITICAL, CRITICAL),
		.ref = "XEP-0220 section 2.1.1",
		.meaning = "It sent us a stanza before its dialback was answered with valid.",
		.why = "What it sends goes to whom it has no reason to take for the right server.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},
	{
		.id = "dialback-authority-unverified",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0344 section 3",
		.meaning = "The server asked our authoritative server inside TLS, though the "
			   "certificate there proves nothing.",
		.why = "That is what dialback is for: it stops who only listens. Who can forge DNS "
		       "or routes can still answer in our place.",
	},
	{
		.id = "dialback-without-dialling",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0344 section 4",
		.meaning = "The server said valid at once: our certificate was proof enough.",
		.why = "As strong as SASL EXTERNAL, and allowed. The other checks do not show the "
		       "certificate, and so see whether it asks.",
	},
	{
		.id = "dialback-not-offered",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 7590 section 3.4",
		.meaning = "Inside TLS the server offers neither dialback nor SASL EXTERNAL.",
		.why = "A server whose certificate it does not trust, or that was issued for "
		       "servers only, cannot talk to it.",
		.prosody = "`\"dialback\"` in `modules_enabled`",
		.ejabberd = "`mod_s2s_dialback: {}` in `modules`",
	},
	{
		.id = "dialback-note",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0220 section 2",
		.meaning = "What the server does where standards leave it free.",
		.why = "It helps to understand what happens between the two servers.",
	},
	{
		.id = "dialback-not-tested",
		.severity = GRADE(INFO, INFO, INFO),
		.unknown = true,
		.ref = "XEP-0220 section 2",
		.meaning = "No check of dialback could be made.",
		.why = "Nothing is known about the server's dialback.",
	},
	{
		.id = "external-needs-client-purpose",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "XEP-0178 section 3",
		.meaning = "SASL EXTERNAL fails with a good certificate that is for servers only.",
		.why = "Public CAs no longer issue certificates with the client purpose: whoever "
		       "asks for it authenticates fewer servers every day, and has dialback left.",
		.prosody = "keep `lsec_ignore_purpose` in `verifyext`, where it is by default",
		.ejabberd = "run 25.07 or later",
	},
	{
		.id = "external-refused",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "XEP-0178 section 3",
		.meaning =
			"SASL EXTERNAL is offered and then refused, though nothing speaks against "
			"our certificate.",
		.why = "The server trusts other authorities than we do, wants another name, or could "
		       "not check. Dialback may follow.",
		.prosody = "see `cafile` and `capath` in `s2s_ssl`",
		.ejabberd = "see `s2s_cafile`",
	},
	{
		.id = "external-unproven-accepted",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6120 section 13.7.2",
		.meaning =
			"SASL EXTERNAL succeeded with a certificate that does not name our domain.",
		.why = "Unless DANE or a pin vouches for it, whoever has any certificate can speak "
		       "for any domain there.",
		.prosody = PROSODY_UPGRADE,
		.ejabberd = EJABBERD_UPGRADE,
	},

	/* What spans endpoints. */
	{
		.id = "endpoints-differ",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9325 section 3.2",
		.meaning = "The endpoints of a service are not equally strong.",
		.why = "The weakest one counts: an attacker chooses where a client connects.",
		.prosody = "give all nodes the same configuration",
		.ejabberd = "give all nodes the same configuration",
	},
	{
		.id = "drown",
		.severity = GRADE(CRITICAL, CRITICAL, CRITICAL),
		.ref = "RFC 6176 section 3",
		.meaning = "The RSA key of an endpoint serves SSL 2.0 at another one.",
		.why = "Sessions of the one can be read with the help of the other (DROWN): SSL "
		       "2.0 has to go there, or the key here.",
		.prosody = PROSODY_VERSIONS,
		.ejabberd = EJABBERD_VERSIONS,
	},
	{
		.id = "ciphers-differ",
		.severity = GRADE(WARNING, WARNING, WARNING),
		.ref = "RFC 9325 section 3.9",
		.meaning = "The endpoints of a service do not accept the same versions and suites.",
		.why = "The weakest one counts: an attacker chooses where a client connects. Where "
		       "none is weaker it is told as information.",
		.prosody = "give all nodes the same configuration, and `c2s_ssl`, "
			   "`c2s_direct_tls_ssl` and `s2s_ssl` the same `protocol` and `ciphers`",
		.ejabberd = "give all nodes, and all `listen` entries of a service, the same "
			    "`protocol_options` and `ciphers`",
	},
	{
		.id = "certs-differ",
		.severity = GRADE(INFO, INFO, INFO),
		.ref = "RFC 7590 section 3.6",
		.meaning = "The endpoints of a service show different certificates.",
		.why = "Each is valid by itself; a renewal that reached only some nodes looks like "
		       "this.",
	},
};

const size_t finding_kind_count = ARRAY_SIZE(finding_kinds);
