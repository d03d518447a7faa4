#include "net/dns.h"

#include <arpa/nameser.h>
#include <stdio.h>
#include <string.h>

/* A chain this long no resolver follows either (Unbound stops at 11, BIND at 16). A loop ends here
 * too. */
#define CHAIN_MAX 16
#define SOA_LEAST 22 /* two root names and five numbers: RFC 1035, 3.3.13 */

/* Lower case, no trailing dot, "" for the root. Only what stands in host names and RFC 2782 labels
 * passes: escapes, spaces, slashes or colons would travel into file names, terminals and URLs. */
static bool name_plain(const char *text, char out[NS_MAXDNAME])
{
	size_t size = strlen(text);
	if (size > 0 && text[size - 1] == '.')
		size--;
	if (size >= NS_MAXDNAME)
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = text[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
			     c == '.' || c == '-';
		if (!plain)
			return false;
		out[i] = c;
	}
	out[size] = '\0';
	return true;
}

/* The name at offset of a record's data. *used: how many octets it takes there. */
static bool rdata_name(ns_msg *msg, const ns_rr *rr, size_t offset, char out[NS_MAXDNAME],
		       size_t *used)
{
	char text[NS_MAXDNAME];
	if (ns_rr_rdlen(*rr) <= offset)
		return false;
	int size = ns_name_uncompress(ns_msg_base(*msg), ns_msg_end(*msg),
				      ns_rr_rdata(*rr) + offset, text, sizeof(text));
	if (size <= 0)
		return false;
	*used = (size_t)size;
	return name_plain(text, out);
}

static bool read_address(const ns_rr *rr, int family, struct address *out)
{
	size_t size = family == AF_INET6 ? 16 : 4;
	if (ns_rr_rdlen(*rr) != size)
		return false;
	*out = (struct address){ .family = family };
	memcpy(out->octets, ns_rr_rdata(*rr), size);
	return true;
}

/* priority weight port target: RFC 2782 */
static bool read_srv(ns_msg *msg, const ns_rr *rr, struct arena *mem, struct dns_srv *out)
{
	char target[NS_MAXDNAME];
	size_t used;
	const uint8_t *data = ns_rr_rdata(*rr);
	if (!rdata_name(msg, rr, 6, target, &used) || used + 6 != ns_rr_rdlen(*rr))
		return false;
	*out = (struct dns_srv){
		.priority = (uint16_t)ns_get16(data),
		.weight = (uint16_t)ns_get16(data + 2),
		.port = (uint16_t)ns_get16(data + 4),
		.target = arena_copy(mem, target),
	};
	return true;
}

/* usage selector matching data: RFC 6698, 2.1. One without data is unusable, which says nothing
 * against its neighbours. */
static bool read_tlsa(const ns_rr *rr, struct arena *mem, struct dns_tlsa *out)
{
	const uint8_t *data = ns_rr_rdata(*rr);
	if (ns_rr_rdlen(*rr) < 3)
		return false;
	*out = (struct dns_tlsa){
		.usage = data[0],
		.selector = data[1],
		.matching = data[2],
		.data = arena_bytes(mem, data + 3, ns_rr_rdlen(*rr) - 3u),
	};
	return true;
}

/* flags, length, tag, value: RFC 8659, 4.1; a tag is ASCII letters and digits. */
static bool read_caa(const ns_rr *rr, struct arena *mem, struct dns_caa *out)
{
	const uint8_t *data = ns_rr_rdata(*rr);
	size_t size = ns_rr_rdlen(*rr);
	if (size < 2 || data[1] == 0 || size < 2u + data[1])
		return false;
	char *tag = arena_copy_n(mem, data + 2, data[1]);
	for (size_t i = 0; i < data[1]; i++) {
		if (tag[i] >= 'A' && tag[i] <= 'Z')
			tag[i] = (char)(tag[i] - 'A' + 'a');
		if (!((tag[i] >= 'a' && tag[i] <= 'z') || (tag[i] >= '0' && tag[i] <= '9')))
			return false;
	}
	*out = (struct dns_caa){
		.flags = data[0],
		.tag = tag,
		.value = arena_bytes(mem, data + 2 + data[1], size - 2 - data[1]),
	};
	return true;
}

