#include "xmpp/shortcut.h"

#include "xmpp/stream_inner.h"

bool shortcut_starttls(struct conn *conn, const struct stream_header *header, struct arena *mem,
		       struct stream **out, struct stream_facts *facts,
		       enum starttls_answer *answer, struct err *err)
{
	*answer = STARTTLS_OTHER;
	if (!stream_open_with(conn, header, STARTTLS_REQUEST, mem, out, facts, err)) {
		if (facts->error.condition)
			*answer = STARTTLS_ERROR;
		return false;
	}
	conn_set_stage(conn, AT_STARTTLS);
	return starttls_await(*out, answer, &facts->error, err);
}
