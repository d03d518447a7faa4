#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "tls/accept.h"
#include "tls/handshake.h"

/* Everything this GnuTLS has that encrypts and authenticates, forward-secret exchanges first: a
 * probe wants to get in and tell what it found. The suites run key exchange by key exchange, each
 * in the order of the ciphers. SHA-1 signatures and what RFC 7465 and RFC 9325 forbid join only
 * when old versions are asked for. */
#define EXCHANGES  ":+ECDHE-ECDSA:+ECDHE-RSA:+DHE-RSA"
#define STATIC_RSA ":+RSA"
#define CIPHERS                                                                                    \
	":+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:+AES-256-CCM:+AES-128-CCM:+AES-256-CBC"     \
	":+AES-128-CBC:+AES-256-CCM-8:+AES-128-CCM-8:+CAMELLIA-256-GCM:+CAMELLIA-128-GCM"          \
	":+CAMELLIA-256-CBC:+CAMELLIA-128-CBC"
#define OLD_CIPHERS ":+3DES-CBC:+ARCFOUR-128"
#define MACS        ":+AEAD:+SHA1:+SHA256:+SHA384"
#define GROUPS      ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-ALL"
#define SIGNATURES  ":+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1"
#define OLD_SIGNATURES                                                                             \
	":+SIGN-ALL:+SIGN-RSA-SHA224:+SIGN-ECDSA-SHA224:+SIGN-DSA-SHA256:+SIGN-DSA-SHA1"

static const char *const version_words[] = {
	[TLS_1_0] = ":+VERS-TLS1.0",
	[TLS_1_1] = ":+VERS-TLS1.1",
	[TLS_1_2] = ":+VERS-TLS1.2",
	[TLS_1_3] = ":+VERS-TLS1.3",
};

/* A server takes the first suite of its own list that the client has, so that the same list means
 * the same on both sides. */
#define SERVERS_ORDER ":%SERVER_PRECEDENCE"

static void add_priority(struct buf *out, enum tls_version min, enum tls_version max,
			 enum pfs_wish pfs)
{
	bool old = min < TLS_1_2;
	buf_text(out, "NONE:+CTYPE-X509");
	for (enum tls_version version = max; version >= min; version--)
		buf_text(out, version_words[version]);
	buf_text(out, EXCHANGES);
	if (old)
		buf_text(out, ":+DHE-DSS");
	if (pfs != PFS_REQUIRE)
		buf_text(out, STATIC_RSA);
	buf_text(out, CIPHERS);
	if (old)
		buf_text(out, OLD_CIPHERS);
	buf_text(out, MACS);
	if (old)
		buf_text(out, ":+MD5");
	buf_text(out, GROUPS);
	if (old)
		buf_text(out, ":+GROUP-SECP224R1:+GROUP-SECP192R1");
	buf_text(out, old ? OLD_SIGNATURES : SIGNATURES);
}

static bool check_versions(enum tls_version min, enum tls_version max, struct err *err)
{
	enum tls_version old = min && min <= SSL_3_0 ? min : max;
	if (old && old <= SSL_3_0)
		return err_set(err, AT_INPUT, ERR_UNSUPPORTED,
			       "this GnuTLS cannot speak %s; TLS1.0 is the oldest it offers",
			       old == SSL_2_0 ? "SSL 2.0" : "SSL 3.0");
	if (min > max)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "the oldest TLS version asked for, %s, is newer than the newest, %s",
			       tls_version_name(min), tls_version_name(max));
	return true;
}

static bool set_own_priority(struct tls_context *context, const struct tls_options *options,
			     struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	enum tls_version max = options->max ? options->max : TLS_1_3;
	enum tls_version min = options->min ? options->min : max < TLS_1_2 ? max : TLS_1_2;
	if (!check_versions(min, max, err))
		return false;
	add_priority(&text, min, max, options->pfs);
	if (context->is_server)
		buf_text(&text, SERVERS_ORDER);
	int code = gnutls_priority_init(&context->priority, buf_string(&text), NULL);
	if (code != 0) /* a machine's own GnuTLS configuration can forbid all of it */
		return err_set(err, AT_TLS, ERR_UNSUPPORTED, "this GnuTLS refuses to offer %s: %s",
			       tls_version_name(max), gnutls_strerror(code));
	context->oldest = min;
	context->newest = max;
	context->pfs_only = options->pfs == PFS_REQUIRE;
	context->offered = min == max ? tls_version_name(max)
				      : arena_printf(context->mem, "%s to %s",
						     tls_version_name(min), tls_version_name(max));
	return true;
}

static bool set_priority(struct tls_context *context, const struct tls_options *options,
			 struct err *err)
{
	const char *wrong = NULL, *text = options->priority;
	if (!text)
		return set_own_priority(context, options, err);
	int code = gnutls_priority_init(&context->priority, text, &wrong);
	if (code == 0)
		return true;
	if (code == GNUTLS_E_NO_PRIORITIES_WERE_SET || !wrong || !*wrong)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "the priority string \"%s\" leaves nothing to offer", text);
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "GnuTLS does not understand the priority string from character %zu on: "
		       "\"%s\"",
		       (size_t)(wrong - text) + 1, wrong);
}

