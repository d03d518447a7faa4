#include "run/transcript.h"

#include <string.h>

#include "base/deadline.h"

#define PAUSE_MS 50.0 /* shorter silences are the network's, not the peer's */

/* The escapes of the player: \\ \n \r \t \xHH, and \* in what it must receive, where * is a
 * wildcard. */
static void write_octets(struct buf *out, const char *data, size_t size, bool pattern)
{
	for (size_t i = 0; i < size; i++) {
		switch (data[i]) {
		case '\n':
			buf_text(out, "\\n");
			break;
		case '\r':
			buf_text(out, "\\r");
			break;
		case '\t':
			buf_text(out, "\\t");
			break;
		case '\\':
			buf_text(out, "\\\\");
			break;
		case '*':
			buf_text(out, pattern ? "\\*" : "*");
			break;
		default:
			if (data[i] < 0x20 || data[i] >= 0x7f)
				buf_printf(out, "\\x%02x", (unsigned char)data[i]);
			else
				buf_char(out, data[i]);
		}
	}
}

static void write_veiled(struct buf *out, struct veil *veil, const char *data, size_t size)
{
	bool hidden, first;
	for (size_t used; size > 0; data += used, size -= used) {
		used = veil_next(veil, data, size, &hidden, &first);
		if (!hidden)
			write_octets(out, data, used, !veil->heard);
		else if (first)
			buf_char(out, '*');
	}
	buf_char(out, '\n');
}

static void write_pause(struct transcript *transcript)
{
	double now = clock_ms();
	if (now - transcript->last_ms > PAUSE_MS)
		buf_printf(&transcript->text, "pause %.0f\n", now - transcript->last_ms);
}

static void see(void *self, enum tap_event event, const void *data, size_t size)
{
	struct transcript *transcript = self;
	struct buf *out = &transcript->text;
	switch (event) {
	case TAP_SENT:
		buf_text(out, "C ");
		write_veiled(out, &transcript->sent, data, size);
		break;
	case TAP_RECEIVED:
		write_pause(transcript);
		buf_text(out, "S ");
		write_veiled(out, &transcript->heard, data, size);
		break;
	case TAP_TLS:
		buf_printf(out, "# %.*s\ntls", (int)size, (const char *)data);
		break; /* the certificate's words follow */
	case TAP_TLS_MESSAGE:
		break;
	case TAP_CLOSED:
		write_pause(transcript);
		buf_text(out, "close\n");
		break;
	case TAP_RESET:
		write_pause(transcript);
		buf_text(out, "reset\n");
		break;
	}
	transcript->last_ms = clock_ms();
}

void transcript_begin(struct transcript *transcript, const char *domain, const struct endpoint *at)
{
	*transcript = (struct transcript){
		.text = buf_new(TRANSCRIPT_MAX),
		.last_ms = clock_ms(),
		.heard = { .heard = true },
		.tap = { .see = see, .self = transcript },
	};
	buf_printf(&transcript->text, "domain %s\nconnection %s %s\n", domain,
		   service_name(at->service), transport_name(at->transport));
}

void transcript_end(struct transcript *transcript)
{
	buf_free(&transcript->text);
}

void transcript_note_certificate(struct transcript *transcript, const char *words)
{
	buf_printf(&transcript->text, " %s\n", words);
}

const char *transcript_text(struct transcript *transcript)
{
	if (!buf_overflowed(&transcript->text))
		return buf_string(&transcript->text);
	buf_clear(&transcript->text);
	buf_text(&transcript->text, "# too long to record\n");
	return buf_string(&transcript->text);
}
