/*
 * Runs a command each time that it is asked to, and tells what that cost: tool COUNT COMMAND [ARGUMENT]...
 *
 * The processor time is that of the command and its children, as getrusage(2) counts it. Its output goes nowhere. COUNT
 * is how many things it is known to do.
 *
 * tool -o COMMAND [ARGUMENT]... runs it once, leaves the output where it is and tells the cost on standard error.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

static long long cpu(const struct timeval *t)
{
	return t->tv_sec * 1000000000LL + t->tv_usec * 1000LL;
}

static void run(char **command, int keep, long count, FILE *to)
{
	struct rusage used;
	int status;
	long long wall = nanoseconds(CLOCK_MONOTONIC), both;
	pid_t pid = vfork();

	if (pid < 0)
		fail("vfork");
	if (pid == 0) {
		if (!keep)
			dup2(open("/dev/null", O_WRONLY), 1);
		execvp(*command, command);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &used) < 0)
		fail("wait4");
	wall = nanoseconds(CLOCK_MONOTONIC) - wall;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "%s: ended with status 0x%x\n", *command, status);
		exit(1);
	}
	both = cpu(&used.ru_utime) + cpu(&used.ru_stime);
	fprintf(to, "{\"cpu\":%lld,\"process\":%lld,\"wall\":%lld,\"count\":%ld}\n", both, both, wall,
		count);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: %s COUNT COMMAND [ARGUMENT]... or -o COMMAND [ARGUMENT]...\n", argv[0]);
		return 2;
	}
	if (!strcmp(argv[1], "-o")) {
		run(argv + 2, 1, 1, stderr);
		return 0;
	}
	puts("ready");
	while (asked())
		run(argv + 2, 0, atol(argv[1]), stdout);
	return 0;
}
