/* Here the password is shown, and nowhere else. No standard I/O, no exit handlers: they are the
 * parent's, and would run twice. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/vault_inner.h"

#define CHANNEL 3

/* The connection, files, pipes: none of them is ours. Standard error stays, for the last words of a
 * sanitizer or of the C library. */
static void close_others(int channel)
{
	if (channel != CHANNEL && dup2(channel, CHANNEL) < 0)
		_exit(1);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	closefrom(CHANNEL + 1);
}

static void answer(struct vault_reply *reply, size_t size)
{
	ssize_t put;
	do
		put = send(CHANNEL, reply, VAULT_REPLY_HEAD + size, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	secret_wipe(reply, sizeof(*reply));
	if (put < 0)
		_exit(1);
}

/* False: the parent has closed its end, the exchange is over. */
static bool next_request(struct vault_request *request, struct bytes *said)
{
	ssize_t got;
	do
		got = recv(CHANNEL, request, sizeof(*request), 0);
	while (got < 0 && errno == EINTR);
	if (got < (ssize_t)VAULT_REQUEST_HEAD)
		return false;
	*said = (struct bytes){
		.data = request->said ? (const uint8_t *)request->octets : NULL,
		.size = (size_t)got - VAULT_REQUEST_HEAD,
	};
	return true;
}

static void answer_step(struct sasl *sasl, struct bytes said)
{
	struct vault_reply reply = { 0 };
	struct buf out = buf_new(VAULT_MESSAGE_MAX);
	bool done = false;
	reply.ok = sasl_step(sasl, said, &out, &done, &reply.err);
	if (reply.ok && buf_overflowed(&out))
		reply.ok = err_set(&reply.err, AT_LOGIN, ERR_LIMIT,
				   "our SASL message would be larger than 64 KiB");
	reply.done = done;
	if (out.size > 0)
		memcpy(reply.octets, out.data, out.size);
	answer(&reply, reply.ok ? out.size : 0);
	if (out.data)
		secret_wipe(out.data, out.room);
	buf_free(&out);
}

static struct sasl *begin(const struct vault *vault, const struct vault_start *start,
			  const char *password)
{
	const struct sasl_identity identity = {
		.user = vault->user,
		.authzid = vault->authzid,
		.password = password,
		.binding = start->binding,
		.binding_data = start->binding_data,
	};
	struct vault_reply reply = { 0 };
	struct sasl *sasl = NULL;
	reply.ok = sasl_start(start->mechanism, &identity, &sasl, &reply.err);
	bool ok = reply.ok;
	answer(&reply, 0);
	if (!ok)
		_exit(0);
	return sasl;
}

void vault_child(const struct vault *vault, const struct vault_start *start, int channel,
		 int parent)
{
	struct vault_request request;
	struct bytes said;
	char password[SECRET_MAX + 1];
	bool has_password = vault->password && vault->password->fd >= 0 && vault->password->size;
	struct vault_reply reply = { 0 };
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent) /* it died before that was asked for */
		_exit(1);
	bool shown = !has_password || secret_show(vault->password, password, &reply.err);
	close_others(channel);
	if (!shown) {
		answer(&reply, 0);
		_exit(0);
	}
	struct sasl *sasl = begin(vault, start, has_password ? password : NULL);
	while (next_request(&request, &said))
		answer_step(sasl, said);
	sasl_end(&sasl);
	secret_wipe(password, sizeof(password));
	_exit(0);
}
