#include "run/client.h"

#include <string.h>

#include "run/client_inner.h"
#include "run/scope.h"
#include "run/steps.h"
#include "xmpp/bind.h"

static bool recall_login(struct client *client, struct err *err)
{
	const char *account = client->account->jid.bare, *path = logins_default_path(client->mem);
	struct err unreadable;
	if (path && client->opt->forget_login && !logins_forget(path, account, err))
		return false;
	/* It must not stop a message, but who cannot remember must not be talked into less. */
	if (path && !logins_recall(path, account, &client->memory, &unreadable)) {
		log_say(&client->options->log, NULL,
			"%s (so PLAIN is not used, nor noticed whether the last login was bound)",
			unreadable.text);
		client->memory.scram_used = true;
		path = NULL;
	}
	client->memory_file = path;
	return true;
}

bool client_open(const struct sendmsg_options *opt, const struct options *options,
		 const struct account *account, struct client *out, struct err *err)
{
	const struct resolver_options wishes = {
		.server = options->resolver,
		.trust_ad = options->trust_ad,
	};
	/* The account speaks for itself only: RFC 6120, 6.3.8 (MSG-13). */
	const char *user = opt->anonymous ? "" : account->jid.local;
	*out = (struct client){
		.opt = opt,
		.options = options,
		.account = account,
		.shared = { .record_fd = -1 },
		.vault = vault_new(&account->password, user, NULL),
		.facts = { .account = account->jid.bare },
		.mem = arena_new(),
	};
	return (opt->anonymous || recall_login(out, err)) &&
	       shared_open(options, 0, &out->shared, err) &&
	       resolver_new(&wishes, &out->resolver, err);
}

void client_close(struct client *client)
{
	vault_close(&client->vault);
	job_free(&client->job);
	resolver_free(&client->resolver);
	shared_close(&client->shared);
	arena_free(&client->mem);
}

void client_give_time(struct client *client, double seconds)
{
	conn_set_deadline(client->probe->conn, deadline_in(seconds));
}

static struct mechanism_wish mechanism_wish(const struct client *client,
					    const struct starttls_facts *walk)
{
	const struct sendmsg_options *opt = client->opt;
	return (struct mechanism_wish){
		.insisted = opt->mechanism,
		.has_password = client->account->password.fd >= 0,
		.has_certificate = walk->tls.client_cert_sent,
		.anonymous = opt->anonymous,
		.verified = !client->facts.unverified,
		.binding = opt->binding,
		.scram_used = client->memory.scram_used,
		.binding_used = client->memory.bound_in & (1U << walk->tls.version),
	};
}

/* A memory that cannot be written is told, and stops nobody. */
static void remember_login(struct client *client)
{
	struct err err;
	if (client->memory_file && !client->facts.unverified &&
	    !logins_note(client->memory_file, client->account->jid.bare,
			 client->facts.login.choice.name, client->facts.walk->tls.version,
			 clock_now(), &err))
		log_say(&client->options->log, NULL, "%s (so this login is not remembered)",
			err.text);
}

/* What would only be said again. What may pass (a server that shuts down, temporary-auth-failure)
 * may be tried again on another connection; with other words never: MSG-3. */
static bool is_final(const struct client *client, const struct err *failure)
{
	const char *condition = client->facts.login.condition;
	if (failure->code == ERR_DENIED)
		return !condition || strcmp(condition, "temporary-auth-failure") != 0;
	return failure->code == ERR_IMPOSTOR || failure->code == ERR_UNSUPPORTED ||
	       failure->code == ERR_PROTOCOL || failure->code == ERR_USAGE;
}

static bool log_in(struct client *client, struct starttls_facts *walk)
{
	struct probe *probe = client->probe;
	const struct mechanism_wish wish = mechanism_wish(client, walk);
	const struct stream_header header = probe_header(probe);
	const struct sasl_steps steps = vault_steps(&client->vault);
	struct stream_facts after = { 0 };
	conn_set_stage(probe->conn, AT_LOGIN);
	bool ok = login(probe->stream, &header, &walk->after.features, &walk->tls, &wish,
			client->opt->iterations_max, &steps, probe->mem, &after,
			&client->facts.login, &walk->failure);
	if (!ok) {
		client->hopeless |= is_final(client, &walk->failure);
		return false;
	}
	client->offered = after.features;
	remember_login(client);
	return true;
}

static bool say(struct client *client, const struct buf *text, struct err *err)
{
	return stream_write(client->probe->stream, text->data, text->size, err);
}

/* What answers <enable/> or <resume/>; what a server says before it is passed over. */
static bool await_answer(struct client *client, enum manage_event *event, const char **condition,
			 struct err *err)
{
	do {
		const struct elem *elem = NULL;
		if (!stream_read(client->probe->stream, &elem, NULL, err) ||
		    !manage_read(&client->manage, elem, client->mem, event, condition, err))
			return false;
	} while (*event == MANAGE_NOTHING || *event == MANAGE_REQUEST);
	return true;
}

/* XEP-0198, 5. False: not resumed; err has no code where a new session may begin. */
static bool resume(struct client *client, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	enum manage_event event = MANAGE_NOTHING;
	const char *condition = NULL;
	if (!client->manage.resumable || !client->offered.stream_management)
		return false;
	manage_write_resume(&client->manage, &text);
	if (!say(client, &text, err) || !await_answer(client, &event, &condition, err))
		return false;
	return event == MANAGE_RESUMED;
}

