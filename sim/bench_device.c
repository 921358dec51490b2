// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_device.c - `bench report` and `bench device`: what it costs to report a block, to a device that models
 * residency and to a real one.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "bench_parts.h"

/* ---- A reported block -------------------------------------------------------------------------- */

static void take_least(double *least, double ns)
{
	if (!*least || ns < *least)
		*least = ns;
}

/* Of 4 MiB, all of a guest of @gib GiB that is given back, by what a kernel of today does: the cell's CPU time
 * beyond that of one in which nothing is reported, each at its best. The least of differences would be what one of
 * the two suffered. */
static double reported_block(struct bench_setting *b, unsigned int gib, int *status)
{
	const struct bs_strategy *idle = bs_strategy_with(BS_CAP_IDLE);
	double with = 0, without = 0;
	uint64_t ranges = 0, none = 0;
	char params[128], *path;

	if (b->quick && gib > 16)
		return -1;
	snprintf(params, sizeof(params), "size=%uGiB,order=10,memory=%uGiB", gib * 7 / 8, gib);
	path = bench_trace("burst", params, ".cborseq", status);
	for (unsigned int i = 0; path && i < b->runs && !*status; i++) {
		take_least(&with, bench_cell_ns(b, path, bench_kernels_own(), BS_TOUCH_PAGE,
						&ranges, status));
		if (!*status)
			take_least(&without, bench_cell_ns(b, path, idle->name, BS_TOUCH_PAGE,
							   &none, status));
	}
	bench_trace_remove(path);
	if (!path || *status || !ranges || with <= without)
		return -1;
	return (with - without) / (double)ranges;
}

static double at_16_gib(struct bench_setting *b, unsigned int gib, int *status)
{
	(void)gib;
	return reported_block(b, 16, status);
}

/* ---- Requests to a real arena ------------------------------------------------------------------ */

#define RANGES 32
#define ORDER 9
#define REGION (UINT64_C(2) << 20)

static double pass(struct bench_setting *b, unsigned int arg, int *status)
{
	const struct bs_device_config c = {.kind = bs_device_for(BS_DEVICE_DEFAULT),
					   .nr_pages = RANGES << ORDER,
					   .capacity = RANGES,
					   .touch = BS_TOUCH_PAGE,
					   .verify = BS_VERIFY_END};
	struct bs_fault_cost unused;
	struct bs_range r[RANGES];
	struct bs_device *d;
	struct bs_error err;
	double begin = 0;
	bs_ns cost;
	int ticket;

	(void)b;
	if (bs_device_create(&c, &d, &err)) {
		*status = cli_error(&err);
		return -1;
	}
	for (unsigned int i = 0; i < RANGES && !*status; i++) {
		/* No two neighbours of the request are neighbours in memory, or all are. */
		r[i] = (struct bs_range){(arg ? i * 5 % RANGES : i) << ORDER, ORDER};
		if (bs_device_alloc(d, r[i].pfn, ORDER, i, 0, &unused, &err) ||
		    bs_device_free(d, r[i].pfn, ORDER, i, &err))
			*status = cli_error(&err);
	}
	if (!*status) {
		begin = bench_cpu_ns();
		ticket = bs_device_request(d, r, RANGES, &cost, &err);
		if (ticket < 0 || bs_device_complete(d, ticket, 0, &err))
			*status = cli_error(&err);
		begin = bench_cpu_ns() - begin;
	}
	bs_device_destroy(d);
	return *status ? -1 : begin / 1e3;
}

/* As many calls to the kernel, and nothing else. */
static double bare_calls(struct bench_setting *b, unsigned int arg, int *status)
{
	const size_t bytes = (RANGES + 1) * REGION;
	char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *p;
	double begin;

	(void)b;
	(void)arg;
	(void)status;
	if (map == MAP_FAILED)
		return -1;
	p = (char *)(((uintptr_t)map + REGION - 1) & ~(uintptr_t)(REGION - 1));
	madvise(p, RANGES * REGION, MADV_HUGEPAGE);
	for (size_t at = 0; at < RANGES * REGION; at += 4096)
		*(volatile char *)(p + at) = 1;
	begin = bench_cpu_ns();
	for (unsigned int i = 0; i < RANGES; i++)
		madvise(p + i * REGION, REGION, MADV_DONTNEED);
	begin = bench_cpu_ns() - begin;
	munmap(map, bytes);
	return begin / 1e3;
}

const struct bench_row bench_device_rows[] = {
	{"report", "a reported block, 16 GiB", "ns", -1, 300, 0, reported_block, NULL, 16, true},
	{"report", "a reported block, 1 TiB (beside 16 GiB)", "ns", -1, 300, 1.2, reported_block,
	 at_16_gib, 1024, true},
	{"device", "32 x 2 MiB side by side (beside bare calls)", "us", -1, 0, 0.75, pass,
	 bare_calls, 0, false},
	{"device", "32 x 2 MiB scattered (beside bare calls)", "us", -1, 0, 1.1, pass, bare_calls,
	 1, false},
	{0},
};
