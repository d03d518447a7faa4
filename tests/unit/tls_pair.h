/* tls_pair.h - both ends of a TLS connection in one process, for what is bound to it. */
#ifndef TLS_PAIR_H
#define TLS_PAIR_H

#include <pthread.h>
#include <sys/socket.h>

#include "unit.h"

#include "fixture.h"
#include "tls/accept.h"

#define TLS_PAIR_SECONDS 20 /* a handshake takes milliseconds; a loaded machine longer */

struct tls_pair {
	struct arena *mem;
	struct tls_context *context[2];
	struct conn *conn, *server; /* the client's, the server's */
	struct tls_facts facts, server_facts;
	pthread_t thread;
	struct err err;
	bool up;
};

static inline void *tls_pair_call(void *data)
{
	struct tls_pair *pair = data;
	pair->up = tls_start(pair->conn, pair->context[0], NULL, NULL, pair->mem, &pair->facts,
			     &pair->err);
	return NULL;
}

static inline void tls_pair_close(struct tls_pair *pair)
{
	conn_close(&pair->conn);
	conn_close(&pair->server);
	tls_context_free(&pair->context[0]);
	tls_context_free(&pair->context[1]);
	arena_free(&pair->mem);
}

/* priority: of the client; NULL: ours. */
static inline void tls_pair_open(struct tls_pair *pair, enum tls_version version,
				 const char *priority)
{
	int fds[2];
	struct err err;
	*pair = (struct tls_pair){ .mem = arena_new() };
	struct tls_options client = { .max = version, .priority = priority };
	struct tls_options server = { .cert_file = FIXTURE_FOLDER "self-signed.pem",
				      .key_file = FIXTURE_FOLDER "self-signed.key" };
	assert_true(tls_context_new(&client, &pair->context[0], &err));
	assert_true(tls_server_new(&server, &pair->context[1], &err));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	pair->conn = conn_adopt(fds[0], deadline_in(TLS_PAIR_SECONDS));
	pair->server = conn_adopt(fds[1], deadline_in(TLS_PAIR_SECONDS));
	CLEANUP(arena_free) struct arena *mem = arena_new(); /* of the other thread's time */
	assert_int_equal(pthread_create(&pair->thread, NULL, tls_pair_call, pair), 0);
	bool up = tls_accept(pair->server, pair->context[1], mem, &pair->server_facts, &err);
	pthread_join(pair->thread, NULL);
	arena_adopt(pair->mem, &mem);
	if (!up || !pair->up)
		fail_msg("no handshake: %s", up ? pair->err.text : err.text);
}

#endif
