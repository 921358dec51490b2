// SPDX-License-Identifier: GPL-2.0-or-later
/* hint-once: once, all at once, block by block, held until the host is done or memory is short. */
#include "bs_test.h"

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define U BS_MIGRATE_UNMOVABLE
#define BLOCK (BS_UNIT_SIZE << 10)

static struct bs_world *world_with_free(const char *strategy, unsigned int blocks)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	for (bs_pfn p = 0; p < blocks * 1024; p += 1024)
		bs_world_free(w, p, 10);
	bs_world_start(w, strategy, 32);
	return w;
}

static uint64_t held(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return st.client_bytes;
}

/*
 *   o10 M: [2048] [1024] [0]   each is a request of its own; all are held for 1 s, then free again
 */
static void test_one_round(void **state)
{
	struct bs_world *w = world_with_free("hint-once:at=2s,hold=1s", 3);

	(void)state;
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "2048:10 | 1024:10 | 0:10 | ");
	assert_int_equal(held(w), 3 * BLOCK);
	bs_assert_list(w, 10, M, "");
	assert_int_equal(w->wake_at, 3 * BS_NS_PER_S);
	bs_world_work(w);
	assert_int_equal(held(w), 0);
	assert_false(w->wake_armed);
	bs_world_free(w, 3072, 10); /* never again, whatever is freed */
	assert_false(w->wake_armed);
	assert_string_equal(bs_world_log(w), "");
	bs_world_destroy(w);
}

/* The queue takes two, or (the tests' device) four, at a time: the block is freed, the oldest is waited for, and the
 * same block is taken again, now from the list of unmovable ones. */
static void test_a_full_queue(void **state)
{
	struct bs_world *w = world_with_free("hint-once:at=0s,depth=2", 6);

	(void)state;
	bs_world_work(w);
	assert_string_equal(bs_world_log(w),
			    "5120:10 | 4096:10 | 3072:10 | 2048:10 | 1024:10 | 0:10 | ");
	assert_int_equal(held(w), 6 * BLOCK);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);

	w = world_with_free("hint-once:at=0s,depth=64", 7);
	bs_world_work(w);
	assert_int_equal(held(w), 7 * BLOCK);
	assert_int_equal(w->calls, 7);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* Somebody needs 5 MiB: two blocks are let go, the newest first; the rest at the end. The guest has them in lists of
 * unmovable memory from then on. */
static void test_the_shrinker(void **state)
{
	struct bs_world *w = world_with_free("hint-once:at=0s", 4);
	struct bs_report_stats st;

	(void)state;
	bs_world_work(w);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1025);
	assert_int_equal(held(w), 2 * BLOCK);
	bs_assert_list(w, 10, U, "1024,0");
	bs_world_work(w);
	assert_int_equal(held(w), 0);
	bs_assert_list(w, 10, U, "3072,2048,1024,0");
	bs_assert_list(w, 10, M, "");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.conversions, 8);
	bs_world_destroy(w);
}

/* Off in the middle: nothing stays out; on again: a new round. */
static void test_off_and_on(void **state)
{
	struct bs_world *w = world_with_free("hint-once:at=0s", 4);

	(void)state;
	bs_world_work(w);
	bs_report_stop(w->rc);
	assert_int_equal(held(w), 0);
	assert_int_equal(w->violations, 0);
	assert_int_equal(bs_report_start(w->rc), 0);
	bs_world_work(w);
	assert_int_equal(held(w), 4 * BLOCK);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_round),
		cmocka_unit_test(test_a_full_queue),
		cmocka_unit_test(test_the_shrinker),
		cmocka_unit_test(test_off_and_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
