/* transcript.h - what was said on a connection, in the language the tests' scripted peer plays
 * (--record).
 *
 * One struct a connection; run/ appends whole connections to the file. Pure but for the clock.
 * What is inside elements may be secret (see veil.h) and stands as `*`, which the player takes for
 * anything we send. */
#ifndef RUN_TRANSCRIPT_H
#define RUN_TRANSCRIPT_H

#include "base/buf.h"
#include "net/endpoint.h"
#include "net/tap.h"
#include "run/veil.h"

struct transcript {
	struct buf text;
	struct veil sent, heard;
	double last_ms; /* of the last event: silences become `pause` */
	struct tap tap; /* give this to conn_add_tap; self points back here */
};

#define TRANSCRIPT_MAX ((size_t)8 * 1024 * 1024) /* a flood is cut, and says so */

/* In place: the tap holds a pointer to the struct. */
void transcript_begin(struct transcript *transcript, const char *domain, const struct endpoint *at);
void transcript_end(struct transcript *transcript); /* frees */

/* The peer as the player shall be: after the handshake, its certificate in the player's words.
 * Called between TAP_TLS and what follows. */
void transcript_note_certificate(struct transcript *transcript, const char *words);
/* The block, ready for the file. */
const char *transcript_text(struct transcript *transcript);

#endif
