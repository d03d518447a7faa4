#include "run/vault.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/vault_inner.h"

struct vault vault_new(const struct secret *password, const char *user, const char *authzid)
{
	return (struct vault){
		.password = password,
		.user = user,
		.authzid = authzid,
		.pid = -1,
		.channel = -1,
	};
}

/* The child sees the end of its channel, and ends; -1: how, nobody told us. */
static int let_go(struct vault *vault)
{
	int status = -1;
	pid_t done = 0;
	fd_close(&vault->channel);
	if (vault->pid > 0) {
		do
			done = waitpid(vault->pid, &status, 0);
		while (done < 0 && errno == EINTR);
	}
	vault->pid = -1;
	return done > 0 ? status : -1;
}

void vault_close(struct vault *vault)
{
	(void)let_go(vault);
}

static bool died(struct vault *vault, struct err *err)
{
	int status = let_go(vault);
	if (status >= 0 && WIFSIGNALED(status))
		return err_set(err, AT_LOGIN, ERR_SYSTEM,
			       "the process that computes with the password died: signal %d, %s",
			       WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
	return err_set(err, AT_LOGIN, ERR_SYSTEM,
		       "the process that computes with the password died");
}

/* What a server's message may have made of the child, its words are not trusted further than this.
 */
static bool is_sound(const struct vault_reply *reply, ssize_t got)
{
	return got >= (ssize_t)VAULT_REPLY_HEAD && reply->ok <= 1 && reply->done <= 1 &&
	       (unsigned)reply->err.stage <= AT_SESSION &&
	       (unsigned)reply->err.code <= ERR_IMPOSTOR &&
	       memchr(reply->err.text, '\0', sizeof(reply->err.text));
}

static bool take_reply(struct vault *vault, struct buf *out, bool *done, struct err *err)
{
	struct vault_reply reply;
	ssize_t got;
	do
		got = recv(vault->channel, &reply, sizeof(reply), 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return died(vault, err);
	bool sound = is_sound(&reply, got);
	if (!sound)
		err_set(err, AT_LOGIN, ERR_SYSTEM,
			"the process that computes with the password answers nonsense");
	else if (!reply.ok)
		*err = reply.err;
	else if (out)
		buf_add(out, reply.octets, (size_t)got - VAULT_REPLY_HEAD);
	if (sound && reply.ok && done)
		*done = reply.done;
	bool ok = sound && reply.ok;
	secret_wipe(&reply, (size_t)got);
	return ok;
}

static bool start_exchange(void *self, const char *mechanism, enum binding_type binding,
			   struct bytes binding_data, struct err *err)
{
	struct vault *vault = self;
	const struct vault_start start = { mechanism, binding, binding_data };
	int ends[2], parent = getpid();
	vault_close(vault);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_set(err, AT_LOGIN, ERR_SYSTEM,
			       "no channel to a process for the password: %s",
			       strerrordesc_np(errno));
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		vault_child(vault, &start, ends[1], parent);
	}
	if (pid < 0)
		err_set(err, AT_LOGIN, ERR_SYSTEM, "no process for the password could be made: %s",
			strerrordesc_np(errno));
	close(ends[1]);
	vault->channel = ends[0];
	vault->pid = pid;
	if (pid > 0 && take_reply(vault, NULL, NULL, err))
		return true;
	vault_close(vault);
	return false;
}

static bool send_request(struct vault *vault, struct bytes in, struct err *err)
{
	uint8_t said = in.data != NULL;
	struct iovec parts[] = {
		{ .iov_base = &said, .iov_len = VAULT_REQUEST_HEAD },
		{ .iov_base = (void *)(uintptr_t)in.data, .iov_len = in.data ? in.size : 0 },
	};
	const struct msghdr packet = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };
	ssize_t put;
	do
		put = sendmsg(vault->channel, &packet, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	return put >= 0 || died(vault, err);
}

static bool step_exchange(void *self, struct bytes in, struct buf *out, bool *done, struct err *err)
{
	struct vault *vault = self;
	if (vault->channel < 0)
		return err_set(err, AT_LOGIN, ERR_SYSTEM,
			       "the process that computes with the password is gone");
	if (in.size > VAULT_MESSAGE_MAX)
		return err_set(err, AT_LOGIN, ERR_LIMIT,
			       "the server's SASL message is larger than 64 KiB");
	if (!send_request(vault, in, err) || !take_reply(vault, out, done, err))
		return false;
	if (buf_overflowed(out))
		return err_set(err, AT_LOGIN, ERR_LIMIT, "our SASL message is too large to send");
	return true;
}

static void end_exchange(void *self)
{
	vault_close(self);
}

struct sasl_steps vault_steps(struct vault *vault)
{
	return (struct sasl_steps){
		.start = start_exchange,
		.step = step_exchange,
		.end = end_exchange,
		.self = vault,
	};
}
