#include <arpa/nameser.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "net/dns_inner.h"
#include "net/srv.h"

#define HEADER_AD     0x20 /* in octet 3: tell us whether you validated (RFC 6840, 5.7) */
#define HEADER_CD     0x10 /* in octet 3: answer even if validation fails (RFC 4035, 3.2.2) */
#define OPT_DO        0x80 /* in the third octet of the OPT record's TTL (RFC 3225, 3) */
#define OPT_DO_END    4    /* that octet from the end: TTL 3 and 4, RDLENGTH */
#define REFUSALS_MOST 3    /* of one question */
#define TURNS_MOST    8    /* of one asker at once: the rest of his questions use them again */

void dns_finish(struct pending *pending, enum dns_outcome outcome, bool shared)
{
	struct asking *asking = pending->asking;
	asking->unsent -= pending->stage == STAGE_UNSENT;
	pending->stage = STAGE_DONE;
	pending->answer->outcome = outcome;
	pending->answer->elapsed_ms = clock_ms() - asking->started;
	dns_common_land(asking->resolver->common, &pending->flight, shared ? pending->answer : NULL,
			pending->keep_s);
}

static void ask_again(struct pending *pending)
{
	pending->stage = STAGE_UNSENT;
	pending->asking->unsent++;
}

/* Whether the server may have had too much to do. Who tries again waits for a turn like anybody. */
static bool was_crowded_out(struct pending *pending)
{
	struct asking *asking = pending->asking;
	struct dns_turns *turns = dns_common_turns(asking->resolver->common);
	if (pending->refusals == REFUSALS_MOST || !dns_turns_shrink(turns, DNS_TURNS_LEAST))
		return false;
	pending->refusals++;
	asking->turns--;
	dns_turns_give(turns, 1);
	return true;
}

/* The first answer; one that asks for a second question leaves the stage at unsent. */
static void take_answer(struct pending *pending, struct bytes message)
{
	struct asking *asking = pending->asking;
	struct dns_aside aside;
	dns_parse(message, pending->question, asking->mem, pending->answer, &aside);
	struct dns_answer *answer = pending->answer;
	bool formerr = message.size > 3 && (message.data[3] & 0x0f) == ns_r_formerr;
	if (answer->outcome == DNS_REFUSED && formerr && !pending->without_edns) {
		pending->without_edns = true; /* RFC 6891, 7 */
		ask_again(pending);
		return;
	}
	if (answer->outcome == DNS_REFUSED && was_crowded_out(pending)) {
		ask_again(pending);
		return;
	}
	if (answer->outcome == DNS_SERVER_FAILED) {
		pending->checking_disabled = true;
		ask_again(pending);
		return;
	}
	if (asking->resolver->channel.believed && !dns_outcome_is_failure(answer->outcome))
		answer->dnssec = aside.ad ? DNSSEC_SECURE : DNSSEC_INSECURE;
	pending->keep_s = aside.keep_s;
	dns_finish(pending, answer->outcome, true);
}

/* The answer to the question with CD set only tells why the first one failed: what failed
 * validation is not to be used. */
static void take_unchecked_answer(struct pending *pending, struct bytes message)
{
	struct dns_answer unchecked;
	struct dns_aside aside;
	dns_parse(message, pending->question, pending->asking->mem, &unchecked, &aside);
	if (!dns_outcome_is_failure(unchecked.outcome))
		pending->answer->dnssec = DNSSEC_BOGUS;
	dns_finish(pending, DNS_SERVER_FAILED, true);
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
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return DNS_TIMED_OUT;
	case ARES_ENOMEM:
		memory_exhausted();
	default:
		break;
	}
	return DNS_UNREACHABLE;
}

/* Whether anybody is there, as far as this tells. */
static void take_pulse(struct resolver *resolver, int status)
{
	struct dns_channel *channel = &resolver->channel;
	if (status == ARES_SUCCESS || status == ARES_EBADRESP) {
		dns_common_heard(resolver->common);
	} else if (status == ARES_ECONNREFUSED && channel->lack) {
		char reason[ERR_TEXT_MAX];
		snprintf(reason, sizeof(reason),
			 "no socket to ask DNS with: %s; see ulimit, or ask for fewer --jobs",
			 strerror(channel->lack));
		dns_common_lack(resolver->common, reason);
		channel->lack = 0;
	} else if (status == ARES_ECONNREFUSED) {
		dns_common_refused(resolver->common);
	}
}

static void take_silence(struct pending *pending, int status)
{
	const struct asking *asking = pending->asking;
	bool ended = status == ARES_ECANCELLED;
	enum dns_outcome outcome = ended ? asking->end : outcome_of_status(status);
	if (pending->checking_disabled)
		outcome = DNS_SERVER_FAILED;
	dns_finish(pending, outcome, !ended || asking->end_shared);
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
	take_pulse(pending->asking->resolver, status);
	if (status != ARES_SUCCESS)
		take_silence(pending, status);
	else if (pending->checking_disabled)
		take_unchecked_answer(pending, message);
	else
		take_answer(pending, message);
}

