/* vault_fixture.h - a vault with the password of memory_search.h, and what is left of it at the
 * end. */
#ifndef VAULT_FIXTURE_H
#define VAULT_FIXTURE_H

#include <errno.h>
#include <sys/wait.h>

#include "unit.h"

#include "memory_search.h"
#include "run/vault.h"

struct scene {
	struct secret secret;
	struct vault vault;
	struct sasl_steps steps;
	struct buf out;
	struct err err;
};

static inline void scene_begin(struct scene *scene)
{
	char password[sizeof(veiled)];
	unveil(password);
	assert_true(secret_keep(password, strlen(password), &scene->secret, &scene->err));
	secret_wipe(password, sizeof(password));
	scene->vault = vault_new(&scene->secret, "bot", NULL);
	scene->steps = vault_steps(&scene->vault);
	scene->out = buf_new(VAULT_MESSAGE_MAX);
}

static inline void scene_end(struct scene *scene)
{
	vault_close(&scene->vault);
	secret_forget(&scene->secret);
	buf_free(&scene->out);
	/* No process is left behind, dead or alive. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

#endif
