#include "tls/naming.h"

#include "tls/dn.h"

static uint8_t number_of(struct naming *naming, struct bytes name)
{
	uint64_t hash = dn_hash(name);
	size_t i = 0;
	while (i < naming->count &&
	       (naming->hashes[i] != hash || !dn_equal(naming->names[i], name)))
		i++;
	if (i == naming->count) {
		naming->names[i] = name;
		naming->hashes[i] = hash;
		naming->count++;
	}
	return (uint8_t)i;
}

void naming_read(const struct cert_facts *chain, size_t count, struct naming *out)
{
	*out = (struct naming){ 0 };
	for (size_t i = 0; i < count; i++) {
		if (!chain[i].subject)
			continue;
		out->subject[i] = number_of(out, chain[i].subject_der);
		out->issuer[i] = number_of(out, chain[i].issuer_der);
	}
}

const struct namesakes *naming_anchors(struct naming *naming, size_t number,
				       const struct trust *trust, struct arena *mem)
{
	struct namesakes *found = naming->namesakes[number];
	if (!found) {
		found = arena_alloc(mem, sizeof(*found));
		found->count = trust_find(trust, naming->names[number], found->ders,
					  found->from_system, SAME_NAME);
		naming->namesakes[number] = found;
	}
	return found;
}
