/* https.h - one GET over verified HTTPS (libcurl): the POSH document of a domain.
 *
 * Blocking, under the deadline; nothing but https, bounded in size and redirects. Any thread. */
#ifndef NET_HTTPS_H
#define NET_HTTPS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/err.h"
#include "net/conn.h"

struct https_request {
	const char *url; /* https://... */
	/* Where the host of the URL is, so that the same resolver is asked as for everything else;
	 * count 0: libcurl resolves. Hosts of redirects are always resolved by libcurl. */
	const struct address *addresses;
	size_t address_count;
	const char *trust_file; /* PEM; NULL: the system's */
	const struct proxy *proxy;
	size_t body_max;
	struct deadline until;
};

struct https_answer {
	long status;     /* HTTP status of the last answer */
	const char *url; /* where redirects led */
	unsigned redirects;
	struct bytes body;
	int64_t date;      /* its Date header, seconds since 1970; 0: none */
	int64_t not_after; /* when the HTTPS certificate ends; 0: not known */
};

/* False: no answer that could be trusted; err: ERR_UNSUPPORTED for another scheme, ERR_LIMIT, a
 * certificate that is not valid (AT_CERTIFICATE) ... An HTTP status other than 200 is an answer. */
NODISCARD bool https_get(const struct https_request *request, struct arena *mem,
			 struct https_answer *out, struct err *err);

#endif
