/* What one walk saw but for the certificates, in the order of the walk. */
#include "report/record_parts.h"

#include "report/json.h"

static json_t *steps_record(const struct starttls_facts *facts)
{
	json_t *list = json_array();
	for (int i = 0; i < STEP_COUNT; i++) {
		const struct step_facts *step = &facts->steps[i];
		if (!step->taken)
			continue;
		json_t *entry = json_object();
		json_put_text(entry, "step", step_name((enum step)i));
		json_put_bool(entry, "ok", step->ok);
		json_put_ms(entry, "elapsed_ms", step->elapsed_ms);
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *failure_record(const struct err *failure)
{
	json_t *entry = json_object();
	json_put_text(entry, "stage", err_stage_name(failure->stage));
	json_put_text(entry, "code", err_code_name(failure->code));
	json_put_text(entry, "text", failure->text);
	return entry;
}

static json_t *stream_error_record(const struct stream_error *error)
{
	json_t *entry = json_object();
	json_put_text(entry, "condition", error->condition);
	json_put_text(entry, "text", error->text);
	json_put_text(entry, "content", error->content);
	json_put_text(entry, "application", error->application);
	return entry;
}

static json_t *stream_record(const struct stream_facts *stream)
{
	json_t *entry = json_object();
	if (!stream->opened && !stream->error.condition)
		return entry;
	json_put_bool(entry, "opened", stream->opened);
	json_put_text(entry, "from", stream->from);
	json_put_text(entry, "to", stream->to);
	json_put_text(entry, "id", stream->id);
	json_put_text(entry, "lang", stream->lang);
	json_put_text(entry, "version", stream->version);
	json_put_bool(entry, "version_1", stream->version_1);
	json_put_text(entry, "content_namespace", stream->content_namespace);
	if (stream->prefix_free)
		json_put_bool(entry, "prefix_free", true);
	if (stream->header_ms > 0)
		json_put_ms(entry, "header_ms", stream->header_ms);
	if (stream->features_ms > 0)
		json_put_ms(entry, "features_ms", stream->features_ms);
	json_put_filled(entry, "error", stream_error_record(&stream->error));
	return entry;
}

json_t *record_features(const struct features *features)
{
	json_t *entry = json_object();
	if (!features->present)
		return entry;
	json_put_bool(entry, "starttls", features->starttls);
	json_put_bool(entry, "starttls_required", features->starttls_required);
	json_put_bool(entry, "starttls_alone", features->starttls_alone);
	json_object_set_new(entry, "mechanisms", json_texts(&features->mechanisms));
	json_put_filled(entry, "sasl2_mechanisms", json_texts(&features->sasl2_mechanisms));
	json_put_filled(entry, "channel_bindings", json_texts(&features->channel_bindings));
	json_put_filled(entry, "compression", json_texts(&features->compression));
	json_put_bool(entry, "dialback", features->dialback);
	json_put_bool(entry, "dialback_errors", features->dialback_errors);
	json_put_bool(entry, "bidi", features->bidi);
	json_put_bool(entry, "stream_management", features->stream_management);
	json_put_bool(entry, "bind", features->bind);
	json_put_bool(entry, "registration", features->registration);
	json_put_bool(entry, "iq_auth", features->iq_auth);
	if (features->has_limits) {
		json_t *limits = json_object();
		if (features->limit_bytes)
			json_put_count(limits, "max_bytes", features->limit_bytes);
		if (features->limit_idle_seconds)
			json_put_count(limits, "idle_seconds", features->limit_idle_seconds);
		json_object_set_new(entry, "limits", limits);
	}
	json_put_filled(entry, "others", json_texts(&features->others));
	return entry;
}

static void put_alert(json_t *entry, const struct tls_facts *tls)
{
	if (tls->alert < 0)
		return;
	json_t *alert = json_object();
	json_put_count(alert, "number", (unsigned)tls->alert);
	json_put_text(alert, "name", tls_alert_name(tls->alert));
	json_put_bool(alert, "sent", tls->alert_sent);
	json_put_bool(alert, "first", tls->alert_first);
	json_object_set_new(entry, "alert", alert);
}

json_t *record_tls(const struct tls_facts *tls)
{
	json_t *entry = json_object();
	json_put_bool(entry, "up", tls->up);
	if (tls->version != TLS_VERSION_NONE)
		json_put_text(entry, "version", tls_version_name(tls->version));
	if (tls->newest_offered != TLS_VERSION_NONE)
		json_put_text(entry, "newest_offered", tls_version_name(tls->newest_offered));
	json_put_text(entry, "cipher", tls->cipher);
	if (tls->bits)
		json_put_count(entry, "bits", tls->bits);
	json_put_text(entry, "group", tls->group);
	if (tls->dh_bits)
		json_put_count(entry, "dh_bits", tls->dh_bits);
	json_put_text(entry, "signature", tls->signature);
	if (tls->up) {
		json_put_bool(entry, "forward_secrecy", tls->forward_secrecy);
		json_put_bool(entry, "extended_master_secret", tls->extended_master_secret);
		json_put_bool(entry, "encrypt_then_mac", tls->encrypt_then_mac);
		json_put_bool(entry, "safe_renegotiation", tls->safe_renegotiation);
		json_put_bool(entry, "session_ticket", tls->session_ticket);
		json_put_bool(entry, "resumed", tls->resumed);
		json_put_bool(entry, "ocsp_staple", tls->staple);
	}
	json_put_text(entry, "alpn", tls->alpn);
	json_put_text(entry, "alpn_offered", tls->alpn_offered);
	json_put_text(entry, "servername", tls->servername);
	json_put_bool(entry, "client_certificate_requested", tls->client_cert_requested);
	json_put_bool(entry, "client_certificate_sent", tls->client_cert_sent);
	if (tls->chain_cut)
		json_put_bool(entry, "chain_cut", true);
	put_alert(entry, tls);
	return entry;
}

static json_t *active_record(const struct active_facts *active)
{
	json_t *entry = json_object();
	for (int i = 0; i < ACTIVE_COUNT; i++) {
		if (active->result[i] == ACTIVE_NOT_RUN)
			continue;
		json_t *check = json_object();
		json_put_text(check, "result", active_result_name(active->result[i]));
		json_put_text(check, "detail", active->detail[i]);
		json_object_set_new(entry, active_check_name((enum active_check)i), check);
	}
	return entry;
}

void record_put_failure(json_t *section, const struct err *failure)
{
	if (failure->code != ERR_NONE)
		json_object_set_new(section, "failure", failure_record(failure));
}

void record_put_handshake(json_t *section, const struct starttls_facts *facts)
{
	json_object_set_new(section, "steps", steps_record(facts));
	record_put_failure(section, &facts->failure);
	json_put_filled(section, "stream_before", stream_record(&facts->before));
	json_put_filled(section, "features_before", record_features(&facts->before.features));
	if (facts->answer != STARTTLS_NOT_ASKED)
		json_put_text(section, "answer", starttls_answer_name(facts->answer));
	if (facts->steps[STEP_TLS].taken)
		json_object_set_new(section, "tls", record_tls(&facts->tls));
}

void record_put_inside(json_t *section, const struct starttls_facts *facts)
{
	json_put_filled(section, "stream_after", stream_record(&facts->after));
	json_put_filled(section, "features_after", record_features(&facts->after.features));
	json_put_filled(section, "active", active_record(&facts->active));
	if (facts->our_certificate)
		json_put_bool(section, "our_certificate", true);
	if (facts->speaks_other_transport)
		json_put_bool(section, "speaks_other_transport", true);
}
