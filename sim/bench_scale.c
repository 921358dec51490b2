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

/* How much faster two jobs are than one: every strategy on the long trace's kind of load. */
static double two_jobs(struct bench_setting *b, unsigned int arg, int *status)
{
	const char *names[64];
	struct bs_sim_config cfg;
	double took[2] = {0};
	unsigned int n = 0;
	char params[128], *path;

	(void)arg;
	snprintf(params, sizeof(params), "events=%u,live=100000,memory=16GiB",
		 b->quick ? 100000 : 2000000);
	path = bench_trace("churn", params, ".cborseq", status);
	for (const struct bs_strategy *s; n < 8 && (s = bs_strategy_at(n)); n++)
		names[n] = s->name;
	for (unsigned int jobs = 1; path && jobs <= 2 && !*status; jobs++) {
		uint64_t begin;
		struct bs_result *r;
		struct bs_error err;

		bs_sim_defaults(&cfg);
		cfg.trace_path = path;
		cfg.strategies = names;
		cfg.nr_strategies = n;
		cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
		cfg.guest.machine.kernel = b->kernel;
		cfg.output.jobs = jobs;
		cfg.output.stop = cli_stop();
		begin = real_ns();
		if (bs_compare(&cfg, &r, &err) < 0)
			*status = cli_error(&err);
		took[jobs - 1] = (double)(real_ns() - begin);
		bs_result_free(r);
	}
	bench_trace_remove(path);
	return *status || !path || sysconf(_SC_NPROCESSORS_ONLN) < 2 ? -1 : took[0] / took[1];
}

const struct bench_row bench_scale_rows[] = {
	{"scale", "start a guest of 1 TiB", "ms", -1, 15, 0, start_guest, NULL, MS, false},
	{"scale", "... resident", "MiB", -1, 16, 0, start_guest, NULL, MIB, false},
	{"scale", "rotation over 1 TiB, resident", "MiB", -1, 64, 0, rotation, NULL, MIB, true},
	{"scale", "compare, two jobs beside one, on idle cores", "x", 1, 1.8, 0, two_jobs, NULL, 0,
	 true},
	{0},
};
