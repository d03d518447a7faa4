#include "xmpp/external.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "base/memory.h"
#include "xmpp/stream_inner.h"

#define REQUEST_MAX 4096
#define STRAY_MAX   32 /* elements passed over before an answer; usual is none */
#define AWAITED     "answer to EXTERNAL"

/* <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>Y2FwdWxldC5leGFtcGxl</auth>
 *
 * XEP-0178, section 3: the authorisation identity is the domain; Prosody and ejabberd both take it,
 * and it is needed wherever a certificate names several. RFC 6120, 6.4.2: none is "=". */
static void write_request(const char *from, struct buf *out)
{
	if (!*from) {
		buf_text(out, "<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>=</auth>");
		return;
	}
	gnutls_datum_t plain = { (unsigned char *)(uintptr_t)from, (unsigned)strlen(from) }, coded;
	if (gnutls_base64_encode2(&plain, &coded) != 0)
		memory_exhausted();
	buf_printf(out, "<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>%.*s</auth>",
		   (int)coded.size, coded.data);
	gnutls_free(coded.data);
}

static bool ask(struct stream *stream, const char *from, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	write_request(from, &text);
	if (buf_overflowed(&text))
		return err_set(err, conn_stage(stream_conn(stream)), ERR_USAGE,
			       "a request for EXTERNAL of more than %d octets", REQUEST_MAX);
	return stream_write(stream, text.data, text.size, err);
}

static bool await(struct stream *stream, const struct elem **out, struct stream_error *error,
		  struct err *err)
{
	for (int i = 0; i < STRAY_MAX; i++) {
		if (!stream_read(stream, out, error, err)) {
			stream_explain(stream, AWAITED, err);
			return false;
		}
		if (strcmp((*out)->ns, NS_SASL) == 0)
			return true;
	}
	return err_set(err, conn_stage(stream_conn(stream)), ERR_LIMIT,
		       "%d other elements before the " AWAITED, STRAY_MAX);
}

bool external_login(struct stream *stream, const struct features *offered, const char *from,
		    struct arena *mem, enum external_result *result, const char **condition,
		    struct err *err)
{
	const struct elem *answer = NULL;
	struct stream_error error = { 0 };
	*condition = NULL;
	*result = EXTERNAL_NOT_OFFERED;
	if (!features_has_mechanism(&offered->mechanisms, "EXTERNAL"))
		return true;
	*result = EXTERNAL_ENDED;
	if (!ask(stream, from, err) || !await(stream, &answer, &error, err)) {
		*condition = error.condition;
		return false;
	}
	bool success = strcmp(answer->name, "success") == 0;
	*result = success ? EXTERNAL_SUCCESS : EXTERNAL_FAILURE;
	if (!success)
		*condition = arena_copy(mem, strcmp(answer->name, "failure") == 0
						     ? stream_condition_of(answer)
						     : answer->name);
	return true;
}
