/* lanes_peer.h - an XMPP server for the tests of lanes: every connection in a thread of its own,
 * each played as the script wants it.
 *
 * A hello asks for one suite, whose number is the number of the question: so the peer knows what it
 * is asked, whoever asks when. */
#ifndef LANES_PEER_H
#define LANES_PEER_H

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "peer.h"

#define HELD    1 /* TCP_ESTABLISHED of <netinet/tcp.h>, which cannot stand beside <linux/tcp.h> */
#define PROCEED "<proceed xmlns='" NS_TLS "'/>"
#define POLICY  PEER_ERROR("<policy-violation xmlns='" NS_STREAM_ERROR "'/>")

enum reply {
	REPLY_HELLO,
	REPLY_ALERT,
	REPLY_CLOSE,
	REPLY_RESET,
	REPLY_SILENCE,
	REPLY_GARBAGE,
	REPLY_HALF, /* half a record, then a close */
};

enum away {
	AWAY_POLICY, /* a stream error */
	AWAY_CLOSE,  /* at once, without a word */
	AWAY_RESET,
	AWAY_MUTE_TLS, /* lets in, and closes when the hello came */
};

enum early {
	EARLY_TAKEN,   /* the request that came with the header counts */
	EARLY_CLOSED,  /* the server minds, and closes */
	EARLY_DROPPED, /* or throws it away */
};

struct script {
	enum reply often; /* what every `every`th question gets; the others a ServerHello */
	size_t every;     /* 0: none */
	size_t from;      /* every question from here on gets it instead; 0: none */
	enum early early;
	enum away away;
	size_t at_once; /* more connections at once are turned away; 0: as many as come */
	size_t away_from, away_to; /* so are connections number such to such; 0: none */
	size_t dead_from;          /* connections from that number on: no hello is answered */
	bool direct, library;      /* TLS at once; a whole handshake */
};

struct lanes_peer {
	struct script script;
	int listener;
	uint16_t port;
	pthread_t thread;
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t tickets;
	atomic_size_t accepted, threads, early, segments;
	pthread_mutex_t lock; /* of the list, and of closing what is in it */
	struct visit *visits;
};

struct visit {
	struct lanes_peer *peer;
	struct visit *next;
	int fd;
	size_t number;   /* of the connection, from 1 on */
	size_t standing; /* that clients held when it came, with this one */
	char input[8192];
	size_t size;
};

/* False: the client has gone. */
static inline bool visit_read(struct visit *visit)
{
	ssize_t got = recv(visit->fd, visit->input + visit->size,
			   sizeof(visit->input) - 1 - visit->size, 0);
	if (got <= 0)
		return false;
	visit->size += (size_t)got;
	visit->input[visit->size] = '\0';
	return true;
}

static inline bool visit_await(struct visit *visit, const char *text)
{
	while (!strstr(visit->input, text)) {
		if (!visit_read(visit))
			return false;
	}
	return true;
}

static inline void visit_say(const struct visit *visit, const void *data, size_t size)
{
	(void)!send(visit->fd, data, size, MSG_NOSIGNAL);
}

static inline void visit_reset(struct visit *visit)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	pthread_mutex_lock(&visit->peer->lock);
	fd_close(&visit->fd);
	pthread_mutex_unlock(&visit->peer->lock);
}

/* The kernel knows that a client has closed before he can call again; the thread that plays his
 * visit may hear of it later than the one that takes his next call. */
static inline bool visit_is_held(const struct visit *visit)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	return getsockopt(visit->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	       info.tcpi_state == HELD;
}

static inline void visit_begin(struct visit *visit)
{
	struct lanes_peer *peer = visit->peer;
	pthread_mutex_lock(&peer->lock);
	visit->standing = 1;
	for (const struct visit *at = peer->visits; at; at = at->next)
		visit->standing += visit_is_held(at);
	visit->next = peer->visits;
	peer->visits = visit;
	pthread_mutex_unlock(&peer->lock);
}

static inline void visit_end(struct visit *visit)
{
	struct lanes_peer *peer = visit->peer;
	struct visit **at = &peer->visits;
	pthread_mutex_lock(&peer->lock);
	while (*at != visit)
		at = &(*at)->next;
	*at = visit->next;
	fd_close(&visit->fd);
	pthread_mutex_unlock(&peer->lock);
	free(visit);
}

static inline bool visit_negotiate(struct visit *visit)
{
	const struct script *script = &visit->peer->script;
	if (script->direct)
		return true;
	if (!visit_await(visit, "<stream:stream") || !visit_await(visit, NS_STREAM "'>"))
		return false;
	bool early = strstr(visit->input, "<starttls") != NULL;
	visit->peer->early += early;
	visit_say(visit, PEER_OPEN PEER_FEATURES, strlen(PEER_OPEN PEER_FEATURES));
	if (early && script->early == EARLY_CLOSED)
		return false;
	if (early && script->early == EARLY_DROPPED)
		visit->size = 0;
	visit->input[visit->size] = '\0';
	if (!visit_await(visit, "<starttls xmlns='" NS_TLS "'/>"))
		return false;
	visit->size = 0;
	visit_say(visit, PROCEED, strlen(PROCEED));
	return true;
}

/* RFC 5246, 7.4.1.2: behind record, handshake, version, random and session id stand the suites. */
static inline unsigned visit_question(const struct visit *visit)
{
	const uint8_t *hello = (const uint8_t *)visit->input;
	size_t at = 5 + 4 + 2 + 32;
	at += 1 + (size_t)hello[at] + 2;
	return (unsigned)hello[at] << 8 | hello[at + 1];
}

