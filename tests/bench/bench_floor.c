/* bench_floor - the least that a client can do for what `xmpp-starttls --first` does: TCP, stream,
 * STARTTLS, handshake, stream, the end, to one endpoint for clients and one for servers of each
 * target.
 *
 * bench_floor PORT TARGETS PROCESSES: d0.bench.test, d1.bench.test and so on, so many at once, on
 * 127.0.0.1; prints how many handshakes went well. No DNS, no XML, no facts, no check of any
 * certificate: it waits for the octets that end what the server of this benchmark must say. Each
 * process has a heap of its own, so nothing is locked either. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 256

/* As xmpp-starttls has it: X25519 is the group whose key share goes with the hello. */
static const char priority[] = "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-ALL";
static const char starttls[] = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
static const char footer[] = "</stream:stream>";

/* Of all processes. */
struct progress {
	atomic_int next, good;
};

struct work {
	struct sockaddr_in at;
	int targets;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t credentials;
	struct progress *progress;
};

struct walk {
	int fd;
	gnutls_session_t session; /* NULL: in clear */
};

static int say(const struct walk *walk, const char *text)
{
	size_t size = strlen(text);
	ssize_t sent = walk->session ? gnutls_record_send(walk->session, text, size)
				     : send(walk->fd, text, size, MSG_NOSIGNAL);
	return sent == (ssize_t)size;
}

static int await(const struct walk *walk, const char *end)
{
	char seen[4096];
	size_t size = 0, tail = strlen(end);
	while (size < sizeof(seen)) {
		ssize_t got = walk->session ? gnutls_record_recv(walk->session, seen + size,
								 sizeof(seen) - size)
					    : recv(walk->fd, seen + size, sizeof(seen) - size, 0);
		if (got <= 0)
			return 0;
		size += (size_t)got;
		if (size >= tail && memcmp(seen + size - tail, end, tail) == 0)
			return 1;
	}
	return 0;
}

static int begin_tls(struct walk *walk, const struct work *work, const char *name)
{
	unsigned flags = GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP | GNUTLS_NO_SIGNAL;
	if (gnutls_init(&walk->session, flags) != 0)
		return 0;
	gnutls_priority_set(walk->session, work->priority);
	gnutls_credentials_set(walk->session, GNUTLS_CRD_CERTIFICATE, work->credentials);
	gnutls_server_name_set(walk->session, GNUTLS_NAME_DNS, name, strlen(name));
	gnutls_transport_set_int(walk->session, walk->fd);
	return gnutls_handshake(walk->session) == 0;
}

static int converse(struct walk *walk, const struct work *work, const char *name, const char *kind)
{
	char header[512];
	snprintf(header, sizeof(header),
		 "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xml:lang='en' "
		 "xmlns='jabber:%s' xmlns:stream='http://etherx.jabber.org/streams'>",
		 name, kind);
	return say(walk, header) && await(walk, "</stream:features>") && say(walk, starttls) &&
	       await(walk, "/>") && begin_tls(walk, work, name) && say(walk, header) &&
	       await(walk, "</stream:features>") && say(walk, footer) && await(walk, footer);
}

static void visit(const struct work *work, int number, const char *kind)
{
	char name[64];
	struct walk walk = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	snprintf(name, sizeof(name), "d%d.bench.test", number);
	setsockopt(walk.fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (connect(walk.fd, (const struct sockaddr *)&work->at, sizeof(work->at)) == 0 &&
	    converse(&walk, work, name, kind)) {
		gnutls_bye(walk.session, GNUTLS_SHUT_WR);
		atomic_fetch_add(&work->progress->good, 1);
	}
	if (walk.session)
		gnutls_deinit(walk.session);
	close(walk.fd);
}

static void visit_all(const struct work *work)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i; (i = atomic_fetch_add(&work->progress->next, 1)) < work->targets;) {
		visit(work, i, "client");
		visit(work, i, "server");
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct work work = { .at = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
	int processes = argc > 3 ? atoi(argv[3]) : 0;
	if (processes < 1 || processes > PROCESSES_MAX) {
		fprintf(stderr, "usage: bench_floor PORT TARGETS PROCESSES\n");
		return 3;
	}
	work.at.sin_port = htons((in_port_t)atoi(argv[1]));
	work.targets = atoi(argv[2]);
	work.progress = mmap(NULL, sizeof(*work.progress), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work.progress == MAP_FAILED ||
	    gnutls_certificate_allocate_credentials(&work.credentials) != 0 ||
	    gnutls_priority_init(&work.priority, priority, NULL) != 0)
		return 3;
	for (int i = 0; i < processes; i++) {
		pid_t child = fork();
		if (child == 0)
			visit_all(&work);
	}
	while (wait(NULL) > 0)
		;
	printf("%d\n", atomic_load(&work.progress->good));
	return atomic_load(&work.progress->good) == 2 * work.targets ? 0 : 2;
}
