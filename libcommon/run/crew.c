#include "run/crew.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

struct task {
	void (*each)(void *context, size_t index);
	void *context;
	atomic_size_t next;
	size_t count;
	sem_t left; /* each helper says so, and does not touch the task behind it */
};

struct helper {
	struct crew *crew;
	pthread_t thread;
	sem_t called;
	struct task *task; /* NULL when called: to go home */
	struct helper *next_idle, *next;
};

struct crew {
	pthread_mutex_t lock;
	struct helper *idle; /* who came last goes first: he is still warm */
	struct helper *all;
};

/* A signal may come between. */
static void wait_for(sem_t *word)
{
	while (sem_wait(word) != 0)
		;
}

static void play(struct task *task)
{
	size_t index;
	while ((index = atomic_fetch_add(&task->next, 1)) < task->count)
		task->each(task->context, index);
}

static void rest(struct helper *helper)
{
	struct crew *crew = helper->crew;
	pthread_mutex_lock(&crew->lock);
	helper->next_idle = crew->idle;
	crew->idle = helper;
	pthread_mutex_unlock(&crew->lock);
}

/* Whoever hears that we have left may call us again at once. */
static void *help(void *argument)
{
	struct helper *helper = argument;
	for (;;) {
		wait_for(&helper->called);
		struct task *task = helper->task;
		if (!task)
			return NULL;
		play(task);
		rest(helper);
		sem_post(&task->left);
	}
}

static void call(struct helper *helper, struct task *task)
{
	helper->task = task;
	sem_post(&helper->called);
}

static struct helper *find_idle(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	struct helper *helper = crew->idle;
	if (helper)
		crew->idle = helper->next_idle;
	pthread_mutex_unlock(&crew->lock);
	return helper;
}

/* NULL: there can be no more threads. */
static struct helper *enlist(struct crew *crew)
{
	struct helper *helper = memory_new(sizeof(*helper));
	helper->crew = crew;
	sem_init(&helper->called, 0, 0);
	if (pthread_create(&helper->thread, NULL, help, helper) != 0) {
		sem_destroy(&helper->called);
		free(helper);
		return NULL;
	}
	pthread_mutex_lock(&crew->lock);
	helper->next = crew->all;
	crew->all = helper;
	pthread_mutex_unlock(&crew->lock);
	return helper;
}

struct crew *crew_new(void)
{
	struct crew *crew = memory_new(sizeof(*crew));
	pthread_mutex_init(&crew->lock, NULL);
	return crew;
}

void crew_free(struct crew **crew)
{
	if (!*crew)
		return;
	for (struct helper *helper = (*crew)->all, *next; helper; helper = next) {
		next = helper->next;
		call(helper, NULL);
		pthread_join(helper->thread, NULL);
		sem_destroy(&helper->called);
		free(helper);
	}
	pthread_mutex_destroy(&(*crew)->lock);
	free(*crew);
	*crew = NULL;
}

void crew_share(struct crew *crew, size_t count, unsigned width,
		void (*each)(void *context, size_t index), void *context)
{
	struct task task = { .each = each, .context = context, .count = count };
	size_t most = count < width ? count : width, helpers = 0;
	struct helper *helper;
	sem_init(&task.left, 0, 0);
	for (; helpers + 1 < most; helpers++) {
		if (!(helper = find_idle(crew)) && !(helper = enlist(crew)))
			break; /* fewer than wished still do it all */
		call(helper, &task);
	}
	play(&task);
	for (; helpers > 0; helpers--)
		wait_for(&task.left);
	sem_destroy(&task.left);
}
