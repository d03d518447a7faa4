/* What metrics need of a record, as small as it can be. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/plain.h"
#include "report/prometheus_parts.h"

struct kept *kept_new(int64_t now)
{
	struct kept *kept = memory_new(sizeof(*kept));
	kept->now = now;
	kept->names = tally_new(KEPT_DOMAINS);
	kept->places = tally_new(2 * KEPT_ENDPOINTS);
	kept->algorithms = tally_new(KEPT_ALGORITHMS);
	kept->mem = arena_new();
	promises_list(kept->mem, &kept->promises);
	kept->other = tally_add(kept->algorithms, "other");
	return kept;
}

void kept_free(struct kept **kept)
{
	if (!*kept)
		return;
	tally_free(&(*kept)->names);
	tally_free(&(*kept)->places);
	tally_free(&(*kept)->algorithms);
	arena_free(&(*kept)->mem);
	free((*kept)->domains);
	free((*kept)->endpoints);
	free((*kept)->findings);
	free(*kept);
	*kept = NULL;
}

/* Room for one more behind count. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 64;
	items = realloc(items, *room * size);
	if (!items)
		memory_exhausted();
	return items;
}

/* As it will be written: what is written alike is one series, and may stand there once. */
static uint32_t keep_plain(struct tally *tally, const char *word)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	plain_text(&text, word);
	return tally_add(tally, buf_string(&text));
}

static uint32_t keep_place(struct kept *kept, const char *word)
{
	return word ? keep_plain(kept->places, word) : TALLY_NONE;
}

/* What a stranger made up is no label: one value more for each record makes a server fall over. */
static uint32_t keep_algorithm(struct kept *kept, const char *word)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-. ";
	if (!word)
		return TALLY_NONE;
	size_t size = strspn(word, allowed);
	uint32_t number = TALLY_NONE;
	if (size > 0 && size <= 64 && !word[size])
		number = tally_add(kept->algorithms, word);
	return number == TALLY_NONE ? kept->other : number;
}

static uint32_t microseconds(double ms)
{
	double most = NO_DURATION - 1;
	return (uint32_t)(ms * 1000 < most ? ms * 1000 + 0.5 : most);
}

/* The whole way counts only where it was gone to its end. */
static void keep_durations(const struct digest_endpoint *at, struct kept_endpoint *out)
{
	const struct step_facts *tls = &at->steps[STEP_TLS];
	double all = 0;
	bool whole = at->steps[STEP_FEATURES].taken && at->steps[STEP_FEATURES].ok;
	for (int i = 0; i < STEP_COUNT; i++)
		all += at->steps[i].taken ? at->steps[i].elapsed_ms : 0;
	out->durations[KEPT_CONNECT] = whole ? microseconds(all) : NO_DURATION;
	out->durations[KEPT_HANDSHAKE] = tls->taken && tls->ok ? microseconds(tls->elapsed_ms)
							       : NO_DURATION;
}

static void keep_answers(const struct digest_endpoint *at, struct kept_endpoint *out)
{
	out->answers[KEPT_UP] = (uint8_t)at->up;
	out->answers[KEPT_ENCRYPTED] = (uint8_t)at->encrypted;
	out->answers[KEPT_AUTHENTICATED] = (uint8_t)at->authenticated;
	out->answers[KEPT_FORWARD_SECRECY] = (uint8_t)at->forward_secrecy;
	out->answers[KEPT_POST_QUANTUM] = (uint8_t)at->post_quantum;
	out->answers[KEPT_PLUS] = (uint8_t)at->plus;
	out->answers[KEPT_DANE] = (uint8_t)at->dane;
	out->answers[KEPT_REQUIRED] = (uint8_t)at->starttls_required;
	for (int i = 0; i < TLS_VERSION_COUNT; i++)
		out->versions[i] = (uint8_t)at->versions[i];
}

static struct kept_endpoint keep_endpoint(struct kept *kept, const struct digest_endpoint *at)
{
	struct kept_endpoint out = {
		.times = { [KEPT_NOT_BEFORE] = at->not_before,
			   [KEPT_NOT_AFTER] = at->not_after,
			   [KEPT_CHAIN_NOT_AFTER] = at->chain_not_after },
		.host = keep_place(kept, at->host),
		.address = keep_place(kept, at->address),
		.cipher = keep_algorithm(kept, at->cipher),
		.group = keep_algorithm(kept, at->group),
		.key = keep_algorithm(kept, at->key),
		.dialback = at->dialback,
		.key_bits = at->key_bits,
		.port = at->port,
		.file = at->source == SOURCE_FILE,
		.examined = at->examined,
		.service = (uint8_t)at->service,
		.transport = (uint8_t)at->transport,
		.status = (uint8_t)at->status,
		.version = (uint8_t)at->version,
		.proofs = (uint8_t)at->proofs,
	};
	keep_answers(at, &out);
	keep_durations(at, &out);
	return out;
}

