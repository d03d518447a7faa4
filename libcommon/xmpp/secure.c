#include "xmpp/secure.h"

/* What cert_read() refuses stays zeroed but for the reason, as path.h wants to be told. */
static void read_chain(const struct tls_facts *tls, struct arena *mem, struct identity_facts *out)
{
	bool whole = true;
	out->certs = arena_array(mem, tls->chain_count, sizeof(*out->certs));
	for (size_t i = 0; i < tls->chain_count; i++) {
		struct err why;
		bool read = cert_read(tls->chain[i], mem, &out->certs[i], &why);
		if (!read)
			out->certs[i].defect = arena_copy(mem, why.text);
		out->certs[i].read_by_gnutls = tls->chain_read;
		whole = whole && read;
		out->cert_count += whole;
	}
}

void secure_judge(const struct tls_facts *tls, const char *domain, enum service service,
		  const struct trust *trust, int64_t at, struct arena *mem,
		  struct identity_facts *out)
{
	*out = (struct identity_facts){ 0 };
	read_chain(tls, mem, out);
	path_judge(out->certs, tls->chain_count, trust, at, mem, &out->path);
	if (out->cert_count > 0) {
		const struct reference reference = {
			.domain = domain,
			.srv_service = secure_srv_service(service),
		};
		name_judge(&out->certs[0], &reference, mem, &out->names);
		if (out->path.constrained)
			name_discount(&out->names);
	}
	out->authenticated = out->path.trusted && out->names.matched;
}

const char *secure_srv_service(enum service service)
{
	static const char *const names[] = {
		[SERVICE_C2S] = "_xmpp-client",
		[SERVICE_S2S] = "_xmpp-server",
	};
	return names[service];
}

const char *secure_alpn(enum service service)
{
	static const char *const names[] = {
		[SERVICE_C2S] = "xmpp-client",
		[SERVICE_S2S] = "xmpp-server",
	};
	return names[service];
}
