#include "run/patience.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"

#define PLACES 4096 /* who comes to the place of another one begins anew */

struct patience {
	pthread_mutex_t lock;
	struct place {
		struct address address;
		unsigned silent; /* connections running */
	} places[PLACES];
};

struct patience *patience_new(void)
{
	struct patience *patience = memory_new(sizeof(*patience));
	pthread_mutex_init(&patience->lock, NULL);
	return patience;
}

void patience_free(struct patience **patience)
{
	if (!*patience)
		return;
	pthread_mutex_destroy(&(*patience)->lock);
	free(*patience);
	*patience = NULL;
}

static struct place *place_of(struct patience *patience, const struct address *address)
{
	return &patience->places[address_hash(address) % PLACES];
}

/* Behind a proxy that resolves nobody knows whose silence it is. */
static bool is_known(const struct endpoint *at)
{
	return at->address.family != AF_UNSPEC;
}

void patience_note(struct patience *patience, const struct endpoint *at, bool silent)
{
	if (!is_known(at))
		return;
	pthread_mutex_lock(&patience->lock);
	struct place *place = place_of(patience, &at->address);
	if (!address_equal(&place->address, &at->address) && silent)
		*place = (struct place){ .address = at->address };
	if (address_equal(&place->address, &at->address))
		place->silent = silent ? place->silent + 1 : 0;
	pthread_mutex_unlock(&patience->lock);
}

bool patience_is_over(struct patience *patience, const struct endpoint *at)
{
	if (!is_known(at))
		return false;
	pthread_mutex_lock(&patience->lock);
	const struct place *place = place_of(patience, &at->address);
	bool over = address_equal(&place->address, &at->address) &&
		    place->silent >= PATIENCE_CONNECTIONS;
	pthread_mutex_unlock(&patience->lock);
	return over;
}
