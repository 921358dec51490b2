// SPDX-License-Identifier: GPL-2.0-or-later
/* hypercall: who tells what, and when (STRATEGIES.md, hypercall). */
#include "bs_test.h"

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

static struct bs_world *full_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 4096);

	bs_world_start(w, strategy, 32);
	return w;
}

/*
 *   free 0 (o10)              |################|      told whole: hook A
 *   free 1024, 1536 (o9)      |########|########|     each told by hook A; merged to o10: no more
 *   free 2048, 2304 (o8)      |####|####|             merged to o9: hook B tells the 2 MiB
 */
static void test_hint_at_free_and_at_merge(void **state)
{
	struct bs_world *w = full_world("hypercall");

	(void)state;
	bs_world_free(w, 0, 10);
	assert_string_equal(bs_world_log(w), "0:10 | ");
	bs_world_free(w, 1024, 9);
	assert_string_equal(bs_world_log(w), "1024:9 | ");
	bs_world_free(w, 1536, 9);
	assert_string_equal(bs_world_log(w), "1536:9 | ");
	bs_world_free(w, 2048, 8);
	assert_string_equal(bs_world_log(w), "");
	bs_world_free(w, 2304, 8);
	assert_string_equal(bs_world_log(w), "2048:9 | ");
	assert_int_equal(w->violations, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* hypercall with hint=final: once, with the order it ends up with; the half that was told before
 * is told again. */
static void test_hint_of_the_final_block(void **state)
{
	struct bs_world *w = full_world("hypercall:hint=final");

	(void)state;
	bs_world_free(w, 1024, 9);
	assert_string_equal(bs_world_log(w), "1024:9 | ");
	bs_world_free(w, 1536, 9);
	assert_string_equal(bs_world_log(w), "1024:10 | ");
	bs_world_free(w, 2048, 8);
	bs_world_free(w, 2304, 8);
	assert_string_equal(bs_world_log(w), "2048:9 | ");
	assert_int_equal(w->violations, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* No mark: allocated and freed without a touch, the same memory is told again. The host's refusal
 * is not retried: what it refused stays raw. */
static void test_again_and_refused(void **state)
{
	struct bs_world *w = full_world("hypercall");

	(void)state;
	bs_world_free(w, 3072, 10);
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	w->fail_call = 2;
	bs_world_free(w, 3072, 10);
	assert_string_equal(bs_world_log(w), "3072:10 | 3072:10 | ");
	bs_assert_list(w, 10, M, "3072");
	assert_int_equal(bs_report_raw_bytes(w->rc), 4 << 20);
	bs_world_destroy(w);
}

/* Invariant 35: off, it tells nothing. */
static void test_off(void **state)
{
	struct bs_world *w = full_world("hypercall");

	(void)state;
	bs_report_stop(w->rc);
	bs_world_free(w, 0, 10);
	assert_int_equal(w->calls, 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hint_at_free_and_at_merge),
		cmocka_unit_test(test_hint_of_the_final_block),
		cmocka_unit_test(test_again_and_refused),
		cmocka_unit_test(test_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
