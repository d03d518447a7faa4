/* Messages and sessions as records. A fact that was not observed is absent. */
#include <string.h>

#include "report/delivery.h"
#include "report/json.h"
#include "report/record_parts.h"

static const char *wait_name(enum wait_wish wish)
{
	static const char *const names[] = {
		[WAIT_FOR_ACK] = "ack",
		[WAIT_FOR_BOUNCE] = "bounce",
		[WAIT_FOR_RECEIPT] = "receipt",
		[WAIT_FOR_NOTHING] = "none",
	};
	return names[wish];
}

static void put_proofs(json_t *object, const char *const *proofs)
{
	json_t *list = json_array();
	for (size_t i = 0; proofs && proofs[i]; i++)
		json_array_append_new(list, json_string(proofs[i]));
	json_put_filled(object, "authenticated_by", list);
}

static void put_login(json_t *object, const struct login_facts *login)
{
	const struct mechanism_choice *choice = &login->choice;
	if (!login->tried)
		return;
	if (choice->name) {
		json_put_text(object, "mechanism", choice->name);
		if (choice->binding != BINDING_NONE)
			json_put_text(object, "channel_binding", binding_name(choice->binding));
		json_put_bool(object, "mutual", login->mutual);
		json_put_bool(object, "sasl2", choice->sasl2);
	}
	if (login->scram.iterations > 0)
		json_put_count(object, "iterations", login->scram.iterations);
	if (login->scram.list_confirmed)
		json_put_bool(object, "list_confirmed", true);
	if (login->scram.version_confirmed)
		json_put_bool(object, "version_confirmed", true);
	json_put_text(object, "condition", login->condition);
	json_put_text(object, "text", login->text);
	json_put_text(object, "tasks", login->tasks);
}

static json_t *session_record(const struct session_facts *session)
{
	json_t *object = json_object();
	json_put_text(object, "account", session->account);
	json_put_text(object, "bound", session->bound);
	if (session->at)
		json_object_set_new(object, "endpoint", record_endpoint(session->at));
	if (session->walk && (session->walk->tls.up || session->walk->tls.refused))
		json_object_set_new(object, "tls", record_tls(&session->walk->tls));
	if (session->walk && session->walk->authenticated) /* else what there was did not do */
		put_proofs(object, session->proofs);
	if (session->unverified)
		json_put_bool(object, "unverified", true);
	put_login(object, &session->login);
	if (session->bound) {
		json_put_bool(object, "managed", session->managed);
		json_put_bool(object, "resumable", session->resumable);
	}
	json_put_count(object, "connections", session->connections);
	json_put_count(object, "resumptions", session->resumptions);
	record_put_failure(object, &session->failure);
	return object;
}

/* What every section has, in the order of every section. */
static json_t *section_new(int64_t time, enum status status, double elapsed_ms)
{
	json_t *section = json_object();
	json_put_time(section, "time", time);
	json_put_text(section, "status", status_name(status));
	json_object_set_new(section, "findings", json_array());
	json_put_ms(section, "elapsed_ms", elapsed_ms);
	return section;
}

/* A stanza without an address is for our own server. */
static json_t *record_of_account(const char *account)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *written = jid_domain_of(account, mem);
	struct jid_domain domain;
	struct err unused;
	return jid_domain_parse(written, strlen(written), mem, &domain, &unused)
		       ? record_new(domain.ascii)
		       : record_new_input(account, strlen(account));
}

static json_t *record_around(json_t *record, enum status status, json_t *section)
{
	record_raise_status(record, status);
	json_object_set_new(record, "sendmsg", section);
	return record;
}

static void put_wait(json_t *section, const struct delivery_facts *delivery)
{
	json_put_text(section, "wait", wait_name(delivery->wish));
	if (delivery->wish == WAIT_FOR_BOUNCE || delivery->wish == WAIT_FOR_RECEIPT)
		json_put_ms(section, "wait_ms", delivery->wait_s * 1000);
}

/* What came back, or why nothing did. */
static void put_outcome(json_t *section, const struct parcel_facts *parcel)
{
	json_put_text(section, "outcome", parcel_outcome_name(parcel->outcome));
	json_put_text(section, "evidence", evidence_name(parcel->evidence));
	if (parcel->outcome == PARCEL_BOUNCED) {
		json_put_text(section, "condition", parcel->condition);
		json_put_text(section, "error_type", parcel->error_type);
		json_put_text(section, "text", parcel->text);
		json_put_text(section, "by", parcel->by);
		json_put_text(section, "cause", delivery_cause_of(parcel));
		json_put_bool(section, "temporary", delivery_is_temporary(parcel));
	}
	json_put_text(section, "receipt_from", parcel->receipt_from);
	if (parcel->quiet)
		json_put_bool(section, "quiet", true);
	if (parcel->resent > 0)
		json_put_count(section, "resent", parcel->resent);
	json_put_text(section, "reason", parcel->reason);
}

json_t *record_parcel(const struct delivery_facts *delivery, const struct parcel_facts *parcel,
		      const char *to_domain, int64_t at)
{
	const struct session_facts *session = &delivery->session;
	enum status status = delivery_status(delivery->wish, parcel);
	json_t *section = section_new(parcel->time ? parcel->time : at, status, parcel->elapsed_ms);
	json_put_text(section, "id", parcel->id);
	json_put_text(section, "to", parcel->to);
	json_put_text(section, "from", session->bound ? session->bound : session->account);
	json_put_text(section, "type", parcel->type);
	json_put_count(section, "number", parcel->number);
	if (parcel->octets > 0 || parcel->id)
		json_put_count(section, "octets", parcel->octets);
	put_outcome(section, parcel);
	put_wait(section, delivery);
	json_object_set_new(section, "session", session_record(session));
	return record_around(to_domain ? record_new(to_domain)
				       : record_of_account(session->account),
			     status, section);
}

json_t *record_session(const struct delivery_facts *delivery, const char *account_domain,
		       int64_t at)
{
	const struct session_facts *session = &delivery->session;
	const struct delivery_tally none = { 0 };
	/* 0, 2 and 3 are ok, critical and unknown here, too. */
	enum status status = (enum status)delivery_exit(&none, &session->failure);
	double elapsed_ms = session->login.elapsed_ms +
			    (session->walk ? session->walk->elapsed_ms : 0);
	json_t *section = section_new(at, status, elapsed_ms);
	json_put_text(section, "from", session->bound ? session->bound : session->account);
	if (delivery->dry_run)
		json_put_bool(section, "dry_run", true);
	json_object_set_new(section, "session", session_record(session));
	return record_around(record_new(account_domain), status, section);
}
