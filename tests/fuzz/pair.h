/* pair.h - a certificate and its issuer's in front of the input, each behind two octets of length,
 * so that the signature in a seed can be right. */
#ifndef PAIR_H
#define PAIR_H

#include "tls/cert.h"

struct pair {
	struct cert_facts leaf, issuer;
};

static inline bool pair_take_one(struct bytes *at, struct arena *mem, struct cert_facts *out)
{
	struct err err;
	if (at->size < 2)
		return false;
	size_t size = (size_t)at->data[0] << 8 | at->data[1];
	if (at->size - 2 < size)
		return false;
	struct bytes der = { at->data + 2, size };
	*at = (struct bytes){ der.data + size, at->size - 2 - size };
	return cert_read(der, mem, out, &err);
}

static inline bool pair_take(struct bytes *at, struct arena *mem, struct pair *out)
{
	return pair_take_one(at, mem, &out->leaf) && pair_take_one(at, mem, &out->issuer);
}

#endif
