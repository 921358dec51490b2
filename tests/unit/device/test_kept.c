// SPDX-License-Identifier: GPL-2.0-or-later
/* kept.c: what the host holds of memory without an owner, and what of that it was asked for. */
#include "bs_device_test.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)

static struct bs_device *device(enum bs_thp thp, enum bs_advice advice, const char *params)
{
	return bs_dev_create((struct bs_device_config){.kind = "model",
						       .touch = BS_TOUCH_PAGE,
						       .thp = thp,
						       .advice = advice,
						       .params = params});
}

/*
 *   asked for, and left       |kkkkkkkk|........|    of 64 pages 32 were ever touched
 *   page 0 gets an owner      |Ukkkkkkk|........|
 */
static void test_what_the_host_left(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_NONE, NULL);

	(void)state;
	bs_dev_alloc(d, 0, 5);
	bs_dev_free(d, 0, 5);
	assert_int_equal(bs_device_resident_bytes(d, 0, 6), 128 * KIB);
	assert_int_equal(bs_device_kept_bytes(d, 0, 6), 0);
	bs_dev_report(d, 0, 6);
	assert_int_equal(bs_device_kept_bytes(d, 0, 6), 128 * KIB);
	assert_int_equal(bs_device_kept_bytes(d, 32, 5), 0);
	assert_int_equal(bs_device_kept_bytes(d, 0, 10), 128 * KIB);
	bs_dev_alloc(d, 0, 0);
	bs_dev_free(d, 0, 0);
	assert_int_equal(bs_device_kept_bytes(d, 0, 6), 124 * KIB);
	bs_device_destroy(d);
}

/* Every second request fails. What failed once and is asked for again with success is gone. */
static void test_asked_again(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_DONTNEED, "error_every=2");
	const struct bs_range r = {0, 9};
	struct bs_error err;
	bs_ns cost;
	int ticket;

	(void)state;
	bs_dev_alloc(d, 0, 9);
	bs_dev_free(d, 0, 9);
	bs_dev_report(d, 1024, 9);
	ticket = bs_device_request(d, &r, 1, &cost, &err);
	assert_true(bs_device_complete(d, ticket, 0, &err) < 0);
	assert_int_equal(bs_device_kept_bytes(d, 0, 9), 2 * MIB);
	bs_dev_report(d, 0, 9);
	assert_int_equal(bs_device_kept_bytes(d, 0, 9), 0);
	assert_int_equal(bs_device_resident_bytes(d, 0, 9), 0);
	bs_device_destroy(d);
}

/*
 *   advised MADV_FREE         |kkkkkkkk|........|    of 64 pages 32 were ever touched
 *   and again                 |kkkkkkkk|........|    nothing new
 *   page 0 gets an owner      |Ukkkkkkk|........|    without a fault
 *   and is advised again      |kkkkkkkk|........|
 */
static void test_lazily(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_FREE, NULL);
	struct bs_device_stats s;

	(void)state;
	bs_dev_alloc(d, 0, 5);
	bs_dev_free(d, 0, 5);
	for (int again = 0; again <= 1; again++) {
		bs_dev_report(d, 0, 6);
		bs_device_stats(d, &s);
		assert_int_equal(s.lazyfree_bytes, 128 * KIB);
		assert_int_equal(s.redundant_bytes, (again ? 3 : 1) * 128 * KIB);
	}
	assert_int_equal(bs_device_kept_bytes(d, 0, 6), 128 * KIB);
	assert_int_equal(bs_device_held(d), 128 * KIB);
	bs_dev_alloc(d, 0, 0);
	bs_dev_free(d, 0, 0);
	assert_int_equal(bs_device_kept_bytes(d, 0, 6), 124 * KIB);
	bs_dev_report(d, 0, 6);
	bs_device_stats(d, &s);
	assert_int_equal(s.lazyfree_bytes, 132 * KIB);
	assert_int_equal(s.refaults, 0);
	assert_int_equal(s.discarded_bytes, 0);
	assert_int_equal(s.skipped_ranges, 0);
	bs_device_destroy(d);
}

static void unmapped(const struct bs_device *d, uint64_t in_use, uint64_t rest)
{
	uint64_t a, b;

	bs_device_unmapped(d, &a, &b);
	assert_int_equal(a, in_use);
	assert_int_equal(b, rest);
}

/*
 *   touch the 1st half        |UUUUUUUUHHHHHHHH|     the 2nd is there beside it
 *   report the 2nd            |UUUUUUUU........|     unmapped, while the 1st is in use
 *   touch it again            |UUUUUUUUbbbbbbbb|     base pages; 1 MiB more is held
 *   free the 1st half         |hhhhhhhhbbbbbbbb|     what is left of the huge page is not in use
 *   report it                 |........bbbbbbbb|     the huge page is gone
 */
static void test_halves_of_a_huge_page(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED, NULL);

	(void)state;
	bs_dev_alloc(d, 0, 8);
	assert_int_equal(bs_device_resident_bytes(d, 0, 10), 2 * MIB);
	assert_int_equal(bs_device_beside_bytes(d, 256, 8), MIB);
	assert_int_equal(bs_device_beside_bytes(d, 512, 9), 0);
	unmapped(d, 0, 0);
	bs_dev_report(d, 256, 8);
	assert_int_equal(bs_device_beside_bytes(d, 256, 8), 0);
	unmapped(d, MIB, 0);
	bs_dev_alloc(d, 256, 8);
	unmapped(d, MIB, 0);
	bs_dev_free(d, 0, 8);
	unmapped(d, 0, MIB);
	assert_int_equal(bs_device_held(d), 3 * MIB);
	bs_dev_report(d, 0, 8);
	unmapped(d, 0, 0);
	bs_device_destroy(d);
}

/* What the host was asked for and kept is kept, whatever is beside it. */
static void test_kept_is_not_beside(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_NONE, NULL);

	(void)state;
	bs_dev_alloc(d, 0, 8);
	bs_dev_report(d, 256, 7);
	assert_int_equal(bs_device_kept_bytes(d, 256, 8), MIB / 2);
	assert_int_equal(bs_device_beside_bytes(d, 256, 8), MIB / 2);
	bs_device_destroy(d);
}

static void note(void *arg, bs_pfn pfn, unsigned int order)
{
	uint64_t *seen = arg;

	assert_int_equal(order, 9);
	*seen |= UINT64_C(1) << (pfn >> 9);
}

static void test_where_there_is_anything(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_DONTNEED, NULL);
	uint64_t seen = 0;

	(void)state;
	bs_device_each_populated(d, note, &seen);
	assert_int_equal(seen, 0);
	bs_dev_alloc(d, 3 * 512 + 5, 0);
	bs_dev_alloc(d, 0, 10);
	bs_dev_alloc(d, 3 * 512 + 7, 0);
	bs_device_each_populated(d, note, &seen);
	assert_int_equal(seen, 0xb);
	bs_dev_free(d, 0, 10);
	bs_dev_report(d, 0, 9);
	seen = 0;
	bs_device_each_populated(d, note, &seen);
	assert_int_equal(seen, 0xa);
	bs_device_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_host_left),
		cmocka_unit_test(test_asked_again),
		cmocka_unit_test(test_lazily),
		cmocka_unit_test(test_halves_of_a_huge_page),
		cmocka_unit_test(test_kept_is_not_beside),
		cmocka_unit_test(test_where_there_is_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
