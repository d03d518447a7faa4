/* One sample: the metric's name, its labels, a number. */
#include <string.h>

#include "report/prometheus_parts.h"

/* Plain text, in which no line ends: a backslash and a quotation mark are written in two octets. */
static void put_value(const struct sampling *sampling, const char *value)
{
	for (const char *c = value; *c;) {
		size_t size = strcspn(c, "\\\"");
		buf_add(sampling->out, c, size);
		c += size;
		if (*c)
			buf_printf(sampling->out, "\\%c", *c++);
	}
}

static void begin_metric(const struct sampling *sampling)
{
	if (!sampling->writing->begun)
		buf_printf(sampling->out, "# HELP %s %s\n# TYPE %s gauge\n", sampling->metric,
			   sampling->help, sampling->metric);
	sampling->writing->begun = true;
}

void sample_figure(const struct sampling *sampling, long long value)
{
	begin_metric(sampling);
	buf_printf(sampling->out, "%s %lld\n", sampling->metric, value);
}

void sample_begin_domain(const struct sampling *sampling)
{
	begin_metric(sampling);
	buf_printf(sampling->out, "%s{domain=\"", sampling->metric);
	put_value(sampling, sampling->name);
	buf_char(sampling->out, '"');
}

void sample_label(const struct sampling *sampling, const char *label, const char *value)
{
	buf_printf(sampling->out, ",%s=\"", label);
	put_value(sampling, value);
	buf_char(sampling->out, '"');
}

static const char *word_of_tally(const struct tally *tally, uint32_t word)
{
	return word == TALLY_NONE ? "" : tally_word(tally, word);
}

void sample_algorithm(const struct sampling *sampling, const char *label, uint32_t word)
{
	sample_label(sampling, label, word_of_tally(sampling->kept->algorithms, word));
}

void sample_begin_endpoint(const struct sampling *sampling, const struct kept_endpoint *at)
{
	const struct tally *places = sampling->kept->places;
	sample_begin_domain(sampling);
	sample_label(sampling, "service", service_name((enum service)at->service));
	sample_label(sampling, "host", word_of_tally(places, at->host));
	sample_label(sampling, "address", word_of_tally(places, at->address));
	buf_printf(sampling->out, at->file ? ",port=\"\"" : ",port=\"%u\"", at->port);
	sample_label(sampling, "transport",
		     at->file ? "file" : transport_name((enum transport)at->transport));
}

void sample_end(const struct sampling *sampling, long long value)
{
	buf_printf(sampling->out, "} %lld\n", value);
}

/* No floating point: its decimal sign is the locale's. */
void sample_end_duration(const struct sampling *sampling, uint32_t microseconds)
{
	const uint32_t second = 1000000;
	buf_printf(sampling->out, "} %u.%06u\n", (unsigned)(microseconds / second),
		   (unsigned)(microseconds % second));
}