static bool read_record(ns_msg *msg, const ns_rr *rr, enum dns_type type, struct arena *mem,
			struct dns_answer *out, struct dns_record *record)
{
	char target[NS_MAXDNAME];
	size_t used;
	record->ttl = ns_rr_ttl(*rr);
	switch (type) {
	case DNS_A:
		return read_address(rr, AF_INET, &record->address);
	case DNS_AAAA:
		return read_address(rr, AF_INET6, &record->address);
	case DNS_SRV:
		return read_srv(msg, rr, mem, &record->srv);
	case DNS_TLSA:
		return read_tlsa(rr, mem, &record->tlsa);
	case DNS_CAA:
		return read_caa(rr, mem, &record->caa);
	case DNS_CNAME:
		if (!rdata_name(msg, rr, 0, target, &used) || used != ns_rr_rdlen(*rr))
			return false;
		out->alias = arena_copy(mem, target);
		return true;
	}
	return false;
}

/* The record at index of the answer section, when its owner is name and its type type. A record
 * that does not parse sets *broken. */
static bool is_record_of(ns_msg *msg, int index, const char *name, int type, ns_rr *rr,
			 bool *broken)
{
	char owner[NS_MAXDNAME];
	if (ns_parserr(msg, ns_s_an, index, rr) != 0) {
		*broken = true;
		return false;
	}
	return ns_rr_class(*rr) == ns_c_in && (int)ns_rr_type(*rr) == type &&
	       name_plain(ns_rr_name(*rr), owner) && strcmp(owner, name) == 0;
}

/* RFC 2181, 8: one with the highest bit set counts as zero. */
static void keep_at_most(uint32_t *keep, uint32_t ttl)
{
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < *keep)
		*keep = ttl;
}

/* How long "there is none" holds: the lower of the SOA's TTL and of its MINIMUM, the last field of
 * its data (RFC 2308, 5); without a SOA, not at all. */
static uint32_t denial_ttl(ns_msg *msg)
{
	ns_rr rr;
	for (int i = 0; i < ns_msg_count(*msg, ns_s_ns); i++) {
		if (ns_parserr(msg, ns_s_ns, i, &rr) != 0)
			return 0;
		if (ns_rr_class(rr) != ns_c_in || ns_rr_type(rr) != ns_t_soa ||
		    ns_rr_rdlen(rr) < SOA_LEAST)
			continue;
		uint32_t keep = UINT32_MAX;
		keep_at_most(&keep, ns_rr_ttl(rr));
		keep_at_most(&keep, (uint32_t)ns_get32(ns_rr_rdata(rr) + ns_rr_rdlen(rr) - 4));
		return keep;
	}
	return 0;
}

/* One step of the chain: name becomes what its CNAME says. False: it is no alias. */
static bool follow_alias(ns_msg *msg, char name[NS_MAXDNAME], uint32_t *keep, bool *broken)
{
	ns_rr rr;
	size_t used;
	for (int i = 0; i < ns_msg_count(*msg, ns_s_an) && !*broken; i++) {
		if (!is_record_of(msg, i, name, DNS_CNAME, &rr, broken))
			continue;
		if (!rdata_name(msg, &rr, 0, name, &used))
			*broken = true;
		keep_at_most(keep, ns_rr_ttl(rr));
		return true;
	}
	return false;
}

