#include "run/limits.h"

#include <stddef.h>
#include <sys/resource.h>

/* Besides its connections: a web server, and of its resolver a UDP and a TCP socket for each of
 * three name servers; one to spare. */
#define FDS_PER_WORKER 8
/* Of the process: standard streams, input, record, trust, databases, signals. */
#define FDS_SHARED 32

static size_t fds_per_worker(unsigned connections)
{
	return FDS_PER_WORKER + (size_t)connections;
}

static size_t files_wanted(unsigned workers, unsigned connections)
{
	return FDS_SHARED + workers * fds_per_worker(connections);
}

unsigned limits_open_files(unsigned workers, unsigned connections, struct err *err)
{
	struct rlimit limit;
	size_t wanted = files_wanted(workers, connections);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return workers;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return workers; /* forbidden by a sandbox: nobody knows better what there is */
	if (limit.rlim_cur >= wanted)
		return workers;
	size_t room = limit.rlim_cur > FDS_SHARED ? limit.rlim_cur - FDS_SHARED : 0;
	size_t each = fds_per_worker(connections);
	unsigned most = room >= each ? (unsigned)(room / each) : 1;
	err_set(err, AT_INPUT, ERR_SYSTEM,
		"--jobs %u may need %zu open files at once, and the limit is %zu (ulimit -Hn): %u "
		"domains at once instead",
		workers, wanted, (size_t)limit.rlim_cur, most);
	return most;
}
