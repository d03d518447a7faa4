#include "run/gate.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"

#define NS_PER_S 1e9
/* Addresses share a bucket by chance: then they wait for each other, nothing worse. */
#define BUCKETS 4096
/* Of a claim; each is a result that somebody else has got. */
#define REFUSALS_MOST 64

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	unsigned per_host;
	int wake;
	int64_t interval_ns, next_ns; /* of the rate limit, monotonic */
	/* The claim that was refused so often that nobody else gets into the bucket it lacks; only
	 * compared, for its job may be gone. One at a time: two could wait for each other. NULL:
	 * none. */
	const struct claim *favourite;
	size_t kept; /* that bucket */
	unsigned inside[BUCKETS];
};

struct gate *gate_new(unsigned per_host, double rate, int wake)
{
	struct gate *gate = memory_new(sizeof(*gate));
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->freed, NULL);
	gate->per_host = per_host;
	gate->wake = wake;
	gate->interval_ns = rate > 0 ? (int64_t)(NS_PER_S / rate) : 0;
	return gate;
}

void gate_free(struct gate **gate)
{
	if (!*gate)
		return;
	pthread_cond_destroy(&(*gate)->freed);
	pthread_mutex_destroy(&(*gate)->lock);
	free(*gate);
	*gate = NULL;
}

/* What tells hosts apart: the address, or FNV-1a of the name. */
static size_t bucket(const struct endpoint *at)
{
	uint32_t hash = UINT32_C(2166136261);
	if (at->address.family != AF_UNSPEC)
		return address_hash(&at->address) % BUCKETS;
	for (const char *c = at->host; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619);
	return hash % BUCKETS;
}

/* The moment of the next connection, which is the caller's from then on; -1: it is too late. */
static int64_t reserve(struct gate *gate, int64_t last)
{
	int64_t at = clock_ns();
	pthread_mutex_lock(&gate->lock);
	if (gate->next_ns > at)
		at = gate->next_ns;
	if (at > last)
		at = -1;
	else
		gate->next_ns = at + gate->interval_ns;
	pthread_mutex_unlock(&gate->lock);
	return at;
}

static bool pace(struct gate *gate, int64_t last)
{
	if (!gate->interval_ns)
		return true;
	int64_t at = reserve(gate, last);
	if (at < 0)
		return false;
	deadline_sleep((struct deadline){ .at_ns = at, .wake = gate->wake });
	return true;
}

void gate_pace(struct gate *gate)
{
	(void)pace(gate, INT64_MAX);
}

bool gate_pace_before(struct gate *gate, struct deadline until)
{
	return pace(gate, until.at_ns);
}

struct claim claim_new(struct arena *mem, size_t room)
{
	return (struct claim){ .rows = arena_array(mem, room + 1, sizeof(struct claim_row)) };
}

static struct claim_row *find_row(const struct claim *claim, size_t index)
{
	for (size_t i = 0; i < claim->count; i++) {
		if (claim->rows[i].bucket == index)
			return &claim->rows[i];
	}
	return NULL;
}

void claim_add(struct claim *claim, const struct gate *gate, const struct endpoint *at)
{
	size_t index = bucket(at);
	struct claim_row *row = find_row(claim, index);
	if (!row) {
		row = &claim->rows[claim->count++];
		*row = (struct claim_row){ .bucket = index };
	}
	if (row->places < gate->per_host)
		row->places++;
}

/* Under the lock. One it has no room in, or that is kept for another one; NULL: there is none. */
static const struct claim_row *lacking(const struct gate *gate, const struct claim *claim)
{
	bool others = gate->favourite && gate->favourite != claim;
	for (size_t i = 0; i < claim->count; i++) {
		const struct claim_row *row = &claim->rows[i];
		if (gate->inside[row->bucket] + row->places > gate->per_host ||
		    (others && row->bucket == gate->kept))
			return row;
	}
	return NULL;
}

/* Under the lock. */
static void take_places(struct gate *gate, struct claim *claim)
{
	for (size_t i = 0; i < claim->count; i++) {
		struct claim_row *row = &claim->rows[i];
		gate->inside[row->bucket] += row->places;
		row->unused = row->places;
	}
	if (gate->favourite == claim)
		gate->favourite = NULL;
}

bool gate_claim(struct gate *gate, struct claim *claim)
{
	pthread_mutex_lock(&gate->lock);
	const struct claim_row *row = lacking(gate, claim);
	if (!row)
		take_places(gate, claim);
	else if (++claim->refusals >= REFUSALS_MOST && !gate->favourite)
		gate->favourite = claim;
	if (row && gate->favourite == claim)
		gate->kept = row->bucket;
	pthread_mutex_unlock(&gate->lock);
	return !row;
}

/* Under the lock. */
static void give_back(struct gate *gate, const struct claim *claim)
{
	for (size_t i = 0; i < claim->count; i++) {
		gate->inside[claim->rows[i].bucket] -= claim->rows[i].unused;
		claim->rows[i].unused = 0;
	}
	pthread_cond_broadcast(&gate->freed);
}

void gate_return(struct gate *gate, struct claim *claim)
{
	if (claim->count == 0)
		return;
	pthread_mutex_lock(&gate->lock);
	give_back(gate, claim);
	pthread_mutex_unlock(&gate->lock);
}

void gate_enter(struct gate *gate, struct claim *claim, const struct endpoint *at)
{
	size_t index = bucket(at);
	struct claim_row *row = find_row(claim, index);
	pthread_mutex_lock(&gate->lock);
	/* Nobody waits with what others may wait for: a job's places may lie unused until this
	 * thread comes to them, where there was no second one to have. */
	if (!row && gate->inside[index] >= gate->per_host)
		give_back(gate, claim);
	while (!(row && row->unused > 0) && gate->inside[index] >= gate->per_host)
		pthread_cond_wait(&gate->freed, &gate->lock);
	if (row && row->unused > 0)
		row->unused--;
	else
		gate->inside[index]++;
	pthread_mutex_unlock(&gate->lock);
	gate_pace(gate);
}

void gate_leave(struct gate *gate, struct claim *claim, const struct endpoint *at)
{
	size_t index = bucket(at);
	struct claim_row *row = find_row(claim, index);
	pthread_mutex_lock(&gate->lock);
	if (row && row->unused < row->places)
		row->unused++;
	else
		gate->inside[index]--;
	pthread_cond_broadcast(&gate->freed);
	pthread_mutex_unlock(&gate->lock);
}

void gate_leave_for_good(struct gate *gate, const struct endpoint *at)
{
	pthread_mutex_lock(&gate->lock);
	gate->inside[bucket(at)]--;
	pthread_cond_broadcast(&gate->freed);
	pthread_mutex_unlock(&gate->lock);
}