static bool collect(ns_msg *msg, const char *name, enum dns_type type, struct arena *mem,
		    struct dns_answer *out, uint32_t *keep)
{
	struct dns_record records[DNS_RECORDS_MAX];
	size_t count = 0;
	bool broken = false;
	ns_rr rr;
	for (int i = 0; i < ns_msg_count(*msg, ns_s_an); i++) {
		if (!is_record_of(msg, i, name, type, &rr, &broken)) {
			if (broken)
				return false;
			continue;
		}
		if (count == DNS_RECORDS_MAX)
			return false;
		records[count] = (struct dns_record){ 0 };
		if (!read_record(msg, &rr, type, mem, out, &records[count]))
			return false;
		keep_at_most(keep, ns_rr_ttl(rr));
		count++;
	}
	struct dns_record *kept = arena_array(mem, count, sizeof(*kept));
	memcpy(kept, records, count * sizeof(*kept));
	out->records = kept;
	out->count = count;
	return true;
}

/* What was asked must be what is answered. A server that did not understand the question may leave
 * it out. */
static bool fits_question(ns_msg *msg, const char *name, enum dns_type type)
{
	char asked[NS_MAXDNAME];
	ns_rr rr;
	int rcode = ns_msg_getflag(*msg, ns_f_rcode);
	if (ns_msg_count(*msg, ns_s_qd) == 0)
		return rcode != ns_r_noerror && rcode != ns_r_nxdomain;
	return ns_msg_count(*msg, ns_s_qd) == 1 && ns_parserr(msg, ns_s_qd, 0, &rr) == 0 &&
	       ns_rr_class(rr) == ns_c_in && (int)ns_rr_type(rr) == (int)type &&
	       name_plain(ns_rr_name(rr), asked) && strcmp(asked, name) == 0;
}

static bool read_answer(ns_msg *msg, const char *asked, struct arena *mem, struct dns_answer *out,
			uint32_t *keep)
{
	char name[NS_MAXDNAME];
	bool broken = false;
	int steps = 0;
	*keep = UINT32_MAX;
	snprintf(name, sizeof(name), "%s", asked);
	while (out->type != DNS_CNAME && follow_alias(msg, name, keep, &broken)) {
		if (broken || ++steps > CHAIN_MAX)
			return false;
	}
	if (broken || !collect(msg, name, out->type, mem, out, keep))
		return false;
	if (steps > 0)
		out->alias = arena_copy(mem, name);
	if (out->count > 0)
		out->outcome = DNS_FOUND;
	else if (ns_msg_getflag(*msg, ns_f_rcode) == ns_r_nxdomain)
		out->outcome = DNS_NO_NAME;
	else
		out->outcome = DNS_NO_DATA;
	if (out->count == 0)
		keep_at_most(keep, denial_ttl(msg));
	return true;
}

void dns_parse(struct bytes message, const struct dns_question *question, struct arena *mem,
	       struct dns_answer *out, struct dns_aside *aside)
{
	char asked[NS_MAXDNAME];
	ns_msg msg;
	*aside = (struct dns_aside){ 0 };
	const struct dns_answer malformed = {
		.name = arena_copy(mem, question->name),
		.type = question->type,
		.outcome = DNS_MALFORMED,
	};
	*out = malformed;
	if (!name_plain(question->name, asked) || message.size > NS_MAXMSG ||
	    ns_initparse(message.data, (int)message.size, &msg) != 0)
		return;
	/* A truncated answer was asked again over TCP: here it would pass off a part as the whole.
	 */
	if (!ns_msg_getflag(msg, ns_f_qr) || ns_msg_getflag(msg, ns_f_tc) ||
	    ns_msg_getflag(msg, ns_f_opcode) != ns_o_query ||
	    !fits_question(&msg, asked, question->type))
		return;
	switch (ns_msg_getflag(msg, ns_f_rcode)) {
	case ns_r_noerror:
	case ns_r_nxdomain:
		aside->ad = ns_msg_getflag(msg, ns_f_ad);
		if (read_answer(&msg, asked, mem, out, &aside->keep_s))
			return;
		*out = malformed; /* nothing of a half-read answer is believed */
		*aside = (struct dns_aside){ 0 };
		return;
	case ns_r_servfail:
		out->outcome = DNS_SERVER_FAILED;
		return;
	default:
		out->outcome = DNS_REFUSED;
		return;
	}
}
