/* secret.h - a password between the moments it is needed: kept in an anonymous file of the
 * kernel's, outside this process's memory, so that neither a core dump nor a stray read can show
 * it.
 *
 * What must hold one for a moment does so in a fixed buffer of its own and ends with secret_wipe().
 * One thread. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

#define SECRET_MAX 1023 /* octets of a password: what RFC 7622 allows a part of an address */

struct secret {
	int fd;      /* memfd; -1: none is kept */
	size_t size; /* 0: none is kept either, so that a zeroed struct harms no descriptor */
};

/* Copies size octets (1 to SECRET_MAX, no NUL among them) away; the caller wipes its own. False:
 * the sentence goes on after whose it is: "is empty", "holds a NUL". */
NODISCARD bool secret_keep(const void *data, size_t size, struct secret *out, struct err *err);
/* Into a buffer of SECRET_MAX + 1, with a NUL behind. */
NODISCARD bool secret_show(const struct secret *secret, char *buffer, struct err *err);
/* Overwrites and forgets; harmless where none is kept. */
void secret_forget(struct secret *secret);
/* What no compiler may leave out. */
void secret_wipe(void *data, size_t size);
/* No core dump holds what this process has in memory, and no other process of this user's looks
 * into it, /proc/PID/fd with the secret's file included (prctl, setrlimit; children inherit both).
 * Before the first secret is read, by a tool only: gdb -p, strace -p and the leak sanitizer are
 * shut out with everybody else; who debugs as root, or starts the tool in the debugger, is not. */
void secret_guard_process(void);

#endif
