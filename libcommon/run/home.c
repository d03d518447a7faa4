#include "run/home.h"

#include <string.h>

#include "net/discover.h"
#include "net/listen.h"

#define SHOWN 4 /* places named in one sentence */

static bool is_here(const struct endpoint *at, const struct dialback_run *run)
{
	if (at->port != run->listen_port)
		return false;
	return address_equal(&at->address, &run->listen_address) ||
	       (run->listen_everywhere && listen_is_local(&at->address));
}

static const char *list_places(const struct endpoint_list *list, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < list->count && i < SHOWN; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", endpoint_text(&list->items[i], mem));
	if (list->count > SHOWN)
		buf_printf(&text, " and %zu more", list->count - SHOWN);
	return arena_copy(mem, buf_string(&text));
}

static bool dns_failed(const struct dns_facts *facts)
{
	for (enum transport way = 0; way < TRANSPORT_COUNT; way++) {
		if (dns_outcome_is_failure(facts->srv[SERVICE_S2S][way].outcome))
			return true;
	}
	for (size_t i = 0; i < facts->host_count; i++) {
		if (dns_outcome_is_failure(facts->hosts[i].a.outcome) ||
		    dns_outcome_is_failure(facts->hosts[i].aaaa.outcome))
			return true;
	}
	return false;
}

/* A peer takes the first target; the other addresses of that host are as good. */
static enum home judge(const struct endpoint_list *list, const struct dialback_run *run)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!is_here(&list->items[i], run))
			continue;
		bool first = strcmp(list->items[i].host, list->items[0].host) == 0 &&
			     list->items[i].port == list->items[0].port;
		return first ? HOME_HERE : HOME_LATER;
	}
	return HOME_ELSEWHERE;
}

void home_look_up(struct job *job, const struct dialback_run *run, struct home_facts *out)
{
	const struct options *options = run->options;
	struct dns_facts dns = { 0 };
	struct endpoint_list places = { 0 };
	struct jid_domain us;
	struct err err;
	*out = (struct home_facts){ .home = HOME_NOT_ASKED };
	if (!run->reception || !job->resolver ||
	    !jid_domain_parse(options->from, strlen(options->from), job->mem, &us, &err))
		return;
	const struct discover_options wishes = {
		.services = { [SERVICE_S2S] = true },
		.transports = { [TRANSPORT_STARTTLS] = true },
	};
	discover(job->resolver, us.ascii, &wishes, job_deadline_in(job, options->timeout), job->mem,
		 &dns, &places);
	if (places.count == 0) {
		out->home = dns_failed(&dns) ? HOME_UNKNOWN : HOME_NOWHERE;
		return;
	}
	out->home = judge(&places, run);
	out->text = list_places(&places, job->mem);
}
