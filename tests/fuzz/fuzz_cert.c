/* Certificates as strangers send them: read, peeked at, and their names judged. */
#include <assert.h>
#include <string.h>

#include "tls/der.h"
#include "tls/name.h"

static const struct reference references[] = {
	{ "im.example", "_xmpp-client" },
	{ "xn--bcher-kva.example", "_xmpp-server" },
	{ "192.0.2.7", "_xmpp-client" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes der = { data, size }, subject, issuer;
	struct cert_facts cert;
	struct name_facts names;
	struct err err;
	bool peeked = cert_peek(der, &subject, &issuer);
	if (!cert_read(der, mem, &cert, &err))
		return 0;
	assert(peeked && bytes_equal(subject, cert.subject_der));
	assert(cert.subject && cert.issuer && cert.serial && cert.key && cert.signature);
	for (size_t i = 0; i < ARRAY_SIZE(references); i++) {
		name_judge(&cert, &references[i], mem, &names);
		assert(names.count == cert.name_count);
		for (size_t j = 0; j < names.count; j++) {
			const struct name_judgement *judgement = &names.judgements[j];
			assert(judgement->name->value && judgement->reason);
			/* What is malformed never speaks for anybody, nor does a common name. */
			assert(judgement->verdict != NAME_MATCHES ||
			       (!judgement->name->malformed && judgement->name->type != NAME_CN));
		}
	}
	return 0;
}
