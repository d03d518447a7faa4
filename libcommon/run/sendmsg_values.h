/* sendmsg_values.h - the values of xmpp-sendmsg's options, each with its notation. Private to run/.
 *
 * False: err is the sentence for who typed it. What they keep of arg lives as long as arg. */
#ifndef RUN_SENDMSG_VALUES_H
#define RUN_SENDMSG_VALUES_H

#include "run/sendmsg_options.h"

NODISCARD bool sendmsg_take_number(const char *what, const char *arg, unsigned long least,
				   unsigned long most, unsigned long *out, struct err *err);
NODISCARD bool sendmsg_take_filled(const char *what, const char *arg, const char **out,
				   struct err *err);
NODISCARD bool sendmsg_take_type(struct sendmsg_options *opt, const char *arg, struct err *err);
NODISCARD bool sendmsg_take_lang(struct sendmsg_options *opt, const char *arg, struct err *err);
NODISCARD bool sendmsg_take_oob(struct sendmsg_options *opt, const char *arg, struct err *err);
NODISCARD bool sendmsg_take_hint(struct sendmsg_options *opt, const char *arg, struct err *err);
NODISCARD bool sendmsg_take_mechanism(struct sendmsg_options *opt, const char *arg,
				      struct err *err);
NODISCARD bool sendmsg_take_wait(struct sendmsg_options *opt, const char *arg, struct err *err);
NODISCARD bool sendmsg_take_retry(struct sendmsg_options *opt, const char *arg, struct err *err);

#endif
