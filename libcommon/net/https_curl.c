#include "net/https_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* Linked in the ordinary way, libcurl and what it brings (Kerberos, LDAP, SSH, HTTP/2: 20
 * libraries) cost each run of a program 3 ms of CPU before main(), more than the check of a
 * certificate file takes. Only a look-up of POSH needs it, and waits for a network anyway. So it is
 * loaded then.
 *
 * GnuTLS' flavour first, since GnuTLS is in memory already; the other has the same interface. */
static const char *const names[] = { "libcurl-gnutls.so.4", "libcurl.so.4" };

#define SYMBOL(member)                                                                             \
	{                                                                                          \
		"curl_" #member, offsetof(struct curl_library, member)                             \
	}
static const struct symbol {
	const char *name;
	size_t offset;
} symbols[] = {
	SYMBOL(global_init),   SYMBOL(version_info), SYMBOL(getdate),        SYMBOL(easy_init),
	SYMBOL(easy_setopt),   SYMBOL(easy_perform), SYMBOL(easy_getinfo),   SYMBOL(easy_cleanup),
	SYMBOL(easy_strerror), SYMBOL(slist_append), SYMBOL(slist_free_all), SYMBOL(url),
	SYMBOL(url_set),       SYMBOL(url_get),      SYMBOL(url_cleanup),    SYMBOL(url_strerror),
	SYMBOL(free),
};

/* Written once, under the once, and const from then on: pthread_once() hands nothing to whom it
 * calls. */
static struct loaded {
	struct curl_library functions;
	bool ok;
} loaded;

static bool find_symbols(void *handle, struct curl_library *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *function = dlsym(handle, symbols[i].name);
		if (!function)
			return false;
		memcpy((char *)out + symbols[i].offset, &function, sizeof(function));
	}
	return true;
}

/* curl_global_init() wants to be alone with itself, and pthread_once() makes it so; what it
 * initialises beneath, GnuTLS, is safe from any thread. */
static void load(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names) && !loaded.ok; i++) {
		void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
		if (!handle)
			continue;
		loaded.ok = find_symbols(handle, &loaded.functions) &&
			    loaded.functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
		if (!loaded.ok)
			dlclose(handle);
	}
}

const struct curl_library *https_library(struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	if (loaded.ok)
		return &loaded.functions;
	err_set(err, AT_FILE, ERR_UNSUPPORTED, "libcurl is not installed");
	return NULL;
}
