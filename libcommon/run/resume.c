#include "run/resume_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/memory.h"
#include "report/words.h"

#define HELD_MAX ((size_t)1024 * 1024) /* of one domain's lines; a thousand endpoints have less */

/* While reading: the short lines of one domain, as far as they stand together. */
struct group {
	struct arena *mem;
	const char *word; /* as its lines write the domain; "": the last result was no such lines */
	const char *name; /* as done has it */
	size_t offset;    /* of the first of them that belongs to the last result */
	size_t end;       /* of the last */
};

/* Without a domain a record tells the line that was none. */
static const char *named_in(const json_t *record)
{
	const char *domain = json_string_value(json_object_get(record, "domain"));
	return domain ? domain : json_string_value(json_object_get(record, "input"));
}

static bool read_record(const struct input_line *line, struct arena *mem, const char **name)
{
	json_t *record = NULL;
	struct err err;
	if (!reread_line(line->text, line->size, &record, &err))
		return false;
	*name = arena_copy(mem, named_in(record));
	json_decref(record);
	return *name != NULL;
}

static bool is_record(const struct input_line *line)
{
	return line->size > 0 && line->text[0] == '{';
}

/* Short lines have columns. */
static size_t first_column(const struct input_line *line)
{
	return strcspn(line->text, "\t");
}

/* What the line is about; NULL: it is no result. */
static const char *subject(const struct input_line *line, struct arena *mem)
{
	const char *name = NULL;
	struct jid_domain domain = { 0 };
	struct err err;
	if (line->too_long)
		return NULL;
	if (is_record(line)) {
		if (!read_record(line, mem, &name))
			return NULL;
	} else {
		/* A bare domain is of a list of targets, not of results. */
		size_t word = first_column(line);
		if (word == line->size)
			return NULL;
		name = arena_copy_n(mem, line->text, word);
	}
	return jid_domain_parse(name, strlen(name), mem, &domain, &err) ? domain.ascii : name;
}

static void group_free(struct group *group)
{
	arena_free(&group->mem);
	*group = (struct group){ .word = "" };
}

static void take_record(struct resume *resume, const char *name, struct group *group)
{
	done_add_record(resume->done, name);
	group_free(group);
}

static bool is_same_word(const struct group *group, const struct input_line *line)
{
	size_t size = first_column(line);
	return strlen(group->word) == size && strncmp(group->word, line->text, size) == 0;
}

/* The lines of one domain stand together, for each tool writes them at once. */
static void take_line(struct resume *resume, const struct input_line *line, const char *name,
		      size_t end, struct group *group)
{
	if (!is_same_word(group, line) || line->offset != group->end) {
		group_free(group);
		group->mem = arena_new();
		group->word = arena_copy_n(group->mem, line->text, first_column(line));
		group->name = arena_copy(group->mem, name);
		group->offset = line->offset;
	}
	if (done_add_line(resume->done, name, line))
		group->offset = line->offset;
	group->end = end;
}

/* The last result may not be one; its lines are taken off where they end the file. */
static void doubt(struct resume *resume, const struct group *group, size_t end)
{
	done_take(resume->done, group->name);
	if (group->end != end || group->end - group->offset > HELD_MAX)
		return;
	resume->whole = group->offset;
	resume->held = group->end - group->offset;
	resume->held_name = arena_copy(resume->mem, group->name);
}

/* Short lines of one domain are many: where the last one is torn, the others may be its own. */
static void take_torn(struct resume *resume, const struct input_line *line,
		      const struct group *group)
{
	size_t word = is_record(line) ? 0 : first_column(line);
	bool same = word > 0 && strncmp(group->word, line->text, word) == 0 &&
		    (word == line->size || group->word[word] == '\0');
	resume->torn = true;
	resume->whole = line->offset;
	if (same)
		doubt(resume, group, line->offset);
}

/* The beginning of a result, however little there is of it. */
static bool may_be_result(const struct input_line *line)
{
	return is_record(line) || first_column(line) < line->size;
}

static void take(struct resume *resume, const struct input_line *line, const char *name, size_t end,
		 struct group *group)
{
	/* A record that can be read is whole; a line may lack its last words. */
	if (line->torn && !(name && is_record(line)))
		take_torn(resume, line, group);
	else if (name && is_record(line))
		take_record(resume, name, group);
	else if (name)
		take_line(resume, line, name, end, group);
}

static bool read_all(struct resume *resume, struct err *err)
{
	/* Not closed: what it reads is the file, which is needed once more. */
	struct input input = input_from_fd(resume->fd, resume->name);
	CLEANUP(group_free) struct group group = { .word = "" };
	size_t lines = 0, results = 0;
	for (;;) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct input_line line;
		*err = (struct err){ 0 };
		if (!input_next(&input, mem, &line, err))
			break;
		const char *name = subject(&line, mem);
		lines++;
		results += name || (line.torn && lines == 1 && may_be_result(&line));
		take(resume, &line, name, input.taken, &group);
	}
	resume->size = input.taken;
	if (!resume->torn)
		resume->whole = input.taken;
	if (*group.word && !resume->torn)
		doubt(resume, &group, input.taken);
	buf_free(&input.pending);
	if (err->code)
		return false;
	if (lines > 0 && results == 0)
		return err_set(
			err, AT_INPUT, ERR_USAGE,
			"%s holds no results: it takes what an earlier run wrote with --json "
			"or --short",
			resume->name);
	return true;
}

bool resume_open(const char *file, struct resume **out, struct err *err)
{
	CLEANUP(resume_close) struct resume *resume = memory_new(sizeof(*resume));
	struct err why = { 0 };
	resume->name = file;
	resume->mem = arena_new();
	resume->done = json_object();
	resume->sink = -1;
	pthread_mutex_init(&resume->lock, NULL);
	resume->fd = open(file, O_RDONLY | O_CLOEXEC);
	if (resume->fd < 0 || fstat(resume->fd, &resume->file) < 0)
		return err_set(err, AT_FILE, ERR_SYSTEM, "--resume: %s: %s", file, strerror(errno));
	if (!read_all(resume, &why))
		return err_set(err, why.stage, why.code, "--resume: %s", why.text);
	*out = resume;
	resume = NULL;
	return true;
}

void resume_close(struct resume **resume)
{
	struct resume *closed = *resume;
	if (!closed)
		return;
	fd_close(&closed->fd);
	json_decref(closed->done);
	pthread_mutex_destroy(&closed->lock);
	arena_free(&closed->mem);
	free(closed);
	*resume = NULL;
}

/* What the job is about, as done has it. NULL: nothing. */
static const char *name_of(const struct job *job)
{
	return job->domain.ascii ? job->domain.ascii : named_in(job->record);
}

const char *resume_shown(const struct job *job)
{
	const char *start = job_line_start(job);
	return job->domain.ascii ? NULL : *start ? escaped(start, job->mem) : "-";
}

bool resume_take(struct resume *resume, const struct job *job)
{
	const char *name = name_of(job), *shown = resume_shown(job);
	pthread_mutex_lock(&resume->lock);
	bool done = (name && done_take(resume->done, name)) ||
		    (shown && done_take(resume->done, shown));
	pthread_mutex_unlock(&resume->lock);
	return done;
}
