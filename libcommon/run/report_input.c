#include "run/report_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "report/json.h"

#define SHOWN_MAX      60 /* octets of a line that is no record */
#define DRAIN_SIZE     4096
#define BROKEN_TOLD    20 /* a list of domains in place of records is understood by then */

#define STANDARD_INPUT "standard input"

struct report_input report_input_from(const char *const *files, const struct log *log)
{
	static const char *const standard_input[] = { "-", NULL };
	return (struct report_input){
		.log = log,
		.files = files && *files ? files : standard_input,
		.fd = -1,
	};
}

struct report_input report_input_from_fd(int fd, const char *name, const struct log *log)
{
	static const char *const nothing_else[] = { NULL };
	return (struct report_input){
		.log = log,
		.files = nothing_else,
		.fd = fd,
		.name = name,
		.input = input_from_fd(fd, name),
	};
}

/* Opens the next file that can be. */
static bool open_next(struct report_input *input)
{
	while (*input->files) {
		const char *file = *input->files++;
		bool standard = strcmp(file, "-") == 0;
		input->name = standard ? STANDARD_INPUT : file;
		input->fd = standard ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
		if (input->fd >= 0) {
			input->input = input_from_fd(input->fd, input->name);
			return true;
		}
		log_say(input->log, input->name, "%s", strerror(errno));
		input->unreadable = true;
	}
	return false;
}

void report_input_close(struct report_input *input)
{
	if (input->fd >= 0)
		input_close(&input->input);
	fd_close(&input->fd);
}

/* In place of a record: what the line was, and why nothing is known of it. */
static json_t *stand_in(const struct input_line *line, const char *domain, const char *problem)
{
	size_t shown = line->size > SHOWN_MAX ? SHOWN_MAX : line->size;
	json_t *record = domain ? record_new(domain) : record_new_input(line->text, shown);
	json_t *finding = json_object(), *list = json_array();
	json_object_set_new(finding, "id", json_string("invalid-input"));
	json_object_set_new(finding, "severity", json_string(severity_name(SEVERITY_INFO)));
	json_object_set_new(finding, "text", json_text(problem, strlen(problem)));
	json_array_append_new(list, finding);
	json_object_set_new(record, "findings", list);
	record_raise_status(record, STATUS_UNKNOWN);
	return record;
}

static bool read_record(const struct input_line *line, struct report_record *out, struct err *err)
{
	if (line->too_long)
		return err_set(err, AT_INPUT, ERR_LIMIT, "a line of more than %d MiB",
			       RECORD_MAX / 1024 / 1024);
	if (line->size == 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "an empty line");
	if (line->text[0] != '{')
		return err_set(err, AT_INPUT, ERR_USAGE, "not a record");
	return reread_line(line->text, line->size, &out->json, err) &&
	       digest_read(out->json, out->mem, &out->digest, err);
}

void report_record_read(const struct input_line *line, struct report_record *out)
{
	struct err err = { 0 }, unused;
	out->json = NULL;
	out->problem = NULL;
	out->newer = out->too_large = false;
	if (read_record(line, out, &err))
		return;
	out->newer = err.code == ERR_UNSUPPORTED;
	out->too_large = err.code == ERR_LIMIT;
	const char *domain = arena_copy(out->mem,
					json_string_value(json_object_get(out->json, "domain")));
	json_decref(out->json);
	out->problem = arena_copy(out->mem, err.text);
	out->json = stand_in(line, domain, out->problem);
	if (!digest_read(out->json, out->mem, &out->digest, &unused))
		out->digest = (struct digest){ .status = STATUS_UNKNOWN, .record = out->json };
}

/* Of a record that was laid out for people: what begins or ends it, or one of its members. */
static bool is_laid_out(const struct input_line *line)
{
	char first = line->size > 0 ? line->text[0] : '\0';
	return first && strchr(line->size == 1 ? "\"}]{[" : "\"}]", first);
}

/* What the line seems to be, and what to do then. */
static const char *advice(const struct input_line *line, const struct report_record *record)
{
	if (record->too_large)
		return "no tool here writes such: are these records, one a line?";
	if (record->newer)
		return "it takes an xmpp-report as new as the tool that wrote it";
	if (is_laid_out(line))
		return "a record is one line: jq needs -c";
	if (line->size > 0 && line->text[0] == '{')
		return "a record that was cut off or changed: examine its domain again";
	if (line->size > 0 && memchr(line->text, '\t', line->size))
		return "short lines are for people: give the tool before this one -j";
	return "domains go through xmpp-starttls -j first";
}

static void tell(struct report_input *input, const struct input_line *line,
		 const struct report_record *record)
{
	struct arena *mem = record->mem;
	if (++input->broken > BROKEN_TOLD)
		return;
	const char *subject = arena_printf(mem, "%s, line %zu", input->name, line->number);
	const char *start = arena_copy_n(mem, line->text,
					 line->size > SHOWN_MAX ? SHOWN_MAX : line->size);
	log_say(input->log, subject, "%s%s%s%s (%s)", line->size ? "'" : "", start,
		line->size ? "': " : "", record->problem, advice(line, record));
}

static int64_t next_start(const struct report_input *input)
{
	off_t read = lseek(input->fd, 0, SEEK_CUR);
	return read < 0 ? -1 : (int64_t)read - (int64_t)input->input.pending.size;
}

/* The next line of the file being read, whatever it is. False: there is none, or err. */
static bool next_line(struct report_input *input, struct report_record *out, struct err *err)
{
	struct input_line line;
	*out = (struct report_record){ .mem = arena_new() };
	input->start = next_start(input);
	if (!input_next(&input->input, out->mem, &line, err)) {
		report_record_free(out);
		return false;
	}
	report_record_read(&line, out);
	if (out->problem)
		tell(input, &line, out);
	return true;
}

bool report_input_next(struct report_input *input, struct report_record *out)
{
	while (input->fd >= 0 || open_next(input)) {
		struct err err = { 0 };
		while (next_line(input, out, &err)) {
			if (!left_out_add(&input->left_out, &out->digest)) {
				input->lines++;
				return true;
			}
			report_record_free(out);
		}
		if (err.code) {
			log_say(input->log, NULL, "%s", err.text);
			input->unreadable = true;
		}
		report_input_close(input);
	}
	return false;
}

static void drain_file(int fd)
{
	char unused[DRAIN_SIZE];
	ssize_t got;
	if (lseek(fd, 0, SEEK_CUR) >= 0) /* nobody writes and waits for us */
		return;
	do
		got = read(fd, unused, sizeof(unused));
	while (got > 0 || (got < 0 && errno == EINTR));
}

void report_input_drain(struct report_input *input)
{
	while (input->fd >= 0 || open_next(input)) {
		drain_file(input->fd);
		report_input_close(input);
	}
}

void report_record_free(struct report_record *record)
{
	json_decref(record->json);
	record->json = NULL;
	arena_free(&record->mem);
}

void report_input_sum_up(const struct report_input *input)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *left_out = left_out_words(&input->left_out, mem);
	if (left_out)
		log_say(input->log, NULL, "%s", left_out);
	if (input->broken > BROKEN_TOLD)
		log_say(input->log, NULL, "%zu of %zu lines are no records", input->broken,
			input->lines);
}
