/* https.h - one GET over verified HTTPS (libcurl): the POSH document of a domain.
 *
 * Blocking, under the deadline; nothing but https, bounded in size and redirects. Any thread; the
 * first call loads libcurl, which programs that never come here do not pay for. */
#ifndef NET_HTTPS_H
#define NET_HTTPS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/err.h"
#include "net/conn.h"
#include "net/dns.h"

struct https_request {
	const char *url; /* https://... */
	/* Where the host of the URL is, for who knows already; count 0: resolver is asked. */
	const struct address *addresses;
	size_t address_count;
	const char *trust_file; /* PEM; NULL: the system's */
	const struct proxy *proxy;
	size_t body_max;
	struct deadline until;
	/* The one that is asked for everything else, of the calling thread: for the host of the
	 * URL and those of redirects. NULL: libcurl resolves. */
	struct resolver *resolver;
	bool with_system; /* the system's anchors beside trust_file */
};

#define HTTPS_REDIRECTS_MAX 5 /* CRT-56 */

struct https_answer {
	long status;     /* HTTP status of the last answer */
	const char *url; /* where redirects led */
	unsigned redirects;
	struct bytes body; /* of status 200; empty otherwise */
	int64_t date;      /* its Date header, seconds since 1970; 0: none */
	int64_t not_after; /* when the HTTPS certificate ends; 0: not known */
};

/* False: no answer that could be trusted; err: ERR_UNSUPPORTED for another scheme or without
 * libcurl, ERR_LIMIT, ERR_NOT_FOUND where the host has no address, ERR_REFUSED, a certificate that
 * is not valid (AT_CERTIFICATE) ... An HTTP status other than 200 is an answer. */
NODISCARD bool https_get(const struct https_request *request, struct arena *mem,
			 struct https_answer *out, struct err *err);

#endif
