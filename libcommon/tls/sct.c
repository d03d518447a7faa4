#include "tls/sct.h"

#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"

#define VERSION_1 0
#define TIME_MAX  INT64_C(253402300799999) /* the year 9999: what follows is no time */

/* Takes a big-endian number of so many octets off the front. */
static bool take_number(struct bytes *at, size_t octets, uint64_t *out)
{
	uint64_t number = 0;
	if (at->size < octets)
		return false;
	for (size_t i = 0; i < octets; i++)
		number = number << 8 | at->data[i];
	*at = (struct bytes){ at->data + octets, at->size - octets };
	*out = number;
	return true;
}

static bool take_bytes(struct bytes *at, size_t size, struct bytes *out)
{
	if (at->size < size)
		return false;
	*out = (struct bytes){ at->data, size };
	*at = (struct bytes){ at->data + size, at->size - size };
	return true;
}

/* opaque<..2^16-1>: two octets of length before it. */
static bool take_vector(struct bytes *at, struct bytes *out)
{
	uint64_t size;
	return take_number(at, 2, &size) && take_bytes(at, size, out);
}

/* RFC 6962, 3.2: version, log id, timestamp, extensions, then hash, signature algorithm and
 * signature. Of a version to come only the number can be told. NULL: it is well-formed. */
static const char *read_one(struct bytes sct, struct sct *out)
{
	struct bytes log, extensions, signature;
	uint64_t version, time_ms, algorithms;
	if (!take_number(&sct, 1, &version))
		return "an empty timestamp";
	out->version = (uint8_t)version;
	if (version != VERSION_1)
		return NULL;
	if (!take_bytes(&sct, sizeof(out->log), &log) || !take_number(&sct, 8, &time_ms) ||
	    !take_vector(&sct, &extensions) || !take_number(&sct, 2, &algorithms) ||
	    !take_vector(&sct, &signature))
		return "a timestamp that ends too early";
	if (sct.size > 0)
		return "octets behind the signature of a timestamp";
	if (time_ms > TIME_MAX)
		return "a timestamp beyond the year 9999";
	memcpy(out->log, log.data, sizeof(out->log));
	out->time_ms = (int64_t)time_ms;
	return NULL;
}

/* SignedCertificateTimestampList: a vector of vectors, neither of them empty (RFC 6962, 3.3). */
static const char *read_list(struct bytes list, struct sct found[SCT_MAX], size_t *count)
{
	struct bytes all, one;
	if (!take_vector(&list, &all) || list.size > 0)
		return "a list that is not as long as it says";
	if (all.size == 0)
		return "an empty list";
	for (*count = 0; all.size > 0; ++*count) {
		if (*count == SCT_MAX)
			return "more timestamps than anybody has";
		if (!take_vector(&all, &one))
			return "a timestamp that is not as long as it says";
		const char *problem = read_one(one, &found[*count]);
		if (problem)
			return problem;
	}
	return NULL;
}

static void note(struct sct_facts *facts, const char *problem)
{
	if (!facts->problem)
		facts->problem = problem;
}

void sct_read(struct bytes list, enum sct_source source, struct arena *mem, struct sct_facts *out)
{
	struct sct found[SCT_MAX] = { 0 };
	size_t count = 0;
	const char *problem = read_list(list, found, &count);
	if (!problem && out->count + count > SCT_MAX)
		problem = "more timestamps than anybody has";
	if (problem) {
		note(out, problem);
		return;
	}
	struct sct *all = arena_array(mem, out->count + count, sizeof(*all));
	if (out->count > 0)
		memcpy(all, out->list, out->count * sizeof(*all));
	for (size_t i = 0; i < count; i++) {
		found[i].source = source;
		all[out->count + i] = found[i];
	}
	out->list = all;
	out->count += count;
}

void sct_read_extension(struct bytes extension, struct arena *mem, struct sct_facts *out)
{
	struct der string;
	if (!der_take(&extension, TAG_OCTET_STRING, &string) || extension.size > 0) {
		note(out, "an extension that is no OCTET STRING");
		return;
	}
	sct_read(string.value, SCT_CERTIFICATE, mem, out);
}

const char *sct_source_text(enum sct_source source)
{
	static const char *const texts[] = {
		[SCT_CERTIFICATE] = "certificate",
		[SCT_TLS] = "tls",
		[SCT_OCSP] = "ocsp",
	};
	return texts[source];
}
