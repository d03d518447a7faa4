#include "run/door.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"
#include "net/listen.h"

#define STACK_SIZE ((size_t)256 * 1024) /* a guest's deepest call, the handshake, needs 60 KiB */
#define PAUSE_MS   100                  /* when descriptors or threads have run out */

struct door {
	struct door_options options;
	pthread_mutex_t lock;
	pthread_cond_t gone; /* a guest has left, or the listener was taken */
	int listener;        /* -1: shut */
	int wake;            /* an eventfd: look around */
	bool closing;
	size_t guests;
	int *fds; /* by place, of who sits there; -1: free */
	pthread_t thread;
};

struct guest_thread {
	struct door *door;
	size_t place;
	struct caller caller;
};

static void rouse(struct door *door)
{
	uint64_t one = 1;
	ssize_t sent = write(door->wake, &one, sizeof(one));
	(void)sent; /* a full counter is awake already */
}

/* From here on the descriptor is nobody else's to cut off. */
static void give_place(struct door *door, size_t place)
{
	pthread_mutex_lock(&door->lock);
	door->fds[place] = -1;
	pthread_mutex_unlock(&door->lock);
}

/* The last that a guest does: behind it the door may be gone. */
static void leave(struct door *door)
{
	pthread_mutex_lock(&door->lock);
	door->guests--;
	rouse(door);
	pthread_cond_broadcast(&door->gone);
	pthread_mutex_unlock(&door->lock);
}

static void *entertain(void *argument)
{
	struct guest_thread guest = *(struct guest_thread *)argument;
	free(argument);
	struct door *door = guest.door;
	door->options.welcome(door->options.context, &guest.caller);
	give_place(door, guest.place);
	conn_close(&guest.caller.conn);
	leave(door);
	return NULL;
}

static bool start_guest(struct guest_thread *guest)
{
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	bool started = pthread_create(&thread, &attributes, entertain, guest) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

/* Under the lock; there is one. */
static size_t take_place(struct door *door, int fd)
{
	size_t place = 0;
	while (door->fds[place] >= 0)
		place++;
	door->fds[place] = fd;
	door->guests++;
	return place;
}

static bool let_in(struct door *door, size_t place, int fd, const struct address *from,
		   uint16_t port)
{
	struct guest_thread *guest = memory_new(sizeof(*guest));
	*guest = (struct guest_thread){
		.door = door,
		.place = place,
		.caller = { .conn = conn_adopt(fd, deadline_in(door->options.seconds)),
			    .address = *from,
			    .port = port },
	};
	if (start_guest(guest))
		return true;
	give_place(door, place);
	conn_close(&guest->caller.conn);
	free(guest);
	leave(door);
	return false;
}

/* One look at the listener. False: nothing can be taken just now. Who is taken counts as a guest at
 * once, so that door_close() neither overlooks him nor goes ahead of him. */
static bool take_one(struct door *door, size_t *place, int *fd, struct address *from,
		     uint16_t *port)
{
	struct err err;
	pthread_mutex_lock(&door->lock);
	bool taken = door->guests < door->options.guests && !door->closing && door->listener >= 0 &&
		     listen_take(door->listener, fd, from, port, &err);
	if (taken)
		*place = take_place(door, *fd);
	pthread_mutex_unlock(&door->lock);
	return taken;
}

static bool take_all(struct door *door)
{
	for (bool any = false;; any = true) {
		struct address from;
		uint16_t port;
		size_t place;
		int fd;
		if (!take_one(door, &place, &fd, &from, &port))
			return any;
		if (!let_in(door, place, fd, &from, port))
			poll(NULL, 0, PAUSE_MS);
	}
}

static bool is_closing(struct door *door, int *listener)
{
	pthread_mutex_lock(&door->lock);
	bool closing = door->closing;
	*listener = door->guests < door->options.guests ? door->listener : -1;
	pthread_mutex_unlock(&door->lock);
	return closing;
}

static void *keep_door(void *argument)
{
	struct door *door = argument;
	int listener;
	while (!is_closing(door, &listener)) {
		struct pollfd fds[] = { { door->wake, POLLIN, 0 }, { listener, POLLIN, 0 } };
		uint64_t count;
		poll(fds, 2, -1);
		if (fds[0].revents && read(door->wake, &count, sizeof(count)) < 0)
			continue;
		/* Out of descriptors the listener stays readable. */
		if (!take_all(door) && fds[1].revents)
			poll(NULL, 0, PAUSE_MS);
	}
	return NULL;
}

bool door_open(const struct door_options *options, struct door **out, struct err *err)
{
	struct door *door = memory_new(sizeof(*door));
	*door = (struct door){ .options = *options, .listener = -1 };
	if (!listen_open(&options->address, &door->options.port, &door->listener, err)) {
		free(door);
		return false;
	}
	door->fds = memory_new(options->guests * sizeof(int));
	for (unsigned i = 0; i < options->guests; i++)
		door->fds[i] = -1;
	pthread_mutex_init(&door->lock, NULL);
	pthread_cond_init(&door->gone, NULL);
	door->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (door->wake >= 0 && pthread_create(&door->thread, NULL, keep_door, door) == 0) {
		*out = door;
		return true;
	}
	fd_close(&door->listener);
	fd_close(&door->wake);
	free(door->fds);
	free(door);
	return err_set(err, AT_TCP, ERR_SYSTEM, "this machine has no thread left for the listener");
}

uint16_t door_port(const struct door *door)
{
	return door->options.port;
}

void door_shut(struct door *door)
{
	pthread_mutex_lock(&door->lock);
	fd_close(&door->listener);
	pthread_mutex_unlock(&door->lock);
	rouse(door);
}

bool door_reopen(struct door *door, struct err *err)
{
	int listener = -1;
	uint16_t port = door->options.port;
	if (!listen_open(&door->options.address, &port, &listener, err))
		return false;
	pthread_mutex_lock(&door->lock);
	door->listener = listener;
	pthread_mutex_unlock(&door->lock);
	rouse(door);
	return true;
}

void door_close(struct door **door)
{
	struct door *done = *door;
	if (!done)
		return;
	door_shut(done);
	pthread_mutex_lock(&done->lock);
	done->closing = true;
	for (unsigned i = 0; i < done->options.guests; i++) {
		if (done->fds[i] >= 0)
			shutdown(done->fds[i], SHUT_RDWR);
	}
	while (done->guests > 0)
		pthread_cond_wait(&done->gone, &done->lock);
	pthread_mutex_unlock(&done->lock);
	rouse(done);
	pthread_join(done->thread, NULL);
	fd_close(&done->wake);
	pthread_cond_destroy(&done->gone);
	pthread_mutex_destroy(&done->lock);
	free(done->fds);
	free(done);
	*door = NULL;
}
