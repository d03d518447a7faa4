/* attr.h - the compiler attributes that carry our conventions. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

/* A handle owns itself from the line it is born: CLEANUP(conn_close) struct conn *conn = NULL; */
#define CLEANUP(closer)     __attribute__((cleanup(closer)))
#define NODISCARD           __attribute__((warn_unused_result))
#define NEVER_NULL          __attribute__((returns_nonnull))
#define PRINTF(text, first) __attribute__((format(printf, text, first)))

#define ARRAY_SIZE(array)   (sizeof(array) / sizeof((array)[0]))

#endif