/* The same labels. */
static bool is_same(const struct kept_endpoint *a, const struct kept_endpoint *b)
{
	return a->host == b->host && a->address == b->address && a->port == b->port &&
	       a->service == b->service && a->transport == b->transport && a->file == b->file;
}

/* What was not examined has no series. */
static bool keep_endpoints(struct kept *kept, const struct digest *digest, struct kept_domain *out,
			   struct err *err)
{
	out->endpoint = (uint32_t)kept->endpoint_count;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		if (!digest->endpoints[i].examined)
			continue;
		if (kept->endpoint_count == KEPT_ENDPOINTS)
			return err_set(err, AT_INPUT, ERR_LIMIT,
				       "more than %d endpoints in one file of metrics: split the "
				       "records",
				       KEPT_ENDPOINTS);
		struct kept_endpoint kept_one = keep_endpoint(kept, &digest->endpoints[i]);
		size_t place = out->endpoint;
		kept->endpoints = grow(kept->endpoints, kept->endpoint_count, &kept->endpoint_room,
				       sizeof(*kept->endpoints));
		while (place < kept->endpoint_count && !is_same(&kept->endpoints[place], &kept_one))
			place++;
		kept->endpoints[place] = kept_one;
		kept->endpoint_count += place == kept->endpoint_count;
	}
	out->endpoint_count = (uint32_t)kept->endpoint_count - out->endpoint;
	return true;
}

static struct kept_finding keep_finding(const struct digest_finding *found)
{
	const struct finding_kind *kind = finding_kind_find(found->id);
	return (struct kept_finding){
		.count = 1,
		.kind = (uint16_t)(kind ? (size_t)(kind - finding_kinds) : finding_kind_count),
		.service = (uint8_t)(found->at ? (int)found->at->service : SERVICE_COUNT),
		.severity = (uint8_t)found->severity,
	};
}

static bool keep_findings(struct kept *kept, const struct digest *digest, struct kept_domain *out,
			  struct err *err)
{
	out->finding = (uint32_t)kept->finding_count;
	for (size_t i = 0; i < digest->finding_count; i++) {
		struct kept_finding found = keep_finding(&digest->findings[i]);
		size_t place = out->finding;
		if (kept->finding_count == KEPT_FINDINGS)
			return err_set(err, AT_INPUT, ERR_LIMIT,
				       "more than %d findings in one file of metrics: split the "
				       "records",
				       KEPT_FINDINGS);
		kept->findings = grow(kept->findings, kept->finding_count, &kept->finding_room,
				      sizeof(*kept->findings));
		for (; place < kept->finding_count; place++) {
			const struct kept_finding *at = &kept->findings[place];
			if (at->kind == found.kind && at->service == found.service &&
			    at->severity == found.severity)
				break;
		}
		if (place < kept->finding_count)
			kept->findings[place].count++;
		else
			kept->findings[kept->finding_count++] = found;
	}
	out->finding_count = (uint32_t)kept->finding_count - out->finding;
	return true;
}

static uint64_t bit_of(const struct promises *known, const struct digest_promise *promise)
{
	_Static_assert(PROMISE_MAX <= 64, "a bit each");
	for (size_t i = 0; i < known->count; i++) {
		if (known->items[i].service == promise->service &&
		    strcmp(known->items[i].id, promise->id) == 0)
			return UINT64_C(1) << i;
	}
	return 0;
}

/* Those that could be tested. */
static void keep_promises(const struct kept *kept, const struct digest *digest,
			  struct kept_domain *out)
{
	for (size_t i = 0; i < digest->promise_count; i++) {
		const struct digest_promise *promise = &digest->promises[i];
		if (promise->result == PROMISE_BROKEN)
			out->broken |= bit_of(&kept->promises, promise);
		if (promise->result == PROMISE_KEPT || promise->result == PROMISE_BY_FALLBACK)
			out->kept |= bit_of(&kept->promises, promise);
	}
}

bool kept_add(struct kept *kept, const struct digest *digest, struct err *err)
{
	if (!digest->domain) {
		kept->nameless++;
		return true;
	}
	struct kept_domain domain = { .time = digest->time,
				      .status = (uint8_t)digest->status,
				      .dnssec = (uint8_t)digest->dnssec };
	for (int i = 0; i <= SEVERITY_CRITICAL; i++)
		domain.weights[i] = (uint32_t)digest->weights[i];
	keep_promises(kept, digest, &domain);
	if (!keep_endpoints(kept, digest, &domain, err) ||
	    !keep_findings(kept, digest, &domain, err))
		return false;
	uint32_t number = keep_plain(kept->names, digest->domain);
	if (number == TALLY_NONE)
		return err_set(err, AT_INPUT, ERR_LIMIT,
			       "more than %d domains in one file of metrics: split the records",
			       KEPT_DOMAINS);
	kept->domains = grow(kept->domains, number, &kept->domain_room, sizeof(*kept->domains));
	kept->domains[number] = domain;
	return true;
}
