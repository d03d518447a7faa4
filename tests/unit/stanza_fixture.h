/* stanza_fixture.h - one stanza out of text, as a client's stream brings it. */
#ifndef STANZA_FIXTURE_H
#define STANZA_FIXTURE_H

#include "xmpp/ns.h"
#include "xmpp/xml.h"

static inline const struct elem *stanza_of(const char *name, const char *text, struct arena *mem)
{
	static const char header[] = "<stream:stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM
				     "'>";
	CLEANUP(xml_free) struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, header, strlen(header), mem, &event, &elem, &used, &err));
	if (!xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", name, err.text);
	assert_row(name, event == XML_STANZA && text[used] == '\0');
	return elem;
}

#endif