/* How many segments of TCP brought something. */
static inline unsigned visit_segments(const struct visit *visit)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	assert_int_equal(getsockopt(visit->fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
	return info.tcpi_data_segs_in;
}

static inline bool visit_hear_hello(struct visit *visit)
{
	for (;;) {
		const uint8_t *record = (const uint8_t *)visit->input;
		if (visit->size >= 5 && visit->size >= 5u + (record[3] << 8 | record[4]))
			break;
		if (!visit_read(visit))
			return false;
	}
	if (visit->peer->script.direct)
		visit->peer->segments += visit_segments(visit);
	return true;
}

static inline enum reply visit_reply(const struct visit *visit, unsigned question)
{
	const struct script *script = &visit->peer->script;
	if (script->dead_from && visit->number >= script->dead_from)
		return REPLY_SILENCE;
	if (script->from && question >= script->from)
		return script->often;
	return script->every && question % script->every == 0 ? script->often : REPLY_HELLO;
}

static inline void visit_answer(struct visit *visit)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	uint8_t hello[5 + 4 + 38] = { 22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3 };
	if (!visit_hear_hello(visit))
		return;
	unsigned question = visit_question(visit);
	hello[5 + 4 + 2 + 32 + 1] = (uint8_t)(question >> 8);
	hello[5 + 4 + 2 + 32 + 2] = (uint8_t)question;
	switch (visit_reply(visit, question)) {
	case REPLY_HELLO:
		visit_say(visit, hello, sizeof(hello));
		break;
	case REPLY_ALERT:
		visit_say(visit, alert, sizeof(alert));
		break;
	case REPLY_CLOSE:
		return;
	case REPLY_RESET:
		visit_reset(visit);
		return;
	case REPLY_SILENCE:
		break;
	case REPLY_GARBAGE:
		visit_say(visit, "HTTP/1.0 400 Bad Request\r\n\r\n", 28);
		break;
	case REPLY_HALF:
		visit_say(visit, hello, 3);
		return;
	}
	while (visit->size = 0, visit_read(visit))
		;
}

static inline void visit_library(struct visit *visit)
{
	gnutls_session_t tls;
	char word[64];
	int code;
	gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	gnutls_priority_set_direct(tls, "NORMAL", NULL);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, visit->peer->credentials);
	gnutls_session_ticket_enable_server(tls, &visit->peer->tickets);
	gnutls_transport_set_int(tls, visit->fd);
	do {
		code = gnutls_handshake(tls);
	} while (code < 0 && !gnutls_error_is_fatal(code));
	if (code == 0)
		gnutls_record_recv(tls, word, sizeof(word));
	gnutls_deinit(tls);
}

/* Whether it was turned away. */
static inline bool visit_turned_away(struct visit *visit)
{
	const struct script *script = &visit->peer->script;
	bool crowded = script->at_once && visit->standing > script->at_once;
	bool unlucky = script->away_from && visit->number >= script->away_from &&
		       visit->number < script->away_to;
	if (!crowded && !unlucky)
		return false;
	switch (script->away) {
	case AWAY_POLICY:
		if (visit_await(visit, NS_STREAM "'>"))
			visit_say(visit, PEER_OPEN POLICY, strlen(PEER_OPEN POLICY));
		break;
	case AWAY_CLOSE:
		break;
	case AWAY_RESET:
		visit_reset(visit);
		break;
	case AWAY_MUTE_TLS:
		if (visit_negotiate(visit))
			(void)visit_hear_hello(visit);
		break;
	}
	return true;
}

static inline void *visit_play(void *data)
{
	struct visit *visit = data;
	struct lanes_peer *peer = visit->peer;
	if (!visit_turned_away(visit) && visit_negotiate(visit)) {
		if (peer->script.library)
			visit_library(visit);
		else
			visit_answer(visit);
	}
	visit_end(visit);
	peer->threads--;
	return NULL;
}

static inline void *peer_accept(void *data)
{
	struct lanes_peer *peer = data;
	int fd;
	while ((fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct visit *visit = calloc(1, sizeof(*visit));
		pthread_t thread;
		*visit = (struct visit){ .peer = peer, .fd = fd };
		visit->number = ++peer->accepted;
		visit_begin(visit);
		peer->threads++;
		assert_int_equal(pthread_create(&thread, NULL, visit_play, visit), 0);
		pthread_detach(thread);
	}
	return NULL;
}

static inline void lanes_peer_start(struct lanes_peer *peer, const struct script *script)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);
	*peer = (struct lanes_peer){ .script = *script };
	pthread_mutex_init(&peer->lock, NULL);
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(peer->listener, 64), 0);
	assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&name, &size), 0);
	peer->port = ntohs(name.sin_port);
	if (script->library) {
		gnutls_certificate_allocate_credentials(&peer->credentials);
		gnutls_certificate_set_x509_key_file(peer->credentials,
						     "tests/data/certs/server-rsa.pem",
						     "tests/data/certs/server-rsa.key",
						     GNUTLS_X509_FMT_PEM);
		gnutls_session_ticket_key_generate(&peer->tickets);
	}
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_accept, peer), 0);
}

static inline void lanes_peer_stop(struct lanes_peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	fd_close(&peer->listener);
	while (peer->threads > 0) /* the clients have gone: they end at once */
		poll(NULL, 0, 1);
	pthread_mutex_destroy(&peer->lock);
	if (peer->credentials)
		gnutls_certificate_free_credentials(peer->credentials);
	gnutls_free(peer->tickets.data);
}

#endif
