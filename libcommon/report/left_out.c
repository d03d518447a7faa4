#include "report/left_out.h"

#define SENDING "xmpp-sendmsg"
#define SERVING "xmpp-dialback --serve"

bool left_out_add(struct left_out *left_out, const struct digest *digest)
{
	if (digest_is_about_doors(digest))
		return false;
	if (digest->sent)
		left_out->sent++;
	else
		left_out->served++;
	return true;
}

const char *left_out_words(const struct left_out *left_out, struct arena *mem)
{
	static const struct left_out nothing = { 0 };
	const struct left_out *of = left_out ? left_out : &nothing;
	size_t all = of->sent + of->served;
	if (all == 0)
		return NULL;
	if (of->sent > 0 && of->served > 0)
		return arena_printf(mem,
				    "%zu record%s of " SENDING " and %zu of " SERVING
				    " examine no server: left out",
				    of->sent, of->sent == 1 ? "" : "s", of->served);
	return arena_printf(mem, "%zu record%s of %s examine%s no server: left out", all,
			    all == 1 ? "" : "s", of->sent > 0 ? SENDING : SERVING,
			    all == 1 ? "s" : "");
}
