/* unsent.h - --unsent FILE: what was not handed over, as stanzas that `xmpp-sendmsg --stanza` sends
 * under the same ids. Appended, and on the disk before the program ends. */
#ifndef RUN_UNSENT_H
#define RUN_UNSENT_H

#include <stddef.h>

#include "base/err.h"

struct unsent;

/* Before anything is sent: a file that cannot be written is a reason not to begin. */
NODISCARD bool unsent_open(const char *path, struct unsent **out, struct err *err);
/* Is this descriptor the same file? Who reads what it appends to never comes to an end. */
bool unsent_is(const struct unsent *unsent, int fd);
/* All of it or, as on a full disk, nothing: half a stanza would spoil those behind it. */
NODISCARD bool unsent_add(struct unsent *unsent, const char *xml, size_t size, struct err *err);
/* fsync, where something was added; an empty file that was not there before goes away. */
NODISCARD bool unsent_close(struct unsent **unsent, struct err *err);

#endif
