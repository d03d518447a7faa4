/* bench_server - the fastest XMPP server that is just enough for a benchmark: STARTTLS with a
 * canned stream on either side.
 *
 * bench_server CERT.pem [PROCESSES]: listens on a free loopback port, prints it, answers until its
 * standard input ends. Each process serves one connection at a time; the kernel deals them out.
 * Parses nothing: it waits for the '>' of the tag a client must send. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 256

static const char header_clear[] =
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
	"id='one' from='bench.test' version='1.0' xml:lang='en'><stream:features><starttls "
	"xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
static const char proceed[] = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
static const char header_tls[] =
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
	"id='two' from='bench.test' version='1.0' xml:lang='en'><stream:features><mechanisms "
	"xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256-PLUS</mechanism>"
	"<mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>";
static const char footer[] = "</stream:stream>";

struct peer {
	int fd;
	gnutls_session_t session; /* NULL: in clear */
	int tags;                 /* ended so far and not yet waited for */
	char last;                /* octet */
};

/* Waits for the end of one more tag. An XML declaration, which not every client sends, ends in "?>"
 * and is none; a client may send header and end tag at once. */
static int await_tag(struct peer *peer)
{
	char chunk[2048];
	while (peer->tags == 0) {
		ssize_t got = peer->session
				      ? gnutls_record_recv(peer->session, chunk, sizeof(chunk))
				      : recv(peer->fd, chunk, sizeof(chunk), 0);
		if (got <= 0)
			return 0;
		for (ssize_t i = 0; i < got; i++) {
			peer->tags += chunk[i] == '>' && peer->last != '?';
			peer->last = chunk[i];
		}
	}
	peer->tags--;
	return 1;
}

static int answer(struct peer *peer, const char *text, size_t size)
{
	ssize_t sent = peer->session ? gnutls_record_send(peer->session, text, size)
				     : send(peer->fd, text, size, MSG_NOSIGNAL);
	return sent == (ssize_t)size;
}

static int serve_in_clear(struct peer *peer)
{
	return await_tag(peer) && answer(peer, header_clear, sizeof(header_clear) - 1) &&
	       await_tag(peer) && answer(peer, proceed, sizeof(proceed) - 1);
}

static int serve_in_tls(struct peer *peer)
{
	return gnutls_handshake(peer->session) == 0 && await_tag(peer) &&
	       answer(peer, header_tls, sizeof(header_tls) - 1) && await_tag(peer) &&
	       answer(peer, footer, sizeof(footer) - 1);
}

static void serve(int fd, gnutls_certificate_credentials_t credentials, gnutls_priority_t priority)
{
	struct peer peer = { .fd = fd };
	if (!serve_in_clear(&peer))
		return;
	gnutls_init(&peer.session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);
	gnutls_priority_set(peer.session, priority);
	gnutls_credentials_set(peer.session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(peer.session, fd);
	gnutls_handshake_set_timeout(peer.session, 10000);
	if (serve_in_tls(&peer))
		gnutls_bye(peer.session, GNUTLS_SHUT_WR);
	gnutls_deinit(peer.session);
}

static void serve_for_ever(int listener, const char *pem)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	struct timeval patience = { .tv_sec = 10 };
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	gnutls_certificate_allocate_credentials(&credentials);
	if (gnutls_certificate_set_x509_key_file(credentials, pem, pem, GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_priority_init(&priority, NULL, NULL) < 0)
		exit(1);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		serve(fd, credentials, priority);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_server CERT.pem [PROCESSES]\n");
		return 3;
	}
	int processes = argc > 2 ? atoi(argv[2]) : 16;
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (processes < 1 || processes > PROCESSES_MAX ||
	    bind(listener, (struct sockaddr *)&at, size) < 0 || listen(listener, 4096) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0) {
		perror("bench_server");
		return 3;
	}
	pid_t children[PROCESSES_MAX];
	for (int i = 0; i < processes; i++) {
		children[i] = fork();
		if (children[i] == 0)
			serve_for_ever(listener, argv[1]);
	}
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (int i = 0; i < processes; i++)
		kill(children[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
