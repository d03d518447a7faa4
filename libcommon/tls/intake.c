#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/intake_inner.h"

void intake_note(struct intake_facts *out, struct arena *mem, const char *format, ...)
{
	if (out->problem)
		return;
	va_list args;
	va_start(args, format);
	out->problem = arena_vprintf(mem, format, args);
	va_end(args);
}

void intake_add(struct intake_facts *out, struct bytes der)
{
	size_t octets = der.size;
	for (size_t i = 0; i < out->count; i++)
		octets += out->certs[i].size;
	if (out->count == CHAIN_MAX)
		out->cut = true;
	else if (octets <= INTAKE_DER_MAX)
		out->certs[out->count++] = der;
	else if (!out->problem)
		out->problem = "its certificates are larger than 1 MiB together";
}

static bool starts_with(struct bytes file, const char *octets, size_t size)
{
	return file.size >= size && memcmp(file.data, octets, size) == 0;
}

/* Of what stands first inside the SEQUENCE that a file begins with; 0: it begins with none. */
static uint8_t inner_tag(struct bytes file)
{
	struct der whole, first;
	return der_take(&file, TAG_SEQUENCE, &whole) && der_next(&whole.value, &first) ? first.tag
										       : 0;
}

/* With its mark (RFC 2781, 3.2), or without as it begins with a dash, a blank, a letter. */
static bool is_utf16(struct bytes file)
{
	return starts_with(file, "\xff\xfe", 2) || starts_with(file, "\xfe\xff", 2) ||
	       (file.size >= 4 && file.size % 2 == 0 &&
		((file.data[0] == 0 && file.data[2] == 0 && file.data[1] && file.data[3]) ||
		 (file.data[1] == 0 && file.data[3] == 0 && file.data[0] && file.data[2])));
}

/* 30 82 HH LL 30 or 06, of which less is there than the length says; how much there should be. */
static size_t promised(struct bytes file)
{
	if (file.size < 8 || file.data[0] != TAG_SEQUENCE || (file.data[1] | 1) != 0x83)
		return 0;
	size_t octets = file.data[1] & 0x7f, length = 0;
	for (size_t i = 0; i < octets; i++)
		length = length << 8 | file.data[2 + i];
	uint8_t inner = file.data[2 + octets];
	length += 2 + octets;
	return length > file.size && (inner == TAG_SEQUENCE || inner == TAG_OID) ? length : 0;
}

/* The sentence that says what it is instead, if that can be seen. */
static void note_other(struct bytes file, struct arena *mem, struct intake_facts *out)
{
	size_t length = promised(file);
	if (length > 0)
		intake_note(out, mem, "its DER is cut short: %zu of %zu octets are there",
			    file.size, length);
	else if (inner_tag(file) == TAG_INTEGER)
		intake_note(out, mem, "it holds no certificate, but a key or PKCS#12 in DER");
	else if (is_utf16(file))
		intake_note(out, mem, "it is UTF-16 text; certificates are read from ASCII");
	else if (starts_with(file, "MII", 3))
		intake_note(out, mem,
			    "it is base64 without the lines that begin and end a certificate");
	else
		intake_note(out, mem, "it holds no certificate: neither PEM, DER nor PKCS#7");
}

static bool is_der(struct bytes file)
{
	struct bytes subject, issuer;
	struct der whole;
	return der_take(&file, TAG_SEQUENCE, &whole) && cert_peek(whole.whole, &subject, &issuer);
}

static void read_der(struct bytes file, struct arena *mem, struct intake_facts *out)
{
	struct der whole;
	out->form = INTAKE_DER;
	while (!out->cut && der_take(&file, TAG_SEQUENCE, &whole))
		intake_add(out, whole.whole);
	if (file.size > 0 && !out->cut)
		intake_note(out, mem, "%zu octets follow the certificate%s and are none", file.size,
			    out->count == 1 ? "" : "s");
}

/* DER is asked first: text does not look like it, but a certificate may hold lines that look like
 * PEM. */
void intake_read(struct bytes file, struct arena *mem, struct intake_facts *out)
{
	*out = (struct intake_facts){ .form = INTAKE_NONE };
	if (starts_with(file, "\xef\xbb\xbf", 3)) /* the mark editors leave before UTF-8 */
		file = (struct bytes){ file.data + 3, file.size - 3 };
	if (file.size == 0)
		intake_note(out, mem, "it is empty");
	else if (file.size > INTAKE_MAX)
		intake_note(out, mem, "it is larger than %zu MiB", INTAKE_MAX >> 20);
	else if (intake_is_pkcs7(file))
		intake_pkcs7(file, mem, out);
	else if (!is_der(file) && intake_is_pem(file))
		intake_pem(file, mem, out);
	else if (inner_tag(file) ==
		 TAG_SEQUENCE) /* meant for one: cert_read() says what is wrong */
		read_der(file, mem, out);
	else
		note_other(file, mem, out);
	if (out->count == 0)
		out->form = INTAKE_NONE;
}
