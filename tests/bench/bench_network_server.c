/* bench_network_server - the servers of a small XMPP network, one for each line of the plan.
 *
 * bench_network_server FOLDER ROUND_TRIP_MS: reads the plan from standard input up to an empty
 * line,
 *
 *     ADDRESS BEHAVIOUR
 *
 * and answers each line with two free ports of that address, for clients and for servers. Then it
 * serves until its standard input ends, and tells how many connections it took and how many at most
 * were open at one address at once. FOLDER has a PEM file for each domain: key and chain.
 *
 *     good, slow     streams, STARTTLS, TLS; slow thinks for seconds before it says anything
 *     refuse         nobody listens
 *     swallow        a full backlog: the kernel drops every SYN
 *     silent         accepts, and never says a word
 *     garbage        no TLS behind <proceed/>
 *     alert          a fatal one for an answer to the ClientHello
 *
 * Whoever answers what he heard waits a round trip first, as does the first answer for the
 * handshake of TCP, which costs loopback nothing. A thread a connection: nearly all of them sleep.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVERS_MAX 1024
#define OPEN_MAX    256  /* connections at one address that are told apart */
#define SLOW_MS     3000 /* well below the 10 s of the tools, and then some exchanges more */
#define PATIENCE_MS 60000
#define STACK       (128 * 1024)
#define DOMAIN_MAX  256

enum behaviour { GOOD, SLOW, REFUSE, SWALLOW, SILENT, GARBAGE, ALERT, BEHAVIOURS };
static const char *const behaviour_names[] = {
	[GOOD] = "good",     [SLOW] = "slow",       [REFUSE] = "refuse", [SWALLOW] = "swallow",
	[SILENT] = "silent", [GARBAGE] = "garbage", [ALERT] = "alert",
};

struct network;

struct server {
	struct network *network;
	enum behaviour behaviour;
	struct in_addr address;
	pthread_mutex_t lock;
	int open[OPEN_MAX];
	size_t open_count, peak, connections;
};

struct door {
	struct server *server;
	bool s2s;
	int listener;
	int filler; /* of the backlog */
};

struct network {
	const char *folder;
	int round_trip_ms;
	gnutls_priority_t priority;
	struct server servers[SERVERS_MAX];
	struct door doors[2 * SERVERS_MAX];
	size_t server_count, door_count;
};

struct peer {
	const struct door *door;
	int fd;
	gnutls_session_t session; /* NULL: in clear */
	bool heard;               /* something since we last spoke */
	int more_ms;              /* before the next answer, besides the round trip */
	char text[4096];          /* the last tag and what came before it */
	size_t size;
};

/* False when the peer has hung up meanwhile. */
static bool wait_ms(int fd, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };
	return poll(&poll_fd, 1, ms) == 0;
}

static ssize_t hear(gnutls_transport_ptr_t context, void *data, size_t size)
{
	struct peer *peer = context;
	struct pollfd poll_fd = { .fd = peer->fd, .events = POLLIN };
	if (poll(&poll_fd, 1, PATIENCE_MS) <= 0)
		return 0;
	peer->heard = true;
	return recv(peer->fd, data, size, 0);
}

static ssize_t say(gnutls_transport_ptr_t context, const void *data, size_t size)
{
	struct peer *peer = context;
	int ms = peer->door->server->network->round_trip_ms + peer->more_ms;
	if (peer->heard && !wait_ms(peer->fd, ms))
		return -1;
	peer->heard = false;
	peer->more_ms = 0;
	return send(peer->fd, data, size, MSG_NOSIGNAL);
}

static bool tell(struct peer *peer, const char *text, size_t size)
{
	ssize_t sent = peer->session ? gnutls_record_send(peer->session, text, size)
				     : say(peer, text, size);
	return sent == (ssize_t)size;
}

/* Octet by octet, so that nothing behind the tag is taken. "?>" ends an XML declaration. */
static bool await_tag(struct peer *peer)
{
	for (peer->size = 0; peer->size + 1 < sizeof(peer->text);) {
		char *c = &peer->text[peer->size];
		ssize_t got = peer->session ? gnutls_record_recv(peer->session, c, 1)
					    : hear(peer, c, 1);
		if (got <= 0)
			return false;
		peer->size++;
		if (*c == '>' && (peer->size < 2 || c[-1] != '?')) {
			c[1] = '\0';
			return true;
		}
	}
	return false;
}

/* Whom the header asks for; it becomes the name of a file. */
static bool read_domain(const struct peer *peer, char *domain)
{
	const char *to = strstr(peer->text, " to=");
	size_t length = 0;
	if (!to)
		return false;
	for (to += strlen(" to='"); isalnum((unsigned char)*to) || strchr("-.", *to); to++) {
		if (!*to || length + 1 == DOMAIN_MAX)
			return false;
		domain[length++] = *to;
	}
	domain[length] = '\0';
	return length > 0 && domain[0] != '.';
}

