#include "run/reception_inner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cond.h"
#include "base/memory.h"

#define GUESTS_MAX    32  /* at once: a peer needs one or two */
#define LEAVE_SECONDS 1.0 /* for a goodbye in order */

static bool is_in_the_way(const struct visit_plan *one, const struct visit_plan *other)
{
	return one->shut || other->shut || dialback_same_domain(one->them, other->them) ||
	       dialback_same_domain(one->them, other->also) ||
	       dialback_same_domain(one->also, other->them) ||
	       dialback_same_domain(one->also, other->also);
}

static bool must_wait(const struct visit *visit)
{
	for (const struct visit *before = visit->next; before; before = before->next) {
		if (is_in_the_way(&visit->plan, &before->plan))
			return true;
	}
	return false;
}

/* Under the lock. */
static void open_again(struct reception *reception)
{
	struct err err;
	reception->lost = !door_reopen(reception->door, &err);
}

struct visit *visit_expect(struct reception *reception, const struct visit_plan *plan)
{
	struct visit *visit = memory_new(sizeof(*visit));
	*visit = (struct visit){ .reception = reception, .plan = *plan };
	pthread_mutex_lock(&reception->lock);
	visit->next = reception->visits;
	reception->visits = visit;
	while (must_wait(visit))
		pthread_cond_wait(&reception->changed, &reception->lock);
	visit->began_ms = clock_ms();
	visit->begun = true;
	if (plan->shut)
		door_shut(reception->door);
	else if (reception->lost)
		open_again(reception);
	pthread_mutex_unlock(&reception->lock);
	return visit;
}

void visit_claim(struct visit *visit, const struct db_element *sent, const char *id)
{
	const struct key_claim claim = { sent->from, sent->to, id, sent->key };

	pthread_mutex_lock(&visit->reception->lock);
	if (visit->claim_count < CLAIMS_MAX)
		visit->claims[visit->claim_count++] = claim;
	pthread_mutex_unlock(&visit->reception->lock);
}

void visit_watch(struct visit *visit, const char *stanza_id)
{
	pthread_mutex_lock(&visit->reception->lock);
	visit->stanza_id = stanza_id;
	pthread_mutex_unlock(&visit->reception->lock);
}

struct visit_seen visit_wait(struct visit *visit, bool (*enough)(const struct visit_seen *seen),
			     struct deadline until)
{
	struct reception *reception = visit->reception;
	pthread_mutex_lock(&reception->lock);
	while (!enough(&visit->seen) && !deadline_passed(until))
		cond_wait_until(&reception->changed, &reception->lock, until);
	struct visit_seen seen = visit->seen;
	pthread_mutex_unlock(&reception->lock);
	return seen;
}

static bool nobody_is_left(const struct visit *visit)
{
	for (size_t i = 0; i < GUESTS_OF_VISIT; i++) {
		if (visit->guests[i])
			return false;
	}
	return true;
}

/* Under the lock. */
static void rouse_guests(struct visit *visit, bool hard)
{
	uint64_t one = 1;
	visit->over = true;
	for (size_t i = 0; i < GUESTS_OF_VISIT; i++) {
		struct guest *guest = visit->guests[i];
		if (guest && (hard || write(guest->wake, &one, sizeof(one)) < 0))
			shutdown(conn_fd(guest->conn), SHUT_RDWR);
	}
}

static void wait_until_empty(struct visit *visit)
{
	struct reception *reception = visit->reception;
	struct deadline until = deadline_in(LEAVE_SECONDS);
	rouse_guests(visit, false);
	while (!nobody_is_left(visit) && !deadline_passed(until))
		cond_wait_until(&reception->changed, &reception->lock, until);
	if (nobody_is_left(visit))
		return;
	rouse_guests(visit, true);
	while (!nobody_is_left(visit))
		pthread_cond_wait(&reception->changed, &reception->lock);
}

/* Under the lock. Who waits for its end may begin. */
static void unlink_visit(struct visit *visit)
{
	struct reception *reception = visit->reception;
	struct visit **link = &reception->visits;
	while (*link != visit)
		link = &(*link)->next;
	*link = visit->next;
	pthread_cond_broadcast(&reception->changed);
}

struct visit_seen visit_end(struct visit **visit)
{
	struct visit *done = *visit;
	struct reception *reception = done->reception;
	pthread_mutex_lock(&reception->lock);
	wait_until_empty(done);
	if (done->plan.shut)
		open_again(reception);
	unlink_visit(done);
	pthread_mutex_unlock(&reception->lock);
	struct visit_seen seen = done->seen;
	free(done);
	*visit = NULL;
	return seen;
}

bool reception_open(const struct reception_options *options, struct reception **out,
		    struct err *err)
{
	struct reception *reception = memory_new(sizeof(*reception));
	*reception = (struct reception){ .options = *options };
	pthread_mutex_init(&reception->lock, NULL);
	cond_init(&reception->changed);
	struct door_options door = {
		.address = options->address,
		.port = options->port,
		.guests = GUESTS_MAX,
		.seconds = GUEST_SECONDS,
		.welcome = reception_welcome,
		.context = reception,
	};
	*out = reception;
	if (door_open(&door, &reception->door, err))
		return true;
	reception_close(out);
	return false;
}

void reception_close(struct reception **reception)
{
	if (!*reception)
		return;
	door_close(&(*reception)->door);
	pthread_cond_destroy(&(*reception)->changed);
	pthread_mutex_destroy(&(*reception)->lock);
	free(*reception);
	*reception = NULL;
}

uint16_t reception_port(const struct reception *reception)
{
	return door_port(reception->door);
}
