/*
 * Runs a command to its end and tells what it cost: tool [-o] COMMAND [ARGUMENT]...
 *
 * The processor time is the whole process's and its children's, as getrusage(2) counts it; `rss` is the most memory
 * that it had, in bytes. The command's output goes nowhere, or with -o to where ours goes, and the line of JSON then
 * to standard error.
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

int main(int argc, char **argv)
{
	int keep = argc > 1 && !strcmp(argv[1], "-o"), status;
	char **command = argv + 1 + keep;
	struct rusage used;
	long long wall = nanoseconds(CLOCK_MONOTONIC);
	pid_t pid;

	if (!*command) {
		fprintf(stderr, "usage: %s [-o] COMMAND [ARGUMENT]...\n", argv[0]);
		return 2;
	}
	pid = vfork();
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
		return 1;
	}
	fprintf(keep ? stderr : stdout, "{\"cpu\":%lld,\"wall\":%lld,\"count\":1,\"rss\":%lld}\n",
		cpu(&used.ru_utime) + cpu(&used.ru_stime), wall, used.ru_maxrss * 1024LL);
	return 0;
}
