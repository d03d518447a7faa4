/* manage.h - who has handled which stanza: Stream Management, XEP-0198. Pure: counters, the
 * elements in and out; run/ does the talking. MSG-45. */
#ifndef XMPP_MANAGE_H
#define XMPP_MANAGE_H

#include <stdint.h>

#include "base/err.h"
#include "xmpp/elem.h"

struct manage {
	bool enabled;
	bool resumable;         /* id is good for <resume/> */
	const char *id;         /* in the arena given to manage_read() */
	uint32_t max_seconds;   /* how long the server keeps the session; 0: not said */
	uint64_t sent, handled; /* ours behind <enable/>; what of them the server has confirmed */
	uint32_t received;      /* theirs: our h */
};

enum manage_event {
	MANAGE_NOTHING, /* not of this protocol */
	MANAGE_ENABLED,
	MANAGE_RESUMED, /* handled is up to date, and sent the same: what lies behind must be sent,
			   and counted, again */
	MANAGE_FAILED,  /* <failed/>, to enable or to resume, for which *condition is set; handled
			   is up to date where it said h (XEP-0198, 5). For a new session begin with
			   a struct all zero. */
	MANAGE_ACK,
	MANAGE_REQUEST,
};

/* Counts a stanza of ours, written behind <enable/>, or theirs, come behind <enabled/> (of what
 * else comes nothing is counted). */
void manage_sent(struct manage *manage);
void manage_received(struct manage *manage, const struct elem *stanza);
/* What came. False: an ack for more than was sent, or backwards, or a number that is none, or a
 * session resumed that is not ours: the stream is not to be trusted any more. */
NODISCARD bool manage_read(struct manage *manage, const struct elem *elem, struct arena *mem,
			   enum manage_event *event, const char **condition, struct err *err);

void manage_write_enable(struct buf *out);
void manage_write_request(struct buf *out);
void manage_write_ack(const struct manage *manage, struct buf *out);
/* Only where it is resumable. */
void manage_write_resume(const struct manage *manage, struct buf *out);

#endif
