#include "xmpp/secure.h"

/* A certificate that cannot be read ends the chain, and the path must not pass for complete. */
static bool read_chain(const struct tls_facts *tls, struct arena *mem, struct identity_facts *out)
{
	out->certs = arena_array(mem, tls->chain_count, sizeof(*out->certs));
	for (size_t i = 0; i < tls->chain_count; i++) {
		struct err why;
		if (!cert_read(tls->chain[i], mem, &out->certs[i], &why))
			return false;
		out->cert_count++;
	}
	return true;
}

void secure_judge(const struct tls_facts *tls, const char *domain, enum service service,
		  const struct trust *trust, int64_t at, struct arena *mem,
		  struct identity_facts *out)
{
	*out = (struct identity_facts){ 0 };
	bool whole = read_chain(tls, mem, out);
	path_judge(out->certs, out->cert_count, trust, at, mem, &out->path);
	if (!whole) {
		out->path.problems |= PATH_MALFORMED;
		if (out->cert_count == 0) {
			out->path.problems &= ~(unsigned)PATH_EMPTY;
			out->path.reason = "the certificate cannot be read";
		}
	}
	if (out->cert_count > 0) {
		const struct reference reference = {
			.domain = domain,
			.srv_service = secure_srv_service(service),
		};
		name_judge(&out->certs[0], &reference, mem, &out->names);
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
