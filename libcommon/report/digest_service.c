/* What the endpoints of a service come to together. */
#include "report/digest_parts.h"

static void weaken(struct digest_service *service, const struct digest_endpoint *at)
{
	service->status = service->seen ? status_worse(service->status, at->status) : at->status;
	service->seen = true;
	service->tried += at->up != ANSWER_UNKNOWN || at->encrypted != ANSWER_UNKNOWN;
	service->encrypting += at->encrypted == ANSWER_YES;
	service->up = digest_best(service->up, at->up);
	service->encrypted = digest_weakest(service->encrypted, at->encrypted);
	if (at->authenticated != ANSWER_UNKNOWN)
		service->proofs = service->authenticated == ANSWER_UNKNOWN
					  ? at->proofs
					  : service->proofs & at->proofs;
	service->authenticated = digest_weakest(service->authenticated, at->authenticated);
	service->forward_secrecy = digest_weakest(service->forward_secrecy, at->forward_secrecy);
	service->post_quantum = digest_weakest(service->post_quantum, at->post_quantum);
	service->plus = digest_weakest(service->plus, at->plus);
	service->dane = digest_weakest(service->dane, at->dane);
	service->starttls_required = digest_weakest(service->starttls_required,
						    at->starttls_required);
	if (at->version != TLS_VERSION_NONE &&
	    (service->version == TLS_VERSION_NONE || at->version < service->version))
		service->version = at->version;
}

static void take_versions(struct digest_service *service, const struct digest_endpoint *at)
{
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++)
		service->versions[i] = digest_best(service->versions[i], at->versions[i]);
}

static bool was_asked(const struct digest_service *service)
{
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (service->versions[i] != ANSWER_UNKNOWN)
			return true;
	}
	return false;
}

static enum seen_answer only_tls13(const struct digest_service *service)
{
	if (service->lowest != TLS_VERSION_NONE && service->lowest < TLS_1_3)
		return ANSWER_NO;
	return service->versions[TLS_1_2] == ANSWER_NO ? service->versions[TLS_1_3]
						       : ANSWER_UNKNOWN;
}

/* What was negotiated at an endpoint that was not asked is accepted all the same. */
static void settle_versions(struct digest *digest, enum service which)
{
	struct digest_service *service = &digest->services[which];
	if (!was_asked(service))
		return;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->service == which && at->version != TLS_VERSION_NONE)
			service->versions[at->version] = ANSWER_YES;
	}
	for (int i = TLS_1_3; i >= SSL_2_0; i--) {
		if (service->versions[i] == ANSWER_YES)
			service->lowest = (enum tls_version)i;
	}
	service->only_tls13 = only_tls13(service);
}

void digest_services_take(struct digest *out)
{
	for (int i = 0; i < SERVICE_COUNT; i++)
		out->services[i].status = STATUS_UNKNOWN;
	for (size_t i = 0; i < out->endpoint_count; i++) {
		const struct digest_endpoint *at = &out->endpoints[i];
		if (!at->examined)
			continue;
		weaken(&out->services[at->service], at);
		take_versions(&out->services[at->service], at);
	}
	for (int i = 0; i < SERVICE_COUNT; i++)
		settle_versions(out, (enum service)i);
}
