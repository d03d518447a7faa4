/* sasl_inner.h - what the files of sasl.h share. Not for others. */
#ifndef XMPP_SASL_INNER_H
#define XMPP_SASL_INNER_H

#include <gsasl.h>

/* sasl_salted.c: libgsasl asks for a property. SCRAM's SaltedPassword is computed by GnuTLS, in a
 * quarter of the time that libgsasl's own SHA takes; where it cannot, libgsasl does it itself. */
int sasl_answer(Gsasl *library, Gsasl_session *session, Gsasl_property property);

#endif
