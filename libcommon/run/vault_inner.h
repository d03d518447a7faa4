/* vault_inner.h - what the two processes of a vault say to each other: packets over a
 * SOCK_SEQPACKET pair, each a head and the octets behind it. One program, so a struct goes as it
 * lies in memory. */
#ifndef RUN_VAULT_INNER_H
#define RUN_VAULT_INNER_H

#include "run/vault.h"

/* To the child: a step of the exchange. */
struct vault_request {
	uint8_t said; /* 0: the server has said nothing so far */
	char octets[VAULT_MESSAGE_MAX];
};

/* From the child: first about the start, then about each step. */
struct vault_reply {
	uint8_t ok, done;
	struct err err; /* unless ok */
	char octets[VAULT_MESSAGE_MAX];
};

#define VAULT_REQUEST_HEAD offsetof(struct vault_request, octets)
#define VAULT_REPLY_HEAD   offsetof(struct vault_reply, octets)

struct vault_start {
	const char *mechanism;
	enum binding_type binding;
	struct bytes binding_data;
};

/* The child's life. parent: who it must not outlive. */
_Noreturn void vault_child(const struct vault *vault, const struct vault_start *start, int channel,
			   int parent);

#endif
