/* pins.h - certificates or keys that a user names by their SHA-256 (--pin-sha256). Pure. */
#ifndef TLS_PINS_H
#define TLS_PINS_H

#include <stdint.h>

#include "base/err.h"
#include "tls/cert.h"

#define PIN_SIZE 32
#define PINS_MAX 16

struct pins {
	uint8_t items[PINS_MAX][PIN_SIZE];
	size_t count;
};

/* SHA-256 as 64 hex digits, with or without colons, or base64, with or without "sha256//". */
NODISCARD bool pin_parse(const char *text, uint8_t out[PIN_SIZE]);
/* One more; err is usage. */
NODISCARD bool pins_add(struct pins *pins, const char *text, struct err *err);
/* The certificate, or its key, is one of them. */
bool pins_match(const struct pins *pins, const struct cert_facts *leaf);

#endif
