#include "tls/revoked.h"

#include "tls/der.h"

#define TAG_BOOLEAN      0x01
#define TAG_INTEGER      0x02
#define TAG_BIT_STRING   0x03
#define TAG_OCTET_STRING 0x04
#define TAG_OID          0x06
#define TAG_SEQUENCE     0x30
#define TAG_VERSION      0xa0

/* RFC 5280, 4.1: version, serial number, signature, issuer, validity, subject, key. */
static bool take_serial(struct bytes *certificate, struct der *serial)
{
	struct der whole, body, version;
	if (!der_take(certificate, TAG_SEQUENCE, &whole) ||
	    !der_take(&whole.value, TAG_SEQUENCE, &body))
		return false;
	*certificate = body.value;
	if (certificate->size > 0 && certificate->data[0] == TAG_VERSION &&
	    !der_next(certificate, &version))
		return false;
	return der_take(certificate, TAG_INTEGER, serial);
}

bool revoked_serial(struct bytes certificate, struct bytes *out)
{
	struct der serial;
	if (!take_serial(&certificate, &serial))
		return false;
	*out = serial.value;
	return true;
}

bool revoked_key_info(struct bytes certificate, struct bytes *out)
{
	struct der element;
	if (!take_serial(&certificate, &element))
		return false;
	for (int i = 0; i < 4; i++) {
		if (!der_take(&certificate, TAG_SEQUENCE, &element))
			return false;
	}
	if (!der_take(&certificate, TAG_SEQUENCE, &element))
		return false;
	*out = element.whole;
	return true;
}

bool revoked_key(struct bytes certificate, struct bytes *out)
{
	struct bytes info;
	struct der whole, algorithm, key;
	if (!revoked_key_info(certificate, &info) || !der_take(&info, TAG_SEQUENCE, &whole) ||
	    !der_take(&whole.value, TAG_SEQUENCE, &algorithm) ||
	    !der_take(&whole.value, TAG_BIT_STRING, &key) || key.value.size == 0)
		return false;
	*out = (struct bytes){ key.value.data + 1, key.value.size - 1 };
	return true;
}

const char *revoked_reason(unsigned code)
{
	static const char *const reasons[] = {
		[1] = "keyCompromise", [2] = "cACompromise",         [3] = "affiliationChanged",
		[4] = "superseded",    [5] = "cessationOfOperation", [6] = "certificateHold",
		[8] = "removeFromCRL", [9] = "privilegeWithdrawn",   [10] = "aACompromise",
	};
	return code < ARRAY_SIZE(reasons) ? reasons[code] : NULL;
}

bool revoked_take_extension(struct bytes *at, struct revoked_extension *out)
{
	struct der extension, oid, critical, value;
	if (!der_take(at, TAG_SEQUENCE, &extension) || !der_take(&extension.value, TAG_OID, &oid))
		return false;
	out->critical = extension.value.size > 0 && extension.value.data[0] == TAG_BOOLEAN;
	if (out->critical) {
		if (!der_next(&extension.value, &critical) || critical.value.size != 1)
			return false;
		out->critical = critical.value.data[0] != 0;
	}
	if (!der_take(&extension.value, TAG_OCTET_STRING, &value) || extension.value.size > 0)
		return false;
	der_oid_text(oid.value, out->oid);
	out->value = value.value;
	return true;
}
