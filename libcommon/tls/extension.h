/* extension.h - the extensions of a certificate (RFC 5280, 4.2) into its facts. For cert.c.
 *
 * Strict: what is malformed becomes the certificate's defect, what only binds the CA its lapse.
 * Pure; linear in the extensions. */
#ifndef TLS_EXTENSION_H
#define TLS_EXTENSION_H

#include "tls/cert.h"

/* How many elements of DER there are within all of them. */
size_t extension_elements(struct bytes list);
/* list: the contents of Extensions. *names becomes what stands in the subjectAltName, if it is
 * there, and *names_critical whether it is critical. False: not DER, or one kind twice. */
NODISCARD bool extension_read_all(struct bytes list, struct arena *mem, struct cert_facts *out,
				  struct bytes *names, bool *names_critical, struct err *err);

/* Notes one, unless there is one of its kind already. */
void cert_note_defect(struct cert_facts *cert, const char *what);
void cert_note_lapse(struct cert_facts *cert, const char *what);
void cert_note_blemish(struct cert_facts *cert, const char *what);

#endif
