#include "tls/own.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

#include "base/deadline.h"

#define HOUR            3600 /* for peers whose clock is behind ours */
#define DAY             (24 * HOUR)
#define SERIAL_OCTETS   16 /* RFC 5280, 4.1.2.2: at most 20; CAs must have 8 random ones */
#define COMMON_NAME_MAX 64 /* RFC 5280, appendix A: ub-common-name */

/* Named for who meets it in a log; RFC 9525 lets nobody believe a name that stands here. */
#define ORGANIZATION "self-signed for one run of xmpp-tls-tools"

static void free_certificate(gnutls_x509_crt_t *certificate)
{
	if (*certificate)
		gnutls_x509_crt_deinit(*certificate);
}

static void free_key(gnutls_x509_privkey_t *key)
{
	if (*key)
		gnutls_x509_privkey_deinit(*key);
}

static bool cannot(int code, struct err *err)
{
	return err_set(err, AT_CERTIFICATE, ERR_SYSTEM,
		       "cannot make a certificate for this run: %s", gnutls_strerror(code));
}

static int set_subject(gnutls_x509_crt_t certificate, const char *name)
{
	int code = gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_ORGANIZATION_NAME, 0,
						 ORGANIZATION, strlen(ORGANIZATION));
	size_t size = strlen(name);
	if (code == 0 && size <= COMMON_NAME_MAX)
		code = gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
						     name, (unsigned)size);
	return code;
}

static bool set_names(gnutls_x509_crt_t certificate, const char *const *names, size_t count,
		      struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(names[i]);
		if (size == 0 ||
		    gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, names[i],
							 (unsigned)size, GNUTLS_FSAN_APPEND) != 0)
			return err_set(err, AT_CERTIFICATE, ERR_USAGE,
				       "a certificate cannot carry the name \"%s\"", names[i]);
	}
	return true;
}

/* Positive, not zero, and of one length: the first bits are 01. */
static int set_serial(gnutls_x509_crt_t certificate)
{
	uint8_t serial[SERIAL_OCTETS];
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
	return code == 0 ? gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial)) : code;
}

static int set_validity(gnutls_x509_crt_t certificate)
{
	time_t now = (time_t)clock_now();
	int code = gnutls_x509_crt_set_activation_time(certificate, now - HOUR);
	return code == 0 ? gnutls_x509_crt_set_expiration_time(certificate, now + DAY) : code;
}

/* Both purposes: the same certificate is shown when we dial, for SASL EXTERNAL (XEP-0178). */
static int set_purposes(gnutls_x509_crt_t certificate)
{
	static const char *const purposes[] = { GNUTLS_KP_TLS_WWW_SERVER,
						GNUTLS_KP_TLS_WWW_CLIENT };
	int code = gnutls_x509_crt_set_basic_constraints(certificate, 0, -1);
	if (code == 0)
		code = gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(purposes); i++)
		code = gnutls_x509_crt_set_key_purpose_oid(certificate, purposes[i], 0);
	return code;
}

static int make_key(gnutls_x509_privkey_t *out)
{
	int code = gnutls_x509_privkey_init(out);
	if (code == 0)
		code = gnutls_x509_privkey_generate(
			*out, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	return code;
}

static int fill(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const char *name)
{
	int code = gnutls_x509_crt_set_version(certificate, 3);
	if (code == 0)
		code = set_subject(certificate, name);
	if (code == 0)
		code = set_serial(certificate);
	if (code == 0)
		code = set_validity(certificate);
	if (code == 0)
		code = set_purposes(certificate);
	if (code == 0)
		code = gnutls_x509_crt_set_key(certificate, key);
	return code;
}

/* GnuTLS's memory to ours; its copy of a key does not stay behind. */
static struct bytes take(gnutls_datum_t *text, struct arena *mem)
{
	const char *copy = arena_copy_n(mem, text->data, text->size);
	struct bytes out = { (const uint8_t *)copy, text->size };
	explicit_bzero(text->data, text->size);
	gnutls_free(text->data);
	return out;
}

static bool export_both(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, struct arena *mem,
			struct bytes *cert_pem, struct bytes *key_pem, struct err *err)
{
	gnutls_datum_t cert_text, key_text;
	int code = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &cert_text);
	if (code != 0)
		return cannot(code, err);
	struct bytes exported = take(&cert_text, mem);
	code = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_text);
	if (code != 0)
		return cannot(code, err);
	*cert_pem = exported;
	*key_pem = take(&key_text, mem);
	return true;
}

bool own_certificate(const char *const *names, size_t count, struct arena *mem,
		     struct bytes *cert_pem, struct bytes *key_pem, struct err *err)
{
	CLEANUP(free_certificate) gnutls_x509_crt_t certificate = NULL;
	CLEANUP(free_key) gnutls_x509_privkey_t key = NULL;
	if (count == 0)
		return err_set(err, AT_CERTIFICATE, ERR_USAGE, "a certificate needs a name");
	int code = make_key(&key);
	if (code == 0)
		code = gnutls_x509_crt_init(&certificate);
	if (code != 0)
		return cannot(code, err);
	if (!set_names(certificate, names, count, err))
		return false;
	code = fill(certificate, key, names[0]);
	if (code == 0)
		code = gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
	if (code != 0)
		return cannot(code, err);
	return export_both(certificate, key, mem, cert_pem, key_pem, err);
}
