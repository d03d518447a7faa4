/* For the textfile collector of node_exporter: nothing is out before all records are in, for the
 * samples of one metric stand together. */
#include <stdlib.h>

#include "base/memory.h"
#include "report/prometheus_parts.h"

struct sheet {
	struct kept *kept;
	struct writing writing;
};

static struct sheet *prometheus_begin(const struct sheet_options *options, struct buf *out)
{
	struct sheet *sheet = memory_new(sizeof(*sheet));
	(void)out;
	sheet->kept = kept_new(options->now);
	sheet->writing.kept = sheet->kept;
	return sheet;
}

static bool prometheus_add(struct sheet *sheet, const struct digest *digest, struct buf *out,
			   struct err *err)
{
	(void)out;
	return kept_add(sheet->kept, digest, err);
}

static enum sheet_state prometheus_end(struct sheet *sheet, struct buf *out, struct err *err)
{
	(void)err;
	return prometheus_write(&sheet->writing, out) ? SHEET_MORE : SHEET_DONE;
}

static void prometheus_free(struct sheet *sheet)
{
	kept_free(&sheet->kept);
	free(sheet);
}

const struct sheet_kind sheet_prometheus = {
	"prometheus",   KEPT_DOMAINS,   prometheus_begin,
	prometheus_add, prometheus_end, prometheus_free,
};
