#include "run/gate.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define BUCKETS                                                                                    \
	4096 /* addresses share a bucket by chance: then they wait for each other, nothing worse   \
	      */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	unsigned per_host;
	int64_t interval_ns, next_ns; /* of the rate limit, monotonic */
	unsigned inside[BUCKETS];
};

struct gate *gate_new(unsigned per_host, double rate)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	if (!gate)
		abort();
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->freed, NULL);
	gate->per_host = per_host;
	gate->interval_ns = rate > 0 ? (int64_t)((double)NS_PER_S / rate) : 0;
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

/* FNV-1a over what tells hosts apart. */
static size_t bucket(const struct endpoint *at)
{
	uint32_t hash = UINT32_C(2166136261);
	if (at->address.family == AF_UNSPEC) {
		for (const char *c = at->host; *c; c++)
			hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619);
	} else {
		for (size_t i = 0; i < sizeof(at->address.octets); i++)
			hash = (hash ^ at->address.octets[i]) * UINT32_C(16777619);
	}
	return hash % BUCKETS;
}

/* The moment of the next connection, which is the caller's from then on; -1: it is too late. */
static int64_t reserve(struct gate *gate, int64_t last)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&gate->lock);
	int64_t at = (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
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
	struct timespec until = { .tv_sec = at / NS_PER_S, .tv_nsec = at % NS_PER_S };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
		;
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

void gate_enter(struct gate *gate, const struct endpoint *at)
{
	size_t index = bucket(at);
	pthread_mutex_lock(&gate->lock);
	while (gate->inside[index] >= gate->per_host)
		pthread_cond_wait(&gate->freed, &gate->lock);
	gate->inside[index]++;
	pthread_mutex_unlock(&gate->lock);
	gate_pace(gate);
}

void gate_leave(struct gate *gate, const struct endpoint *at)
{
	pthread_mutex_lock(&gate->lock);
	gate->inside[bucket(at)]--;
	pthread_cond_broadcast(&gate->freed);
	pthread_mutex_unlock(&gate->lock);
}
