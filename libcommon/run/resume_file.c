/* The file goes on: what may not be whole is taken off when a result is written, and the lines of
 * it that are whole stand behind that result again, at once, until their domain is answered. So
 * they are in the file whenever the program ends. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/word.h"
#include "run/resume_inner.h"

static bool failed(struct err *err)
{
	return err_set(err, AT_FILE, ERR_SYSTEM, "standard output: %s", strerror(errno));
}

static bool write_all(int fd, const char *text, size_t size, struct err *err)
{
	return fd_write_all(fd, text, size) || failed(err);
}

static bool hold(struct resume *resume, struct err *err)
{
	char *text = arena_alloc(resume->mem, resume->held + 1);
	ssize_t got = pread(resume->fd, text, resume->held, (off_t)resume->whole);
	if (got != (ssize_t)resume->held)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "--resume: %s changed while it was read: begin again", resume->name);
	resume->held_text = text;
	return true;
}

static bool file_size(const struct resume *resume, size_t *size, struct err *err)
{
	struct stat file;
	if (fstat(resume->sink, &file) != 0)
		return failed(err);
	*size = (size_t)file.st_size;
	return true;
}

static bool cut_off(struct resume *resume, struct err *err)
{
	return ftruncate(resume->sink, (off_t)resume->whole) == 0 || failed(err);
}

/* A last line that is whole may lack its end alone. */
static bool end_line(struct resume *resume, struct err *err)
{
	char last = '\n';
	if (resume->whole > 0 && pread(resume->fd, &last, 1, (off_t)resume->whole - 1) < 0)
		return failed(err);
	if (last == '\n')
		return true;
	resume->whole++;
	return write_all(resume->sink, "\n", 1, err);
}

/* Behind what is whole. */
static bool put_held(struct resume *resume, struct err *err)
{
	resume->size = resume->whole;
	if (!resume->held_text)
		return true;
	if (!write_all(resume->sink, resume->held_text, resume->held, err))
		return false;
	resume->size += resume->held;
	return true;
}

bool resume_is_torn(const struct resume *resume)
{
	return resume->torn;
}

bool resume_is_file(const struct resume *resume, int fd)
{
	struct stat file;
	return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	       file.st_dev == resume->file.st_dev && file.st_ino == resume->file.st_ino;
}

bool resume_go_on(struct resume *resume, int fd, struct err *err)
{
	if (!resume_is_file(resume, fd))
		return true;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || !(flags & O_APPEND))
		return err_set(err, AT_FILE, ERR_USAGE,
			       "--resume: standard output is %s, too, and overwrites it: "
			       ">> adds to a file, > empties it",
			       resume->name);
	if (resume->held_name && !hold(resume, err))
		return false;
	resume->sink = fd;
	return true;
}

bool resume_make_room(struct resume *resume, struct err *err)
{
	size_t size = 0;
	if (resume->sink < 0)
		return true;
	if (!file_size(resume, &size, err))
		return false;
	if (size != resume->size) {
		/* Somebody else writes there, too: what is taken off could be his. */
		resume->sink = -1;
		return true;
	}
	return (resume->whole == size || cut_off(resume, err)) && end_line(resume, err);
}

bool resume_wrote(struct resume *resume, const struct job *job, size_t size, struct err *err)
{
	if (resume->sink < 0)
		return true;
	const char *shown = resume_shown(job);
	const char *name = shown ? shown : job->domain.ascii;
	if (resume->held_text && word_same(name, resume->held_name))
		resume->held_text = NULL;
	resume->whole += size;
	return put_held(resume, err);
}

bool resume_gave_up(struct resume *resume, size_t tried, struct err *err)
{
	size_t size = 0;
	if (resume->sink < 0)
		return true;
	if (!file_size(resume, &size, err))
		return false;
	/* Of more than that somebody else wrote some. */
	if (size > resume->whole && size - resume->whole <= tried && !cut_off(resume, err))
		return false;
	return put_held(resume, err);
}

bool resume_end(struct resume *resume, struct err *err)
{
	return resume_make_room(resume, err) && (resume->sink < 0 || put_held(resume, err));
}
