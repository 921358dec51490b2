// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * N MiB are released at once and nothing happens afterwards. How many requests, how many ranges,
 * what stays raw and when it is over follow from the rules alone (STRATEGIES.md, bitmap, boundary,
 * rotation). The expectations are computed from those rules below, never copied from a run.
 *
 *   memory   |AAAA|AAAA|AAAA|...|AAAA| small |     everything in use but a small reserve
 *   release  |FFFF|FFFF|FFFF|...|FFFF| small |     merged:  blocks of 4 MiB
 *            |FFAA|FFAA|FFAA|...|FFAA| small |     lone:    2 MiB, the buddies stay in use
 */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "mm_report.h"

#define CAPACITY 32u

/* The world of one strategy: a clock that jumps to the next wake, a host that takes no time. */
struct world {
	bs_ns now, wake_at;
	uint64_t calls, ranges, pages;
	bs_ns last_call;
};

static bs_ns world_now(void *arg)
{
	return ((struct world *)arg)->now;
}

static void world_wake(void *arg, bs_ns delay)
{
	struct world *w = arg;

	if (w->wake_at == BS_NO_TIME)
		w->wake_at = w->now + delay;
}

static void world_cancel(void *arg)
{
	((struct world *)arg)->wake_at = BS_NO_TIME;
}

static int world_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	struct world *w = arg;

	assert_in_range(n, 1, CAPACITY);
	w->calls++;
	w->ranges += n;
	for (unsigned int i = 0; i < n; i++)
		w->pages += UINT64_C(1) << r[i].order;
	w->last_call = w->now;
	return 0;
}

static void world_violated(void *arg, const char *law, bs_pfn pfn)
{
	(void)arg;
	fail_msg("law broken at pfn %u: %s", pfn, law);
}

/* What the rules say. settle: from the release to the last request. */
struct expected {
	uint64_t calls, ranges, left;
	bs_ns settle;
	uint64_t passes;
};

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* boundary: 32 raw blocks of one order start a cycle 100 ms later, which goes on until none is
 * raw. */
static struct expected expect_boundary(uint64_t n)
{
	if (n < 32)
		return (struct expected){.left = n};
	return (struct expected){
		.calls = ceil_div(n, 32), .ranges = n, .settle = 100 * BS_NS_PER_MS, .passes = 1};
}

/* bitmap: 16 set bits queue the scan at once; each batch has 16, the last one what is left. */
static struct expected expect_bitmap(uint64_t n)
{
	if (n < 16)
		return (struct expected){.left = n};
	return (struct expected){.calls = ceil_div(n, 16), .ranges = n, .passes = 1};
}

/* rotation: any free arms 2 s; each pass makes at most B + 1 calls on a list, B = ceil(nr_free /
 * 512), so long as the zone is above its marks and 64 MiB (the marks are 0 here). */
static struct expected expect_rotation(uint64_t n, uint64_t free_pages)
{
	uint64_t per_pass = (ceil_div(n, 512) + 1) * 32, passes = ceil_div(n, per_pass);

	if (free_pages <= 32u << 9)
		return (struct expected){.left = n};
	return (struct expected){.calls = ceil_div(n, 32),
				 .ranges = n,
				 .settle = passes * 2 * BS_NS_PER_S,
				 .passes = passes};
}

struct release {
	const char *strategy;
	uint64_t mib;
	bool merged; /* blocks of 4 MiB; else 2 MiB with busy buddies */
};

static struct bs_machine *full_guest(const struct release *rel, bs_pfn *small)
{
	const uint64_t span = rel->merged ? rel->mib << 8 : rel->mib << 9;
	const struct bs_zone_range zone = {
		.type = BS_ZONE_NORMAL, .start = 0, .spanned = (bs_pfn)span + 1024};
	const struct bs_mem_range range = {.start = 0, .end = (bs_pfn)span + 1024};
	struct bs_machine_config mc = {.kernel = "linux-6.1",
				       .ranges = &range,
				       .nr_ranges = 1,
				       .zones = &zone,
				       .nr_zones = 1,
				       .no_boot = true,
				       .no_thp = true};
	struct bs_machine *m;
	struct bs_error err;

	assert_ok(bs_machine_create(&mc, &m, &err), &err);
	assert_ok(bs_machine_boot_range(m, 0, (bs_pfn)span, &err), &err);
	for (bs_pfn n = 0; n < span >> 10; n++)
		assert_int_not_equal(bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, 10), BS_NO_PFN);
	/* With all marks 0 the last block of a zone is never isolated (STRATEGIES.md, taking a
	 * block): keep a few pages free that are too small to be reported. */
	assert_ok(bs_machine_boot_range(m, (bs_pfn)span, (bs_pfn)span + 256, &err), &err);
	*small = 256;
	return m;
}

