/* accept.h - the other end of a handshake: a TLS server over a conn, and everything it saw.
 *
 * One thread a session; the context is built before the first thread and const afterwards. The
 * client's certificate is asked for and never demanded, and not verified here. */
#ifndef TLS_ACCEPT_H
#define TLS_ACCEPT_H

#include "tls/session.h"

/* A server's context out of tls_options: versions, priority string and key log count as for a
 * client; the certificate (cert_file and key_file, or cert_pem and key_pem) must be there. Refuses
 * as tls_context_new() does. Not for tls_start(). */
NODISCARD bool tls_server_new(const struct tls_options *options, struct tls_context **out,
			      struct err *err);

/* The handshake as a server. From success on conn reads and writes inside TLS. facts is the same
 * struct as a client's, seen from here: chain is the client's certificate, servername the SNI it
 * sent, client_cert_sent tells whether one came, signature is our own; filled as far as it went in
 * either case. Of what ALPN offers "xmpp-server" is taken (alpn), and nothing is no failure;
 * alpn_offered stays NULL. No session can be taken up again. Whatever begins like no TLS ends it at
 * once (ERR_PROTOCOL), as more than 64 KiB for a handshake do (ERR_LIMIT). */
NODISCARD bool tls_accept(struct conn *conn, const struct tls_context *server, struct arena *mem,
			  struct tls_facts *facts, struct err *err);

#endif
