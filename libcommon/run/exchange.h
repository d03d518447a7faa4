/* exchange.h - -v: the exchange on standard error as it happens, "<-- " and "--> ", each line
 * naming its endpoint when there are many. What is inside elements may be secret (see veil.h)
 * and shows as `*`. */
#ifndef RUN_EXCHANGE_H
#define RUN_EXCHANGE_H

#include "net/tap.h"
#include "run/veil.h"

struct exchange {
	const char *label; /* "c2s 192.0.2.7:5222"; NULL: none */
	struct veil sent, heard;
	struct tap tap;
};

/* In place: the tap holds a pointer to the struct. */
void exchange_begin(struct exchange *exchange, const char *label);

#endif