static bool tell_header(struct peer *peer, const char *domain, const char *features)
{
	char text[2048];
	int size = snprintf(text, sizeof(text),
			    "<?xml version='1.0'?><stream:stream xmlns='jabber:%s' "
			    "xmlns:stream='http://etherx.jabber.org/streams' "
			    "xmlns:db='jabber:server:dialback' id='a%p%d' from='%s' version='1.0' "
			    "xml:lang='en'><stream:features>%s</stream:features>",
			    peer->door->s2s ? "server" : "client", (void *)peer,
			    peer->session != NULL, domain, features);
	return tell(peer, text, (size_t)size);
}

static bool serve_in_clear(struct peer *peer, char *domain)
{
	static const char proceed[] = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
	return await_tag(peer) && read_domain(peer, domain) &&
	       tell_header(peer, domain,
			   "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"
			   "</starttls>") &&
	       await_tag(peer) && tell(peer, proceed, sizeof(proceed) - 1);
}

static bool serve_in_tls(struct peer *peer, const char *domain)
{
	static const char footer[] = "</stream:stream>";
	const char *features =
		peer->door->s2s
			? "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"
			: "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>"
			  "SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism>"
			  "</mechanisms>";
	return gnutls_handshake(peer->session) == 0 && await_tag(peer) &&
	       tell_header(peer, domain, features) && await_tag(peer) &&
	       tell(peer, footer, sizeof(footer) - 1);
}

static void talk_tls(struct peer *peer, const char *domain)
{
	const struct network *network = peer->door->server->network;
	gnutls_certificate_credentials_t credentials;
	char pem[4096];
	snprintf(pem, sizeof(pem), "%s/%s", network->folder, domain);
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_flags(credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	if (gnutls_certificate_set_x509_key_file(credentials, pem, pem, GNUTLS_X509_FMT_PEM) < 0) {
		fprintf(stderr, "bench_network_server: no certificate in %s\n", pem);
		exit(1);
	}
	gnutls_init(&peer->session, GNUTLS_SERVER | GNUTLS_NO_TICKETS);
	gnutls_priority_set(peer->session, network->priority);
	gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_ptr(peer->session, peer);
	gnutls_transport_set_pull_function(peer->session, hear);
	gnutls_transport_set_push_function(peer->session, say);
	if (serve_in_tls(peer, domain))
		gnutls_bye(peer->session, GNUTLS_SHUT_WR);
	gnutls_deinit(peer->session);
	gnutls_certificate_free_credentials(credentials);
}

/* Until the peer goes away by himself. */
static void stay(struct peer *peer)
{
	char chunk[512];
	while (hear(peer, chunk, sizeof(chunk)) > 0)
		;
}

/* Something that is heard before we answer; a ClientHello for instance. */
static void answer_raw(struct peer *peer, const char *answer, size_t size)
{
	char chunk[2048];
	if (hear(peer, chunk, sizeof(chunk)) > 0 && tell(peer, answer, size))
		shutdown(peer->fd, SHUT_WR);
	stay(peer);
}

static void talk(struct peer *peer)
{
	static const char garbage[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
	static const char alert[] = "\x15\x03\x03\x00\x02\x02\x28"; /* fatal, handshake_failure */
	enum behaviour behaviour = peer->door->server->behaviour;
	char domain[DOMAIN_MAX];
	if (behaviour == SILENT)
		stay(peer);
	else if (!serve_in_clear(peer, domain))
		return;
	else if (behaviour == GARBAGE)
		answer_raw(peer, garbage, sizeof(garbage) - 1);
	else if (behaviour == ALERT)
		answer_raw(peer, alert, sizeof(alert) - 1);
	else
		talk_tls(peer, domain);
}

static bool is_established(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	       info.tcpi_state == TCP_ESTABLISHED;
}

/* What the peers closed already does not count, although our threads still have it. */
static void enter(struct server *server, int fd)
{
	size_t established = 1;
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->open_count; i++)
		established += is_established(server->open[i]);
	if (server->open_count < OPEN_MAX)
		server->open[server->open_count++] = fd;
	if (established > server->peak)
		server->peak = established;
	server->connections++;
	pthread_mutex_unlock(&server->lock);
}

static void leave(struct server *server, int fd)
{
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->open_count; i++) {
		if (server->open[i] == fd) {
			server->open[i] = server->open[--server->open_count];
			break;
		}
	}
	close(fd);
	pthread_mutex_unlock(&server->lock);
}

