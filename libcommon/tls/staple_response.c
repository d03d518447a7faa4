#include "tls/staple_response.h"

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/der_time.h"
#include "tls/revoked.h"

#define TAG_GOOD    0x80
#define TAG_UNKNOWN 0x82
#define TAG_0       0xa0
#define TAG_1       0xa1
#define TAG_2       0xa2

/* [n] EXPLICIT around one element; left alone where the next element is another. */
static bool take_optional(struct bytes *at, uint8_t tag, struct bytes *out)
{
	struct der element;
	*out = (struct bytes){ 0 };
	if (at->size == 0 || at->data[0] != tag)
		return true;
	if (!der_next(at, &element))
		return false;
	*out = element.value;
	return true;
}

/* [n] EXPLICIT Extensions: what stands in the SEQUENCE. */
static bool take_extensions(struct bytes *at, struct bytes *out)
{
	struct bytes content;
	struct der list;
	*out = (struct bytes){ 0 };
	if (!take_optional(at, TAG_1, &content))
		return false;
	if (content.size == 0)
		return true;
	if (!der_take(&content, TAG_SEQUENCE, &list) || content.size > 0)
		return false;
	*out = list.value;
	return true;
}

/* OCSPResponse ::= SEQUENCE { status, [0] SEQUENCE { id-pkix-ocsp-basic, OCTET STRING } }, in which
 * BasicOCSPResponse ::= SEQUENCE { tbsResponseData, ... } */
static bool find_body(struct bytes der, struct der *out)
{
	struct der whole, element, octets;
	if (!der_take(&der, TAG_SEQUENCE, &whole) || der.size > 0 ||
	    !der_take(&whole.value, TAG_ENUMERATED, &element) ||
	    !der_take(&whole.value, TAG_0, &element) || whole.value.size > 0)
		return false;
	struct bytes inner = element.value;
	if (!der_take(&inner, TAG_SEQUENCE, &whole) || inner.size > 0 ||
	    !der_take(&whole.value, TAG_OID, &element) ||
	    !der_take(&whole.value, TAG_OCTET_STRING, &octets) || whole.value.size > 0)
		return false;
	return der_take(&octets.value, TAG_SEQUENCE, &whole) && octets.value.size == 0 &&
	       der_take(&whole.value, TAG_SEQUENCE, out);
}

/* ResponseData ::= SEQUENCE { [0] version, responderID, producedAt, responses, [1] extensions } */
bool response_split(struct bytes der, struct response *out)
{
	struct bytes version;
	struct der body, responder, singles;
	if (!find_body(der, &body))
		return false;
	struct bytes at = body.value;
	if (!take_optional(&at, TAG_0, &version) || !der_next(&at, &responder) ||
	    (responder.tag != TAG_1 && responder.tag != TAG_2) ||
	    !der_take_time(&at, &out->produced) || !der_take(&at, TAG_SEQUENCE, &singles) ||
	    !take_extensions(&at, &out->extensions) || at.size > 0)
		return false;
	out->body = body.whole;
	out->singles = singles.value;
	return true;
}

/* CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } */
static bool take_id(struct bytes *at, struct single *out)
{
	struct der id, algorithm, oid, name, key, serial;
	if (!der_take(at, TAG_SEQUENCE, &id) || !der_take(&id.value, TAG_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm.value, TAG_OID, &oid) ||
	    !der_take(&id.value, TAG_OCTET_STRING, &name) ||
	    !der_take(&id.value, TAG_OCTET_STRING, &key) ||
	    !der_take(&id.value, TAG_INTEGER, &serial) || id.value.size > 0)
		return false;
	der_oid_text(oid.value, out->hash);
	out->name_hash = name.value;
	out->key_hash = key.value;
	out->serial = serial.value;
	return true;
}

/* RevokedInfo ::= SEQUENCE { revocationTime, [0] EXPLICIT CRLReason OPTIONAL } */
static bool read_revoked(struct bytes info, struct single *out)
{
	struct bytes reason;
	struct der code;
	if (!der_take_time(&info, &out->revoked) || !take_optional(&info, TAG_0, &reason))
		return false;
	if (reason.size > 0) {
		if (!der_take(&reason, TAG_ENUMERATED, &code) || code.value.size != 1)
			return false;
		out->revocation = revoked_reason(code.value.data[0]);
	}
	return info.size == 0;
}

/* CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, implicit. */
static bool take_status(struct bytes *at, struct single *out)
{
	struct der status;
	if (!der_next(at, &status))
		return false;
	switch (status.tag) {
	case TAG_GOOD:
		out->status = SINGLE_GOOD;
		return true;
	case TAG_1:
		out->status = SINGLE_REVOKED;
		return read_revoked(status.value, out);
	case TAG_UNKNOWN:
		out->status = SINGLE_UNKNOWN;
		return true;
	default:
		return false;
	}
}

/* SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, [0] nextUpdate, [1] extensions } */
bool response_take_single(struct bytes *singles, struct single *out)
{
	struct bytes next;
	struct der single;
	*out = (struct single){ 0 };
	if (!der_take(singles, TAG_SEQUENCE, &single))
		return false;
	struct bytes at = single.value;
	if (!take_id(&at, out) || !take_status(&at, out) ||
	    !der_take_time(&at, &out->this_update) || !take_optional(&at, TAG_0, &next))
		return false;
	if (next.size > 0 && (!der_take_time(&next, &out->next_update) || next.size > 0))
		return false;
	return take_extensions(&at, &out->extensions) && at.size == 0;
}
