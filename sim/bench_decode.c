// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_decode.c - `buddysim bench trace`: how fast a trace is read, what an event takes in its file, and how
 * long a user waits from the file to the record; each beside what it was held against, and its goal.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define PORTION (128u << 10) /* about a chunk */

/* CPU time of the whole process, the kernel's included: what else runs on this machine does not count. */
static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* @anchor: what is best elsewhere, as text, or NULL. @goal: at least, or where @most is set at most; 0: none,
 * it is there to be compared with. */
static void print_row(const char *what, double v, const char *unit, const char *anchor, double goal,
		      bool most)
{
	printf("%-40s %8.2f %-11s", what, v, unit);
	if (goal > 0)
		printf(" goal %s %-6.4g %-7s", most ? "<=" : ">=", goal,
		       (most ? v <= goal : v >= goal) ? "met" : "not met");
	if (anchor)
		printf("  (%s)", anchor);
	putchar('\n');
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Nothing but the bytes: the floor under all that follows. */
static int read_bytes(const char *path, uint64_t *events, struct bs_error *err)
{
	static char buf[PORTION];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return bs_error_set(err, BS_INPUT, errno, path, NULL, "cannot open");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	close(fd);
	(void)events;
	return 0;
}

static int decode(const char *path, uint64_t *events, struct bs_error *err)
{
	struct bs_trace_chunk c;
	struct bs_trace *t;
	int ret = bs_trace_open(path, &t, err);

	if (ret)
		return ret;
	for (*events = 0; (ret = bs_trace_next(t, &c, err)) > 0;)
		*events += c.n;
	bs_trace_close(t);
	return ret;
}

/* What is done once, before the first cell: each event looked at, hash, what is used when. */
static int scan(const char *path, uint64_t *events, struct bs_error *err)
{
	struct bs_trace *t;
	int ret = bs_trace_open(path, &t, err);

	if (ret)
		return ret;
	ret = bs_trace_scan(t, false, err);
	*events = bs_trace_info(t)->events;
	bs_trace_close(t);
	return ret;
}

/* All that `run -s none --format json` does. */
static int whole(const char *path, uint64_t *events, struct bs_error *err)
{
	const char *idle = bs_strategy_with(BS_CAP_IDLE)->name;
	struct bs_sim_config cfg;
	struct bs_result *r = NULL;
	int ret;

	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = &idle;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.output.stop = cli_stop();
	ret = bs_compare(&cfg, &r, err);
	if (ret >= 0)
		ret = bs_result_write(r, BS_FORMAT_JSON, true, "/dev/null", err);
	bs_result_free(r);
	(void)events;
	return ret < 0 ? ret : 0;
}

typedef int way_fn(const char *path, uint64_t *events, struct bs_error *err);

/* Median, in million events a second. 0, or the exit status. */
static int rate_of(way_fn *way, const char *path, uint64_t events, unsigned int runs, double *rate)
{
	double v[64];
	struct bs_error err;

	for (unsigned int i = 0; i < runs; i++) {
		double begin = cpu_ns();

		if (way(path, &events, &err))
			return cli_error(&err);
		v[i] = (double)events * 1e3 / (cpu_ns() - begin);
	}
	qsort(v, runs, sizeof(*v), by_value);
	*rate = v[runs / 2];
	return 0;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static struct bs_trace_event event_at(const struct bs_trace_info *info,
				      const struct bs_trace_chunk *c, unsigned int i)
{
	return (struct bs_trace_event){.time = c->time[i],
				       .kind = (enum bs_ev)c->kind[i],
				       .order = c->order[i],
				       .cpu = c->cpu[i],
				       .flags = c->flags[i],
				       .gfp = info->gfp[c->gfp[i]],
				       .arg = c->arg[i],
				       .offset = c->offset ? c->offset[i] : 0,
				       /* Some page; which one is the same to the file. */
				       .pfn = (bs_pfn)((c->first + i) % (1u << 20))};
}

/* The same events with a pfn each, as a recording has them. */
static int write_with_pfns(struct bs_trace *t, const char *to, struct bs_error *err)
{
	struct bs_trace_info info = *bs_trace_info(t);
	struct bs_trace_writer *w;
	struct bs_trace_chunk c;
	int ret;

	info.has_pfn = true;
	ret = bs_trace_create(to, &info, &w, err);
	if (ret)
		return ret;
	while (!ret && (ret = bs_trace_next(t, &c, err)) > 0) {
		ret = 0;
		for (unsigned int i = 0; i < c.n && !ret; i++) {
			const struct bs_trace_event ev = event_at(bs_trace_info(t), &c, i);

			ret = bs_trace_write(w, &ev, err);
		}
	}
	if (!ret)
		return bs_trace_finish(w, &info, err);
	bs_trace_abandon(w);
	return ret;
}

static double bytes_per_event(const char *path, uint64_t events)
{
	struct stat st;

	return stat(path, &st) ? 0 : (double)st.st_size / (double)events;
}

static int print_bytes_with_pfns(const char *path, const char *dir_of, uint64_t events)
{
	struct bs_error err;
	struct bs_trace *t;
	char *to;
	int status = 0;

	if (asprintf(&to, "%s.pfns.cborseq", dir_of) < 0)
		return BS_RESOURCE;
	if (bs_trace_open(path, &t, &err)) {
		free(to);
		return cli_error(&err);
	}
	if (write_with_pfns(t, to, &err))
		status = cli_error(&err);
	else
		print_row("... with recorded pfns, plain", bytes_per_event(to, events), "B/event",
			  NULL, 10, true);
	bs_trace_close(t);
	unlink(to);
	free(to);
	return status;
}

/* ---- The rows -------------------------------------------------------------------------------- */

static int print_rows(const char *plain, const char *zst, unsigned int runs,
		      struct progress *progress)
{
	static const struct {
		const char *what;
		way_fn *way;
		bool zst;
		const char *anchor;
		double goal;
	} rates[] = {
		{"read, plain, nothing done with it", read_bytes, false, NULL, 0},
		{"decode, plain", decode, false, "1540: stored in place and used there", 600},
		{"decode, zstd", decode, true, "254: zstd alone", 150},
		{"scan: decode, check, hash, used(t)", scan, false, NULL, 0},
		{"file to record, one cell", whole, false, "50: yardstick with decoding", 30},
	};
	const unsigned int nr = sizeof(rates) / sizeof(rates[0]);
	struct bs_error err;
	uint64_t events;
	double rate = 0;

	if (decode(plain, &events, &err))
		return cli_error(&err);
	for (unsigned int k = 0; k < nr; k++) {
		int status;

		progress_tell(progress, "reading", k, nr, "rows");
		status = rate_of(rates[k].way, rates[k].zst ? zst : plain, events, runs, &rate);
		progress_wipe(progress);
		if (status)
			return status;
		print_row(rates[k].what, rate, "M events/s", rates[k].anchor, rates[k].goal, false);
	}
	print_row("an event, plain", bytes_per_event(plain, events), "B/event", "elsewhere 5.9", 6,
		  true);
	print_row("an event, zstd", bytes_per_event(zst, events), "B/event", "elsewhere 3.2", 3.3,
		  true);
	return print_bytes_with_pfns(plain, zst, events);
}

int bench_decode(const char *events, unsigned int runs, struct progress *progress)
{
	char params[160], *plain, *zst;
	int status;

	snprintf(params, sizeof(params), "events=%s,live=300000,memory=16GiB", events);
	fprintf(stderr, "generating churn:%s twice\n", params);
	progress_tell(progress, "generating", 0, 0, "");
	plain = bench_trace("churn", params, ".cborseq", &status);
	zst = plain ? bench_trace("churn", params, ".cborseq.zst", &status) : NULL;
	progress_wipe(progress);
	if (plain && zst)
		status = print_rows(plain, zst, runs, progress);
	bench_trace_remove(plain);
	bench_trace_remove(zst);
	return status;
}
