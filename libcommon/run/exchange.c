#include "run/exchange.h"

#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/log.h"

#define SHOWN_MAX ((size_t)4096) /* of one write or read: a screen, not a flood */

static void show(const struct exchange *exchange, const char *arrow, const void *data, size_t size)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	if (exchange->label)
		buf_printf(&line, "%s ", exchange->label);
	buf_text(&line, arrow);
	escape_text(&line, data, size < SHOWN_MAX ? size : SHOWN_MAX);
	if (size > SHOWN_MAX)
		buf_printf(&line, " ... (%zu octets)", size);
	buf_char(&line, '\n');
	log_raw(line.data, line.size);
}

static void show_veiled(const struct exchange *exchange, const char *arrow, struct veil *veil,
			const char *data, size_t size)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	bool hidden, first;
	for (size_t used; size > 0; data += used, size -= used) {
		used = veil_next(veil, data, size, &hidden, &first);
		if (!hidden)
			buf_add(&text, data, used);
		else if (first)
			buf_char(&text, '*');
	}
	show(exchange, arrow, text.data, text.size);
}

static void see(void *self, enum tap_event event, const void *data, size_t size)
{
	struct exchange *exchange = self;
	switch (event) {
	case TAP_SENT:
		show_veiled(exchange, "--> ", &exchange->sent, data, size);
		break;
	case TAP_RECEIVED:
		show_veiled(exchange, "<-- ", &exchange->heard, data, size);
		break;
	case TAP_TLS:
	case TAP_TLS_MESSAGE:
		show(exchange, "tls ", data, size);
		break;
	case TAP_CLOSED:
		show(exchange, "<-- ", "(closed)", strlen("(closed)"));
		break;
	case TAP_RESET:
		show(exchange, "<-- ", "(reset)", strlen("(reset)"));
		break;
	}
}

void exchange_begin(struct exchange *exchange, const char *label)
{
	*exchange = (struct exchange){ .label = label,
				       .heard = { .heard = true },
				       .tap = { .see = see, .self = exchange } };
}
