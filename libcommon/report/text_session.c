/* How a session came about, in two lines: where to and over what, and who proved what to whom. */
#include <ctype.h>
#include <string.h>

#include "report/delivery.h"
#include "report/delivery_words.h"
#include "report/record_parts.h"
#include "report/words.h"

/* "PKIX", "PKIX, DANE", "pin" */
static void write_proofs(const char *const *proofs, struct buf *out)
{
	for (size_t i = 0; proofs && proofs[i]; i++) {
		buf_text(out, i ? ", " : "");
		bool word = strcmp(proofs[i], "pin") == 0;
		for (const char *at = proofs[i]; *at; at++)
			buf_char(out, word ? *at : (char)toupper((unsigned char)*at));
	}
}

/* ", 61 days" */
static void write_days(const struct identity_facts *identity, int64_t at, struct buf *out)
{
	if (identity->cert_count == 0)
		return;
	int64_t days = record_days(identity->certs[0].not_after - at);
	if (days < 0)
		buf_text(out, ", expired");
	else
		buf_printf(out, ", %lld day%s", (long long)days, days == 1 ? "" : "s");
}

/* What PKIX says against it; nothing where a pin or DANE is against it. */
static void write_fault(const char *before, const struct starttls_facts *walk, struct arena *mem,
			struct buf *out)
{
	if (!walk->identity.authenticated)
		buf_printf(out, "%s%s", before, cert_words(walk, mem));
}

static void write_certificate(const struct session_facts *session, int64_t at, struct arena *mem,
			      struct buf *out)
{
	const struct starttls_facts *walk = session->walk;
	if (session->unverified) {
		buf_text(out, "certificate NOT VERIFIED (--no-verify");
		write_fault("; ", walk, mem, out);
	} else if (!walk->authenticated || !session->proofs) {
		buf_text(out, "certificate not proven");
		write_fault(": ", walk, mem, out);
		return;
	} else {
		buf_text(out, "certificate ok (");
		write_proofs(session->proofs, out);
		write_days(&walk->identity, at, out);
	}
	buf_char(out, ')');
}

static void write_way(const struct session_facts *session, int64_t at, struct arena *mem,
		      struct buf *out)
{
	const struct tls_facts *tls = &session->walk->tls;
	buf_printf(out, " via %s %s: ", escaped(endpoint_text(session->at, mem), mem),
		   transport_name(session->at->transport));
	if (!tls->up && !tls->refused) {
		buf_text(out, "no TLS");
		return;
	}
	buf_printf(out, "%s %s", tls_version_name(tls->version), escaped(tls->cipher, mem));
	if (tls->group)
		buf_printf(out, " %s", escaped(tls->group, mem));
	buf_text(out, ", ");
	write_certificate(session, at, mem, out);
	buf_text(out, tls->forward_secrecy ? ", forward secrecy" : ", no forward secrecy");
}

/* "SCRAM-SHA-256-PLUS (tls-exporter)", "SCRAM-SHA-1 by SASL2, not bound to the connection (the
 * server offers no -PLUS)" */
static void write_mechanism(const struct mechanism_choice *choice, struct arena *mem,
			    struct buf *out)
{
	buf_text(out, choice->name);
	if (choice->sasl2)
		buf_text(out, " by SASL2");
	if (choice->binding != BINDING_NONE)
		buf_printf(out, " (%s)", binding_name(choice->binding));
	else if (choice->is_scram)
		buf_printf(out, ", not bound to the connection (%s)",
			   choice->unbound_because
				   ? delivery_peer_words(choice->unbound_because, mem)
				   : "no reason is known");
}

static void write_proof_of_login(const struct login_facts *login, struct arena *mem,
				 struct buf *out)
{
	if (login->condition) {
		buf_printf(out, "; refused: %s", delivery_peer_words(login->condition, mem));
		if (login->text && *login->text)
			buf_printf(out, " (\"%s\")", delivery_peer_words(login->text, mem));
		return;
	}
	if (login->mutual)
		buf_text(out, "; the server proved that it knows the password");
	else if (strcmp(login->choice.name, "PLAIN") == 0)
		buf_text(out, "; the server was told the password");
	else if (strcmp(login->choice.name, "EXTERNAL") == 0)
		buf_text(out, "; by our certificate");
	if (login->scram.list_confirmed)
		buf_text(out, "; nobody changed its list of mechanisms");
}

static void write_login(const struct login_facts *login, struct arena *mem, struct buf *out)
{
	if (!login->tried)
		return;
	buf_text(out, "auth    ");
	if (login->choice.name) {
		write_mechanism(&login->choice, mem, out);
		write_proof_of_login(login, mem, out);
	} else {
		buf_text(out, "no mechanism will do");
	}
	buf_char(out, '\n');
}

void text_session(const struct session_facts *session, int64_t at, struct arena *mem,
		  struct buf *out)
{
	buf_text(out, delivery_peer_words(session->account, mem));
	if (session->at && session->walk)
		write_way(session, at, mem, out);
	else
		buf_text(out, ": no server was reached");
	buf_char(out, '\n');
	write_login(&session->login, mem, out);
	if (session->connections > 1)
		buf_printf(out, "stream  %zu connections, resumed %zu time%s\n",
			   session->connections, session->resumptions,
			   session->resumptions == 1 ? "" : "s");
	if (session->failure.code != ERR_NONE)
		buf_printf(out, "failed  %s\n", escaped(session->failure.text, mem));
}

void text_dry_run(const struct session_facts *session, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	if (session->failure.code != ERR_NONE) {
		buf_text(out, "dry run not logged in; nothing was sent\n");
		return;
	}
	buf_printf(out, "dry run logged in as %s; nothing was sent; ",
		   delivery_peer_words(session->bound ? session->bound : session->account, mem));
	buf_text(out, !session->managed ? "no stream management: a ping would tell what was taken"
		      : session->resumable ? "stream management, resumable"
					   : "stream management, not resumable");
	buf_char(out, '\n');
}
