// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_run.c - `bench replay`, `bench trace`, `bench import` and `bench verify`: how fast traces and logs are
 * gone through. CPU time, not time: what else runs on the machine does not count.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench_parts.h"
#include "yardstick.h"

/* ---- Replay ------------------------------------------------------------------------------------ */

enum { CELL, CELL_RESIDENT, WORKING };

static double replay(struct bench_setting *b, unsigned int arg, int *status)
{
	const char *path = bench_long_trace(b, false, status);
	double ns;

	if (!path)
		return -1;
	ns = bench_cell_ns(
		b, path, arg == WORKING ? bench_kernels_own() : bs_strategy_with(BS_CAP_IDLE)->name,
		arg == CELL ? BS_TOUCH_NONE : BS_TOUCH_PAGE, NULL, status);
	return ns > 0 ? 1e3 / ns : -1;
}

static double nothing_reported(struct bench_setting *b, unsigned int arg, int *status)
{
	(void)arg;
	return replay(b, CELL_RESIDENT, status);
}

/* Does it report what is on the free lists, in the guest, without knowing more than a guest does? */
static bool reports_lists(const struct bs_strategy *s)
{
	return !(s->caps & (BS_CAP_IDLE | BS_CAP_HOST_SIDE | BS_CAP_CLIENT | BS_CAP_KNOWS_FUTURE));
}

/* Of all that do the slowest. */
static double slowest(struct bench_setting *b, unsigned int arg, int *status)
{
	const char *path = bench_long_trace(b, false, status);
	const struct bs_strategy *s;
	double most = -1, ns;

	(void)arg;
	for (unsigned int i = 0; path && !*status && (s = bs_strategy_at(i)); i++) {
		if (!reports_lists(s))
			continue;
		ns = bench_cell_ns(b, path, s->name, BS_TOUCH_PAGE, NULL, status);
		most = ns > most ? ns : most;
	}
	return *status || most <= 0 ? -1 : 1e3 / most;
}

/* The yardstick goes through the same events: what decoding them takes is in it, as it is in a cell. */
static int follow(struct bs_trace *t, struct yardstick *y, uint32_t *block, uint64_t *events,
		  struct bs_error *err)
{
	struct bs_trace_chunk c;
	uint64_t number = 0;
	int ret;

	while ((ret = bs_trace_next(t, &c, err)) > 0) {
		*events += c.n;
		for (unsigned int i = 0; i < c.n; i++) {
			if (c.kind[i] == BS_EV_ALLOC)
				block[number++] = yardstick_alloc(y, c.order[i]);
			else if (c.kind[i] == BS_EV_FREE)
				yardstick_free(y, block[number - c.arg[i]], c.order[i]);
		}
	}
	return ret;
}

static double yardstick_replay(struct bench_setting *b, unsigned int arg, int *status)
{
	const char *path = bench_long_trace(b, false, status);
	uint32_t *block = calloc(b->events, sizeof(*block));
	struct yardstick *y = yardstick_create(22, true);
	struct bs_trace *t = NULL;
	struct bs_error err;
	uint64_t events = 0;
	double begin;

	(void)arg;
	if (!path || !block || !y || bs_trace_open(path, &t, &err)) {
		*status = path && block && y ? cli_error(&err) : BS_RESOURCE;
		free(block);
		yardstick_destroy(y);
		return -1;
	}
	begin = bench_cpu_ns();
	if (follow(t, y, block, &events, &err))
		*status = cli_error(&err);
	begin = bench_cpu_ns() - begin;
	bs_trace_close(t);
	yardstick_destroy(y);
	free(block);
	return (double)events * 1e3 / begin;
}

/* ---- Import ------------------------------------------------------------------------------------ */

/* Of which form, and is it the text's whole length, a small one, or the memory that it takes? */
#define SMALL 16
#define RESIDENT 32

static double import(struct bench_setting *b, unsigned int arg, int *status)
{
	const uint64_t bytes = arg & SMALL ? 4000000 : b->text_bytes;
	double mb_per_s, mib;

	*status = bench_import(arg & 15, bytes, &mb_per_s, &mib);
	if (*status)
		return -1;
	return arg & RESIDENT ? mib : mb_per_s;
}

/* ---- Verify ------------------------------------------------------------------------------------ */

static void add_operations(void *arg, const struct bs_verify_result *r)
{
	*(uint64_t *)arg += r->operations;
}

static double verify(struct bench_setting *b, unsigned int arg, int *status)
{
	uint64_t operations = 0;
	const struct bs_verify_config c = {
		.alone = true, .result = add_operations, .arg = &operations};
	double begin = bench_cpu_ns();
	struct bs_error err;

	(void)arg;
	if (!b->log)
		return -1;
	if (bs_verify_file(b->log, &c, &err) < 0) {
		*status = cli_error(&err);
		return -1;
	}
	begin = bench_cpu_ns() - begin;
	return (double)operations * 1e3 / begin;
}

#define M_EVENTS "M/s"

const struct bench_row bench_run_rows[] = {
	{"replay", "replay, cell, nothing touched", M_EVENTS, 1, 40, 0.6, replay, yardstick_replay,
	 CELL, false},
	{"replay", "replay, cell, residency modelled", M_EVENTS, 1, 40, 0, replay, NULL,
	 CELL_RESIDENT, false},
	{"replay", "replay, cell, rotation at work (beside none)", M_EVENTS, 1, 30, 0, replay,
	 nothing_reported, WORKING, false},
	{"replay", "replay, cell, the slowest on free lists at work", M_EVENTS, 1, 30, 0, slowest,
	 nothing_reported, WORKING, false},
	{"import", "import, ftrace text", "MB/s", 1, 600, 0, import, NULL, 0, false},
	{"import", "import, perf script", "MB/s", 1, 600, 0, import, NULL, 1, false},
	{"import", "import, perf script with call chains", "MB/s", 1, 600, 0, import, NULL, 2,
	 false},
	{"import", "import, ftrace text of 4 MB", "MB/s", 1, 400, 0, import, NULL, SMALL, false},
	{"import", "import, perf script of 4 MB", "MB/s", 1, 400, 0, import, NULL, SMALL + 1,
	 false},
	{"import", "import, ftrace text, resident", "MiB", -1, 0, 0, import, NULL, RESIDENT, true},
	{"verify", "operations of a kernel's log (--log)", M_EVENTS, 1, 8, 0, verify, NULL, 0,
	 false},
	{0},
};
