#include "run/report.h"

#include <time.h>
#include <unistd.h>

#include "run/report_input.h"
#include "run/report_output.h"

struct run {
	const struct report_options *opt;
	const struct options *options;
	struct report_input input;
	struct report_output output;
	struct sheet *sheet;
	struct buf text; /* of the sheet, not written yet */
	bool over;       /* more records than the form takes: told */
};

static bool write_out(struct run *run, struct err *err)
{
	return run->text.size == 0 || report_output_write(&run->output, &run->text, err);
}

/* What fits is a report of its own; what is left out must not look as if it were not there. */
static bool is_full(struct run *run)
{
	const struct sheet_kind *kind = run->opt->kind;
	run->over = kind->records_max > 0 && run->input.lines > kind->records_max;
	if (run->over)
		log_say(&run->options->log, NULL,
			"more than %zu records: --%s shows the first %zu and no more; split them with split -l %zu, or use --csv",
			kind->records_max, kind->name, kind->records_max, kind->records_max);
	return run->over;
}

static bool feed(struct run *run, struct err *err)
{
	struct report_record record;
	bool ok = true;
	while (ok && !run->over && report_input_next(&run->input, &record)) {
		ok = is_full(run) ||
		     (run->opt->kind->add(run->sheet, &record.digest, &run->text, err) &&
		      write_out(run, err));
		report_record_free(&record);
	}
	return ok;
}

static bool finish(struct run *run, struct err *err)
{
	enum sheet_state state;
	do {
		state = run->opt->kind->end(run->sheet, &run->text, err);
		if (state == SHEET_FAILED || !write_out(run, err))
			return false;
	} while (state == SHEET_MORE);
	return true;
}

static bool make(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	const bool file = run->output.fd != STDOUT_FILENO;
	const struct sheet_options wishes = {
		.title = run->opt->title,
		.now = time(NULL),
		.colour = options->colour && !file,
		.width = file ? 0 : cli_terminal_width(),
		.left_out = &run->input.left_out,
	};
	run->sheet = run->opt->kind->begin(&wishes, &run->text);
	bool ok = feed(run, err) && finish(run, err);
	run->opt->kind->free(run->sheet);
	return ok;
}

/* A page is for a browser. */
static bool suits(const struct run *run, struct err *err)
{
	if (run->opt->kind != &sheet_html || !isatty(run->output.fd))
		return true;
	return err_set(
		err, AT_INPUT, ERR_USAGE,
		"a page is nothing for a terminal: -o FILE writes it, --summary is to be read here");
}

/* Where nothing came at all, something went wrong before us: what was written before is worth more.
 */
static bool keeps_old(const struct run *run)
{
	if (run->input.lines > 0)
		return false;
	log_say(&run->options->log, NULL, "no records came in%s%s%s", run->output.path ? "; " : "",
		run->output.path ? run->output.name : "",
		run->output.path ? " was not touched" : "");
	return true;
}

/* Who reads us and has seen enough, as head(1), ends all that comes before us, too; and what makes
 * no sense is told before much was done. All else may happen in the night, with tee(1) before us.
 */
bool report_is_worth_draining(const struct err *err)
{
	return err->code != ERR_CLOSED && err->code != ERR_USAGE;
}

int report_run(const struct report_options *opt, const struct options *options)
{
	struct run run = { .opt = opt,
			   .options = options,
			   .input = report_input_from(options->operands, &options->log),
			   .text = buf_new(BUF_UNBOUNDED) };
	struct err err = { 0 };
	json_object_seed(0);
	bool begun = report_output_open(opt->output, options->mem, &run.output, &err);
	bool ok = begun && suits(&run, &err) && make(&run, &err);
	report_input_sum_up(&run.input);
	bool empty = ok && keeps_old(&run);
	if (ok && !empty)
		ok = report_output_commit(&run.output, options->mem, &err);
	if (!ok)
		log_usage(&options->log, err.text);
	if (ok ? run.over : begun && report_is_worth_draining(&err))
		report_input_drain(&run.input);
	report_input_close(&run.input);
	report_output_close(&run.output);
	buf_free(&run.text);
	return ok && !empty && !run.over && !run.input.unreadable && run.input.broken == 0
		       ? STATUS_OK
		       : STATUS_UNKNOWN;
}
