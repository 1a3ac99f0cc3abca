/*
 * What every C program here shares: PROGRAM JOB COUNT. It prints a line when it is ready, and then for each line that it
 * reads it does the job once and prints what that cost, as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct job {
	const char *name;
	/* Does the job once, the number of times that it was done before in hand; gives how many things it saw. */
	long (*run)(long count, int before);
	/* What comes before all of them. */
	void (*prepare)(void);
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static long long nanoseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The most memory that this process had, in bytes; getrusage(2) would count what came before exec(2) too. */
static inline long long most_memory(void)
{
	char line[128];
	long long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");

	if (!status)
		fail("/proc/self/status");
	while (fgets(line, sizeof line, status))
		if (sscanf(line, "VmHWM: %lld", &kib) == 1)
			break;
	fclose(status);
	return kib * 1024;
}

/* Whether there is another line; all that matters of it is that it came. */
static inline int asked(void)
{
	char line[16];

	fflush(stdout);
	return fgets(line, sizeof line, stdin) != NULL;
}

static inline int measure(const struct job *job, int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s JOB COUNT\n", argv[0]);
		return 2;
	}
	while (job->name && strcmp(job->name, argv[1]))
		job++;
	if (!job->name) {
		fprintf(stderr, "%s: no job %s\n", argv[0], argv[1]);
		return 2;
	}
	if (job->prepare)
		job->prepare();
	puts("ready");
	for (int before = 0; asked(); before++) {
		long long cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID), wall = nanoseconds(CLOCK_MONOTONIC);
		long seen = job->run(atol(argv[2]), before);

		cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
		wall = nanoseconds(CLOCK_MONOTONIC) - wall;
		printf("{\"cpu\":%lld,\"process\":%lld,\"wall\":%lld,\"count\":%ld,\"rss\":%lld}\n", cpu, cpu, wall, seen,
			most_memory());
	}
	return 0;
}