/* The root's name servers, which whoever resolves at all knows: dns_pulse.h. */
static void on_root(void *arg, int status, int timeouts,
		    unsigned char *data, /* NOLINT(readability-non-const-parameter) */
		    int size)
{
	struct asking *asking = arg;
	(void)timeouts;
	(void)data;
	(void)size;
	asking->probing = false;
	take_pulse(asking->resolver, status);
	dns_common_probed(asking->resolver->common);
}

/* --- asking --- */

/* *query is to be freed with ares_free_string(). False: there is no such name. */
static bool write_query(const char *name, int type, int udp_size, unsigned char **query, int *size)
{
	uint16_t id = (uint16_t)srv_random_system(NULL, UINT16_MAX);
	int rc = ares_create_query(name, ns_c_in, type, id, 1, query, size, udp_size);
	if (rc == ARES_ENOMEM)
		memory_exhausted();
	return rc == ARES_SUCCESS;
}

static void send_question(struct pending *pending)
{
	struct asking *asking = pending->asking;
	struct resolver *resolver = asking->resolver;
	unsigned char *query = NULL;
	int size = 0;
	if (!write_query(pending->question->name, (int)pending->question->type,
			 pending->without_edns ? 0 : DNS_UDP_SIZE, &query, &size)) {
		/* A name too long to be in any zone, or .onion, which must not be asked (RFC 7686).
		 */
		dns_finish(pending, DNS_NO_NAME, true);
		return;
	}
	query[3] |= HEADER_AD;
	if (pending->checking_disabled)
		query[3] |= HEADER_CD;
	if (!pending->without_edns)
		query[size - OPT_DO_END] |= OPT_DO;
	pending->stage = STAGE_OPEN;
	asking->unsent--;
	asking->open++;
	dns_common_asked(resolver->common);
	ares_send(resolver->channel.ares, query, size, on_answer, pending);
	ares_free_string(query);
}

/* Without EDNS: its answer must fit where larger ones are lost. */
static void send_probe(struct asking *asking)
{
	unsigned char *query = NULL;
	int size = 0;
	if (!write_query(".", ns_t_ns, 0, &query, &size))
		return;
	asking->probing = true;
	ares_send(asking->resolver->channel.ares, query, size, on_root, asking);
	ares_free_string(query);
}

/* Who has none waits for some: dns_turns.h. Much may have changed by then. */
static void take_turns(struct asking *asking)
{
	size_t wanted = asking->unsent < TURNS_MOST ? asking->unsent : TURNS_MOST;
	if (dns_turns_take(dns_common_turns(asking->resolver->common), wanted, asking->until))
		asking->turns = wanted;
}

/* As many as we have turns for. */
static void send_questions(struct asking *asking)
{
	for (size_t i = 0; i < asking->count && asking->open < asking->turns; i++) {
		if (asking->pending[i].stage == STAGE_UNSENT)
			send_question(&asking->pending[i]);
	}
}

/* Turns nobody of ours will use any more. */
static void give_turns(struct asking *asking)
{
	size_t needed = asking->open + asking->unsent;
	if (asking->turns <= needed)
		return;
	dns_turns_give(dns_common_turns(asking->resolver->common), asking->turns - needed);
	asking->turns = needed;
}

void dns_end_all(struct asking *asking, enum dns_outcome outcome, bool shared)
{
	for (size_t i = 0; i < asking->count; i++) {
		struct pending *pending = &asking->pending[i];
		if (pending->stage != STAGE_UNSENT)
			continue;
		/* An answer that was to be looked at once more stays what it is. */
		bool first = pending->answer->outcome == DNS_NOT_ASKED;
		dns_finish(pending, first ? outcome : pending->answer->outcome, shared);
	}
	asking->end = outcome;
	asking->end_shared = shared;
	if (asking->resolver->channel.ares)
		ares_cancel(asking->resolver->channel.ares);
}

static void wait_for_answers(struct asking *asking)
{
	struct resolver *resolver = asking->resolver;
	if (asking->open == 0)
		return;
	if (dns_common_probe(resolver->common, asking->trying))
		send_probe(asking);
	dns_channel_work(&resolver->channel,
			 dns_common_next(resolver->common, asking->trying, asking->until));
}

void dns_ask_ours(struct asking *asking)
{
	struct resolver *resolver = asking->resolver;
	enum dns_outcome outcome;
	while (asking->unsent + asking->open > 0) {
		if (deadline_passed(asking->until)) {
			dns_end_all(asking, DNS_TIMED_OUT, false);
		} else if (dns_common_is_hopeless(resolver->common, asking->trying, &outcome)) {
			dns_end_all(asking, outcome, true);
		} else if (asking->turns == 0) {
			take_turns(asking);
		} else {
			send_questions(asking);
			wait_for_answers(asking);
		}
		give_turns(asking);
	}
	if (asking->probing)
		ares_cancel(resolver->channel.ares);
}
