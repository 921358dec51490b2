// SPDX-License-Identifier: GPL-2.0-or-later
/* bench_allocator.c - `bench allocator`: single operations, in ns, beside the yardstick's. */
#include <stdlib.h>

#ifdef BS_HAVE_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

#include "bench_parts.h"
#include "yardstick.h"

#define GIB_SHIFT 18 /* pages of 1 GiB */
#define AT_RANDOM 1000000u

static uint64_t pairs_of(const struct bench_setting *b)
{
	return b->quick ? 50000 : 1000000;
}

static struct bs_machine *make_guest(const struct bench_setting *b, unsigned int shift, int *status)
{
	const struct bs_machine_config c = {.kernel = b->kernel,
					    .memory_bytes = UINT64_C(1) << (shift + 12)};
	struct bs_machine *m;
	struct bs_error err;

	if (!bs_machine_create(&c, &m, &err))
		return m;
	*status = cli_error(&err);
	return NULL;
}

/* ---- Pairs ------------------------------------------------------------------------------------ */

#define BARE 16 /* order 0 without per-cpu lists */

static double pair(struct bench_setting *b, unsigned int arg, int *status)
{
	const unsigned int order = arg == BARE ? 0 : arg;
	const uint64_t n = pairs_of(b);
	struct bs_machine *m = make_guest(b, GIB_SHIFT, status);
	double begin;

	if (!m)
		return -1;
	for (unsigned int z = 0; z < bs_nr_zones(m) && arg == BARE; z++)
		bs_zone_set_pcp(m, z, 0, 1);
	bs_free_pages(m, 0, bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, order), order);
	begin = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++)
		bs_free_pages(m, 0, bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, order), order);
	begin = bench_cpu_ns() - begin;
	bs_machine_destroy(m);
	return begin / (double)n;
}

static double yardstick_pair(struct bench_setting *b, unsigned int arg, int *status)
{
	struct yardstick *y = yardstick_create(GIB_SHIFT, arg != BARE);
	const unsigned int order = arg == BARE ? 0 : arg;
	const uint64_t n = pairs_of(b);
	double begin;

	if (!y) {
		*status = BS_RESOURCE;
		return -1;
	}
	begin = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++)
		yardstick_free(y, yardstick_alloc(y, order), order);
	begin = bench_cpu_ns() - begin;
	yardstick_destroy(y);
	return begin / (double)n;
}

/* ---- Given back at random ---------------------------------------------------------------------- */

static unsigned int nr_at_random(const struct bench_setting *b)
{
	return b->quick ? AT_RANDOM / 20 : AT_RANDOM;
}

/* 2^k single pages apart, so that they are all over a large guest: the ones between stay. */
static unsigned int stride_order(unsigned int shift)
{
	return shift > 22 ? 6 : 1;
}

static void shuffle(uint32_t *pfn, unsigned int n)
{
	uint64_t seed = 1;

	for (unsigned int i = n - 1; i; i--) {
		const unsigned int j = (unsigned int)((seed = seed * 6364136223846793005u +
							      1442695040888963407u) >>
						      33) %
				       (i + 1);
		const uint32_t p = pfn[i];

		pfn[i] = pfn[j];
		pfn[j] = p;
	}
}

static double at_random(struct bench_setting *b, unsigned int shift, int *status)
{
	const unsigned int n = nr_at_random(b), order = stride_order(shift);
	uint32_t *pfn = calloc(n, sizeof(*pfn));
	struct bs_machine *m = make_guest(b, shift, status);
	double begin = -1;

	if (m && pfn) {
		for (unsigned int i = 0; i < n; i++) {
			pfn[i] = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, 0);
			bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, order);
		}
		shuffle(pfn, n);
		begin = bench_cpu_ns();
		for (unsigned int i = 0; i < n; i++)
			bs_free_pages(m, 0, pfn[i], 0);
		begin = (bench_cpu_ns() - begin) / n;
	}
	bs_machine_destroy(m);
	free(pfn);
	return begin;
}

static double yardstick_at_random(struct bench_setting *b, unsigned int shift, int *status)
{
	const unsigned int n = nr_at_random(b), order = stride_order(shift);
	uint32_t *pfn = calloc(n, sizeof(*pfn));
	struct yardstick *y = yardstick_create(shift, true);
	double begin = -1;

	if (y && pfn) {
		for (unsigned int i = 0; i < n; i++) {
			pfn[i] = yardstick_alloc(y, 0);
			yardstick_alloc(y, order);
		}
		shuffle(pfn, n);
		begin = bench_cpu_ns();
		for (unsigned int i = 0; i < n; i++)
			yardstick_free(y, pfn[i], 0);
		begin = (bench_cpu_ns() - begin) / n;
	} else {
		*status = BS_RESOURCE;
	}
	yardstick_destroy(y);
	free(pfn);
	return begin;
}

/* ---- What programs have ------------------------------------------------------------------------ */

/* Of one page: malloc() is the C library's, unless this program has another one linked in. */
static double malloc_pair(struct bench_setting *b, unsigned int arg, int *status)
{
	const uint64_t n = pairs_of(b);
	const double begin = bench_cpu_ns();

	(void)arg;
	(void)status;
	for (uint64_t i = 0; i < n; i++) {
		void *volatile p = malloc(4096);

		free(p);
	}
	return (bench_cpu_ns() - begin) / (double)n;
}

#ifdef BS_HAVE_JEMALLOC
#define MALLOC "jemalloc's malloc and free of 4 KiB"
#else
#define MALLOC "malloc and free of 4 KiB"
#endif

const struct bench_row bench_allocator_rows[] = {
	{"allocator", "pair of order 0, per-cpu list", "ns", -1, 0, 4, pair, yardstick_pair, 0,
	 false},
	{"allocator", "pair of order 3, per-cpu list", "ns", -1, 0, 2.5, pair, yardstick_pair, 3,
	 false},
	{"allocator", "pair of order 9, per-cpu list", "ns", -1, 0, 2.5, pair, yardstick_pair, 9,
	 false},
	{"allocator", "pair of order 10", "ns", -1, 0, 6, pair, yardstick_pair, 10, false},
	{"allocator", "pair of order 0, lists off", "ns", -1, 0, 2.5, pair, yardstick_pair, BARE,
	 false},
	{"allocator", "order 0 given back at random, 16 GiB", "ns", -1, 0, 2, at_random,
	 yardstick_at_random, 22, false},
	{"allocator", "order 0 given back at random, 1 TiB", "ns", -1, 0, 1.3, at_random,
	 yardstick_at_random, 28, false},
	{"allocator", MALLOC, "ns", -1, 0, 0, malloc_pair, NULL, 0, false},
	{0},
};
