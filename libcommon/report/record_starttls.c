/* The "starttls" section: what one walk saw, in the order of the walk. */
#include "report/json.h"
#include "report/record_parts.h"

static void put_identity(json_t *section, const struct starttls_facts *facts)
{
	const struct identity_facts *identity = &facts->identity;
	json_put_filled(section, "names", record_names(&identity->names));
	if (identity->cert_count > 0)
		json_object_set_new(section, "certificate",
				    record_certificate(&identity->certs[0], facts->time));
	if (facts->tls.chain_count > 0)
		json_object_set_new(section, "trust", record_trust(&identity->path));
	json_put_filled(section, "chain_pem", record_chain_pem(&facts->tls));
}

json_t *record_starttls(const struct endpoint *at, const struct starttls_facts *facts,
			const struct findings *findings, enum status status)
{
	json_t *section = json_object();
	(void)at; /* the endpoint stands around the section */
	json_put_time(section, "time", facts->time);
	json_put_text(section, "status", status_name(status));
	json_put_ms(section, "elapsed_ms", facts->elapsed_ms);
	json_put_bool(section, "encrypted", facts->encrypted);
	json_put_bool(section, "authenticated", facts->authenticated);
	if (facts->authenticated)
		json_object_set_new(section, "authenticated_by", json_pack("[s]", "pkix"));
	record_put_handshake(section, facts);
	put_identity(section, facts);
	record_put_inside(section, facts);
	json_object_set_new(section, "findings", record_findings(findings));
	return section;
}
