/* login_peer.h - a server that people log in to: says its lines one by one, each once something was
 * said to it.
 *
 * In a line, $F stands for SCRAM's first message in base64, $V for its last, $W for one with
 * another signature, and $(TEXT) for TEXT in base64, in which %r is both nonces. "!" instead of a
 * line closes the connection. */
#ifndef LOGIN_PEER_H
#define LOGIN_PEER_H

#include <pthread.h>
#include <sys/socket.h>

#include "scram_server.h"

#include "base/buf.h"
#include "net/conn.h"

#define LOGIN_SECONDS 20 /* milliseconds, mostly; a loaded machine longer */
#define LOGIN_LINES   8
#define HEARD_MAX     ((size_t)1 << 16)

struct login_peer {
	struct conn *conn; /* its end, closed by its thread */
	const char *lines[LOGIN_LINES];
	struct scram_server scram;
	pthread_t thread;
	struct buf heard; /* all that was said to it */
	const char *last; /* what was said last */
};

static inline bool login_peer_hear(struct login_peer *peer)
{
	char input[16384];
	size_t got = 0;
	struct err err;
	if (!conn_read(peer->conn, input, sizeof(input), &got, &err) || got == 0)
		return false;
	buf_add(&peer->heard, input, got);
	peer->last = arena_copy_n(peer->scram.mem, input, got);
	return true;
}

/* What stands in base64 in the message that was heard last. */
static inline const char *login_peer_message(const struct login_peer *peer)
{
	const char *end = strstr(peer->last, "</");
	const char *from = end;
	struct bytes plain;
	while (from && from > peer->last && from[-1] != '>')
		from--;
	if (!from || !base64_decode(from, (size_t)(end - from), peer->scram.mem, &plain))
		return "";
	return arena_copy_n(peer->scram.mem, plain.data, plain.size);
}

static inline void login_peer_code(const char *text, struct arena *mem, struct buf *out)
{
	char *coded = arena_alloc(mem, BASE64_ROOM(strlen(text)));
	base64_encode(text, strlen(text), coded);
	buf_text(out, coded);
}

static inline const char *login_peer_first(struct login_peer *peer)
{
	return scram_server_first(&peer->scram, login_peer_message(peer));
}

/* TEXT of $(TEXT); returns where it ends. */
static inline const char *login_peer_own(struct login_peer *peer, const char *at, struct buf *out)
{
	CLEANUP(buf_free) struct buf text = buf_new(HEARD_MAX);
	const char *first = strstr(at, "%r") < strchr(at, ')') ? login_peer_first(peer) : "";
	for (; *at != ')'; at++) {
		if (strncmp(at, "%r", 2) != 0) {
			buf_char(&text, *at);
			continue;
		}
		buf_add(&text, first + 2, strcspn(first, ",") - 2);
		at++;
	}
	login_peer_code(buf_string(&text), peer->scram.mem, out);
	return at;
}

static inline void login_peer_say(struct login_peer *peer, const char *line)
{
	CLEANUP(buf_free) struct buf out = buf_new(HEARD_MAX);
	struct arena *mem = peer->scram.mem;
	struct err err;
	for (const char *at = line; *at; at++) {
		if (*at != '$') {
			buf_char(&out, *at);
			continue;
		}
		at++;
		if (*at == 'F')
			login_peer_code(login_peer_first(peer), mem, &out);
		else if (*at == 'V')
			login_peer_code(scram_server_final(&peer->scram, login_peer_message(peer)),
					mem, &out);
		else if (*at == 'W')
			login_peer_code("v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", mem, &out);
		else
			at = login_peer_own(peer, at + 1, &out);
	}
	if (!conn_write(peer->conn, out.data, out.size, &err))
		peer->last = "";
}

static inline bool login_peer_is_left(const struct login_peer *peer)
{
	return strstr(buf_string(&peer->heard), "</stream:stream>") != NULL;
}

static inline void *login_peer_run(void *data)
{
	struct login_peer *peer = data;
	bool stays = true;
	for (size_t i = 0; stays && i < LOGIN_LINES && peer->lines[i]; i++) {
		stays = login_peer_hear(peer) && !login_peer_is_left(peer) &&
			*peer->lines[i] != '!';
		if (stays)
			login_peer_say(peer, peer->lines[i]);
	}
	while (stays && !login_peer_is_left(peer) && login_peer_hear(peer))
		;
	conn_close(&peer->conn);
	return NULL;
}

static inline void login_peer_begin(struct login_peer *peer, struct conn *conn)
{
	peer->conn = conn;
	peer->heard = buf_new(HEARD_MAX);
	peer->last = "";
	assert_int_equal(pthread_create(&peer->thread, NULL, login_peer_run, peer), 0);
}

#endif
