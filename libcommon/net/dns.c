#include "net/dns.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/memory.h"
#include "net/dns_inner.h"

static bool open_channel(struct resolver *resolver, struct err *err)
{
	CLEANUP(buf_free) struct buf servers = buf_new(BUF_UNBOUNDED);
	if (!dns_channel_open(&resolver->options, &resolver->channel, err))
		return false;
	dns_channel_servers(&resolver->channel, &servers);
	dns_common_name(resolver->common, buf_string(&servers));
	return true;
}

bool resolver_new(const struct resolver_options *options, struct resolver **out, struct err *err)
{
	CLEANUP(resolver_free) struct resolver *resolver = memory_new(sizeof(*resolver));
	resolver->options = *options;
	resolver->common = options->common;
	if (!resolver->common)
		resolver->common = resolver->own = dns_common_new_alone();
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
	dns_channel_close(&(*resolver)->channel);
	dns_common_free(&(*resolver)->own);
	free(*resolver);
	*resolver = NULL;
}

static bool can_ask(struct resolver *resolver)
{
	struct err err;
	if (resolver->channel.ares || open_channel(resolver, &err))
		return true;
	dns_common_lack(resolver->common, err.text);
	return false;
}

/* What is known is done; the rest is ours to ask, or another's. */
static void claim(struct pending *pending)
{
	struct asking *asking = pending->asking;
	struct dns_answer *answer = pending->answer;
	switch (dns_common_claim(asking->resolver->common, pending->question, &asking->trying,
				 asking->mem, answer, &pending->flight)) {
	case DNS_KNOWN:
	case DNS_HOPELESS:
		dns_finish(pending, answer->outcome, false);
		break;
	case DNS_OURS:
		pending->stage = STAGE_UNSENT;
		asking->unsent++;
		break;
	case DNS_THEIRS:
		pending->stage = STAGE_JOINED;
		break;
	}
}

/* True: all are done. */
static bool join_theirs(struct asking *asking)
{
	bool done = true;
	for (size_t i = 0; i < asking->count; i++) {
		struct pending *pending = &asking->pending[i];
		if (pending->stage != STAGE_JOINED)
			continue;
		if (dns_common_join(asking->resolver->common, &pending->flight, asking->until,
				    asking->mem, pending->answer)) {
			dns_finish(pending, pending->answer->outcome, false);
		} else if (deadline_passed(asking->until)) {
			dns_finish(pending, DNS_TIMED_OUT, false);
		} else {
			pending->stage = STAGE_NEW;
			done = false;
		}
	}
	return done;
}

void dns_ask(struct resolver *resolver, const struct dns_question *questions, size_t count,
	     struct deadline until, struct arena *mem, struct dns_answer *out)
{
	struct asking asking = { .resolver = resolver,
				 .until = until,
				 .mem = mem,
				 .started = clock_ms(),
				 .pending = arena_array(mem, count, sizeof(struct pending)),
				 .count = count };
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct dns_answer){
			.name = arena_copy(mem, questions[i].name),
			.type = questions[i].type,
		};
		asking.pending[i] = (struct pending){
			.asking = &asking,
			.question = &questions[i],
			.answer = &out[i],
		};
	}
	do {
		for (size_t i = 0; i < count; i++) {
			if (asking.pending[i].stage == STAGE_NEW)
				claim(&asking.pending[i]);
		}
		if (asking.unsent > 0 && !can_ask(resolver))
			dns_end_all(&asking, DNS_UNREACHABLE, false);
		dns_ask_ours(&asking);
	} while (!join_theirs(&asking));
	if (asking.trying)
		dns_common_tried(resolver->common);
}
