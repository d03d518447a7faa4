#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/memory.h"
#include "net/https_curl.h"

#define HEADERS_MAX   (32 * 1024) /* of one answer; web servers stop at 8 KiB or so */
#define LOCATION_MAX  2048
#define SYSTEM_FOLDER "/etc/ssl/certs"

/* What follows a field's name, without the spaces around; false: another field. */
static bool field(const char *line, size_t size, const char *name, const char **value,
		  size_t *length)
{
	size_t skip = strlen(name);
	if (size < skip || strncasecmp(line, name, skip) != 0)
		return false;
	while (skip < size && strchr(" \t", line[skip]))
		skip++;
	while (size > skip && strchr(" \t\r\n", line[size - 1]))
		size--;
	*value = line + skip;
	*length = size - skip;
	return true;
}

/* HTTP/1.1 200 OK; an interim answer (100, 103) is followed by another. */
static void begin_answer(struct https_transfer *transfer, const char *line, size_t size)
{
	const char *space = memchr(line, ' ', size);
	const char *digits = space ? arena_copy_n(transfer->mem, space,
						  (size_t)(line + size - space))
				   : "";
	transfer->status = strtol(digits, NULL, 10);
	transfer->date = 0;
	transfer->location = NULL;
}

static size_t on_header(char *line, size_t size, size_t count, void *self)
{
	struct https_transfer *transfer = self;
	const char *value;
	size_t length;
	size *= count;
	transfer->header_octets += size;
	if (transfer->header_octets > HEADERS_MAX) {
		transfer->headers_too_long = true;
		return 0;
	}
	if (size >= 5 && memcmp(line, "HTTP/", 5) == 0)
		begin_answer(transfer, line, size);
	else if (field(line, size, "Date:", &value, &length))
		transfer->date = transfer->curl->getdate(arena_copy_n(transfer->mem, value, length),
							 NULL);
	else if (field(line, size, "Location:", &value, &length) && length <= LOCATION_MAX)
		transfer->location = arena_copy_n(transfer->mem, value, length);
	return size;
}

/* Only what comes with 200 is a document: a page that says why there is none may be long. */
static size_t on_body(char *data, size_t size, size_t count, void *self)
{
	struct https_transfer *transfer = self;
	transfer->enough = transfer->status != 200;
	if (transfer->enough)
		return 0;
	buf_add(&transfer->body, data, size * count);
	return buf_overflowed(&transfer->body) ? 0 : size * count;
}

/* libcurl asks now and then, once a second at least. Not 0: the transfer is to end. */
static int on_progress(void *self, curl_off_t to_come, curl_off_t come, curl_off_t to_go,
		       curl_off_t gone)
{
	const struct https_transfer *transfer = self;
	(void)to_come;
	(void)come;
	(void)to_go;
	(void)gone;
	return deadline_passed(transfer->request->until);
}

static void set_number(struct https_transfer *transfer, CURLoption option, long value)
{
	if (transfer->curl->easy_setopt(transfer->easy, option, value) != CURLE_OK)
		transfer->option_refused = true;
}

static void set_pointer(struct https_transfer *transfer, CURLoption option, const void *value)
{
	if (transfer->curl->easy_setopt(transfer->easy, option, value) != CURLE_OK)
		transfer->option_refused = true;
}

static void set_callback(struct https_transfer *transfer, CURLoption option,
			 curl_write_callback call)
{
	if (transfer->curl->easy_setopt(transfer->easy, option, call) != CURLE_OK)
		transfer->option_refused = true;
}

static void set_progress(struct https_transfer *transfer)
{
	const curl_xferinfo_callback call = on_progress;
	if (transfer->curl->easy_setopt(transfer->easy, CURLOPT_XFERINFOFUNCTION, call) != CURLE_OK)
		transfer->option_refused = true;
	set_pointer(transfer, CURLOPT_XFERINFODATA, transfer);
	set_number(transfer, CURLOPT_NOPROGRESS, 0);
}

/* Redirects are ours to follow, so that our resolver is asked for their hosts, too. What the
 * environment says of proxies is not for us, and cookies, .netrc and passwords are off by default.
 * QUICK_EXIT: a look-up of libc that hangs must not outlast the deadline. */
static const struct number {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 }, /* RFC 9325, 3.1.1 */
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_CERTINFO, 1 },
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_QUICK_EXIT, 1 },
};

