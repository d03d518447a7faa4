/* json.h - facts into JSON members, each absent when the fact is. Private to report/.
 *
 * Every string goes through json_text(): octets that are no UTF-8 cannot enter jansson, and what a
 * terminal would obey (C1 controls, bidirectional overrides) is escaped as base/escape does it,
 * while plain text stays as the peer sent it. What was escaped once stays as it is, so a record
 * that is read and written again does not change. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "xmpp/features.h"

json_t *json_text(const char *text, size_t size);

/* These add nothing for NULL. */
void json_put_text(json_t *object, const char *key, const char *text);
/* Adds value, or drops it when it is an empty object or array. */
void json_put_filled(json_t *object, const char *key, json_t *value);
void json_put_bool(json_t *object, const char *key, bool value);
void json_put_count(json_t *object, const char *key, uint64_t value);
void json_put_ms(json_t *object, const char *key, double ms); /* to the microsecond */
void json_put_time(json_t *object, const char *key, int64_t seconds);
void json_put_hex(json_t *object, const char *key, const uint8_t *data, size_t size);
json_t *json_texts(const struct text_list *list);

#endif
