#include <gnutls/x509.h>
#include <string.h>

#include "net/https_curl.h"

/* What GnuTLS says of a chain, the most telling first. */
static const struct flaw {
	unsigned flag;
	const char *text;
} flaws[] = {
	{ GNUTLS_CERT_REVOKED, "it is revoked" },
	{ GNUTLS_CERT_EXPIRED, "it has expired" },
	{ GNUTLS_CERT_NOT_ACTIVATED, "it is not valid yet" },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, "it is signed with a weak algorithm" },
	{ GNUTLS_CERT_SIGNER_NOT_CA, "its issuer may not issue certificates" },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, "no trust anchor vouches for it" },
	{ GNUTLS_CERT_INVALID, "no valid path leads to it" },
};

/* libcurl's sentence without the words that say nothing: "SSL: ", "gnutls_handshake() failed: ". */
static const char *own_words(const struct https_transfer *transfer, CURLcode code)
{
	static const char *const prefixes[] = { "gnutls_handshake() failed: ", "SSL: ",
						"SSL certificate problem: " };
	const char *text = transfer->why[0] ? transfer->why : transfer->curl->easy_strerror(code);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t size = strlen(prefixes[i]);
		if (strncmp(text, prefixes[i], size) == 0)
			return text + size;
	}
	return text;
}

/* The number means what GnuTLS means by it only in that flavour of libcurl. */
static const char *flaw_text(const struct https_transfer *transfer)
{
	const struct curl_library *curl = transfer->curl;
	const char *backend = curl->version_info(CURLVERSION_NOW)->ssl_version;
	long flags = 0;
	if (!backend || strncmp(backend, "GnuTLS/", 7) != 0 ||
	    curl->easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &flags) != CURLE_OK)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(flaws); i++) {
		if ((unsigned long)flags & flaws[i].flag)
			return flaws[i].text;
	}
	return NULL;
}

static bool fail_certificate(const struct https_transfer *transfer, struct err *err)
{
	static const char start[] = "the certificate of the web server";
	const char *flaw = flaw_text(transfer);
	if (!flaw && strstr(transfer->why, "does not match target host name"))
		return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL, "%s does not name %s", start,
			       transfer->host);
	return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL, "%s is not valid: %s", start,
		       flaw ? flaw : own_words(transfer, CURLE_PEER_FAILED_VERIFICATION));
}

static bool fail_connect(const struct https_transfer *transfer, struct err *err)
{
	long number = 0;
	(void)transfer->curl->easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
	if (number != 0)
		return conn_errno(err, AT_TCP, (int)number, "web server");
	return err_set(err, AT_TCP, ERR_UNREACHABLE, "web server: %s",
		       own_words(transfer, CURLE_COULDNT_CONNECT));
}

/* We ended it ourselves, or somebody has no room left. */
static bool fail_write(const struct https_transfer *transfer, struct err *err)
{
	if (transfer->headers_too_long)
		return err_set(err, AT_STREAM, ERR_LIMIT,
			       "the web server's answer begins with too many header fields");
	return err_set(err, AT_STREAM, ERR_LIMIT, "the document is larger than %zu octets",
		       transfer->request->body_max);
}

/* The answer to a code that needs no more than a sentence. */
static const struct plain {
	CURLcode code;
	enum err_stage stage;
	enum err_code meaning;
	const char *text;
	bool with_words; /* libcurl's stand behind it */
} plains[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, AT_DNS, ERR_NOT_FOUND, "the web server has no address",
	  false },
	{ CURLE_COULDNT_RESOLVE_PROXY, AT_PROXY, ERR_PROXY, "the proxy has no address", false },
	{ CURLE_PROXY, AT_PROXY, ERR_PROXY, "the proxy does not lead to the web server", true },
	{ CURLE_SSL_CONNECT_ERROR, AT_TLS, ERR_PROTOCOL, "no TLS with the web server", true },
	{ CURLE_SSL_CACERT_BADFILE, AT_FILE, ERR_SYSTEM, "the trust anchors cannot be read", true },
	{ CURLE_GOT_NOTHING, AT_STREAM, ERR_CLOSED,
	  "the web server closed the connection without an answer", false },
	{ CURLE_PARTIAL_FILE, AT_STREAM, ERR_CLOSED,
	  "the web server broke off in the middle of its answer", false },
	{ CURLE_RECV_ERROR, AT_STREAM, ERR_RESET, "the web server broke off the connection",
	  false },
	{ CURLE_SEND_ERROR, AT_STREAM, ERR_RESET, "the web server broke off the connection",
	  false },
	/* What libcurl says, too, where a stranger's line outgrows a buffer of a fixed size: not a
	 * reason to end the program. */
	{ CURLE_OUT_OF_MEMORY, AT_STREAM, ERR_LIMIT,
	  "the web server's answer is larger than libcurl takes", false },
	{ CURLE_UNSUPPORTED_PROTOCOL, AT_STREAM, ERR_PROTOCOL, "the answer is not HTTP", false },
	{ CURLE_WEIRD_SERVER_REPLY, AT_STREAM, ERR_PROTOCOL, "the answer is not HTTP", false },
};

bool https_fail(const struct https_transfer *transfer, CURLcode code, struct err *err)
{
	int number = (int)code; /* most of the many codes cannot come up here */
	if (number == CURLE_PEER_FAILED_VERIFICATION)
		return fail_certificate(transfer, err);
	if (number == CURLE_COULDNT_CONNECT)
		return fail_connect(transfer, err);
	if (number == CURLE_WRITE_ERROR)
		return fail_write(transfer, err);
	if (number == CURLE_OPERATION_TIMEDOUT)
		return err_set(err, AT_STREAM, ERR_TIMEOUT,
			       "the web server gave no answer within %d s",
			       transfer->request->until.seconds);
	for (size_t i = 0; i < ARRAY_SIZE(plains); i++) {
		const struct plain *plain = &plains[i];
		if (plain->code == code)
			return err_set(err, plain->stage, plain->meaning, "%s%s%s", plain->text,
				       plain->with_words ? ": " : "",
				       plain->with_words ? own_words(transfer, code) : "");
	}
	return err_set(err, AT_STREAM, ERR_PROTOCOL,
		       "what the web server answers cannot be used: %s", own_words(transfer, code));
}
