/* tap.h - somebody who watches a connection: the -v log, the transcript recorder.
 *
 * Sees what travels inside TLS once TLS is up, and what XML travels before. */
#ifndef NET_TAP_H
#define NET_TAP_H

#include <stddef.h>

enum tap_event {
	TAP_SENT,
	TAP_RECEIVED,
	TAP_TLS,         /* data: one line of text about the handshake that just ended ("TLS1.3
			    TLS_AES_...") */
	TAP_TLS_MESSAGE, /* data: one line of text about a handshake message, direction in front
			    ("--> ClientHello, 512 bytes") */
	TAP_CLOSED,      /* the peer closed */
	TAP_RESET,
};

struct tap {
	void (*see)(void *self, enum tap_event event, const void *data, size_t size);
	void *self;
};

#endif
