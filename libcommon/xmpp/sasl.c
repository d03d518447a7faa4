#include "xmpp/sasl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "xmpp/sasl_inner.h"

#define BINDING_MAX 64 /* octets: a Finished message of TLS 1.2 has 12, the exporter's data 32 */

/* The first message is made when the exchange starts, for only then what goes into it is there. */
struct sasl {
	Gsasl *library;
	Gsasl_session *session;
	bool is_scram;
	bool greeted; /* the first message has been given away */
	int code;     /* of libgsasl, after the last step */
	char *first;  /* libgsasl's memory */
	size_t first_size;
};

static void let_go(char **message, size_t size)
{
	if (*message)
		secret_wipe(*message, size);
	gsasl_free(*message);
	*message = NULL;
}

void sasl_end(struct sasl **sasl)
{
	if (!*sasl)
		return;
	let_go(&(*sasl)->first, (*sasl)->first_size);
	if ((*sasl)->session)
		gsasl_finish((*sasl)->session);
	if ((*sasl)->library)
		gsasl_done((*sasl)->library);
	free(*sasl);
	*sasl = NULL;
}

static void set(struct sasl *sasl, Gsasl_property property, const char *value)
{
	if (value && gsasl_property_set(sasl->session, property, value) != GSASL_OK)
		memory_exhausted();
}

static void set_binding(struct sasl *sasl, const struct sasl_identity *identity)
{
	char text[BASE64_ROOM(BINDING_MAX)];
	assert(identity->binding_data.size <= BINDING_MAX);
	base64_encode(identity->binding_data.data, identity->binding_data.size, text);
	if (identity->binding == BINDING_EXPORTER)
		set(sasl, GSASL_CB_TLS_EXPORTER, text);
	else if (identity->binding == BINDING_UNIQUE)
		set(sasl, GSASL_CB_TLS_UNIQUE, text);
}

static void introduce(struct sasl *sasl, const struct sasl_identity *identity, bool bind)
{
	set(sasl, GSASL_AUTHID, identity->user);
	set(sasl, GSASL_AUTHZID, identity->authzid);
	set(sasl, GSASL_PASSWORD, identity->password);
	set(sasl, GSASL_ANONYMOUS_TOKEN, ""); /* MSG-28: no trace */
	if (bind)
		set_binding(sasl, identity);
}

static bool refuse_text(const char *which, struct err *err)
{
	return err_set(
		err, AT_LOGIN, ERR_USAGE,
		"the %s has characters that SASLprep (RFC 4013) forbids: control characters, "
		"unassigned ones, or letters of both directions",
		which);
}

/* MSG-18. Of one that SASLprep refuses libgsasl would find out when the server has heard of us. */
static bool check_password(const struct sasl *sasl, const char *mechanism, const char *password,
			   struct err *err)
{
	char *prepared = NULL;
	if (!password && (sasl->is_scram || strcmp(mechanism, "PLAIN") == 0))
		return err_set(err, AT_LOGIN, ERR_USAGE, "there is no password to log in with");
	if (!sasl->is_scram)
		return true;
	int code = gsasl_saslprep(password, 0, &prepared, NULL);
	let_go(&prepared, prepared ? strlen(prepared) : 0);
	if (code == GSASL_MALLOC_ERROR)
		memory_exhausted();
	return code == GSASL_OK || refuse_text("password", err);
}

/* GSASL_AUTHENTICATION_ERROR is what comes of a wrong signature, and of a nonce that is not ours;
 * that one scram_check_first() has seen before. */
static bool explain(const struct sasl *sasl, struct err *err)
{
	int code = sasl->code;
	if (code == GSASL_MALLOC_ERROR)
		memory_exhausted();
	if (code == GSASL_SASLPREP_ERROR)
		return refuse_text("user name", err);
	if (code == GSASL_AUTHENTICATION_ERROR && sasl->is_scram && sasl->greeted)
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
			       "the server's signature is wrong: it does not know the password");
	if (code == GSASL_MECHANISM_PARSE_ERROR || code == GSASL_BASE64_ERROR)
		return err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "the server's message is not one of this mechanism's");
	if (code == GSASL_MECHANISM_CALLED_TOO_MANY_TIMES)
		return err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "the server says more than this mechanism has to say");
	return err_set(err, AT_LOGIN, ERR_UNSUPPORTED, "libgsasl: %s", gsasl_strerror(code));
}

static bool begin(struct sasl *sasl, const char *mechanism, const struct sasl_identity *identity,
		  bool bind)
{
	if (sasl->session)
		gsasl_finish(sasl->session);
	sasl->session = NULL;
	sasl->code = gsasl_client_start(sasl->library, mechanism, &sasl->session);
	if (sasl->code != GSASL_OK)
		return false;
	introduce(sasl, identity, bind);
	sasl->code = gsasl_step(sasl->session, NULL, 0, &sasl->first, &sasl->first_size);
	return sasl->code == GSASL_OK || sasl->code == GSASL_NEEDS_MORE;
}

bool sasl_start(const char *mechanism, const struct sasl_identity *identity, struct sasl **out,
		struct err *err)
{
	CLEANUP(sasl_end) struct sasl *sasl = memory_new(sizeof(*sasl));
	sasl->is_scram = strncmp(mechanism, "SCRAM-", 6) == 0;
	bool bind = sasl->is_scram && identity->binding != BINDING_NONE;
	if (!check_password(sasl, mechanism, identity->password, err))
		return false;
	sasl->code = gsasl_init(&sasl->library);
	if (sasl->code != GSASL_OK)
		return explain(sasl, err);
	gsasl_callback_set(sasl->library, sasl_answer);
	bool begun = begin(sasl, mechanism, identity, bind);
	/* RFC 5802, 6: who could bind and was not asked to says so, with the flag y. libgsasl 2.2.0
	 * means to write it, and then finds fault with its own message; then it must be n. */
	if (!begun && bind && sasl->code == GSASL_AUTHENTICATION_ERROR)
		begun = begin(sasl, mechanism, identity, false);
	if (!begun && sasl->code == GSASL_UNKNOWN_MECHANISM)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED, "this libgsasl cannot do %s",
			       mechanism);
	if (!begun)
		return explain(sasl, err);
	*out = sasl;
	sasl = NULL;
	return true;
}

static bool give_first(struct sasl *sasl, struct buf *out, bool *done)
{
	buf_add(out, sasl->first, sasl->first_size);
	let_go(&sasl->first, sasl->first_size);
	sasl->greeted = true;
	*done = sasl->code == GSASL_OK;
	return true;
}

bool sasl_step(struct sasl *sasl, struct bytes in, struct buf *out, bool *done, struct err *err)
{
	char *answer = NULL;
	size_t size = 0;
	if (!sasl->greeted)
		return give_first(sasl, out, done);
	if (sasl->code != GSASL_NEEDS_MORE) {
		sasl->code = GSASL_MECHANISM_CALLED_TOO_MANY_TIMES;
		return explain(sasl, err);
	}
	sasl->code = gsasl_step(sasl->session, (const char *)in.data, in.size, &answer, &size);
	bool ok = sasl->code == GSASL_OK || sasl->code == GSASL_NEEDS_MORE;
	if (ok) {
		buf_add(out, answer, size);
		*done = sasl->code == GSASL_OK;
	}
	let_go(&answer, size);
	return ok || explain(sasl, err);
}
