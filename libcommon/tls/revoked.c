#include "tls/revoked.h"

#include "tls/der.h"
#include "tls/der_tag.h"

#define TAG_VERSION 0xa0

/* Certificate ::= SEQUENCE { TBSCertificate ::= SEQUENCE { version, serialNumber, ... }, ... } */
bool revoked_serial(struct bytes certificate, struct bytes *out)
{
	struct der whole, body, version, serial;
	if (!der_take(&certificate, TAG_SEQUENCE, &whole) ||
	    !der_take(&whole.value, TAG_SEQUENCE, &body))
		return false;
	struct bytes at = body.value;
	if (at.size > 0 && at.data[0] == TAG_VERSION && !der_next(&at, &version))
		return false;
	if (!der_take(&at, TAG_INTEGER, &serial))
		return false;
	*out = serial.value;
	return true;
}

/* SubjectPublicKeyInfo ::= SEQUENCE { algorithm, subjectPublicKey BIT STRING } */
bool revoked_key(struct bytes key_info, struct bytes *out)
{
	struct der whole, algorithm, key;
	if (!der_take(&key_info, TAG_SEQUENCE, &whole) ||
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
