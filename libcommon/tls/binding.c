#include "tls/binding.h"

#include <assert.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "tls/handshake.h"

static const struct kind {
	const char *name;
	gnutls_channel_binding_t number;
} kinds[] = {
	[BINDING_NONE] = { "", 0 },
	[BINDING_EXPORTER] = { "tls-exporter", GNUTLS_CB_TLS_EXPORTER },
	[BINDING_UNIQUE] = { "tls-unique", GNUTLS_CB_TLS_UNIQUE },
	[BINDING_END_POINT] = { "tls-server-end-point", GNUTLS_CB_TLS_SERVER_END_POINT },
};

const char *binding_name(enum binding_type type)
{
	return kinds[type].name;
}

bool binding_parse(const char *name, enum binding_type *out)
{
	for (enum binding_type type = BINDING_EXPORTER; type <= BINDING_END_POINT; type++) {
		if (strcmp(kinds[type].name, name) == 0) {
			*out = type;
			return true;
		}
	}
	return false;
}

/* Without extended master secret two connections can be made to agree on all their secrets (the
 * triple handshake; RFC 7627, 1; RFC 9266, 4.1), and so on what is bound to. */
bool binding_is_safe(enum binding_type type, const struct tls_facts *tls)
{
	if (!tls->up)
		return false;
	switch (type) {
	case BINDING_EXPORTER:
		return tls->version == TLS_1_3 ||
		       (tls->version == TLS_1_2 && tls->extended_master_secret);
	case BINDING_UNIQUE:
		return tls->version <= TLS_1_2 && tls->extended_master_secret;
	case BINDING_END_POINT:
		return tls->chain_count > 0;
	case BINDING_NONE:
		break;
	}
	return false;
}

enum binding_type binding_default(const struct tls_facts *tls)
{
	enum binding_type type = tls->version >= TLS_1_3 ? BINDING_EXPORTER : BINDING_UNIQUE;
	return binding_is_safe(type, tls) ? type : BINDING_NONE;
}

bool binding_data(const struct conn *conn, enum binding_type type, struct arena *mem,
		  struct bytes *out, struct err *err)
{
	struct session *session = session_of(conn);
	assert(session && type != BINDING_NONE);
	gnutls_datum_t data = { 0 };
	int code = gnutls_session_channel_binding(session->tls, kinds[type].number, &data);
	if (code != 0)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "this connection gives nothing for %s to bind to: %s",
			       kinds[type].name, gnutls_strerror(code));
	*out = arena_bytes(mem, data.data, data.size);
	gnutls_free(data.data);
	return true;
}
