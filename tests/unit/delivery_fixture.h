/* delivery_fixture.h - a good session with xmpp.im.example, which tests then spoil in one place. */
#ifndef DELIVERY_FIXTURE_H
#define DELIVERY_FIXTURE_H

#include "facts_fixture.h"
#include "judge/delivery.h"

static const char *const delivery_pkix[] = { "pkix", NULL };

/* *at is where the session's endpoint lives. */
static inline struct delivery_facts delivery_good(struct arena *mem, struct endpoint *at)
{
	*at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	return (struct delivery_facts){
		.session = {
			.account = "bot@im.example",
			.bound = "bot@im.example/x7",
			.at = at,
			.walk = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS),
			.proofs = delivery_pkix,
			.login = {
				.tried = true,
				.choice = { .name = "SCRAM-SHA-256-PLUS",
					    .is_scram = true,
					    .binding = BINDING_EXPORTER },
				.mutual = true,
				.elapsed_ms = 12,
			},
			.managed = true,
			.resumable = true,
			.connections = 1,
		},
		.wish = WAIT_FOR_BOUNCE,
		.wait_s = 2,
	};
}

/* Sent, acknowledged, and no error came. */
static inline struct parcel_facts parcel_good(void)
{
	return (struct parcel_facts){
		.id = "a1b2c3d4e5f6g7h8i9j0k1l2",
		.to = "admin@example.net",
		.type = "chat",
		.number = 1,
		.octets = 184,
		.time = FIXTURE_JULY_26,
		.elapsed_ms = 2012.5,
		.outcome = PARCEL_ACKED,
		.evidence = EVIDENCE_ACK,
		.quiet = true,
	};
}

#endif
