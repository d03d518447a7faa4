/* What became of each message: told, counted, and kept where it was not handed over. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "report/delivery.h"
#include "report/record.h"
#include "run/courier_inner.h"

static struct delivery_facts delivery_facts(const struct courier *courier)
{
	return (struct delivery_facts){
		.session = courier->client->facts,
		.wish = courier->opt->wait,
		.wait_s = courier->opt->wait_s,
		.dry_run = courier->opt->dry_run,
	};
}

/* Messages matter more than who reads about them: a closed pipe ends the telling alone. */
static void print(struct courier *courier, const struct buf *text)
{
	if (courier->output_closed || courier->output_broken ||
	    fd_write_all(STDOUT_FILENO, text->data, text->size))
		return;
	if (errno == EPIPE) {
		courier->output_closed = true;
		return;
	}
	log_say(&courier->options->log, NULL, "standard output: %s", strerror(errno));
	courier->output_broken = true;
}

static void print_record(struct courier *courier, json_t *record)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	if (!record_write(record, &line))
		log_say(&courier->options->log, NULL, "a record could not be written");
	json_decref(record);
	print(courier, &line);
}

static bool is_json(const struct courier *courier)
{
	return courier->options->form == OUTPUT_JSON;
}

void courier_tell_session(struct courier *courier)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	if (!courier->opt->report || is_json(courier))
		return;
	text_session(&courier->client->facts, clock_now(), courier->mem, &text);
	print(courier, &text);
}

void courier_tell_no_message(struct courier *courier)
{
	const struct delivery_facts delivery = delivery_facts(courier);
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	if (is_json(courier)) {
		print_record(courier,
			     record_session(&delivery, courier->client->account->jid.domain.ascii,
					    clock_now()));
	} else if (courier->opt->dry_run && courier->opt->report &&
		   !delivery.session.failure.code) {
		text_dry_run(&delivery.session, &text);
		print(courier, &text);
	}
}

/* What would be lost otherwise: what was not sent, what nobody knows about, what may go through
 * another time. */
static bool is_to_be_kept(const struct parcel *parcel)
{
	enum parcel_outcome outcome = parcel->facts.outcome;
	return outcome == PARCEL_UNSENT || outcome == PARCEL_UNKNOWN || outcome == PARCEL_REFUSED ||
	       (outcome == PARCEL_BOUNCED && delivery_is_temporary(&parcel->facts));
}

static void keep(struct courier *courier, const struct parcel *parcel)
{
	struct err err;
	if (!courier->unsent || !is_to_be_kept(parcel) ||
	    unsent_add(courier->unsent, parcel->xml, parcel->size, &err))
		return;
	if (!courier->unsent_broken)
		log_say(&courier->options->log, NULL, "%s", err.text);
	courier->unsent_broken = true;
}

static void tell_in_words(struct courier *courier, const struct delivery_facts *delivery,
			  const struct parcel *parcel)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	if (courier->opt->report) {
		text_parcel(delivery, &parcel->facts, parcel->mem, &text);
		print(courier, &text);
		return;
	}
	/* A thousand that share one cause are counted: conclude() says how many. */
	if (parcel->facts.outcome == PARCEL_UNSENT) {
		courier->untold++;
		return;
	}
	const char *trouble = text_parcel_trouble(delivery, &parcel->facts, parcel->mem);
	if (*trouble)
		log_quote(&courier->options->log, parcel->facts.to, trouble);
}

static void tell(struct courier *courier, struct parcel *parcel)
{
	const struct delivery_facts delivery = delivery_facts(courier);
	if (parcel->facts.time == 0)
		parcel->facts.time = clock_now();
	delivery_count(&courier->tally, delivery_status(courier->opt->wait, &parcel->facts));
	courier->told++;
	if (is_json(courier))
		print_record(courier, record_parcel(&delivery, &parcel->facts,
						    parcel->to ? parcel->to->domain.ascii : NULL,
						    clock_now()));
	else
		tell_in_words(courier, &delivery, parcel);
	keep(courier, parcel);
}

void courier_tell_settled(struct courier *courier)
{
	for (struct parcel *parcel; (parcel = outbox_settled(courier->outbox, clock_ms()));) {
		tell(courier, parcel);
		outbox_drop(courier->outbox, parcel);
	}
}

/* One line in, one record out, to each recipient; there is no stanza to keep. */
static void record_complaint(struct courier *courier, size_t number, const struct err *err)
{
	const struct delivery_facts delivery = delivery_facts(courier);
	for (size_t i = 0; i < courier->recipient_count; i++) {
		const struct jid *to = &courier->recipients[i].jid;
		const struct parcel_facts facts = {
			.to = to->full,
			.number = number,
			.time = clock_now(),
			.outcome = PARCEL_REFUSED,
			.reason = err->text,
		};
		print_record(courier,
			     record_parcel(&delivery, &facts, to->domain.ascii, facts.time));
	}
}

void courier_complain(struct courier *courier, size_t number, const struct err *err)
{
	if (is_json(courier))
		record_complaint(courier, number, err);
	if (courier->opt->lines || courier->opt->stanza)
		log_say(&courier->options->log, NULL, "message %zu: %s", number, err->text);
	else
		log_say(&courier->options->log, NULL, "%s", err->text);
	delivery_count(&courier->tally, STATUS_CRITICAL);
	courier->told++;
}
