/* report.h - records in, a report out: reads, digests, hands to the sheet, writes. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "base/err.h"
#include "run/report_options.h"

/* From after the command line to the exit status: 0 for a report that was written, of whatever
 * domains; 3 when something could not be read or written. --diff: 1 on a change for the worse. */
int report_run(const struct report_options *opt, const struct options *options);
int report_diff(const struct report_options *opt, const struct options *options);
/* Of both, once they began: should what is left of the records be read and dropped, though nothing
 * more comes of them? */
bool report_is_worth_draining(const struct err *err);

#endif
