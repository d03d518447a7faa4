/* Stream management as strangers speak it, with stanzas of ours sent in between: whatever comes,
 * nothing counts as handled that was not sent, nor comes back once it was. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/manage.h"
#include "xmpp/message.h"
#include "xmpp/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool step(struct manage *manage, const struct elem *elem, struct arena *mem)
{
	enum manage_event event = MANAGE_NOTHING;
	const char *condition = NULL;
	struct err err = { 0 };
	struct manage before = *manage;
	manage_received(manage, elem);
	bool ok = manage_read(manage, elem, mem, &event, &condition, &err);
	assert(manage->handled >= before.handled && manage->handled <= before.sent);
	assert(manage->sent == (ok && event == MANAGE_RESUMED ? manage->handled : before.sent));
	assert(!manage->resumable || (manage->enabled && manage->id && manage->id[0]));
	assert(ok || (err.code == ERR_PROTOCOL && err.text[0]));
	assert((ok && event == MANAGE_FAILED) == (condition != NULL));
	assert(ok || before.handled == manage->handled);
	return ok;
}

static void check_writing(const struct manage *manage)
{
	CLEANUP(buf_free) struct buf out = buf_new((size_t)64 * 1024);
	struct err err;
	manage_write_ack(manage, &out);
	if (manage->resumable)
		manage_write_resume(manage, &out);
	bool formed = xml_check_stanzas(buf_string(&out), out.size, &err);
	assert(formed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(xml_free) struct xml *xml = message_new_parser();
	struct manage manage = { 0 };
	if (data[0] & 1) /* shortly before the counter goes round */
		manage.sent = manage.handled = UINT32_MAX - (data[0] >> 4);
	for (size_t at = 1; at < size;) {
		enum xml_event event;
		const struct elem *elem = NULL;
		size_t used;
		struct err err;
		if (!xml_push(xml, data + at, size - at, mem, &event, &elem, &used, &err) ||
		    event != XML_STANZA || !step(&manage, elem, mem))
			break;
		check_writing(&manage);
		for (int i = 0; i < (data[0] >> 1 & 7); i++)
			manage_sent(&manage);
		at += used;
	}
	return 0;
}
