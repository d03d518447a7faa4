/* The "starttls" section back into facts: what judges and reports need, nothing guessed. */
#include "report/reread.h"

#include <string.h>

#include "report/reread_get.h"

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

static bool read_failure(const struct place *section, struct arena *mem, struct err *out,
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

static bool read_features(const struct place *section, const char *key, struct arena *mem,
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

static bool read_tls(const struct place *section, struct arena *mem, struct tls_facts *out,
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

static bool read_chain(const struct place *section, struct arena *mem, struct tls_facts *out,
		       struct err *err)
{
	struct text_list chain = { 0 };
	const json_t *list;
	if (!get_list(section, "chain_pem", CHAIN_MAX, &list, err) ||
	    !get_texts(section, "chain_pem", mem, &chain, err))
		return false;
	for (size_t i = 0; i < chain.count; i++) {
		const struct bytes pem = { (const uint8_t *)chain.items[i],
					   strlen(chain.items[i]) };
		size_t broken = 0;
		if (cert_from_pem(pem, mem, &out->chain[i], 1, &broken) != 1 || broken)
			return place_complain(section, "chain_pem",
					      "holds something that is no certificate", err);
	}
	out->chain_count = chain.count;
	return true;
}

static void read_certs(const struct tls_facts *tls, struct arena *mem, struct identity_facts *out)
{
	out->certs = arena_array(mem, tls->chain_count, sizeof(*out->certs));
	for (size_t i = 0; i < tls->chain_count; i++) {
		struct err unused;
		if (!cert_read(tls->chain[i], mem, &out->certs[i], &unused))
			return; /* as when it was first seen: an unreadable one ends the list */
		out->cert_count++;
	}
}

static bool verdict_parse(const char *name, enum name_verdict *out)
{
	for (int i = NAME_MATCHES; i <= NAME_IGNORED; i++) {
		if (strcmp(name, name_verdict_text((enum name_verdict)i)) == 0) {
			*out = (enum name_verdict)i;
			return true;
		}
	}
	return false;
}

static bool read_names(const struct place *section, struct arena *mem, struct name_facts *out,
		       struct err *err)
{
	static const char *const needed[] = { "type", "value", "verdict", "reason", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "names", LIST_MAX, &list, err))
		return false;
	out->count = json_array_size(list);
	out->judgements = arena_array(mem, out->count, sizeof(*out->judgements));
	for (size_t i = 0; i < out->count; i++) {
		struct name_judgement *judgement = &out->judgements[i];
		struct cert_name *name = arena_alloc(mem, sizeof(*name));
		if (!place_entry(section, "names", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !GET_WORD(&entry, "type", name_type_parse, &name->type, "not a kind of name",
			      err) ||
		    !GET_WORD(&entry, "verdict", verdict_parse, &judgement->verdict,
			      "not a verdict", err) ||
		    !get_text(&entry, "value", mem, &name->value, err) ||
		    !get_text(&entry, "reason", mem, &judgement->reason, err) ||
		    !get_text(&entry, "malformed", mem, &name->malformed, err))
			return false;
		judgement->name = name;
		if (judgement->verdict == NAME_MATCHES && !out->matched)
			out->matched = name;
	}
	return true;
}

static bool problem_parse(const char *name, unsigned *out)
{
	for (unsigned flag = PATH_EMPTY; flag <= PATH_UNCHECKED; flag <<= 1) {
		if (strcmp(name, path_problem_name((enum path_problem)flag)) == 0) {
			*out |= flag;
			return true;
		}
	}
	return false;
}

static bool source_is_system(const char *name, bool *out)
{
	*out = strcmp(name, "system") == 0;
	return *out || strcmp(name, "file") == 0;
}

static bool read_trust(const struct place *section, struct arena *mem, struct path_facts *out,
		       struct err *err)
{
	struct text_list problems = { 0 };
	struct place trust;
	if (!place_into(section, "trust", &trust, err) ||
	    !get_bool(&trust, "trusted", &out->trusted, err) ||
	    !get_text(&trust, "anchor", mem, &out->anchor, err) ||
	    !GET_WORD(&trust, "anchor_source", source_is_system, &out->anchor_from_system,
		      "neither system nor file", err) ||
	    !get_texts(&trust, "problems", mem, &problems, err) ||
	    !get_text(&trust, "reason", mem, &out->reason, err))
		return false;
	for (size_t i = 0; i < problems.count; i++) {
		if (!problem_parse(problems.items[i], &out->problems))
			return place_complain(&trust, "problems", "not a problem we know", err);
	}
	if (!trust.object)
		out->problems |= PATH_UNCHECKED;
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

static bool read_identity(const struct place *section, struct arena *mem,
			  struct starttls_facts *facts, struct err *err)
{
	struct identity_facts *identity = &facts->identity;
	if (!read_tls(section, mem, &facts->tls, err) ||
	    !read_chain(section, mem, &facts->tls, err) ||
	    !read_names(section, mem, &identity->names, err))
		return false;
	if (facts->tls.chain_count > 0 && !read_trust(section, mem, &identity->path, err))
		return false;
	read_certs(&facts->tls, mem, identity);
	identity->authenticated = identity->path.trusted && identity->names.matched;
	return true;
}

bool reread_starttls(const json_t *endpoint, struct arena *mem, struct starttls_facts *out,
		     struct err *err)
{
	static const char *const needed[] = { "time", NULL };
	struct place top = place_top(endpoint), section;
	struct starttls_facts facts = { 0 };
	if (!place_into(&top, "starttls", &section, err))
		return false;
	if (!section.object)
		return place_complain(&top, "starttls", "missing", err);
	if (!get_required(&section, needed, err) || !get_time(&section, "time", &facts.time, err) ||
	    !get_ms(&section, "elapsed_ms", &facts.elapsed_ms, err) ||
	    !get_bool(&section, "encrypted", &facts.encrypted, err) ||
	    !get_bool(&section, "authenticated", &facts.authenticated, err) ||
	    !read_steps(&section, &facts, err) ||
	    !read_failure(&section, mem, &facts.failure, err) ||
	    !read_stream(&section, "stream_before", mem, &facts.before, err) ||
	    !read_features(&section, "features_before", mem, &facts.before.features, err) ||
	    !GET_WORD(&section, "answer", starttls_answer_parse, &facts.answer, "not an answer",
		      err) ||
	    !read_identity(&section, mem, &facts, err) ||
	    !read_stream(&section, "stream_after", mem, &facts.after, err) ||
	    !read_features(&section, "features_after", mem, &facts.after.features, err) ||
	    !read_active(&section, mem, &facts.active, err) ||
	    !get_bool(&section, "our_certificate", &facts.our_certificate, err) ||
	    !get_bool(&section, "speaks_other_transport", &facts.speaks_other_transport, err))
		return false;
	*out = facts;
	return true;
}
