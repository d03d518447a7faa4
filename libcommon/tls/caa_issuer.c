#include "tls/caa_issuer.h"

#include <ctype.h>
#include <string.h>

#include "base/attr.h"

#define WORDS_MAX   12
#define LABEL_MAX   63
#define LABEL_LEAST 4 /* "ca" or "ssl" in a name tells nothing */

/* Brands and buyers are many: Sectigo was Comodo and bought Entrust's public business, DigiCert
 * bought Symantec's with Thawte, GeoTrust, RapidSSL, and QuoVadis. Resellers issue in their own
 * name from their authority's key. */
#define SECTIGO                                                                                    \
	{                                                                                          \
		"Sectigo", "COMODO", "USERTRUST", "ZeroSSL", "Gandi", "cPanel", "GEANT",           \
			"Entrust", "Trust Provider", "Network Solutions", "InCommon",              \
			"Corporation Service Company"                                              \
	}
#define DIGICERT                                                                                   \
	{                                                                                          \
		"DigiCert", "Thawte", "GeoTrust", "RapidSSL", "Symantec", "VeriSign", "QuoVadis",  \
			"Encryption Everywhere", "TrustAsia", "Baltimore CyberTrust",              \
			"Cloudflare", "Cybertrust"                                                 \
	}
#define AMAZON                                                                                     \
	{                                                                                          \
		"Amazon", "Starfield Services"                                                     \
	}
#define GODADDY                                                                                    \
	{                                                                                          \
		"GoDaddy", "Go Daddy", "Starfield"                                                 \
	}
#define ENTRUST                                                                                    \
	{                                                                                          \
		"Entrust", "AffirmTrust", "Sectigo"                                                \
	}
#define CERTUM                                                                                     \
	{                                                                                          \
		"Certum", "Asseco", "Unizeto"                                                      \
	}
#define DTRUST                                                                                     \
	{                                                                                          \
		"D-TRUST", "D-Trust"                                                               \
	}
#define TELESEC                                                                                    \
	{                                                                                          \
		"TeleSec", "T-Systems", "Deutsche Telekom Security"                                \
	}
#define NETLOCK                                                                                    \
	{                                                                                          \
		"NETLOCK", "NetLock"                                                               \
	}
#define SECOM                                                                                      \
	{                                                                                          \
		"SECOM", "Cybertrust Japan"                                                        \
	}
#define TRUSTWAVE                                                                                  \
	{                                                                                          \
		"Trustwave", "SecureTrust", "Viking Cloud"                                         \
	}