static bool enable(struct client *client, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	enum manage_event event = MANAGE_NOTHING;
	const char *condition = NULL;
	if (!client->offered.stream_management)
		return true;
	manage_write_enable(&text);
	/* <failed/> is no misfortune: a ping does, too. */
	return say(client, &text, err) && await_answer(client, &event, &condition, err);
}

/* The session that was, or a new one. */
static bool begin_session(struct client *client, struct err *err)
{
	struct probe *probe = client->probe;
	const char *resource = client->opt->resource ? client->opt->resource
						     : client->account->resource;
	const char *address = NULL;
	conn_set_stage(probe->conn, AT_SESSION);
	client->resumed = resume(client, err);
	if (client->resumed) {
		client->facts.resumptions++;
		return true;
	}
	if (err->code)
		return false; /* the connection ended; what is to be resumed still is */
	/* Of the session the messages went out in, however many came to nothing since. */
	if (client->manage.handled > 0)
		client->handled_before = client->manage.handled;
	client->manage = (struct manage){ 0 };
	if (!bind_resource(probe->stream, &client->offered, resource, probe->mem, &address, err)) {
		client->hopeless |= err->code == ERR_DENIED;
		return false;
	}
	client->facts.bound = arena_copy(client->mem, address);
	return enable(client, err);
}

/* Who offers no STARTTLS is asked all the same (RFC 7590, 3.1); what cannot be encrypted is not
 * said (MSG-1). */
static bool encrypt(struct probe *probe, struct starttls_facts *facts)
{
	if (!step_stream(probe, facts))
		return false;
	if (step_starttls(probe, facts))
		return true;
	struct err *err = &facts->failure;
	bool answered = err->code != ERR_TIMEOUT && err->code != ERR_INJECTION;
	if (!facts->before.features.starttls && answered)
		err_set(err, AT_STARTTLS, ERR_STARTTLS_REFUSED,
			"offers no STARTTLS and refuses it (%s): the server does not encrypt, or "
			"somebody on the way hides that it does; nothing was sent in clear",
			err->text);
	return false;
}

/* The story of one connection, in the order RFC 6120, 5.4, 6 and 7 tell it. */
static bool walk(struct client *client, struct starttls_facts *facts)
{
	struct probe *probe = client->probe;
	bool direct = probe->at->transport == TRANSPORT_DIRECT;
	if (!step_tcp(probe, facts) || (!direct && !encrypt(probe, facts)) ||
	    !client_shake_hands(client, facts))
		return false;
	probe->user = client->opt->anonymous ? NULL : client->account->jid.bare;
	return step_features(probe, facts) && log_in(client, facts) &&
	       begin_session(client, &facts->failure);
}

struct attempt {
	struct client *client;
	client_attend_fn *attend;
	void *context;
	struct err *err; /* of attend() */
	bool *up, *done; /* a session came about; attend() was through */
};

static bool try_endpoint(struct probe *probe, size_t index, const struct err *failure,
			 const void *context)
{
	const struct attempt *attempt = context;
	struct client *client = attempt->client;
	struct starttls_facts *facts = arena_alloc(probe->mem, sizeof(*facts));
	steps_begin(probe, failure, facts);
	client->job->facts[index] = facts;
	client->probe = probe;
	client->facts.walk = facts;
	client->facts.at = probe->at;
	if (!failure->code && walk(client, facts)) {
		*attempt->up = true;
		client->facts.connections++;
		client->facts.managed = client->manage.enabled;
		client->facts.resumable = client->manage.resumable;
		*attempt->done = attempt->attend(client, attempt->context, attempt->err);
		if (!*attempt->done)
			stream_abandon(&probe->stream);
	}
	client->probe = NULL;
	return *attempt->up || client->hopeless;
}

static void forget_connection(struct client *client)
{
	const struct session_facts *last = &client->facts;
	client->facts = (struct session_facts){
		.account = last->account,
		.bound = last->bound,
		.connections = last->connections,
		.resumptions = last->resumptions,
	};
	/* Its lists went with the connection; its limit may still be asked for. */
	client->offered = (struct features){ .limit_bytes = client->offered.limit_bytes };
	job_free(&client->job);
	client->resumed = false;
}

bool client_connect(struct client *client, client_attend_fn *attend, void *context, struct err *err)
{
	bool up = false, done = false;
	const struct attempt attempt = { client, attend, context, err, &up, &done };
	forget_connection(client);
	struct job *job = job_new(&client->shared);
	const char *domain = client->account->jid.domain.ascii;
	client->job = job;
	job->started_ms = clock_ms();
	job->resolver = client->resolver;
	if (job_read_domain(job, domain, strlen(domain))) {
		job->problem = (struct err){ 0 };
		job_find_endpoints(job);
	}
	if (!job->problem.code)
		scope_walk(job, try_endpoint, &attempt);
	if (up)
		return done;
	client_explain(client, err);
	/* What cannot be mended by waiting: a certificate, a wrong word. */
	client->hopeless |= err->code == ERR_IMPOSTOR || err->code == ERR_USAGE;
	client->facts.failure = *err;
	return false;
}
