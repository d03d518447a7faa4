/* What one walk saw but for the certificates, back into facts; nothing guessed. */
#include "report/reread_parts.h"

static bool read_steps(const struct place *section, struct starttls_facts *facts, struct err *err)
{
	static const char *const needed[] = { "step", "ok", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "steps", STEP_COUNT, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		enum step step = STEP_TCP;
		if (!place_entry(section, "steps", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !GET_WORD(&entry, "step", step_parse, &step, "not a step", err))
			return false;
		facts->steps[step].taken = true;
		if (!get_bool(&entry, "ok", &facts->steps[step].ok, err) ||
		    !get_ms(&entry, "elapsed_ms", &facts->steps[step].elapsed_ms, err))
			return false;
	}
	return true;
}

bool reread_failure(const struct place *section, struct arena *mem, struct err *out,
		    struct err *err)
{
	static const char *const needed[] = { "stage", "code", "text", NULL };
	enum err_stage stage = AT_INPUT;
	enum err_code code = ERR_NONE;
	const char *text = NULL;
	struct place failure;
	if (!place_into(section, "failure", &failure, err))
		return false;
	if (!failure.object)
		return true;
	if (!get_required(&failure, needed, err) ||
	    !GET_WORD(&failure, "stage", err_stage_parse, &stage, "not a stage", err) ||
	    !GET_WORD(&failure, "code", err_code_parse, &code, "not a code", err) ||
	    !get_text(&failure, "text", mem, &text, err))
		return false;
	if (code == ERR_NONE)
		return place_complain(&failure, "code", "no failure", err);
	err_set(out, stage, code, "%s", text);
	return true;
}

static bool read_stream(const struct place *section, const char *key, struct arena *mem,
			struct stream_facts *out, struct err *err)
{
	struct place stream, error;
	return place_into(section, key, &stream, err) &&
	       place_into(&stream, "error", &error, err) &&
	       get_bool(&stream, "opened", &out->opened, err) &&
	       get_text(&stream, "from", mem, &out->from, err) &&
	       get_text(&stream, "to", mem, &out->to, err) &&
	       get_text(&stream, "id", mem, &out->id, err) &&
	       get_text(&stream, "lang", mem, &out->lang, err) &&
	       get_text(&stream, "version", mem, &out->version, err) &&
	       get_bool(&stream, "version_1", &out->version_1, err) &&
	       get_text(&stream, "content_namespace", mem, &out->content_namespace, err) &&
	       get_bool(&stream, "prefix_free", &out->prefix_free, err) &&
	       get_ms(&stream, "header_ms", &out->header_ms, err) &&
	       get_ms(&stream, "features_ms", &out->features_ms, err) &&
	       get_text(&error, "condition", mem, &out->error.condition, err) &&
	       get_text(&error, "text", mem, &out->error.text, err) &&
	       get_text(&error, "content", mem, &out->error.content, err) &&
	       get_text(&error, "application", mem, &out->error.application, err);
}

static bool read_limits(const struct place *features, struct features *out, struct err *err)
{
	struct place limits;
	if (!place_into(features, "limits", &limits, err))
		return false;
	out->has_limits = limits.object;
	return get_uint(&limits, "max_bytes", UINT32_MAX, &out->limit_bytes, err) &&
	       get_uint(&limits, "idle_seconds", UINT32_MAX, &out->limit_idle_seconds, err);
}

bool reread_features(const struct place *section, const char *key, struct arena *mem,
		     struct features *out, struct err *err)
{
	struct place features;
	if (!place_into(section, key, &features, err))
		return false;
	out->present = features.object;
	return get_bool(&features, "starttls", &out->starttls, err) &&
	       get_bool(&features, "starttls_required", &out->starttls_required, err) &&
	       get_bool(&features, "starttls_alone", &out->starttls_alone, err) &&
	       get_texts(&features, "mechanisms", mem, &out->mechanisms, err) &&
	       get_texts(&features, "sasl2_mechanisms", mem, &out->sasl2_mechanisms, err) &&
	       get_texts(&features, "channel_bindings", mem, &out->channel_bindings, err) &&
	       get_texts(&features, "compression", mem, &out->compression, err) &&
	       get_bool(&features, "dialback", &out->dialback, err) &&
	       get_bool(&features, "dialback_errors", &out->dialback_errors, err) &&
	       get_bool(&features, "bidi", &out->bidi, err) &&
	       get_bool(&features, "stream_management", &out->stream_management, err) &&
	       get_bool(&features, "bind", &out->bind, err) &&
	       get_bool(&features, "registration", &out->registration, err) &&
	       get_bool(&features, "iq_auth", &out->iq_auth, err) &&
	       read_limits(&features, out, err) &&
	       get_texts(&features, "others", mem, &out->others, err);
}

static bool read_alert(const struct place *tls, struct tls_facts *out, struct err *err)
{
	static const char *const needed[] = { "number", "sent", NULL };
	struct place alert;
	uint32_t number = 0;
	out->alert = -1;
	if (!place_into(tls, "alert", &alert, err))
		return false;
	if (!alert.object)
		return true;
	if (!get_required(&alert, needed, err) ||
	    !get_uint(&alert, "number", UINT8_MAX, &number, err) ||
	    !get_bool(&alert, "sent", &out->alert_sent, err) ||
	    !get_bool(&alert, "first", &out->alert_first, err))
		return false;
	out->alert = (int)number;
	return true;
}

bool reread_tls(const struct place *section, struct arena *mem, struct tls_facts *out,
		struct err *err)
{
	struct place tls;
	uint32_t bits = 0, dh_bits = 0;
	if (!place_into(section, "tls", &tls, err) || !read_alert(&tls, out, err) ||
	    !GET_WORD(&tls, "version", tls_version_parse, &out->version, "not a TLS version",
		      err) ||
	    !GET_WORD(&tls, "newest_offered", tls_version_parse, &out->newest_offered,
		      "not a TLS version", err) ||
	    !get_bool(&tls, "up", &out->up, err) ||
	    !get_text(&tls, "cipher", mem, &out->cipher, err) ||
	    !get_uint(&tls, "bits", UINT16_MAX, &bits, err) ||
	    !get_text(&tls, "group", mem, &out->group, err) ||
	    !get_uint(&tls, "dh_bits", UINT32_MAX, &dh_bits, err) ||
	    !get_text(&tls, "signature", mem, &out->signature, err) ||
	    !get_bool(&tls, "forward_secrecy", &out->forward_secrecy, err) ||
	    !get_bool(&tls, "extended_master_secret", &out->extended_master_secret, err) ||
	    !get_bool(&tls, "encrypt_then_mac", &out->encrypt_then_mac, err) ||
	    !get_bool(&tls, "safe_renegotiation", &out->safe_renegotiation, err) ||
	    !get_bool(&tls, "session_ticket", &out->session_ticket, err) ||
	    !get_bool(&tls, "resumed", &out->resumed, err) ||
	    !get_bool(&tls, "ocsp_staple", &out->staple, err) ||
	    !get_text(&tls, "alpn", mem, &out->alpn, err) ||
	    !get_text(&tls, "alpn_offered", mem, &out->alpn_offered, err) ||
	    !get_text(&tls, "servername", mem, &out->servername, err) ||
	    !get_bool(&tls, "client_certificate_requested", &out->client_cert_requested, err) ||
	    !get_bool(&tls, "client_certificate_sent", &out->client_cert_sent, err) ||
	    !get_bool(&tls, "chain_cut", &out->chain_cut, err))
		return false;
	out->bits = bits;
	out->dh_bits = dh_bits;
	return true;
}

static bool read_active(const struct place *section, struct arena *mem, struct active_facts *out,
			struct err *err)
{
	struct place active, check;
	if (!place_into(section, "active", &active, err))
		return false;
	for (int i = 0; i < ACTIVE_COUNT; i++) {
		if (!place_into(&active, active_check_name((enum active_check)i), &check, err) ||
		    !GET_WORD(&check, "result", active_result_parse, &out->result[i],
			      "not a result", err) ||
		    !get_text(&check, "detail", mem, &out->detail[i], err))
			return false;
	}
	return true;
}

bool reread_walk(const struct place *section, struct arena *mem, struct starttls_facts *facts,
		 struct err *err)
{
	return get_bool(section, "encrypted", &facts->encrypted, err) &&
	       read_steps(section, facts, err) &&
	       reread_failure(section, mem, &facts->failure, err) &&
	       read_stream(section, "stream_before", mem, &facts->before, err) &&
	       reread_features(section, "features_before", mem, &facts->before.features, err) &&
	       GET_WORD(section, "answer", starttls_answer_parse, &facts->answer, "not an answer",
			err) &&
	       reread_tls(section, mem, &facts->tls, err) &&
	       read_stream(section, "stream_after", mem, &facts->after, err) &&
	       reread_features(section, "features_after", mem, &facts->after.features, err) &&
	       read_active(section, mem, &facts->active, err) &&
	       get_bool(section, "our_certificate", &facts->our_certificate, err) &&
	       get_bool(section, "speaks_other_transport", &facts->speaks_other_transport, err);
}
