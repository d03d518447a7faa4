/* --diff OLD NEW: what changed, domain by domain, as NEW comes in. */
#include <unistd.h>

#include "base/escape.h"
#include "report/compare.h"
#include "report/grid.h"
#include "run/report.h"
#include "run/report_old.h"
#include "run/report_output.h"

#define NAME_SHOWN 253 /* octets: those of a domain */

struct diff {
	const struct options *options;
	struct report_output output;
	struct report_old *old;
	struct report_input new;
	bool begun; /* there is somewhere to write to */
	bool colour, aligned;
	size_t compared, changed, worse, better, appeared, disappeared; /* domains */
	bool unnamed; /* a line of new, whose domain could not be read either */
};

static const char *kind_colour(const struct diff *diff, enum change_kind kind)
{
	if (!diff->colour || kind == CHANGE_OTHER)
		return NULL;
	return kind == CHANGE_WORSE ? "\033[31m" : kind == CHANGE_BETTER ? "\033[32m" : NULL;
}

static void put_aligned(const struct diff *diff, const char *name, const struct changes *changes,
			struct arena *mem, struct buf *out)
{
	struct grid grid = { .mem = mem };
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		struct grid_cell *cells = grid_add(&grid)->cells;
		cells[0].text = name;
		cells[1].text = change_kind_name(change->kind);
		cells[1].colour = kind_colour(diff, change->kind);
		cells[2].text = change->what;
		cells[3].text = change->was;
		cells[4].text = "->";
		cells[5].text = change->is;
	}
	grid_write(&grid, "", out);
}

static void put_lines(const char *name, const struct changes *changes, struct buf *out)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		buf_printf(out, "%s\t%s\t%s\t%s\t%s\n", name, change_kind_name(change->kind),
			   change->what, change->was, change->is);
	}
}

static bool put(struct diff *diff, const char *name, const struct changes *changes,
		struct arena *mem, struct err *err)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	const char *shown = escape_copy(mem, name, NAME_SHOWN);
	if (changes->count == 0)
		return true;
	if (diff->aligned)
		put_aligned(diff, shown, changes, mem, &out);
	else
		put_lines(shown, changes, &out);
	return report_output_write(&diff->output, &out, err);
}

static bool has_kind(const struct changes *changes, enum change_kind kind)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->items[i].kind == kind)
			return true;
	}
	return false;
}

static void count(struct diff *diff, const struct changes *changes)
{
	diff->compared++;
	diff->changed += changes->count > 0;
	diff->worse += has_kind(changes, CHANGE_WORSE);
	diff->better += has_kind(changes, CHANGE_BETTER);
}

/* A domain that only one of the two knows: was it asked for at all? So neither worse nor better. */
static bool put_alone(struct diff *diff, enum change_kind kind, const struct digest *digest,
		      struct arena *mem, struct err *err)
{
	const char *status = status_name(digest->status);
	bool appeared = kind == CHANGE_APPEARED;
	struct change change = { kind, "domain", appeared ? "-" : status, appeared ? status : "-" };
	const struct changes one = { .items = &change, .count = 1 };
	diff->appeared += appeared;
	diff->disappeared += !appeared;
	return put(diff, digest_name(digest), &one, mem, err);
}

static bool compare(struct diff *diff, const struct report_record *new, struct err *err)
{
	struct report_record old;
	struct changes changes;
	diff->unnamed |= new->problem && !new->digest.domain;
	switch (report_old_take(diff->old, digest_name(&new->digest), &old, err)) {
	case OLD_NONE:
		return new->problem ||
		       put_alone(diff, CHANGE_APPEARED, &new->digest, new->mem, err);
	case OLD_FAILED:
		return false;
	case OLD_FOUND:
		break;
	}
	bool ok = true;
	if (!new->problem) {
		compare_records(&old.digest, &new->digest, new->mem, &changes);
		count(diff, &changes);
		ok = put(diff, digest_name(&new->digest), &changes, new->mem, err);
	}
	report_record_free(&old);
	return ok;
}

static bool compare_all(struct diff *diff, struct err *err)
{
	struct report_record new;
	bool ok = true;
	while (ok && report_input_next(&diff->new, &new)) {
		ok = compare(diff, &new, err);
		report_record_free(&new);
	}
	/* That every domain disappeared nobody would believe. */
	if (ok && diff->new.lines == 0 && !diff->new.unreadable)
		return err_set(err, AT_FILE, ERR_USAGE, "--diff: %s holds no records",
			       diff->new.name);
	return ok;
}

static bool tell_disappeared(struct diff *diff, struct err *err)
{
	const char *name;
	if (diff->new.unreadable || diff->unnamed) /* they may stand in what was not read */
		return true;
	while ((name = report_old_unseen(diff->old))) {
		struct report_record old;
		if (report_old_take(diff->old, name, &old, err) != OLD_FOUND)
			return false;
		bool ok = put_alone(diff, CHANGE_DISAPPEARED, &old.digest, old.mem, err);
		report_record_free(&old);
		if (!ok)
			return false;
	}
	return true;
}

/* A comment, so that the lines above it are input for any tool. */
static bool sum_up(struct diff *diff, struct err *err)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	if (diff->changed + diff->appeared + diff->disappeared == 0)
		return true;
	buf_printf(
		&out,
		"# %zu of %zu domains changed: worse %zu, better %zu; appeared %zu, disappeared %zu\n",
		diff->changed, diff->compared, diff->worse, diff->better, diff->appeared,
		diff->disappeared);
	return report_output_write(&diff->output, &out, err);
}

static bool run(struct diff *diff, const struct report_options *opt, struct err *err)
{
	const char *const *files = diff->options->operands;
	const struct log *log = &diff->options->log;
	diff->begun = report_output_open(opt->output, diff->options->mem, &diff->output, err);
	if (!diff->begun)
		return false;
	diff->aligned = isatty(diff->output.fd);
	diff->colour = diff->options->colour && diff->output.fd == STDOUT_FILENO;
	if (!report_old_read(files[0], OLD_DOMAINS_MAX, log, &diff->old, err))
		return false;
	return compare_all(diff, err) && tell_disappeared(diff, err) && sum_up(diff, err) &&
	       report_output_commit(&diff->output, diff->options->mem, err);
}

int report_diff(const struct report_options *opt, const struct options *options)
{
	struct diff diff = { .options = options,
			     .output = { .fd = -1 },
			     .new = report_input_from(options->operands + 1, &options->log) };
	struct err err = { 0 };
	json_object_seed(0);
	bool ok = run(&diff, opt, &err);
	if (!ok)
		log_usage(&options->log, err.text);
	if (!ok && diff.begun && report_is_worth_draining(&err))
		report_input_drain(&diff.new);
	report_input_sum_up(&diff.new);
	bool whole = ok && diff.old && !report_old_is_broken(diff.old) && diff.new.broken == 0 &&
		     !diff.new.unreadable;
	report_input_close(&diff.new);
	report_output_close(&diff.output);
	report_old_free(&diff.old);
	return !whole ? STATUS_UNKNOWN : diff.worse > 0 ? STATUS_WARNING : STATUS_OK;
}
