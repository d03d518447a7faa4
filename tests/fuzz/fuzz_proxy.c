/* fuzz_proxy.c - a SOCKS5 proxy's reply, any octets. */
#include <assert.h>
#include <stdint.h>

#include "net/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { .code = ERR_NONE };
	struct bytes reply = { data, size };
	size_t whole = proxy_reply_size(reply);
	assert(whole <= PROXY_REQUEST_MAX); /* conn_open reads it into so much room */
	if (!proxy_reply(reply, &err))
		assert(err.code != ERR_NONE && err.text[0]);
	return 0;
}
