/* What all jobs share: the secret, the certificates, the listener. */
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/file.h"
#include "net/listen.h"
#include "run/dialback.h"
#include "run/reception.h"
#include "tls/intake.h"
#include "tls/own.h"
#include "xmpp/jid.h"
#include "xmpp/secure.h"

static bool read_secret(struct dialback_run *run, struct err *err)
{
	char token[DIALBACK_TOKEN_SIZE];
	if (run->opt->secret_file)
		return dialback_read_secret(run->opt->secret_file, run->mem, &run->secret, err);
	dialback_new_token(token); /* DB-27: random, for this run */
	run->secret = arena_bytes(run->mem, token, strlen(token));
	return true;
}

/* Certificates carry A-labels. */
static size_t our_names(const struct dialback_run *run, const char *names[2])
{
	const char *given[] = { run->options->from, run->opt->piggyback };
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		struct jid_domain domain;
		struct err err;
		if (given[i] &&
		    jid_domain_parse(given[i], strlen(given[i]), run->mem, &domain, &err))
			names[count++] = domain.ascii;
	}
	return count;
}

/* Without --cert what we show is made for this run, on both sides of us. */
static bool make_contexts(struct dialback_run *run, struct err *err)
{
	struct tls_options bare = run->options->tls, server = run->options->tls;
	const char *names[2];
	size_t count = our_names(run, names);
	bare.cert_file = bare.key_file = NULL;
	if (run->opt->listen &&
	    !own_certificate(names, count, run->mem, &bare.cert_pem, &bare.key_pem, err))
		return false;
	if (!server.cert_file) {
		server.cert_pem = bare.cert_pem;
		server.key_pem = bare.key_pem;
	}
	return tls_context_new(&bare, &run->bare, err) &&
	       (!run->opt->listen || tls_server_new(&server, &run->server, err));
}

static bool open_reception(struct dialback_run *run, struct err *err)
{
	char text[ADDRESS_TEXT_MAX];
	const struct reception_options options = {
		.host = &run->host,
		.address = run->listen_address,
		.port = run->listen_port,
		.secret = run->secret,
	};
	if (!reception_open(&options, &run->reception, err))
		return false;
	run->listen_port = reception_port(run->reception);
	bool six = run->listen_address.family == AF_INET6;
	run->listener = arena_printf(run->mem, six ? "[%s]:%u" : "%s:%u",
				     run->listen_everywhere
					     ? "*"
					     : address_text(&run->listen_address, text),
				     run->listen_port);
	return true;
}

/* --cert as a peer with our anchors would see it. A PKCS#11 URI cannot be read as a file: nothing
 * is known of it then. */
static void judge_own(struct dialback_run *run)
{
	const struct options *options = run->options;
	struct arena *mem = run->mem;
	struct bytes octets;
	struct intake_facts intake = { 0 };
	struct tls_facts tls = { .alert = -1 };
	struct identity_facts identity = { 0 };
	struct jid_domain us;
	struct err err;
	if (!options->from || !options->tls.cert_file ||
	    !file_read(options->tls.cert_file, INTAKE_MAX, mem, &octets) ||
	    !jid_domain_parse(options->from, strlen(options->from), mem, &us, &err))
		return;
	intake_read(octets, mem, &intake);
	tls.chain_count = intake.count;
	memcpy(tls.chain, intake.certs, sizeof(intake.certs));
	secure_judge(&tls, us.ascii, SERVICE_S2S, run->trust, clock_now(), mem, &identity);
	if (identity.cert_count == 0)
		return;
	const struct cert_facts *leaf = &identity.certs[0];
	bool clients = !leaf->has_eku || leaf->eku_client || leaf->eku_any;
	run->own.names_us = identity.names.matched ? KNOWN_YES : KNOWN_NO;
	run->own.trusted = identity.path.trusted ? KNOWN_YES : KNOWN_NO;
	run->own.for_clients = clients ? KNOWN_YES : KNOWN_NO;
}

static bool open_parts(struct dialback_run *run, struct err *err)
{
	const struct dialback_options *opt = run->opt;
	const struct options *options = run->options;
	if (opt->listen && !listen_parse(opt->listen, &run->listen_address, &run->listen_port, err))
		return false;
	run->listen_everywhere = listen_is_wildcard(&run->listen_address);
	if (!read_secret(run, err) || !make_contexts(run, err) ||
	    !trust_new(options->trust_file, options->system_trust, &run->trust, err))
		return false;
	judge_own(run);
	run->host = (struct host){
		.us = options->from,
		.also = opt->piggyback,
		.tls = run->server,
		.trust = run->trust,
		.show = options->verbose > 0,
	};
	return !opt->listen || opt->task != TASK_PROBE || open_reception(run, err);
}

bool dialback_open(const struct dialback_options *opt, const struct options *options,
		   struct dialback_run *out, struct err *err)
{
	*out = (struct dialback_run){ .opt = opt, .options = options, .mem = arena_new() };
	if (!options->network || open_parts(out, err))
		return true;
	dialback_close(out);
	return false;
}

void dialback_close(struct dialback_run *run)
{
	reception_close(&run->reception);
	tls_context_free(&run->bare);
	tls_context_free(&run->server);
	trust_free(&run->trust);
	if (run->secret.size > 0)
		gnutls_memset((void *)(uintptr_t)run->secret.data, 0, run->secret.size);
	arena_free(&run->mem);
	*run = (struct dialback_run){ 0 };
}