static void release_all(struct bs_machine *m, const struct release *rel)
{
	const bs_pfn span = (bs_pfn)(rel->merged ? rel->mib << 8 : rel->mib << 9);

	for (bs_pfn pfn = 0; pfn < span; pfn += 1024) {
		if (rel->merged) {
			bs_free_pages(m, 0, pfn, 10);
			continue;
		}
		assert_int_equal(bs_split_allocated(m, pfn, 9), 0);
		bs_free_pages(m, 0, pfn, 9);
	}
}

static void check_release(const struct release *rel)
{
	struct world w = {.wake_at = BS_NO_TIME};
	const struct bs_env env = {.arg = &w,
				   .now = world_now,
				   .wake = world_wake,
				   .wake_cancel = world_cancel,
				   .submit = world_submit,
				   .capacity = CAPACITY,
				   .violated = world_violated};
	const unsigned int order = rel->merged ? 10 : 9;
	const uint64_t n = (rel->mib << 8) >> order;
	struct bs_report_ctx *rc;
	struct bs_report_stats rs;
	struct bs_machine *m;
	struct expected want;
	struct bs_error err;
	bs_pfn small;
	uint64_t passes = 0;

	m = full_guest(rel, &small);
	assert_ok(bs_report_create(m, bs_strategy_find(rel->strategy, &err), NULL, &env, &rc, &err),
		  &err);
	assert_int_equal(bs_report_start(rc), 0);
	/* What start() asked for finds nothing to report. */
	while (w.wake_at != BS_NO_TIME) {
		w.now = w.wake_at;
		w.wake_at = BS_NO_TIME;
		bs_report_pass(rc, -1);
	}
	assert_int_equal(w.calls, 0);

	const bs_ns released = w.now;

	release_all(m, rel);
	while (w.wake_at != BS_NO_TIME) {
		uint64_t before = w.calls;

		w.now = w.wake_at;
		w.wake_at = BS_NO_TIME;
		bs_report_pass(rc, -1);
		passes += w.calls != before;
		assert_true(passes < 1000);
	}
	if (!strcmp(rel->strategy, "boundary"))
		want = expect_boundary(n);
	else if (!strcmp(rel->strategy, "bitmap"))
		want = expect_bitmap(n);
	else
		want = expect_rotation(n, (rel->mib << 8) + small);
	print_message("%-8s %5u MiB as %u MiB blocks: %u requests, %u ranges, %u passes, %u ms, "
		      "%u blocks left raw\n",
		      rel->strategy, (unsigned int)rel->mib, rel->merged ? 4 : 2,
		      (unsigned int)w.calls, (unsigned int)w.ranges, (unsigned int)passes,
		      w.calls ? (unsigned int)((w.last_call - released) / BS_NS_PER_MS) : 0,
		      (unsigned int)(n - w.ranges));
	assert_int_equal(w.calls, want.calls);
	assert_int_equal(w.ranges, want.ranges);
	assert_int_equal(n - w.ranges, want.left);
	assert_int_equal(passes, want.passes);
	if (w.calls)
		assert_int_equal(w.last_call - released, want.settle);
	bs_report_stats(rc, &rs);
	assert_int_equal(rs.calls, want.calls);
	assert_int_equal(rs.ranges, want.ranges);
	assert_int_equal(rs.reported_bytes, w.pages << BS_UNIT_SHIFT);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_report_destroy(rc);
	bs_machine_destroy(m);
}

static void check_sizes(const char *strategy)
{
	static const uint64_t mib[] = {8, 28, 60, 64, 124, 128, 192, 1000, 1536, 6144};

	for (size_t i = 0; i < sizeof(mib) / sizeof(mib[0]); i++)
		for (int merged = 0; merged < 2; merged++)
			check_release(&(struct release){strategy, mib[i], merged});
}

static void test_boundary(void **state)
{
	(void)state;
	check_sizes("boundary");
}

static void test_bitmap(void **state)
{
	(void)state;
	check_sizes("bitmap");
}

static void test_rotation(void **state)
{
	(void)state;
	check_sizes("rotation");
}

/* The figures that the documents name, so that the formulas themselves are checked. */
static void test_formulas_give_the_published_figures(void **state)
{
	(void)state;
	assert_int_equal(expect_boundary(1536).calls, 48);
	assert_int_equal(expect_bitmap(1536).calls, 96);
	assert_int_equal(expect_rotation(1536, 1536 << 10).passes, 12);
	assert_int_equal(expect_rotation(1536, 1536 << 10).settle, 24 * BS_NS_PER_S);
	assert_int_equal(expect_boundary(3072).calls, 96);
	assert_int_equal(expect_bitmap(3072).calls, 192);
	assert_int_equal(expect_rotation(3072, 3072 << 9).passes, 14);
	assert_int_equal(expect_rotation(3072, 3072 << 9).settle, 28 * BS_NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formulas_give_the_published_figures),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
