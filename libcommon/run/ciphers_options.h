/* ciphers_options.h - the options of xmpp-ciphers beside the common ones.
 *
 * Filled before the first thread, const afterwards. */
#ifndef RUN_CIPHERS_OPTIONS_H
#define RUN_CIPHERS_OPTIONS_H

#include "report/names.h"
#include "run/cli.h"
#include "tls/survey.h"

struct ciphers_options {
	enum survey_scope scope; /* --versions-only, --suites-only, --groups */
	unsigned lanes;          /* --lanes; 1 under --gentle */
	size_t connections_max;  /* --max-connections; 0: no limit */
	enum suite_names names;  /* --names */
	bool only_bad;           /* --only-bad */
	const char *diff;        /* --diff FILE; NULL */
	/* --list: the registry, offline. */
	bool list;
	bool list_fs;                  /* --fs: only with forward secrecy */
	enum tls_version list_version; /* --tls VERSION: only what it may use; NONE: all */

	struct ciphers_old *old; /* of --diff; NULL */
};

extern const struct poptOption ciphers_table[];

void ciphers_options_init(struct ciphers_options *opt);
/* cli_tool.take */
NODISCARD bool ciphers_take_option(void *tool_options, struct options *options, int value,
				   const char *arg, struct err *err);
/* After the command line: what does not go together, the file of --diff. False: told on standard
 * error, status unknown. */
NODISCARD bool ciphers_options_open(struct ciphers_options *opt, struct options *options);
void ciphers_options_close(struct ciphers_options *opt);

#endif