static const struct text {
	CURLoption option;
	const char *text;
} texts[] = {
	{ CURLOPT_PROTOCOLS_STR, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
	{ CURLOPT_NOPROXY, "" },
	{ CURLOPT_USERAGENT, "xmpp-tls-tools/" PACKAGE_VERSION },
};

static const char *proxy_url(const struct proxy *proxy, struct arena *mem)
{
	char address[ADDRESS_TEXT_MAX];
	if (!proxy)
		return "";
	address_text(&proxy->address, address);
	bool six = proxy->address.family == AF_INET6;
	return arena_printf(mem, "%s://%s%s%s:%u", proxy->by_name ? "socks5h" : "socks5",
			    six ? "[" : "", address, six ? "]" : "", proxy->port);
}

static void set_options(struct https_transfer *transfer)
{
	const struct https_request *request = transfer->request;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		set_number(transfer, numbers[i].option, numbers[i].value);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		set_pointer(transfer, texts[i].option, texts[i].text);
	set_pointer(transfer, CURLOPT_PROXY, proxy_url(request->proxy, transfer->mem));
	set_pointer(transfer, CURLOPT_ERRORBUFFER, transfer->why);
	set_callback(transfer, CURLOPT_HEADERFUNCTION, on_header);
	set_pointer(transfer, CURLOPT_HEADERDATA, transfer);
	set_callback(transfer, CURLOPT_WRITEFUNCTION, on_body);
	set_pointer(transfer, CURLOPT_WRITEDATA, transfer);
	set_progress(transfer);
	if (!request->trust_file)
		return;
	/* libcurl's own folder of anchors would count beside the file. */
	set_pointer(transfer, CURLOPT_CAINFO, request->trust_file);
	set_pointer(transfer, CURLOPT_CAPATH, request->with_system ? SYSTEM_FOLDER : NULL);
}

bool https_transfer_open(const struct curl_library *curl, const struct https_request *request,
			 struct arena *mem, struct https_transfer *out, struct err *err)
{
	*out = (struct https_transfer){ .curl = curl, .request = request, .mem = mem };
	out->body = buf_new(request->body_max);
	out->easy = curl->easy_init();
	if (!out->easy)
		memory_exhausted();
	set_options(out);
	if (!out->option_refused)
		return true;
	https_transfer_close(out);
	return err_set(err, AT_FILE, ERR_UNSUPPORTED,
		       "libcurl %s is too old: version 7.87 is needed",
		       curl->version_info(CURLVERSION_NOW)->version);
}

void https_transfer_close(struct https_transfer *transfer)
{
	if (transfer->easy)
		transfer->curl->easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	buf_free(&transfer->body);
}

static CURLcode perform(struct https_transfer *transfer, const char *url, const char *resolve)
{
	struct curl_slist *list = NULL;
	struct deadline until = transfer->request->until;
	until.wake = 0; /* on_progress() sees to that */
	if (resolve && !(list = transfer->curl->slist_append(NULL, resolve)))
		memory_exhausted();
	set_pointer(transfer, CURLOPT_URL, url);
	set_pointer(transfer, CURLOPT_RESOLVE, list);
	set_number(transfer, CURLOPT_TIMEOUT_MS, deadline_left_ms(until));
	CURLcode code = transfer->curl->easy_perform(transfer->easy);
	set_pointer(transfer, CURLOPT_RESOLVE, NULL);
	transfer->curl->slist_free_all(list);
	return code == CURLE_ABORTED_BY_CALLBACK ? CURLE_OPERATION_TIMEDOUT : code;
}

bool https_transfer_run(struct https_transfer *transfer, const char *url, const char *resolve,
			struct err *err)
{
	/* 0 ms would mean: as long as it takes. */
	if (deadline_left_ms(transfer->request->until) == 0)
		return https_fail(transfer, CURLE_OPERATION_TIMEDOUT, err);
	buf_clear(&transfer->body);
	transfer->header_octets = 0;
	transfer->why[0] = '\0';
	CURLcode code = perform(transfer, url, resolve);
	bool got = code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer->enough);
	return got ? true : https_fail(transfer, code, err);
}

/* "Expire date:2027-01-01 00:00:00 GMT", or as OpenSSL has it, "Jan  1 00:00:00 2027 GMT". */
static int64_t read_expire_date(const char *text)
{
	static const char *const formats[] = { "%Y-%m-%d %H:%M:%S", "%b %d %H:%M:%S %Y" };
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm = { 0 };
		if (strptime(text, formats[i], &tm))
			return timegm(&tm);
	}
	return 0;
}

int64_t https_transfer_not_after(const struct https_transfer *transfer)
{
	static const char label[] = "Expire date:";
	struct curl_certinfo *info = NULL;
	if (transfer->curl->easy_getinfo(transfer->easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    !info || info->num_of_certs < 1)
		return 0;
	for (const struct curl_slist *at = info->certinfo[0]; at; at = at->next) {
		if (strncasecmp(at->data, label, strlen(label)) == 0)
			return read_expire_date(at->data + strlen(label));
	}
	return 0;
}
