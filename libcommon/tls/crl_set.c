/* Revocation lists from files. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "tls/crl_list.h"
#include "tls/pem.h"

#define FILE_MAX  ((size_t)64 * 1024 * 1024) /* the largest lists in the wild have 10 to 20 MiB */
#define LISTS_MAX 4096 /* an authority that parts its list makes 128 of it for each of its keys */

#define BEGIN     "-----BEGIN X509 CRL-----"
#define END       "-----END X509 CRL-----"

void crl_set_free(struct crl_set **set)
{
	if (!*set)
		return;
	struct arena *mem = (*set)->mem;
	arena_free(&mem);
	*set = NULL;
}

static bool add(struct crl_set *set, struct bytes der, struct err *err)
{
	struct crl_list list;
	if (set->count == LISTS_MAX)
		return err_set(err, AT_FILE, ERR_LIMIT, "more than %d revocation lists", LISTS_MAX);
	if (!crl_list_read(der, set->mem, &list, err))
		return false;
	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 4;
		struct crl_list *more = arena_array(set->mem, room, sizeof(*more));
		if (set->count > 0)
			memcpy(more, set->lists, set->count * sizeof(*more));
		set->lists = more;
		set->room = room;
	}
	set->lists[set->count++] = list;
	return true;
}

/* The block that begins at *at, and *at behind it. */
static bool add_block(struct crl_set *set, struct bytes *at, struct err *err)
{
	struct bytes text = { at->data + strlen(BEGIN), at->size - strlen(BEGIN) }, der;
	const uint8_t *end = memmem(text.data, text.size, END, strlen(END));
	if (!end)
		return err_set(err, AT_FILE, ERR_PROTOCOL, "it has no END line");
	size_t size = (size_t)(end - text.data), skip = size + strlen(END);
	*at = (struct bytes){ text.data + skip, text.size - skip };
	text.size = size;
	if (!pem_decode(text, set->mem, &der))
		return err_set(err, AT_FILE, ERR_PROTOCOL, "it is not base64");
	return add(set, der, err);
}

static bool add_blocks(struct crl_set *set, struct bytes text, const char *file, struct err *err)
{
	struct err cause;
	for (int block = 1;; block++) {
		const uint8_t *begin = memmem(text.data, text.size, BEGIN, strlen(BEGIN));
		if (!begin)
			return true;
		text.size -= (size_t)(begin - text.data);
		text.data = begin;
		if (!add_block(set, &text, &cause))
			return err_set(err, cause.stage, cause.code, "block %d of %s: %s", block,
				       file, cause.text);
	}
}

static bool add_file(struct crl_set *set, const char *file, struct err *err)
{
	CLEANUP(arena_free) struct arena *scratch = arena_new();
	struct bytes text;
	struct err cause;
	if (!file_read(file, FILE_MAX, scratch, &text))
		return err_set(err, AT_FILE, errno == EFBIG ? ERR_LIMIT : ERR_SYSTEM,
			       "cannot read the revocation lists in %s: %s", file,
			       strerrordesc_np(errno));
	if (memmem(text.data, text.size, BEGIN, strlen(BEGIN)))
		return add_blocks(set, text, file, err);
	if (text.size == 0 || text.data[0] != 0x30)
		return err_set(err, AT_FILE, ERR_PROTOCOL,
			       "%s holds no revocation list, neither PEM nor DER", file);
	if (!add(set, arena_bytes(set->mem, text.data, text.size), &cause))
		return err_set(err, cause.stage, cause.code, "%s: %s", file, cause.text);
	return true;
}

bool crl_set_new(const char *const *files, size_t count, struct crl_set **out, struct err *err)
{
	struct arena *mem = arena_new();
	CLEANUP(crl_set_free) struct crl_set *set = arena_alloc(mem, sizeof(*set));
	set->mem = mem;
	for (size_t i = 0; i < count; i++) {
		if (!add_file(set, files[i], err))
			return false;
	}
	*out = set;
	set = NULL;
	return true;
}