static bool is_url(const char *file)
{
	return gnutls_url_is_supported(file) != 0;
}

static bool check_readable(const char *file, const char *what, struct err *err)
{
	if (is_url(file))
		return true;
	CLEANUP(fd_close) int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, AT_FILE, ERR_SYSTEM, "cannot read the %s %s: %s", what, file,
			       strerrordesc_np(errno));
	return true;
}

/* Many keep key and certificate in one file, so a certificate without --key is its own key. */
static bool set_certificate_files(struct tls_context *context, const char *cert, const char *key,
				  struct err *err)
{
	const char *key_file = key ? key : cert;
	if (!cert)
		return err_set(err, AT_INPUT, ERR_USAGE, "a key without its certificate");
	if (!check_readable(cert, "certificate", err) || !check_readable(key_file, "key", err))
		return false;
	int code = gnutls_certificate_set_x509_key_file2(context->credentials, cert, key_file,
							 GNUTLS_X509_FMT_PEM, NULL, 0);
	context->has_certificate = code >= 0;
	if (code >= 0)
		return true;
	if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return err_set(err, AT_FILE, ERR_USAGE,
			       "the key %s does not belong to the "
			       "certificate %s",
			       key_file, cert);
	if (code == GNUTLS_E_DECRYPTION_FAILED)
		return err_set(err, AT_FILE, ERR_UNSUPPORTED,
			       "the key %s is protected by a password", key_file);
	if (!key && !is_url(cert))
		return err_set(err, AT_FILE, ERR_USAGE,
			       "no certificate with its key in %s: name the key with --key", cert);
	return err_set(err, AT_FILE, ERR_SYSTEM, "cannot use certificate %s with key %s: %s", cert,
		       key_file, gnutls_strerror(code));
}

static gnutls_datum_t datum_of(struct bytes text)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)text.data, (unsigned)text.size };
}

static bool set_certificate_memory(struct tls_context *context, struct bytes cert, struct bytes key,
				   struct err *err)
{
	gnutls_datum_t cert_text = datum_of(cert), key_text = datum_of(key.size > 0 ? key : cert);
	if (cert.size == 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "a key without its certificate");
	int code = gnutls_certificate_set_x509_key_mem2(context->credentials, &cert_text, &key_text,
							GNUTLS_X509_FMT_PEM, NULL, 0);
	context->has_certificate = code >= 0;
	if (code >= 0)
		return true;
	if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "the key does not belong to the certificate");
	return err_set(err, AT_INPUT, ERR_SYSTEM, "cannot use this certificate with its key: %s",
		       gnutls_strerror(code));
}

static bool set_certificate(struct tls_context *context, const struct tls_options *options,
			    struct err *err)
{
	if (options->cert_file || options->key_file)
		return set_certificate_files(context, options->cert_file, options->key_file, err);
	if (options->cert_pem.size > 0 || options->key_pem.size > 0)
		return set_certificate_memory(context, options->cert_pem, options->key_pem, err);
	if (context->is_server)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "a TLS server needs a certificate and its key");
	return true;
}

static bool open_keylog(struct tls_context *context, const char *file, struct err *err)
{
	/* Readable by its owner alone: it opens everything that was said. */
	context->keylog = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (context->keylog < 0)
		return err_set(err, AT_FILE, ERR_SYSTEM, "cannot write the key log %s: %s", file,
			       strerrordesc_np(errno));
	return true;
}

static bool context_new(const struct tls_options *options, bool is_server, struct tls_context **out,
			struct err *err)
{
	struct arena *mem = arena_new();
	CLEANUP(tls_context_free) struct tls_context *context = arena_alloc(mem, sizeof(*context));
	*context = (struct tls_context){ .mem = mem, .is_server = is_server, .keylog = -1 };
	context->show_messages = options->show_messages;
	if (gnutls_certificate_allocate_credentials(&context->credentials) != 0)
		return err_set(err, AT_TLS, ERR_SYSTEM, "GnuTLS has no memory left");
	if (!set_priority(context, options, err) || !set_certificate(context, options, err))
		return false;
	if (options->keylog && !open_keylog(context, options->keylog, err))
		return false;
	/* For clients of TLS 1.2 that want a finite field and name none of RFC 7919's. */
	if (is_server)
		gnutls_certificate_set_known_dh_params(context->credentials,
						       GNUTLS_SEC_PARAM_MEDIUM);
	*out = context;
	context = NULL;
	return true;
}

bool tls_context_new(const struct tls_options *options, struct tls_context **out, struct err *err)
{
	return context_new(options, false, out, err);
}

bool tls_server_new(const struct tls_options *options, struct tls_context **out, struct err *err)
{
	return context_new(options, true, out, err);
}

void tls_context_free(struct tls_context **context)
{
	if (!*context)
		return;
	if ((*context)->priority)
		gnutls_priority_deinit((*context)->priority);
	if ((*context)->credentials)
		gnutls_certificate_free_credentials((*context)->credentials);
	fd_close(&(*context)->keylog);
	struct arena *mem = (*context)->mem;
	arena_free(&mem);
	*context = NULL;
}
