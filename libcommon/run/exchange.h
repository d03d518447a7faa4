/* exchange.h - -v: the exchange on standard error as it happens, "<-- " and "--> ", each line
 * naming its endpoint when there are many. */
#ifndef RUN_EXCHANGE_H
#define RUN_EXCHANGE_H

#include "net/tap.h"

struct exchange {
	const char *label; /* "c2s 192.0.2.7:5222"; NULL: none */
	struct tap tap;
};

/* In place: the tap holds a pointer to the struct. */
void exchange_begin(struct exchange *exchange, const char *label);

#endif
