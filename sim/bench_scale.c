// SPDX-License-Identifier: GPL-2.0-or-later
/* bench_scale.c - `bench scale`: large guests, and several cells side by side. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_parts.h"
#include "real_time.h"

enum { MS, MIB };

/* In a process of its own, which says by @fd how long it took: its memory is all that it needed. */
static double in_child(double (*fn)(const struct bench_setting *b, int *status),
		       const struct bench_setting *b, unsigned int what, int *status)
{
	struct rusage used;
	double ms = -1;
	int fd[2], how;
	pid_t child;

	if (pipe(fd))
		return -1;
	fflush(NULL);
	child = fork();
	if (!child) {
		ms = fn(b, status);
		_exit(!*status && write(fd[1], &ms, sizeof(ms)) == sizeof(ms) ? 0 : BS_RESOURCE);
	}
	close(fd[1]);
	if (child < 0 || wait4(child, &how, 0, &used) < 0 || !WIFEXITED(how) || WEXITSTATUS(how) ||
	    read(fd[0], &ms, sizeof(ms)) != sizeof(ms))
		*status = BS_RESOURCE;
	close(fd[0]);
	return what == MS ? ms : (double)used.ru_maxrss / 1024;
}

static double nothing(const struct bench_setting *b, int *status)
{
	(void)b;
	(void)status;
	return 0;
}

static double start(const struct bench_setting *b, int *status)
{
	const struct bs_machine_config mc = {.kernel = b->kernel,
					     .memory_bytes = UINT64_C(1) << 40};
	const double begin = bench_cpu_ns();
	struct bs_machine *m;
	struct bs_error err;

	if (bs_machine_create(&mc, &m, &err)) {
		*status = cli_error(&err);
		return -1;
	}
	return (bench_cpu_ns() - begin) / 1e6;
}

static double start_guest(struct bench_setting *b, unsigned int what, int *status)
{
	const double v = in_child(start, b, what, status);

	return what == MS ? v : v - in_child(nothing, b, MIB, status);
}

/* A pass over 1 TiB of which nothing but 64 MiB was ever touched. */
static double rotate(const struct bench_setting *b, int *status)
{
	char *path = bench_trace("burst", "size=64MiB,order=10,memory=1TiB", ".cborseq", status);
	uint64_t ranges;

	if (path)
		bench_cell_ns(b, path, bench_kernels_own(), BS_TOUCH_PAGE, &ranges, status);
	bench_trace_remove(path);
	return 0;
}

static double rotation(struct bench_setting *b, unsigned int what, int *status)
{
	const double v = in_child(rotate, b, what, status);

	return v - in_child(nothing, b, MIB, status);
}

/* Eight strategies on the long trace's kind of load: how long it takes by the clock, in ns. */
static double compare(const struct bench_setting *b, const char *path, unsigned int jobs,
		      int *status)
{
	const char *names[8];
	const uint64_t begin = real_ns();
	struct bs_sim_config cfg;
	struct bs_result *r = NULL;
	struct bs_error err;
	unsigned int n = 0;

	for (const struct bs_strategy *s; n < 8 && (s = bs_strategy_at(n)); n++)
		names[n] = s->name;
	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = names;
	cfg.nr_strategies = n;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.guest.machine.kernel = b->kernel;
	cfg.output.jobs = jobs;
	cfg.output.stop = cli_stop();
	if (bs_compare(&cfg, &r, &err) < 0)
		*status = cli_error(&err);
	bs_result_free(r);
	return (double)(real_ns() - begin);
}

/* @nr processes that know nothing of each other, each with one job: how long all of them take. */
static double processes(const struct bench_setting *b, const char *path, unsigned int nr,
			int *status)
{
	const uint64_t begin = real_ns();
	unsigned int started = 0;
	int how;

	fflush(NULL);
	for (; started < nr; started++) {
		const pid_t child = fork();

		if (!child) {
			compare(b, path, 1, status);
			_exit(*status);
		}
		if (child < 0)
			break;
	}
	if (started < nr)
		*status = BS_RESOURCE;
	while (started--)
		if (wait(&how) < 0 || !WIFEXITED(how) || WEXITSTATUS(how))
			*status = BS_RESOURCE;
	return (double)(real_ns() - begin);
}

enum { JOBS, PROCESSES };

/* How much more two do than one: two jobs, or, as far as the machine goes, two processes. */
static double twice(struct bench_setting *b, unsigned int what, int *status)
{
	char params[128], *path;
	double ratio = -1;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return -1;
	snprintf(params, sizeof(params), "events=%u,live=100000,memory=16GiB",
		 b->quick ? 100000 : 2000000);
	path = bench_trace("churn", params, ".cborseq", status);
	if (path && what == JOBS)
		ratio = compare(b, path, 1, status) / compare(b, path, 2, status);
	else if (path)
		ratio = 2 * processes(b, path, 1, status) / processes(b, path, 2, status);
	bench_trace_remove(path);
	return ratio;
}

static double two_jobs(struct bench_setting *b, unsigned int arg, int *status)
{
	(void)arg;
	return twice(b, JOBS, status);
}

static double two_processes(struct bench_setting *b, unsigned int arg, int *status)
{
	(void)arg;
	return twice(b, PROCESSES, status);
}

const struct bench_row bench_scale_rows[] = {
	{"scale", "start a guest of 1 TiB", "ms", -1, 15, 0, start_guest, NULL, MS, false},
	{"scale", "... resident", "MiB", -1, 16, 0, start_guest, NULL, MIB, false},
	{"scale", "rotation over 1 TiB, resident", "MiB", -1, 64, 0, rotation, NULL, MIB, true},
	{"scale", "compare, two jobs for one (beside two processes)", "x", 1, 1.8, 0, two_jobs,
	 two_processes, 0, false},
	{0},
};
