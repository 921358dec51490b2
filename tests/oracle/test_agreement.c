// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real kernels' traces replayed from their start dumps: every request gets the page that the kernel
 * gave, and the guest ends in the kernel's state (MEANING.md, agreement).
 */
#include "bs_test.h"

#include "bs_agreement_test.h"

#define DATA BS_SOURCE_DIR "/tests/oracle/data/"
#define TRACES BS_SOURCE_DIR "/traces/"

static void test_memhog_thp(void **state)
{
	struct bs_agreed a;

	(void)state;
	bs_agree_on(TRACES "memhog_thp.cborseq.zst", DATA "memhog_thp.state.txt.gz", "none", &a);
	assert_int_equal(a.strict, 5326);
	assert_int_equal(a.total, 5326);
	assert_int_equal(a.final_state, BS_AGREED_EQUAL);
}

/* One request finds 8 pages before its own: vmalloc took them, 4 are freed later. */
static void test_churn_gcc(void **state)
{
	struct bs_agreed a;

	(void)state;
	bs_agree_on(TRACES "churn_gcc.cborseq.zst", DATA "churn_gcc.state.txt.gz", "none", &a);
	assert_int_equal(a.strict, 25215);
	assert_int_equal(a.inferred, 1);
	assert_int_equal(a.total, 25216);
	assert_int_equal(a.inferred_pages, 8);
	assert_int_equal(a.forced, 0);
	assert_int_equal(a.final_state, BS_AGREED_EQUAL);
}

/* A strategy that moves blocks answers with other pages: it is not led back. */
static void test_a_strategy_is_left_alone(void **state)
{
	struct bs_agreed a;

	(void)state;
	bs_agree_on(TRACES "memhog_thp.cborseq.zst", DATA "memhog_thp.state.txt.gz",
		    "rotation:order=9,delay=100ms", &a);
	assert_int_equal(a.total, 5326);
	assert_true(a.strict > 0 && a.strict < a.total);
	assert_int_equal(a.forced, 0);
	assert_int_equal(a.inferred, 0);
	assert_int_equal(a.final_state, BS_AGREED_DIFFERS);
}

/* The dump of another moment: the misses are counted and put right, and the state differs. */
static void test_wrong_dump_is_noticed(void **state)
{
	struct bs_agreed a;

	(void)state;
	bs_agree_on(TRACES "churn_gcc.cborseq.zst", DATA "memhog_thp.state.txt.gz", "none", &a);
	assert_true(a.strict + a.inferred < a.total);
	assert_true(a.forced > 0);
	assert_int_equal(a.final_state, BS_AGREED_DIFFERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memhog_thp),
		cmocka_unit_test(test_churn_gcc),
		cmocka_unit_test(test_a_strategy_is_left_alone),
		cmocka_unit_test(test_wrong_dump_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
