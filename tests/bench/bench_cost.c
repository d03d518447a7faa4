/* bench_cost - what a command costs: bench_cost FD COMMAND [ARGUMENT...] runs it and writes a line
 * of its CPU seconds, peak memory in KiB and exit status to FD.
 *
 * A small parent is the point of it: Linux counts the memory of whoever was there before exec, so a
 * child of Python never needs less than Python. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: bench_cost FD COMMAND [ARGUMENT...]\n");
		return 3;
	}
	int report = atoi(argv[1]), status;
	struct rusage usage;
	fcntl(report, F_SETFD, FD_CLOEXEC);
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], &argv[2]);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("bench_cost");
		return 3;
	}
	dprintf(report, "%.6f %ld %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
		usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
