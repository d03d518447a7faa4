#include "net/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "net/conn.h"

bool tcp_start(const struct address *to, uint16_t port, int *out, struct err *err)
{
	struct sockaddr_storage name;
	socklen_t size = address_sockaddr(to, port, &name);
	if (size == 0)
		return err_set(err, AT_TCP, ERR_NOT_FOUND, "no address is known");
	CLEANUP(fd_close)
	int fd = socket(to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return conn_errno(err, AT_TCP, errno, NULL);
	/* Our writes are whole messages and each waits for an answer: Nagle would only delay them.
	 */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (connect(fd, (const struct sockaddr *)&name, size) != 0 && errno != EINPROGRESS &&
	    errno != EINTR)
		return conn_errno(err, AT_TCP, errno, NULL);
	*out = fd;
	fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
	return true;
}

/* What comes late comes from the network: here "network unreachable" is what a router said, while
 * from connect() itself it means that this machine has no route. */
bool tcp_finish(int fd, struct err *err)
{
	int number = 0;
	socklen_t size = sizeof(number);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
		number = errno;
	if (number == ENETUNREACH)
		return err_set(err, AT_TCP, ERR_UNREACHABLE,
			       "network unreachable, says a router on the way");
	return number == 0 || conn_errno(err, AT_TCP, number, NULL);
}

bool tcp_connect(const struct address *to, uint16_t port, struct deadline until, int *out,
		 struct err *err)
{
	CLEANUP(fd_close) int fd = -1;
	if (!tcp_start(to, port, &fd, err))
		return false;
	if (deadline_wait(until, fd, POLLOUT) == WAIT_TIMEOUT)
		return err_set(err, AT_TCP, ERR_TIMEOUT, "no answer within %d s", until.seconds);
	if (!tcp_finish(fd, err))
		return false;
	*out = fd;
	fd = -1;
	return true;
}
