/* bench_server - the fastest XMPP server that is just enough for a benchmark: STARTTLS with a
 * canned stream on either side, for clients and for servers.
 *
 * bench_server CERT.pem [PROCESSES [MORE.pem...]]: listens on a free loopback port, prints it,
 * answers until its standard input ends. Each process serves one connection at a time; the kernel
 * deals them out. With more than one certificate, a client that asks for d17.bench.test gets number
 * 17, counted from 0 and round again. Parses nothing: it waits for the '>' of the tag a client must
 * send. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 256
#define HEADER(kind, id)                                                                           \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:" kind "' "                             \
	"xmlns:stream='http://etherx.jabber.org/streams' id='" id "' from='bench.test' "           \
	"version='1.0' xml:lang='en'>"
#define STARTTLS                                                                                   \
	"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"           \
	"</starttls></stream:features>"
#define MECHANISMS(list)                                                                           \
	"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" list              \
	"</mechanisms></stream:features>"

/* What is said before TLS and in it, to clients and to servers. */
struct script {
	const char *clear, *tls;
};

static const struct script for_clients = {
	HEADER("client", "one") STARTTLS,
	HEADER("client", "two") MECHANISMS("<mechanism>SCRAM-SHA-256-PLUS</mechanism>"
					   "<mechanism>SCRAM-SHA-256</mechanism>"),
};
static const struct script for_servers = {
	HEADER("server", "one") STARTTLS,
	HEADER("server", "two") MECHANISMS("<mechanism>EXTERNAL</mechanism>"),
};
static const char proceed[] = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
static const char footer[] = "</stream:stream>";

/* Of all processes: loaded before the first is born, and never written again. */
struct shelf {
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t *credentials;
	unsigned count;
};

struct peer {
	int fd;
	gnutls_session_t session; /* NULL: in clear */
	const struct script *script;
	int tags;  /* ended so far and not yet waited for */
	char last; /* octet */
};

static ssize_t take(struct peer *peer, char *chunk, size_t room)
{
	return peer->session ? gnutls_record_recv(peer->session, chunk, room)
			     : recv(peer->fd, chunk, room, 0);
}

/* Waits for the end of one more tag. An XML declaration, which not every client sends, ends in "?>"
 * and is none; a client may send header and end tag at once. */
static int await_tag(struct peer *peer)
{
	char chunk[2048];
	while (peer->tags == 0) {
		ssize_t got = take(peer, chunk, sizeof(chunk));
		if (got <= 0)
			return 0;
		for (ssize_t i = 0; i < got; i++) {
			peer->tags += chunk[i] == '>' && peer->last != '?';
			peer->last = chunk[i];
		}
		if (!peer->script)
			peer->script = memmem(chunk, (size_t)got, "jabber:server", 13)
					       ? &for_servers
					       : &for_clients;
	}
	peer->tags--;
	return 1;
}

static int answer(struct peer *peer, const char *text)
{
	size_t size = strlen(text);
	ssize_t sent = peer->session ? gnutls_record_send(peer->session, text, size)
				     : send(peer->fd, text, size, MSG_NOSIGNAL);
	return sent == (ssize_t)size;
}

static int serve_in_clear(struct peer *peer)
{
	return await_tag(peer) && answer(peer, peer->script->clear) && await_tag(peer) &&
	       answer(peer, proceed);
}

static int serve_in_tls(struct peer *peer)
{
	return gnutls_handshake(peer->session) == 0 && await_tag(peer) &&
	       answer(peer, peer->script->tls) && await_tag(peer) && answer(peer, footer);
}

/* By the number in the name; who names none gets the first. */
static int choose(gnutls_session_t session)
{
	const struct shelf *shelf = gnutls_session_get_ptr(session);
	char name[256];
	size_t size = sizeof(name);
	unsigned type, number = 0;
	if (gnutls_server_name_get(session, name, &size, &type, 0) == 0 && name[0] == 'd')
		number = (unsigned)strtoul(name + 1, NULL, 10) % shelf->count;
	return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, shelf->credentials[number]);
}

static void serve(int fd, struct shelf *shelf)
{
	struct peer peer = { .fd = fd };
	if (!serve_in_clear(&peer))
		return;
	gnutls_init(&peer.session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);
	gnutls_priority_set(peer.session, shelf->priority);
	gnutls_credentials_set(peer.session, GNUTLS_CRD_CERTIFICATE, shelf->credentials[0]);
	if (shelf->count > 1) {
		gnutls_session_set_ptr(peer.session, shelf);
		gnutls_handshake_set_post_client_hello_function(peer.session, choose);
	}
	gnutls_transport_set_int(peer.session, fd);
	gnutls_handshake_set_timeout(peer.session, 10000);
	if (serve_in_tls(&peer))
		gnutls_bye(peer.session, GNUTLS_SHUT_WR);
	gnutls_deinit(peer.session);
}

static void serve_for_ever(int listener, struct shelf *shelf)
{
	struct timeval patience = { .tv_sec = 10 };
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		serve(fd, shelf);
		close(fd);
	}
}

static int load(struct shelf *shelf, const char *file)
{
	gnutls_certificate_credentials_t *next = &shelf->credentials[shelf->count++];
	return gnutls_certificate_allocate_credentials(next) == 0 &&
	       gnutls_certificate_set_x509_key_file(*next, file, file, GNUTLS_X509_FMT_PEM) >= 0;
}

static int load_all(struct shelf *shelf, int argc, char **argv)
{
	shelf->credentials = calloc((size_t)argc, sizeof(gnutls_certificate_credentials_t));
	if (!shelf->credentials || gnutls_priority_init(&shelf->priority, NULL, NULL) < 0 ||
	    !load(shelf, argv[1]))
		return 0;
	for (int i = 3; i < argc; i++) {
		if (!load(shelf, argv[i]))
			return 0;
	}
	return 1;
}

static int listen_somewhere(in_port_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&at, size) < 0 || listen(listener, 4096) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0)
		return -1;
	*port = ntohs(at.sin_port);
	return listener;
}

int main(int argc, char **argv)
{
	int processes = argc > 2 ? atoi(argv[2]) : 16;
	struct shelf shelf = { 0 };
	in_port_t port;
	if (argc < 2 || processes < 1 || processes > PROCESSES_MAX) {
		fprintf(stderr, "usage: bench_server CERT.pem [PROCESSES [MORE.pem...]]\n");
		return 3;
	}
	int listener = listen_somewhere(&port);
	if (listener < 0 || !load_all(&shelf, argc, argv)) {
		perror("bench_server");
		return 3;
	}
	pid_t children[PROCESSES_MAX];
	for (int i = 0; i < processes; i++) {
		children[i] = fork();
		if (children[i] == 0)
			serve_for_ever(listener, &shelf);
	}
	printf("%d\n", port);
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (int i = 0; i < processes; i++)
		kill(children[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
