#include "net/dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/dns_socket.h"
#include "net/srv.h"

#define DNS_PORT   53
#define TRIES      2
#define TRY_MS     2500 /* c-ares waits 9/16 to 15/16 of it, on the second try of twice as much */
#define UDP_SIZE   1232 /* DNS flag day 2020: what passes every path unfragmented */
#define HEADER_AD  0x20 /* in octet 3: tell us whether you validated (RFC 6840, 5.7) */
#define HEADER_CD  0x10 /* in octet 3: answer even if validation fails (RFC 4035, 3.2.2) */
#define OPT_DO     0x80 /* in the third octet of the OPT record's TTL (RFC 3225, 3) */
#define OPT_DO_END 4    /* that octet from the end: TTL 3 and 4, RDLENGTH */

struct resolver {
	struct resolver_options options;
	ares_channel
		channel; /* NULL until somebody asks: 75 KiB, and files of the system to read */
	bool believed;   /* its AD bit means something */
};

/* One call of dns_ask. */
struct asking {
	struct resolver *resolver;
	struct arena *mem;
	double started; /* clock_ms() */
	size_t open;    /* questions c-ares is busy with */
};

/* One question on its way. */
struct pending {
	struct asking *asking;
	const struct dns_question *question;
	struct dns_answer *answer;
	bool checking_disabled; /* asked again to tell bogus from broken */
	bool without_edns;      /* asked again: the server knows no EDNS */
	bool again;
};

static void library_init(void)
{
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		memory_exhausted(); /* the only way it can fail here */
}

static bool set_server(ares_channel channel, const char *server, struct err *err)
{
	char host[256];
	uint16_t port = DNS_PORT;
	struct address address;
	if (!host_port_parse(server, host, &port) || !address_parse(host, &address))
		return err_set(err, AT_DNS, ERR_USAGE,
			       "resolver \"%s\" is no ADDRESS or ADDRESS:PORT", server);
	struct ares_addr_port_node node = {
		.family = address.family,
		.udp_port = port,
		.tcp_port = port,
	};
	memcpy(&node.addr, address.octets, sizeof(address.octets));
	int rc = ares_set_servers_ports(channel, &node);
	if (rc != ARES_SUCCESS)
		return err_set(err, AT_DNS, ERR_DNS, "resolver \"%s\": %s", server,
			       ares_strerror(rc));
	return true;
}

/* Only a path that never leaves this machine keeps the AD bit from being forged. */
static bool all_on_loopback(ares_channel channel)
{
	struct ares_addr_port_node *servers = NULL;
	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return false;
	bool all = servers != NULL;
	for (const struct ares_addr_port_node *at = servers; at; at = at->next) {
		struct address address = { .family = at->family };
		memcpy(address.octets, &at->addr, at->family == AF_INET6 ? 16 : 4);
		all = all && address_is_loopback(&address);
	}
	ares_free_data(servers);
	return all;
}

static bool open_channel(struct resolver *resolver, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const struct resolver_options *options = &resolver->options;
	pthread_once(&once, library_init);
	/* NOCHECKRESP: SERVFAIL and REFUSED are answers to us, not reasons to ask elsewhere. */
	struct ares_options init = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP |
			 ARES_FLAG_EDNS,
		.timeout = TRY_MS,
		.tries = TRIES,
		.ednspsz = UDP_SIZE,
	};
	int rc = ares_init_options(&resolver->channel, &init,
				   ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
					   ARES_OPT_EDNSPSZ);
	if (rc != ARES_SUCCESS)
		return err_set(err, AT_DNS, ERR_DNS, "the system's resolver configuration: %s",
			       ares_strerror(rc));
	dns_socket_use(resolver->channel);
	if (options->server && !set_server(resolver->channel, options->server, err))
		return false;
	resolver->believed = options->trust_ad || all_on_loopback(resolver->channel);
	return true;
}

bool resolver_new(const struct resolver_options *options, struct resolver **out, struct err *err)
{
	CLEANUP(resolver_free) struct resolver *resolver = memory_new(sizeof(*resolver));
	resolver->options = *options;
	/* Only what was asked for can be wrong. */
	if (options->server && !open_channel(resolver, err))
		return false;
	*out = resolver;
	resolver = NULL;
	return true;
}

void resolver_free(struct resolver **resolver)
{
	if (!*resolver)
		return;
	if ((*resolver)->channel)
		ares_destroy((*resolver)->channel);
	free(*resolver);
	*resolver = NULL;
}

static void finish(struct pending *pending, enum dns_outcome outcome)
{
	pending->answer->outcome = outcome;
	pending->answer->elapsed_ms = clock_ms() - pending->asking->started;
}

/* What an exchange without any answer means. */
static enum dns_outcome outcome_of_status(int status)
{
	switch (status) {
	case ARES_ECONNREFUSED:
	case ARES_ESERVFAIL: /* from c-ares itself: no server configured */
		return DNS_UNREACHABLE;
	case ARES_EBADRESP:
		return DNS_MALFORMED;
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED: /* by us, at the deadline */
	case ARES_EDESTRUCTION:
		return DNS_TIMED_OUT;
	case ARES_ENOMEM:
		memory_exhausted();
	default:
		break;
	}
	return DNS_UNREACHABLE;
}