static void *serve(void *argument)
{
	struct peer *peer = argument;
	talk(peer);
	leave(peer->door->server, peer->fd);
	free(peer);
	return NULL;
}

static void admit(const struct door *door, pthread_attr_t *attributes)
{
	const struct server *server = door->server;
	struct peer *peer = calloc(1, sizeof(*peer));
	pthread_t thread;
	int one = 1;
	int fd = accept(door->listener, NULL, NULL);
	if (!peer || fd < 0) {
		free(peer);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*peer = (struct peer){ .door = door, .fd = fd, .more_ms = server->network->round_trip_ms };
	if (server->behaviour == SLOW)
		peer->more_ms += SLOW_MS;
	enter(door->server, fd);
	if (pthread_create(&thread, attributes, serve, peer) != 0) {
		perror("bench_network_server: thread");
		exit(1);
	}
}

/* Linux drops a SYN when the queue of connections nobody accepted is full; with a backlog of 0 one
 * does. */
static bool fill(struct door *door, const struct sockaddr_in *at)
{
	door->filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(door->filler, (const struct sockaddr *)at, sizeof(*at)) == 0;
}

static int open_door(struct network *network, struct server *server, bool s2s)
{
	struct door *door = &network->doors[network->door_count++];
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = server->address };
	socklen_t size = sizeof(at);
	*door = (struct door){ .server = server, .s2s = s2s, .filler = -1 };
	door->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(door->listener, (struct sockaddr *)&at, size) < 0 ||
	    getsockname(door->listener, (struct sockaddr *)&at, &size) < 0 ||
	    (server->behaviour != REFUSE &&
	     listen(door->listener, server->behaviour == SWALLOW ? 0 : 1024) < 0) ||
	    (server->behaviour == SWALLOW && !fill(door, &at))) {
		perror("bench_network_server");
		exit(1);
	}
	return ntohs(at.sin_port);
}

static bool add_server(struct network *network, const char *address, const char *behaviour)
{
	struct server *server = &network->servers[network->server_count];
	if (network->server_count == SERVERS_MAX || !inet_aton(address, &server->address))
		return false;
	server->network = network;
	server->behaviour = GOOD;
	while (server->behaviour < BEHAVIOURS &&
	       strcmp(behaviour, behaviour_names[server->behaviour]) != 0)
		server->behaviour++;
	pthread_mutex_init(&server->lock, NULL);
	network->server_count++;
	return server->behaviour < BEHAVIOURS;
}

static bool read_plan(struct network *network)
{
	char line[256], address[64], behaviour[64];
	while (fgets(line, sizeof(line), stdin) && line[0] != '\n') {
		if (sscanf(line, "%63s %63s", address, behaviour) != 2 ||
		    !add_server(network, address, behaviour)) {
			fprintf(stderr, "bench_network_server: not a server: %s", line);
			return false;
		}
		struct server *server = &network->servers[network->server_count - 1];
		int c2s = open_door(network, server, false);
		printf("%d %d\n", c2s, open_door(network, server, true));
	}
	fflush(stdout);
	return true;
}

static void watch(int epoll, int fd, struct door *door)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = door };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		perror("bench_network_server: epoll");
		exit(1);
	}
}

static void serve_until_told(struct network *network)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	pthread_attr_t attributes;
	struct epoll_event event;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	watch(epoll, STDIN_FILENO, NULL);
	for (size_t i = 0; i < network->door_count; i++) {
		enum behaviour behaviour = network->doors[i].server->behaviour;
		if (behaviour != REFUSE && behaviour != SWALLOW)
			watch(epoll, network->doors[i].listener, &network->doors[i]);
	}
	while (epoll_wait(epoll, &event, 1, -1) >= 0 && event.data.ptr)
		admit(event.data.ptr, &attributes);
}

static void tell_figures(struct network *network)
{
	size_t connections = 0, peak = 0;
	struct rusage usage;
	for (size_t i = 0; i < network->server_count; i++) {
		const struct server *server = &network->servers[i];
		connections += server->connections;
		peak = server->peak > peak ? server->peak : peak;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%zu %zu %.3f\n", connections, peak,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct network *network = calloc(1, sizeof(*network));
	if (argc != 3 || !network) {
		fprintf(stderr, "usage: bench_network_server FOLDER ROUND_TRIP_MS < PLAN\n");
		free(network);
		return 3;
	}
	network->folder = argv[1];
	network->round_trip_ms = atoi(argv[2]);
	if (gnutls_priority_init(&network->priority, NULL, NULL) < 0 || !read_plan(network))
		return 3;
	serve_until_told(network);
	tell_figures(network);
	_exit(0); /* threads are still talking */
}
