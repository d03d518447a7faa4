/* answer_inner.h - what the files of answer.h share. Not for other modules. */
#ifndef TLS_ANSWER_INNER_H
#define TLS_ANSWER_INNER_H

#include "base/buf.h"
#include "tls/answer.h"

#define MESSAGE_HEADER  4
#define CERTIFICATE_MAX (256 * 1024)

struct answer {
	enum tls_version asked;
	enum answer_want want;
	struct arena *mem;
	struct answer_facts facts;
	struct buf input;    /* records not yet taken apart */
	struct buf messages; /* handshake octets not yet taken apart */
	size_t taken;        /* octets in all */
	size_t turn;         /* of the flight's messages, the next that may come */
	unsigned warnings;
	bool decided, hello_seen;
};

/* Octets with a place to read on; every taker fails once there is too little. */
struct reader {
	const uint8_t *data;
	size_t size;
	bool short_of; /* something did not fit */
};

unsigned take8(struct reader *from);
unsigned take16(struct reader *from);
unsigned take24(struct reader *from);
struct reader take(struct reader *from, size_t size);
/* A vector with a length of so many octets in front. */
struct reader take_vector(struct reader *from, unsigned octets);

/* Ends as garbage, or, behind a good ServerHello, with what is known; .fault tells. Always false.
 */
bool answer_spoil(struct answer *answer, const char *format, ...) PRINTF(2, 3);

/* answer_flight.c: what a record holds, and what has come of messages so far. */
void answer_alerts(struct answer *answer, struct reader body);
void answer_messages(struct answer *answer);

/* answer_hello.c, answer_key.c, answer_ssl2.c. False: spoilt. */
bool answer_server_hello(struct answer *answer, struct reader body);
bool answer_key_exchange(struct answer *answer, struct reader body);
/* Takes what has come so far; false: more is needed. */
bool answer_ssl2(struct answer *answer);

#endif
