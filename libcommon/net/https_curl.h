/* https_curl.h - what the files of https.h share: libcurl, loaded late, and one exchange with it.
 * Not for other files. */
#ifndef NET_HTTPS_CURL_H
#define NET_HTTPS_CURL_H

#include <curl/curl.h>

#include "base/buf.h"
#include "net/https.h"

/* The functions we use, under their names without "curl_". */
struct curl_library {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_version_info) *version_info;
	__typeof__(curl_getdate) *getdate;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_url) *url;
	__typeof__(curl_url_set) *url_set;
	__typeof__(curl_url_get) *url_get;
	__typeof__(curl_url_cleanup) *url_cleanup;
	__typeof__(curl_url_strerror) *url_strerror;
	__typeof__(curl_free) *free;
};

/* Loads it, once a process; it stays until the end. NULL: it is not installed. */
const struct curl_library *https_library(struct err *err);

/* One GET, without redirects. */
struct https_transfer {
	const struct curl_library *curl;
	const struct https_request *request;
	struct arena *mem;
	CURL *easy;
	const char *host; /* of the URL, for messages */
	struct buf body;
	char why[CURL_ERROR_SIZE]; /* libcurl's own sentence */
	long status;
	int64_t date;
	const char *location; /* NULL: none */
	size_t header_octets;
	bool option_refused;   /* by an old libcurl */
	bool headers_too_long; /* why we ended it */
	bool enough;           /* likewise: what comes is no document */
};

/* Opens a handle with all that stays the same from one redirect to the next. */
NODISCARD bool https_transfer_open(const struct curl_library *curl,
				   const struct https_request *request, struct arena *mem,
				   struct https_transfer *out, struct err *err);
void https_transfer_close(struct https_transfer *transfer);
/* resolve: "HOST:PORT:ADDRESS,ADDRESS"; NULL: libcurl asks. */
NODISCARD bool https_transfer_run(struct https_transfer *transfer, const char *url,
				  const char *resolve, struct err *err);
/* When the certificate of the web server ends; 0: not known. */
int64_t https_transfer_not_after(const struct https_transfer *transfer);

/* Turns what ended a transfer into an err; always false. */
bool https_fail(const struct https_transfer *transfer, CURLcode code, struct err *err);

#endif
