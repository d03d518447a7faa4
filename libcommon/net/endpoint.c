#include "net/endpoint.h"

#include "base/word.h"

static const char *const services[] = { [SERVICE_C2S] = "c2s", [SERVICE_S2S] = "s2s" };
static const char *const transports[] = {
	[TRANSPORT_STARTTLS] = "starttls",
	[TRANSPORT_DIRECT] = "direct",
};
static const char *const sources[] = {
	[SOURCE_SRV] = "srv",       [SOURCE_FALLBACK] = "fallback", [SOURCE_CONNECT] = "connect",
	[SOURCE_RECORD] = "record", [SOURCE_FILE] = "file",
};

const char *service_name(enum service service)
{
	return services[service];
}

const char *transport_name(enum transport transport)
{
	return transports[transport];
}

const char *source_name(enum source source)
{
	return sources[source];
}

bool service_parse(const char *name, enum service *out)
{
	size_t i;
	if (!word_find(services, ARRAY_SIZE(services), name, &i))
		return false;
	*out = (enum service)i;
	return true;
}

bool transport_parse(const char *name, enum transport *out)
{
	size_t i;
	if (!word_find(transports, ARRAY_SIZE(transports), name, &i))
		return false;
	*out = (enum transport)i;
	return true;
}

bool source_parse(const char *name, enum source *out)
{
	size_t i;
	if (!word_find(sources, ARRAY_SIZE(sources), name, &i))
		return false;
	*out = (enum source)i;
	return true;
}

const char *endpoint_text(const struct endpoint *endpoint, struct arena *mem)
{
	char text[ADDRESS_TEXT_MAX];
	if (endpoint->source == SOURCE_FILE)
		return arena_copy(mem, endpoint->host);
	if (endpoint->address.family == AF_UNSPEC)
		return arena_printf(mem, "%s:%u", endpoint->host, endpoint->port);
	address_text(&endpoint->address, text);
	bool brackets = endpoint->address.family == AF_INET6;
	return arena_printf(mem, "%s%s%s:%u", brackets ? "[" : "", text, brackets ? "]" : "",
			    endpoint->port);
}
