#include "net/dns_common.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cond.h"
#include "base/memory.h"
#include "net/dns_cache.h"
#include "net/dns_copy.h"
#include "net/dns_pulse.h"
#include "net/srv.h"

#define NS_PER_S       1e9
#define ENTRIES        8192
#define OCTETS         ((size_t)4 * 1024 * 1024)
#define SRV_ENTRIES    512
#define SRV_OCTETS     ((size_t)256 * 1024)
#define FLIGHT_BUCKETS 256
#define SERVERS_MAX    160 /* three IPv6 addresses: what resolv.conf(5) may hold */

struct dns_flight {
	struct dns_flight *next; /* in its bucket */
	struct dns_key key;
	pthread_cond_t change;
	unsigned holders; /* who asks, and who joined */
	bool landed;
	void *room; /* of the answer; NULL: there is none */
	struct dns_answer answer;
};

struct dns_common {
	pthread_mutex_t lock;
	uint32_t seed;
	struct dns_cache *hosts, *srv;
	struct dns_flight *flights[FLIGHT_BUCKETS];
	struct dns_turns *turns;
	struct dns_pulse pulse;
	bool told_dead;
	bool lacks, told_lack;
	char servers[SERVERS_MAX];
	char lack[ERR_TEXT_MAX];
};

static struct dns_common *new_common(double timeout, size_t entries, size_t srv_entries)
{
	struct dns_common *common = memory_new(sizeof(*common));
	pthread_mutex_init(&common->lock, NULL);
	common->seed = srv_random_system(NULL, UINT32_MAX);
	common->hosts = dns_cache_new(entries, OCTETS);
	common->srv = dns_cache_new(srv_entries, SRV_OCTETS);
	common->turns = dns_turns_new(DNS_TURNS);
	common->pulse = dns_pulse_new(timeout);
	return common;
}

struct dns_common *dns_common_new(double timeout)
{
	return new_common(timeout, ENTRIES, SRV_ENTRIES);
}

struct dns_common *dns_common_new_alone(void)
{
	return new_common(DNS_PATIENCE_MAX, 0, 0);
}

void dns_common_free(struct dns_common **common)
{
	if (!*common)
		return;
	dns_cache_free(&(*common)->hosts);
	dns_cache_free(&(*common)->srv);
	dns_turns_free(&(*common)->turns);
	pthread_mutex_destroy(&(*common)->lock);
	free(*common);
	*common = NULL;
}

struct dns_turns *dns_common_turns(struct dns_common *common)
{
	return common->turns;
}

static struct dns_cache *cache_of(struct dns_common *common, enum dns_type type)
{
	return type == DNS_SRV ? common->srv : common->hosts;
}

/* --- questions on their way --- */

static struct dns_flight **find_flight(struct dns_common *common, const struct dns_key *key)
{
	struct dns_flight **at = &common->flights[key->hash % FLIGHT_BUCKETS];
	while (*at && !dns_key_equal(&(*at)->key, key))
		at = &(*at)->next;
	return at;
}

static struct dns_flight *new_flight(const struct dns_key *key)
{
	struct dns_flight *flight = memory_new(sizeof(*flight));
	flight->key = *key;
	flight->holders = 1;
	cond_init(&flight->change);
	return flight;
}

/* Under the lock. */
static void let_go(struct dns_flight **flight)
{
	struct dns_flight *gone = *flight;
	*flight = NULL;
	if (--gone->holders > 0)
		return;
	pthread_cond_destroy(&gone->change);
	free(gone->room);
	free(gone);
}

/* Under the lock. */
static enum dns_claim claim(struct dns_common *common, const struct dns_key *key, bool *trying,
			    struct arena *mem, struct dns_answer *out, struct dns_flight **flight)
{
	int64_t now = clock_ns();
	if (dns_cache_get(cache_of(common, key->type), key, now, mem, out))
		return DNS_KNOWN;
	if (dns_pulse_is_dead(&common->pulse, now) && !*trying) {
		*trying = dns_pulse_try(&common->pulse, now);
		out->outcome = common->pulse.outcome;
		if (!*trying)
			return DNS_HOPELESS;
		out->outcome = DNS_NOT_ASKED;
	}
	struct dns_flight **at = find_flight(common, key);
	if (*at) {
		(*at)->holders++;
		*flight = *at;
		return DNS_THEIRS;
	}
	*flight = *at = new_flight(key);
	return DNS_OURS;
}

enum dns_claim dns_common_claim(struct dns_common *common, const struct dns_question *question,
				bool *trying, struct arena *mem, struct dns_answer *out,
				struct dns_flight **flight)
{
	struct dns_key key;
	const char *asked = out->name;
	*flight = NULL;
	if (!dns_key_make(question, common->seed, &key))
		return DNS_OURS; /* the encoder will say that there is no such name */
	pthread_mutex_lock(&common->lock);
	enum dns_claim whose = claim(common, &key, trying, mem, out, flight);
	pthread_mutex_unlock(&common->lock);
	out->name = asked;
	return whose;
}