static const struct authority {
	const char *domain;
	const char *words[WORDS_MAX]; /* one of them stands in the issuer's name */
} authorities[] = {
	{ "letsencrypt.org", { "Let's Encrypt", "ISRG", "Internet Security Research Group" } },
	{ "pki.goog", { "Google Trust Services", "Google Internet Authority" } },
	{ "sectigo.com", SECTIGO },
	{ "comodoca.com", SECTIGO },
	{ "comodo.com", SECTIGO },
	{ "usertrust.com", SECTIGO },
	{ "trust-provider.com", SECTIGO },
	{ "digicert.com", DIGICERT },
	{ "www.digicert.com", DIGICERT },
	{ "thawte.com", DIGICERT },
	{ "geotrust.com", DIGICERT },
	{ "rapidssl.com", DIGICERT },
	{ "symantec.com", DIGICERT },
	{ "quovadisglobal.com", DIGICERT },
	{ "digicert.ne.jp", DIGICERT },
	{ "cybertrust.ne.jp", { "Cybertrust", "DigiCert", "SECOM" } },
	{ "globalsign.com", { "GlobalSign", "AlphaSSL" } },
	{ "amazon.com", AMAZON },
	{ "amazontrust.com", AMAZON },
	{ "awstrust.com", AMAZON },
	{ "amazonaws.com", AMAZON },
	{ "godaddy.com", GODADDY },
	{ "starfieldtech.com", GODADDY },
	{ "entrust.net", ENTRUST },
	{ "affirmtrust.com", ENTRUST },
	{ "ssl.com", { "SSL.com", "SSL Corp", "Cloudflare TLS Issuing", "ZeroSSL" } },
	{ "buypass.com", { "Buypass" } },
	{ "buypass.no", { "Buypass" } },
	{ "certum.pl", CERTUM },
	{ "certum.eu", CERTUM },
	{ "actalis.it", { "Actalis" } },
	{ "identrust.com", { "IdenTrust", "TrustID" } },
	{ "swisssign.com", { "SwissSign" } },
	{ "harica.gr", { "HARICA", "Hellenic Academic", "GEANT" } },
	{ "d-trust.net", DTRUST },
	{ "dtrust.de", DTRUST },
	{ "telesec.de", TELESEC },
	{ "pki.dfn.de", { "DFN-Verein", "Deutschen Forschungsnetzes" } },
	{ "dfn.de", { "DFN-Verein", "Deutschen Forschungsnetzes" } },
	{ "certsign.ro", { "certSIGN" } },
	{ "trustwave.com", TRUSTWAVE },
	{ "securetrust.com", TRUSTWAVE },
	{ "certigna.fr", { "Certigna", "Dhimyotis" } },
	{ "certigna.com", { "Certigna", "Dhimyotis" } },
	{ "camerfirma.com", { "Camerfirma" } },
	{ "firmaprofesional.com", { "Firmaprofesional" } },
	{ "izenpe.com", { "Izenpe", "IZENPE" } },
	{ "fnmt.es", { "FNMT" } },
	{ "accv.es", { "ACCV" } },
	{ "disig.sk", { "Disig" } },
	{ "e-szigno.hu", { "Microsec", "e-Szigno" } },
	{ "netlock.hu", NETLOCK },
	{ "netlock.net", NETLOCK },
	{ "microsoft.com", { "Microsoft" } },
	{ "emsign.com", { "emSign", "eMudhra" } },
	{ "secomtrust.net", SECOM },
	{ "jprs.jp", { "Japan Registry Services", "JPRS" } },
	{ "twca.com.tw", { "TAIWAN-CA", "TWCA" } },
	{ "cht.com.tw", { "Chunghwa Telecom" } },
	{ "trustasia.com", { "TrustAsia" } },
	{ "cfca.com.cn", { "CFCA", "China Financial Certification Authority" } },
	{ "sheca.com", { "SHECA", "UniTrust", "Shanghai Electronic Certification" } },
	{ "gdca.com.cn", { "GDCA", "Global Digital Cybersecurity Authority" } },
};

static const struct authority *find(const char *domain)
{
	for (size_t i = 0; i < ARRAY_SIZE(authorities); i++) {
		if (strcmp(authorities[i].domain, domain) == 0)
			return &authorities[i];
	}
	return NULL;
}

/* Does the name hold these letters and digits in a row, whatever stands between them? */
static bool holds_letters(const char *name, const char *letters)
{
	for (; *name; name++) {
		const char *at = name, *wanted = letters;
		if (!isalnum((unsigned char)*name))
			continue;
		while (*at && *wanted) {
			if (!isalnum((unsigned char)*at)) {
				at++;
				continue;
			}
			if (tolower((unsigned char)*at) != *wanted)
				break;
			at++;
			wanted++;
		}
		if (!*wanted)
			return true;
	}
	return false;
}

/* The label below the suffix, as far as that can be told without a list of suffixes: the longest
 * of all but the last. "actalis.it" is Actalis', "ca.example-trust.co.uk" Example Trust's. */
static bool is_named_like(const char *domain, const char *issuer)
{
	char letters[LABEL_MAX + 1];
	size_t longest = 0;
	for (const char *dot; (dot = strchr(domain, '.')); domain = dot + 1) {
		char label[LABEL_MAX + 1];
		size_t size = 0;
		for (const char *at = domain; at < dot && size < LABEL_MAX; at++) {
			if (*at != '-')
				label[size++] = *at;
		}
		label[size] = '\0';
		if (size > longest) {
			memcpy(letters, label, size + 1);
			longest = size;
		}
	}
	return longest >= LABEL_LEAST && holds_letters(issuer, letters);
}

enum caa_fit caa_issuer_fits(const char *domain, const char *issuer)
{
	const struct authority *authority = find(domain);
	if (!authority)
		return is_named_like(domain, issuer) ? CAA_FIT_YES : CAA_FIT_UNKNOWN;
	for (size_t i = 0; i < WORDS_MAX && authority->words[i]; i++) {
		if (strcasestr(issuer, authority->words[i]))
			return CAA_FIT_YES;
	}
	return CAA_FIT_NO;
}
