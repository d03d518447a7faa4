#include "run/report_old.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/memory.h"

#define COPY_SIZE ((size_t)64 * 1024)

struct report_old {
	int fd;
	const char *file;
	json_t *places; /* name to twice the offset of its line, and one more when it was taken */
	void *next;     /* of report_old_unseen() */
	bool broken;
};

static bool failed(const char *file, enum err_code code, int why, struct err *err)
{
	return err_set(err, AT_FILE, code, "--diff: %s: %s", file, strerror(why));
}

static bool copy_all(int from, int to)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char *chunk = arena_alloc(mem, COPY_SIZE);
	for (;;) {
		ssize_t got = read(from, chunk, COPY_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		if (!fd_write_all(to, chunk, (size_t)got))
			return false;
	}
}

/* A file without a name, which goes with its descriptor, takes its place. */
static bool spool(int fd)
{
	FILE *file = tmpfile();
	if (!file)
		return false;
	bool ok = copy_all(fd, fileno(file)) && lseek(fileno(file), 0, SEEK_SET) == 0 &&
		  dup3(fileno(file), fd, O_CLOEXEC) >= 0;
	fclose(file);
	return ok;
}

/* What is no file of records is a slip of the command line. */
static bool open_file(const char *file, int *fd, struct err *err)
{
	struct stat about;
	*fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &about) != 0)
		return failed(file, ERR_USAGE, errno, err);
	if (S_ISDIR(about.st_mode))
		return failed(file, ERR_USAGE, EISDIR, err);
	return S_ISREG(about.st_mode) || spool(*fd) || failed(file, ERR_SYSTEM, errno, err);
}

static bool note(struct report_old *old, const struct report_input *input,
		 const struct report_record *record, size_t max, struct err *err)
{
	if (record->problem)
		return true;
	json_object_set_new(old->places, digest_name(&record->digest),
			    json_integer(2 * (json_int_t)input->start));
	return json_object_size(old->places) <= max ||
	       err_set(err, AT_FILE, ERR_LIMIT,
		       "--diff: %s holds more than %zu domains; compare it in parts, each with the same domains in both files",
		       old->file, max);
}

static bool read_all(struct report_old *old, size_t max, const struct log *log, struct err *err)
{
	int fd = dup(old->fd);
	if (fd < 0)
		return failed(old->file, ERR_SYSTEM, errno, err);
	struct report_input input = report_input_from_fd(fd, old->file, log);
	struct report_record record;
	bool ok = true;
	while (ok && report_input_next(&input, &record)) {
		ok = note(old, &input, &record, max, err);
		report_record_free(&record);
	}
	report_input_sum_up(&input);
	report_input_close(&input);
	old->broken = input.broken > 0 || input.unreadable;
	if (ok && input.lines == 0 && !input.unreadable)
		return err_set(err, AT_FILE, ERR_USAGE, "--diff: %s holds no records", old->file);
	return ok;
}

bool report_old_read(const char *file, size_t max, const struct log *log, struct report_old **out,
		     struct err *err)
{
	CLEANUP(report_old_free) struct report_old *old = memory_new(sizeof(*old));
	old->file = strcmp(file, "-") == 0 ? "standard input" : file;
	old->places = json_object();
	if (!open_file(file, &old->fd, err) || !read_all(old, max, log, err))
		return false;
	old->next = json_object_iter(old->places);
	*out = old;
	old = NULL;
	return true;
}

void report_old_free(struct report_old **old)
{
	if (!*old)
		return;
	fd_close(&(*old)->fd);
	json_decref((*old)->places);
	free(*old);
	*old = NULL;
}

bool report_old_is_broken(const struct report_old *old)
{
	return old->broken;
}

/* The line that began there, read anew. */
static bool read_at(const struct report_old *old, off_t start, struct report_record *out)
{
	struct input input = input_from_fd(old->fd, old->file);
	struct input_line line;
	struct err unused;
	bool ok = lseek(old->fd, start, SEEK_SET) == start &&
		  input_next(&input, out->mem, &line, &unused);
	if (ok)
		report_record_read(&line, out);
	buf_free(&input.pending); /* the descriptor stays ours */
	return ok && !out->problem;
}

enum old_answer report_old_take(struct report_old *old, const char *name, struct report_record *out,
				struct err *err)
{
	json_t *place = json_object_get(old->places, name);
	if (!place)
		return OLD_NONE;
	json_int_t value = json_integer_value(place);
	json_integer_set(place, value | 1);
	*out = (struct report_record){ .mem = arena_new() };
	if (read_at(old, (off_t)(value / 2), out) && strcmp(digest_name(&out->digest), name) == 0)
		return OLD_FOUND;
	report_record_free(out);
	err_set(err, AT_FILE, ERR_SYSTEM, "--diff: %s changed while it was read: begin again",
		old->file);
	return OLD_FAILED;
}

const char *report_old_unseen(struct report_old *old)
{
	for (; old->next; old->next = json_object_iter_next(old->places, old->next)) {
		if (json_integer_value(json_object_iter_value(old->next)) % 2 == 0)
			return json_object_iter_key(old->next);
	}
	return NULL;
}
