#include "report/served.h"

#include "base/escape.h"
#include "report/json.h"
#include "report/record_parts.h"

#define SHOWN_MAX ((size_t)200) /* octets of peer text in one line */

static bool is_in_clear(const struct served_facts *served)
{
	return !served->link->encrypted || (served->authority && !served->authority->encrypted);
}

enum status served_status(const struct served_facts *served)
{
	return served->outcome == OUTCOME_VALID && !is_in_clear(served) ? STATUS_OK
									: STATUS_WARNING;
}

static void put_link(json_t *object, const char *key, const struct link_facts *link)
{
	if (link)
		json_object_set_new(object, key, record_link(link));
}

json_t *record_served(const struct served_facts *served)
{
	json_t *record = served->from ? record_new(served->from) : record_new_input("", 0);
	json_t *section = json_object();
	json_put_time(section, "time", served->time);
	json_put_text(section, "role",
		      trial_role_name(served->kind == DB_VERIFY ? ROLE_AUTHORITATIVE
								: ROLE_RECEIVING));
	if (served->kind == DB_RESULT)
		json_put_text(section, "proof", served->external ? "external" : "dialback");
	json_put_text(section, "from", served->from);
	json_put_text(section, "to", served->to);
	json_put_text(section, "id", served->id);
	json_put_text(section, "answer", trial_outcome_name(served->outcome));
	json_put_text(section, "condition", served->condition);
	json_put_text(section, "reason", served->reason);
	json_put_text(section, "misbehaviour", served->misbehaviour);
	json_put_ms(section, "elapsed_ms", served->elapsed_ms);
	put_link(section, "link", served->link);
	put_link(section, "authority", served->authority);
	record_raise_status(record, served_status(served));
	json_object_set_new(record, "served", section);
	return record;
}

static const char *shown(const char *text, struct arena *mem)
{
	return text && *text ? escape_copy(mem, text, SHOWN_MAX) : "-";
}

static const char *kind_name(const struct served_facts *served)
{
	return served->external ? "external" : db_kind_name(served->kind);
}

/* "192.0.2.7:5269", "[2001:db8::7]:5269" */
static void write_place(const struct link_facts *link, struct buf *out)
{
	char text[ADDRESS_TEXT_MAX];
	bool six = link->address.family == AF_INET6;
	buf_printf(out, "%s%s%s:%u", six ? "[" : "", address_text(&link->address, text),
		   six ? "]" : "", link->port);
}

static void write_tls(const struct link_facts *link, struct buf *out)
{
	buf_text(out, link->encrypted ? tls_version_name(link->tls.version) : "in clear");
	if (link->authenticated)
		buf_text(out, ", certificate ok");
	else if (link->certificate_shown)
		buf_text(out, ", certificate not proven");
}

void text_served(const struct served_facts *served, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char time[32];
	buf_printf(out, "%s\t%s\t%s\t", record_time(served->time, time), shown(served->from, mem),
		   kind_name(served));
	write_place(served->link, out);
	buf_printf(out, "\t%s", trial_outcome_name(served->outcome));
	if (served->condition)
		buf_printf(out, " %s", shown(served->condition, mem));
	buf_char(out, '\t');
	write_tls(served->link, out);
	buf_printf(out, "\t%s", status_name(served_status(served)));
	if (served->reason)
		buf_printf(out, "\t%s", shown(served->reason, mem));
	if (served->authority) {
		buf_text(out, "\tauthority ");
		write_place(served->authority, out);
		buf_char(out, ' ');
		write_tls(served->authority, out);
	}
	if (served->misbehaviour)
		buf_printf(out, "\tmisbehaving: %s", served->misbehaviour);
	buf_char(out, '\n');
}
