#include "tls/trust.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "tls/cert.h"
#include "tls/dn.h"
#include "tls/signature.h"

#define BUNDLE_MAX ((size_t)64 * 1024 * 1024) /* the system's has 0.2 MiB: more is no bundle */

struct anchor {
	struct bytes subject, der;
	uint64_t hash; /* of the subject */
};

/* False: no certificate. */
static bool anchor_set(struct anchor *anchor, struct bytes der)
{
	struct bytes issuer;
	anchor->der = der;
	if (!cert_peek(der, &anchor->subject, &issuer))
		return false;
	anchor->hash = dn_hash(anchor->subject);
	return true;
}

struct bundle {
	struct arena *mem; /* owns what the anchors point to */
	struct anchor *anchors;
	size_t count;
	const char *problem; /* why there are none */
};

/* The system's, read by whoever asks first. */
struct lazy {
	pthread_mutex_t lock;
	bool loaded;
	struct bundle bundle;
};

struct trust {
	struct arena *mem;
	struct bundle named;
	struct lazy *system; /* NULL: not wanted */
	struct signature_memo *memo;
};

/* No more than that: every block has one. */
static size_t count_blocks(struct bytes pem)
{
	static const char begin[] = "-----BEGIN ";
	const uint8_t *at = pem.data, *end = pem.data + pem.size;
	size_t count = 0;
	while (at < end && (at = memchr(at, '-', (size_t)(end - at)))) {
		bool found = (size_t)(end - at) >= sizeof(begin) - 1 &&
			     memcmp(at, begin, sizeof(begin) - 1) == 0;
		count += found;
		at += found ? sizeof(begin) - 1 : 1;
	}
	return count;
}

/* Blocks that are no certificates are passed over: bundles carry keys and old formats too. */
static void index_bundle(struct bytes pem, struct bundle *bundle)
{
	size_t room = count_blocks(pem), broken;
	struct bytes *ders = arena_array(bundle->mem, room, sizeof(*ders));
	room = cert_from_pem(pem, bundle->mem, ders, room, &broken);
	bundle->anchors = arena_array(bundle->mem, room, sizeof(*bundle->anchors));
	for (size_t i = 0; i < room; i++) {
		if (anchor_set(&bundle->anchors[bundle->count], ders[i]))
			bundle->count++;
		else
			broken++;
	}
	if (bundle->count == 0)
		bundle->problem = broken > 0     ? "no readable certificate"
				  : pem.size > 0 ? "no certificate in PEM"
						 : "nothing";
}

static void bundle_load(const char *path, struct bundle *bundle)
{
	struct bytes pem;
	CLEANUP(arena_free) struct arena *scratch = arena_new();
	bundle->mem = arena_new();
	if (!file_read(path, BUNDLE_MAX, scratch, &pem)) {
		bundle->problem = arena_printf(bundle->mem,
					       "cannot read the trust anchors in %s: %s", path,
					       strerrordesc_np(errno));
		return;
	}
	index_bundle(pem, bundle);
	if (bundle->problem)
		bundle->problem = arena_printf(bundle->mem, "%s holds %s to trust", path,
					       bundle->problem);
}

static size_t bundle_find(const struct bundle *bundle, struct bytes subject, struct bytes *out,
			  size_t room)
{
	size_t found = 0;
	uint64_t hash = dn_hash(subject);
	for (size_t i = 0; i < bundle->count && found < room; i++) {
		if (bundle->anchors[i].hash == hash &&
		    dn_equal(bundle->anchors[i].subject, subject))
			out[found++] = bundle->anchors[i].der;
	}
	return found;
}

static struct lazy *lazy_new(struct arena *mem)
{
	struct lazy *lazy = arena_alloc(mem, sizeof(*lazy));
	pthread_mutex_init(&lazy->lock, NULL);
	return lazy;
}

/* A lock outside run/, because only a chain that is judged knows that the bundle is wanted. */
static const struct bundle *lazy_load(struct lazy *lazy)
{
	pthread_mutex_lock(&lazy->lock);
	if (!lazy->loaded)
		bundle_load(TRUST_SYSTEM_BUNDLE, &lazy->bundle);
	lazy->loaded = true;
	pthread_mutex_unlock(&lazy->lock);
	return &lazy->bundle;
}

bool trust_new(const char *file, bool with_system, struct trust **out, struct err *err)
{
	struct arena *mem = arena_new();
	CLEANUP(trust_free) struct trust *trust = arena_alloc(mem, sizeof(*trust));
	trust->mem = mem;
	trust->memo = signature_memo_new();
	if (file)
		bundle_load(file, &trust->named);
	if (trust->named.problem)
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s", trust->named.problem);
	if (!file || with_system)
		trust->system = lazy_new(mem);
	*out = trust;
	trust = NULL;
	return true;
}

struct trust *trust_of(const struct bytes *ders, size_t count)
{
	struct arena *mem = arena_new();
	struct trust *trust = arena_alloc(mem, sizeof(*trust));
	struct bundle *named = &trust->named;
	trust->mem = mem;
	trust->memo = signature_memo_new();
	named->mem = arena_new();
	named->anchors = arena_array(named->mem, count, sizeof(*named->anchors));
	for (size_t i = 0; i < count; i++) {
		struct bytes der = arena_bytes(named->mem, ders[i].data, ders[i].size);
		named->count += anchor_set(&named->anchors[named->count], der);
	}
	return trust;
}

void trust_free(struct trust **trust)
{
	if (!*trust)
		return;
	arena_free(&(*trust)->named.mem);
	signature_memo_free(&(*trust)->memo);
	if ((*trust)->system) {
		arena_free(&(*trust)->system->bundle.mem);
		pthread_mutex_destroy(&(*trust)->system->lock);
	}
	struct arena *mem = (*trust)->mem;
	arena_free(&mem);
	*trust = NULL;
}

size_t trust_find(const struct trust *trust, struct bytes subject, struct bytes *out,
		  bool *from_system, size_t room)
{
	size_t named = bundle_find(&trust->named, subject, out, room), found = named;
	if (trust->system)
		found += bundle_find(lazy_load(trust->system), subject, out + named, room - named);
	for (size_t i = 0; i < found; i++)
		from_system[i] = i >= named;
	return found;
}

const char *trust_problem(const struct trust *trust)
{
	return trust->system ? lazy_load(trust->system)->problem : NULL;
}

struct signature_memo *trust_memo(const struct trust *trust)
{
	return trust->memo;
}
