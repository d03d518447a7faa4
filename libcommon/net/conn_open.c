#include "net/conn.h"

#include <string.h>

#include "base/fd.h"
#include "net/tcp.h"

static bool read_exactly(struct conn *conn, unsigned char *data, size_t size, struct err *err)
{
	while (size > 0) {
		size_t got;
		if (!conn_read(conn, data, size, &got, err))
			return false;
		if (got == 0)
			return err_set(err, AT_PROXY, ERR_PROXY,
				       "the proxy closed the connection without an answer");
		data += got;
		size -= got;
	}
	return true;
}

/* What goes wrong between us and the proxy is not the endpoint's doing. */
static bool blame(const struct proxy *proxy, bool ok, struct err *err)
{
	if (!ok && err->code != ERR_PROXY)
		err_set(err, AT_PROXY, err->code, "proxy %s:%u: %s", proxy->host, proxy->port,
			err->text);
	return ok;
}

static bool ask(struct conn *conn, const struct proxy *proxy, const unsigned char *request,
		size_t request_size, unsigned char *reply, size_t reply_size, struct err *err)
{
	return blame(proxy,
		     conn_write(conn, request, request_size, err) &&
			     read_exactly(conn, reply, reply_size, err),
		     err);
}

/* RFC 1928, 3 and 4: 05 01 00 -> 05 00, then the request and its reply. Not an octet more is read:
 * what follows is the server's. */
static bool ask_proxy(struct conn *conn, const struct proxy *proxy, const struct endpoint *at,
		      struct err *err)
{
	static const unsigned char greeting[] = { 5, 1, 0 };
	unsigned char request[PROXY_REQUEST_MAX], reply[PROXY_REQUEST_MAX];
	if (!ask(conn, proxy, greeting, sizeof(greeting), reply, 2, err))
		return false;
	if (reply[0] != 5)
		return err_set(err, AT_PROXY, ERR_PROXY, "the proxy does not speak SOCKS5");
	if (reply[1] != 0)
		return err_set(err, AT_PROXY, ERR_PROXY, "the proxy wants authentication");
	size_t size = proxy_request(at->host, &at->address, at->port, request);
	if (!ask(conn, proxy, request, size, reply, 5, err))
		return false;
	size = proxy_reply_size((struct bytes){ reply, 5 });
	if (size == 0)
		return err_set(err, AT_PROXY, ERR_PROXY, "the proxy does not speak SOCKS5");
	return blame(proxy, read_exactly(conn, reply + 5, size - 5, err), err) &&
	       proxy_reply((struct bytes){ reply, size }, err);
}

/* That the proxy itself cannot be reached says nothing about the endpoint: ERR_PROXY whatever the
 * cause, the cause in the sentence. */
static bool open_through_proxy(const struct proxy *proxy, const struct endpoint *at,
			       struct deadline until, struct conn **out, struct err *err)
{
	struct err cause;
	struct endpoint target = *at;
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(conn_close) struct conn *conn = NULL;
	size_t length = strlen(at->host);
	if (at->address.family == AF_UNSPEC && !address_parse(at->host, &target.address) &&
	    (!proxy->by_name || length == 0 || length > 255))
		return err_set(err, AT_PROXY, ERR_NOT_FOUND,
			       "no address is known, and only a socks5h:// proxy takes names");
	if (!tcp_connect(&proxy->address, proxy->port, until, &fd, &cause))
		return err_set(err, AT_PROXY, ERR_PROXY, "proxy %s:%u: %s", proxy->host,
			       proxy->port, cause.text);
	conn = conn_adopt(fd, until);
	fd = -1;
	conn_set_stage(conn, AT_PROXY);
	if (!ask_proxy(conn, proxy, &target, err))
		return false;
	conn_set_stage(conn, AT_STREAM);
	*out = conn;
	conn = NULL;
	return true;
}

bool conn_open(const struct net *net, const struct endpoint *at, struct deadline until,
	       struct conn **out, struct err *err)
{
	int fd;
	if (net->proxy)
		return open_through_proxy(net->proxy, at, until, out, err);
	if (!tcp_connect(&at->address, at->port, until, &fd, err))
		return false;
	*out = conn_adopt(fd, until);
	return true;
}
