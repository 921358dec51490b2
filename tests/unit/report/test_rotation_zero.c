// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation and what its guest may take for zero: zero_once (STRATEGIES.md, variants). linux-6.1
 * boots the lowest block first.
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "bs_report_world.h"
#include "rng.h"

#define M BS_MIGRATE_MOVABLE

/*
 *   reported     o10 M: [0r] [1024r] [2048r] [3072r]
 *   alloc o10    0: the host zeroed it; freed and taken again, it is somebody's old page
 *   alloc o9     the half of 1024 that is handed out is zero; the other half lost the mark
 *   alloc o0     the page is zero, and what is left of 2048 lost the mark
 */
static void test_zeroed_once(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0,zero_once=on", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "0:10 ");
	bs_world_free(w, 0, 10);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(bs_world_alloc(w, 9, M), 1024);
	assert_string_equal(bs_world_zero(w), "1024:9 ");
	assert_int_equal(bs_world_alloc(w, 9, M), 1536);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(bs_world_alloc(w, 0, M), 2048);
	assert_string_equal(bs_world_zero(w), "2048:0 ");
	assert_int_equal(bs_world_alloc(w, 9, M), 2560);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(bs_world_alloc(w, 0, M), 2049);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* The same where what is left of a block keeps its mark: all of it is zero, to the last page; and what was given
 * back is not. Nothing of it is told again. */
static void test_what_is_left_is_zero_too(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1:split_keeps_mark=yes", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0,zero_once=on,keep_raw=1", 32);
	bs_world_set(w, "keep_raw", "0");
	bs_world_settle(w, 9);
	bs_world_log(w);
	assert_int_equal(bs_world_alloc(w, 9, M), 0);
	assert_string_equal(bs_world_zero(w), "0:9 ");
	for (bs_pfn p = 512; p < 1024; p++) {
		char want[32];

		snprintf(want, sizeof(want), "%u:0 ", p);
		assert_int_equal(bs_world_alloc(w, 0, M), p);
		assert_string_equal(bs_world_zero(w), want);
	}
	bs_world_free(w, 700, 0);
	assert_int_equal(bs_world_alloc(w, 0, M), 700);
	assert_string_equal(bs_world_zero(w), "");
	bs_world_settle(w, 9);
	assert_string_equal(bs_world_log(w), "");
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

static void test_not_unless_asked_for(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "");
	bs_world_destroy(w);
}

/* What happened while order 9 was not reported, or while it was off, must not be taken for
 * zero. */
static void test_nothing_is_taken_for_zero_unheard(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	bs_zone_set_pcp(w->m, 0, 4096, 512); /* order 9 passes the per-cpu list */
	for (bs_pfn p = 0; p < 4096; p += 1024)
		bs_world_free(w, p, 9);
	bs_drain_pages(w->m, BS_ALL_CPUS);
	bs_world_start(w, "rotation:capacity=2,zero_once=on", 32);
	bs_world_settle(w, 9);
	for (unsigned int i = 0; i < 2; i++) {
		bs_pfn p = bs_world_alloc(w, 9, M); /* another one now waits on the per-cpu list */
		bs_pfn q;

		assert_int_not_equal(bs_world_zero(w)[0], '\0');
		if (i)
			bs_report_stop(w->rc);
		else
			bs_world_set(w, "order", "10");
		q = bs_world_alloc(w, 9, M);
		bs_world_zero(w);
		bs_world_free(w, q, 9); /* used, and back on the per-cpu list */
		if (i)
			assert_int_equal(bs_report_start(w->rc), 0);
		else
			bs_world_set(w, "order", "9");
		assert_int_equal(bs_world_alloc(w, 9, M), q);
		assert_string_equal(bs_world_zero(w), "");
		bs_world_free(w, p, 9);
		bs_world_free(w, q, 9);
		bs_drain_pages(w->m, BS_ALL_CPUS);
		bs_world_settle(w, 9);
	}
	bs_world_destroy(w);
}

/* What the host zeroed and nobody wrote since, page by page, beside what the guest takes for
 * zero. */
struct shadow {
	bool zero[16 * 1024];
	struct {
		bs_pfn pfn;
		unsigned int order;
	} live[256];
	unsigned int n, claims;
};

static void note_reported(struct shadow *sh, const char *log)
{
	unsigned int pfn, order;
	int used;

	for (; sscanf(log, " %u:%u%n", &pfn, &order, &used) == 2;
	     log += used + strspn(log + used, " |"))
		memset(&sh->zero[pfn], true, (size_t)1 << order);
}

static void alloc_one(struct bs_world *w, struct shadow *sh, struct bs_rng *rng)
{
	static const uint8_t orders[] = {0, 1, 3, 7, 8, 9, 9, 9, 10, 10};
	const unsigned int order = orders[bs_rng_below(rng, 10)];
	const bs_pfn pfn = bs_world_alloc(w, order, (unsigned int)bs_rng_below(rng, 3));
	const char *claims = bs_world_zero(w);
	unsigned int p, o;

	if (pfn == BS_NO_PFN)
		return;
	if (sscanf(claims, "%u:%u", &p, &o) == 2) {
		assert_int_equal(p, pfn);
		assert_int_equal(o, order);
		for (bs_pfn i = p; i < p + (1u << o); i++)
			assert_true(sh->zero[i]);
		sh->claims++;
	}
	memset(&sh->zero[pfn], false, (size_t)1 << order);
	sh->live[sh->n].pfn = pfn;
	sh->live[sh->n++].order = order;
}

/* Random owners of all sizes, with and without per-cpu lists: never is a page taken for zero that
 * somebody wrote since the host dropped it. */
static void test_taken_for_zero_is_zero(void **state)
{
	static const char *const kernels[] = {"linux-6.12", "linux-6.1",
					      "linux-7.3:split_keeps_mark=yes",
					      "linux-6.1:split_keeps_mark=yes"};
	unsigned int claims = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct bs_world *w = bs_world_create(kernels[seed % 4], 16 * 1024);
		struct shadow *sh = calloc(1, sizeof(*sh));
		struct bs_rng rng;

		assert_non_null(sh);
		bs_rng_seed(&rng, seed);
		if (seed % 3)
			bs_zone_set_pcp(w->m, 0, 4096, seed & 2 ? 63 : 1024);
		bs_world_start(w,
			       seed & 4 ? "rotation:capacity=4,order=7,delay=0s,zero_once=on"
					: "rotation:capacity=4,zero_once=on",
			       32);
		for (unsigned int step = 0; step < 3000; step++) {
			const uint64_t dice = bs_rng_below(&rng, 100);

			if (dice < 6) {
				bs_world_work(w);
				note_reported(sh, bs_world_log(w));
			} else if (dice == 6) {
				bs_drain_pages(w->m, BS_ALL_CPUS);
			} else if (sh->n && (sh->n == 256 || bs_rng_below(&rng, 9) < sh->n / 6)) {
				const unsigned int i = (unsigned int)bs_rng_below(&rng, sh->n);

				bs_world_free(w, sh->live[i].pfn, sh->live[i].order);
				sh->live[i] = sh->live[--sh->n];
			} else {
				alloc_one(w, sh, &rng);
			}
		}
		claims += sh->claims;
		free(sh);
		bs_world_destroy(w);
	}
	assert_true(claims > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed_once),
		cmocka_unit_test(test_what_is_left_is_zero_too),
		cmocka_unit_test(test_not_unless_asked_for),
		cmocka_unit_test(test_nothing_is_taken_for_zero_unheard),
		cmocka_unit_test(test_taken_for_zero_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
