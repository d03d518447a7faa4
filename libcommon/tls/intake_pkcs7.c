/* The certificates of PKCS#7 SignedData (RFC 2315, RFC 5652), as `openssl crl2pkcs7` and
 * authorities hand out chains. Walked here, since it is a few elements in a row: a library would
 * decode and copy a whole file of which we want CHAIN_MAX certificates. Its signatures are nobody's
 * concern. */
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/intake_inner.h"

#define TAG_CONTENT      0xa0 /* [0] EXPLICIT of ContentInfo */
#define TAG_CERTIFICATES 0xa0 /* [0] IMPLICIT of SignedData */
#define INDEFINITE       0x80 /* X.690, 8.1.3.6: the length BER has and DER has not */

/* id-data to id-encryptedData, 1.2.840.113549.1.7.N */
static const uint8_t pkcs7_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07 };
#define SIGNED_DATA 2

static bool is_indefinite(struct bytes file)
{
	return file.size > 1 && file.data[0] == TAG_SEQUENCE && file.data[1] == INDEFINITE;
}

/* The last arc of its content type; 0: it is no ContentInfo of PKCS#7. */
static uint8_t content_type(struct bytes *content)
{
	struct der oid;
	if (!der_take(content, TAG_OID, &oid) || oid.value.size != sizeof(pkcs7_oid) + 1 ||
	    memcmp(oid.value.data, pkcs7_oid, sizeof(pkcs7_oid)) != 0)
		return 0;
	return oid.value.data[sizeof(pkcs7_oid)];
}

bool intake_is_pkcs7(struct bytes file)
{
	struct der info;
	if (file.size < 2)
		return false;
	struct bytes content = { file.data + 2, file.size - 2 };
	if (!is_indefinite(file)) {
		if (!der_take(&file, TAG_SEQUENCE, &info))
			return false;
		content = info.value;
	}
	return content_type(&content) > 0;
}

/* SignedData ::= SEQUENCE { version INTEGER, digestAlgorithms SET, contentInfo SEQUENCE,
 *                           certificates [0] IMPLICIT SET OPTIONAL, ... } */
static bool find_certificates(struct bytes content, struct bytes *out)
{
	struct der outer, data, element;
	if (!der_take(&content, TAG_CONTENT, &outer) || content.size > 0 ||
	    !der_take(&outer.value, TAG_SEQUENCE, &data) || outer.value.size > 0 ||
	    !der_take(&data.value, TAG_INTEGER, &element) ||
	    !der_take(&data.value, TAG_SET, &element) ||
	    !der_take(&data.value, TAG_SEQUENCE, &element))
		return false;
	*out = (struct bytes){ 0 };
	if (der_take(&data.value, TAG_CERTIFICATES, &element))
		*out = element.value;
	return true;
}

/* CertificateChoices has context tags for what is no certificate of X.509. */
static void take_certificates(struct bytes at, struct arena *mem, struct intake_facts *out)
{
	struct der choice;
	while (!out->cut && der_next(&at, &choice)) {
		if (choice.tag == TAG_SEQUENCE)
			intake_add(out, choice.whole);
	}
	if (at.size > 0 && !out->cut)
		intake_note(out, mem, "its PKCS#7 holds octets that are no certificate");
}

/* A certificate of the set, and whose it is. */
struct member {
	struct bytes der, subject, issuer;
	bool taken, readable;
};

static bool issued(const struct member *issuer, const struct member *subject)
{
	return issuer->readable && subject->readable &&
	       bytes_equal(issuer->subject, subject->issuer);
}

/* The first one that issued no other and is no root; whatever can be found else. */
static size_t find_leaf(const struct member *members, size_t count)
{
	size_t second = 0;
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		bool is_issuer = false;
		for (size_t j = 0; j < count && !is_issuer; j++)
			is_issuer = i != j && issued(&members[i], &members[j]);
		if (is_issuer || !members[i].readable)
			continue;
		if (!issued(&members[i], &members[i]))
			return i;
		second = found ? second : i;
		found = true;
	}
	return second;
}

/* The issuer of the last one taken, or the first one that is left. */
static size_t find_next(const struct member *members, size_t count, size_t last)
{
	size_t next = count;
	for (size_t i = 0; i < count; i++) {
		if (members[i].taken)
			continue;
		if (issued(&members[i], &members[last]))
			return i;
		next = next == count ? i : next;
	}
	return next;
}

/* A SET has no order (in DER: by octets): leaf first, each followed by its issuer. */
static void put_in_order(struct intake_facts *out)
{
	struct member members[CHAIN_MAX];
	if (out->count == 0)
		return;
	for (size_t i = 0; i < out->count; i++) {
		members[i] = (struct member){ .der = out->certs[i] };
		members[i].readable = cert_peek(members[i].der, &members[i].subject,
						&members[i].issuer);
	}
	size_t at = find_leaf(members, out->count);
	for (size_t done = 0; done < out->count; done++) {
		out->certs[done] = members[at].der;
		members[at].taken = true;
		at = find_next(members, out->count, at);
	}
}

void intake_pkcs7(struct bytes file, struct arena *mem, struct intake_facts *out)
{
	struct der info;
	struct bytes certificates;
	if (is_indefinite(file)) {
		intake_note(
			out, mem,
			"its PKCS#7 is BER, not DER; openssl pkcs7 -print_certs makes PEM of it");
		return;
	}
	if (!der_take(&file, TAG_SEQUENCE, &info)) {
		intake_note(out, mem, "its PKCS#7 is not valid DER");
		return;
	}
	if (file.size > 0)
		intake_note(out, mem, "%zu octets follow its PKCS#7", file.size);
	if (content_type(&info.value) != SIGNED_DATA) {
		intake_note(out, mem, "its PKCS#7 is of a kind that holds no certificates");
		return;
	}
	if (!find_certificates(info.value, &certificates)) {
		intake_note(out, mem, "its PKCS#7 is not valid DER");
		return;
	}
	take_certificates(certificates, mem, out);
	put_in_order(out);
	if (out->count > 0)
		out->form = INTAKE_PKCS7;
	else
		intake_note(out, mem, "its PKCS#7 holds no certificate");
}