/* The first answer; one that asks for a second question leaves again set. */
static void take_answer(struct pending *pending, struct bytes message)
{
	struct asking *asking = pending->asking;
	bool ad = false;
	dns_parse(message, pending->question, asking->mem, pending->answer, &ad);
	struct dns_answer *answer = pending->answer;
	bool formerr = message.size > 3 && (message.data[3] & 0x0f) == ns_r_formerr;
	if (answer->outcome == DNS_REFUSED && formerr && !pending->without_edns)
		pending->without_edns = pending->again = true; /* RFC 6891, 7 */
	if (answer->outcome == DNS_SERVER_FAILED)
		pending->checking_disabled = pending->again = true;
	else if (asking->resolver->believed && !dns_outcome_is_failure(answer->outcome))
		answer->dnssec = ad ? DNSSEC_SECURE : DNSSEC_INSECURE;
	finish(pending, answer->outcome);
}

/* The answer to the question with CD set only tells why the first one failed: what failed
 * validation is not to be used. */
static void take_unchecked_answer(struct pending *pending, struct bytes message)
{
	struct dns_answer unchecked;
	bool ad;
	dns_parse(message, pending->question, pending->asking->mem, &unchecked, &ad);
	if (!dns_outcome_is_failure(unchecked.outcome))
		pending->answer->dnssec = DNSSEC_BOGUS;
	finish(pending, DNS_SERVER_FAILED);
}

/* c-ares gives the answer as unsigned char *: the callback's type is theirs. */
static void on_answer(void *arg, int status, int timeouts,
		      unsigned char *data, /* NOLINT(readability-non-const-parameter) */
		      int size)
{
	struct pending *pending = arg;
	struct bytes message = { data, (size_t)size };
	(void)timeouts;
	pending->asking->open--;
	if (status == ARES_SUCCESS && pending->checking_disabled)
		take_unchecked_answer(pending, message);
	else if (status == ARES_SUCCESS)
		take_answer(pending, message);
	else if (!pending->checking_disabled)
		finish(pending, outcome_of_status(status));
	else
		finish(pending, DNS_SERVER_FAILED);
}

static void send_question(struct pending *pending)
{
	struct asking *asking = pending->asking;
	unsigned char *query = NULL;
	int size = 0;
	uint16_t id = (uint16_t)srv_random_system(NULL, UINT16_MAX);
	pending->again = false;
	int rc = ares_create_query(pending->question->name, ns_c_in, (int)pending->question->type,
				   id, 1, &query, &size, pending->without_edns ? 0 : UDP_SIZE);
	if (rc == ARES_ENOMEM)
		memory_exhausted();
	if (rc != ARES_SUCCESS) {
		/* A name too long to be in any zone, or .onion, which must not be asked (RFC 7686).
		 */
		finish(pending, DNS_NO_NAME);
		return;
	}
	query[3] |= HEADER_AD;
	if (pending->checking_disabled)
		query[3] |= HEADER_CD;
	if (!pending->without_edns)
		query[size - OPT_DO_END] |= OPT_DO;
	asking->open++;
	ares_send(asking->resolver->channel, query, size, on_answer, pending);
	ares_free_string(query);
}

/* Waits for c-ares' sockets, its own timers, or the deadline, and lets it work. */
static void wait_and_process(ares_channel channel, struct deadline until)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	struct pollfd polled[ARES_GETSOCK_MAXNUM];
	unsigned bits = (unsigned)ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
	nfds_t count = 0;
	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		short events = 0;
		/* ARES_GETSOCK_WRITABLE would shift 1 into the sign bit. */
		if (bits >> i & 1)
			events |= POLLIN;
		if (bits >> i >> ARES_GETSOCK_MAXNUM & 1)
			events |= POLLOUT;
		if (events)
			polled[count++] = (struct pollfd){ .fd = sockets[i], .events = events };
	}
	int left = deadline_left_ms(until);
	struct timeval limit = { left / 1000, left % 1000 * 1000 }, timer;
	const struct timeval *wait = ares_timeout(channel, &limit, &timer);
	int ms = (int)(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000);
	int ready = poll(polled, count, ms);
	if (ready <= 0)
		ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	for (nfds_t i = 0; ready > 0 && i < count; i++) {
		short got = polled[i].revents, wanted = polled[i].events;
		if (!got)
			continue;
		/* An error is read off the socket by whichever call was due. */
		bool failed = got & (POLLERR | POLLHUP);
		bool in = (got & POLLIN) || (failed && (wanted & POLLIN));
		bool out = (got & POLLOUT) || (failed && (wanted & POLLOUT));
		ares_process_fd(channel, in ? polled[i].fd : ARES_SOCKET_BAD,
				out ? polled[i].fd : ARES_SOCKET_BAD);
	}
}

static bool can_ask(struct resolver *resolver)
{
	struct err err;
	return resolver->channel || open_channel(resolver, &err);
}

void dns_ask(struct resolver *resolver, const struct dns_question *questions, size_t count,
	     struct deadline until, struct arena *mem, struct dns_answer *out)
{
	struct asking asking = { .resolver = resolver, .mem = mem, .started = clock_ms() };
	struct pending *pending = arena_array(mem, count, sizeof(*pending));
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct dns_answer){
			.name = arena_copy(mem, questions[i].name),
			.type = questions[i].type,
		};
		pending[i] = (struct pending){ &asking, &questions[i], &out[i], .again = true };
	}
	if (!can_ask(resolver)) {
		for (size_t i = 0; i < count; i++)
			finish(&pending[i], DNS_UNREACHABLE);
		return;
	}
	for (;;) {
		bool late = deadline_passed(until);
		for (size_t i = 0; i < count; i++) {
			if (!pending[i].again)
				continue;
			if (late && out[i].outcome == DNS_NOT_ASKED)
				finish(&pending[i], DNS_TIMED_OUT);
			else if (!late)
				send_question(&pending[i]);
		}
		if (late)
			ares_cancel(resolver->channel);
		if (late || asking.open == 0)
			break;
		wait_and_process(resolver->channel, until);
	}
}