void dns_common_land(struct dns_common *common, struct dns_flight **flight,
		     const struct dns_answer *answer, uint32_t keep_s)
{
	struct dns_flight *ours = *flight;
	if (!ours)
		return;
	pthread_mutex_lock(&common->lock);
	if (answer)
		dns_cache_put(cache_of(common, ours->key.type), &ours->key, answer, keep_s,
			      clock_ns());
	if (answer && ours->holders > 1) {
		ours->room = memory_new(dns_copy_size(answer));
		dns_copy(answer, ours->room, &ours->answer);
	}
	ours->landed = true;
	struct dns_flight **at = find_flight(common, &ours->key);
	*at = ours->next;
	pthread_cond_broadcast(&ours->change);
	let_go(flight);
	pthread_mutex_unlock(&common->lock);
}

bool dns_common_join(struct dns_common *common, struct dns_flight **flight, struct deadline until,
		     struct arena *mem, struct dns_answer *out)
{
	struct dns_flight *theirs = *flight;
	const char *asked = out->name;
	pthread_mutex_lock(&common->lock);
	while (!theirs->landed && !deadline_passed(until))
		cond_wait_until(&theirs->change, &common->lock, until);
	bool known = theirs->landed && theirs->room;
	if (known)
		dns_copy_to(&theirs->answer, mem, out);
	let_go(flight);
	pthread_mutex_unlock(&common->lock);
	out->name = asked;
	return known;
}

/* --- whether the server lives --- */

void dns_common_asked(struct dns_common *common)
{
	pthread_mutex_lock(&common->lock);
	dns_pulse_asked(&common->pulse, clock_ns());
	pthread_mutex_unlock(&common->lock);
}

void dns_common_heard(struct dns_common *common)
{
	pthread_mutex_lock(&common->lock);
	dns_pulse_heard(&common->pulse);
	pthread_mutex_unlock(&common->lock);
}

void dns_common_refused(struct dns_common *common)
{
	pthread_mutex_lock(&common->lock);
	dns_pulse_refused(&common->pulse, clock_ns());
	pthread_mutex_unlock(&common->lock);
}

void dns_common_tried(struct dns_common *common)
{
	pthread_mutex_lock(&common->lock);
	dns_pulse_tried(&common->pulse, clock_ns());
	pthread_mutex_unlock(&common->lock);
}

bool dns_common_is_hopeless(struct dns_common *common, bool trying, enum dns_outcome *outcome)
{
	pthread_mutex_lock(&common->lock);
	bool hopeless = dns_pulse_is_hopeless(&common->pulse, trying, clock_ns());
	if (hopeless)
		*outcome = common->pulse.outcome;
	pthread_mutex_unlock(&common->lock);
	return hopeless;
}

bool dns_common_probe(struct dns_common *common, bool trying)
{
	pthread_mutex_lock(&common->lock);
	bool wanted = dns_pulse_probe(&common->pulse, trying, clock_ns());
	pthread_mutex_unlock(&common->lock);
	return wanted;
}

void dns_common_probed(struct dns_common *common)
{
	pthread_mutex_lock(&common->lock);
	dns_pulse_probed(&common->pulse);
	pthread_mutex_unlock(&common->lock);
}

struct deadline dns_common_next(struct dns_common *common, bool trying, struct deadline until)
{
	pthread_mutex_lock(&common->lock);
	int64_t next = dns_pulse_next(&common->pulse, trying, clock_ns());
	pthread_mutex_unlock(&common->lock);
	if (next < until.at_ns)
		until.at_ns = next;
	return until;
}

/* --- news --- */

void dns_common_name(struct dns_common *common, const char *servers)
{
	pthread_mutex_lock(&common->lock);
	snprintf(common->servers, sizeof(common->servers), "%s", servers);
	pthread_mutex_unlock(&common->lock);
}

void dns_common_lack(struct dns_common *common, const char *reason)
{
	pthread_mutex_lock(&common->lock);
	if (!common->lacks)
		snprintf(common->lack, sizeof(common->lack), "%s", reason);
	common->lacks = true;
	pthread_mutex_unlock(&common->lock);
}

/* Under the lock. */
static const char *tell_pulse(const struct dns_common *common, struct arena *mem)
{
	const struct dns_pulse *pulse = &common->pulse;
	bool many = strchr(common->servers, ',') != NULL;
	const char *who = arena_printf(mem, "the DNS server%s %s", many ? "s" : "",
				       common->servers);
	if (!pulse->dead)
		return arena_printf(mem, "%s answer%s again", who, many ? "" : "s");
	if (pulse->outcome == DNS_UNREACHABLE)
		return arena_printf(mem,
				    "%s %s not there (connection refused); check --resolver and "
				    "/etc/resolv.conf",
				    who, many ? "are" : "is");
	return arena_printf(mem,
			    "%s %s not answer (%zu questions, %.1f s); check --resolver and "
			    "/etc/resolv.conf",
			    who, many ? "do" : "does", pulse->unanswered,
			    (double)pulse->silent_ns / NS_PER_S);
}

bool dns_common_news(struct dns_common *common, struct arena *mem, const char **sentence)
{
	bool told = false;
	pthread_mutex_lock(&common->lock);
	bool dead = dns_pulse_is_dead(&common->pulse, clock_ns());
	if (common->lacks && !common->told_lack) {
		*sentence = arena_copy(mem, common->lack);
		common->told_lack = told = true;
	} else if (dead != common->told_dead) {
		*sentence = tell_pulse(common, mem);
		common->told_dead = dead;
		told = true;
	}
	pthread_mutex_unlock(&common->lock);
	return told;
}
