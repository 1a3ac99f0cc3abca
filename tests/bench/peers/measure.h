/* What every C program here shares: PROGRAM JOB WARMUP REPS COUNT, a line of JSON a repetition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Does the job once, the repetition's number in hand, and gives how many things it saw. */
typedef long (*job_fn)(long count, int repetition);

struct job {
	const char *name;
	job_fn run;
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

static inline int measure(const struct job *jobs, int argc, char **argv)
{
	const struct job *job = jobs;

	if (argc != 5) {
		fprintf(stderr, "usage: %s JOB WARMUP REPS COUNT\n", argv[0]);
		return 2;
	}
	while (job->name && strcmp(job->name, argv[1]))
		job++;
	if (!job->name) {
		fprintf(stderr, "%s: no job %s\n", argv[0], argv[1]);
		return 2;
	}
	int warmup = atoi(argv[2]), all = warmup + atoi(argv[3]);

	for (int i = 0; i < all; i++) {
		long long cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID), wall = nanoseconds(CLOCK_MONOTONIC);
		long seen = job->run(atol(argv[4]), i);

		cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
		wall = nanoseconds(CLOCK_MONOTONIC) - wall;
		if (i >= warmup)
			printf("{\"cpu\":%lld,\"wall\":%lld,\"count\":%ld}\n", cpu, wall, seen);
	}
	return 0;
}
