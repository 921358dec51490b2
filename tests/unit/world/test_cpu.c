// SPDX-License-Identifier: GPL-2.0-or-later
/* cpu.h: time blocked adds up on the CPU that is blocked, by cause. */
#include "bs_test.h"

#include "cpu.h"

/*
 *   now   10      20             60
 *   fault |======25|
 *   zero          |25====40|              behind what it is blocked by already
 *   fault                        |60==70| free in between
 */
static void test_blocking_adds_up(void **state)
{
	struct bs_cpu k = {.counted_until = BS_NO_TIME};

	(void)state;
	bs_cpu_block(&k, 10, 15, BS_CAUSE_REFAULT);
	assert_int_equal(k.busy_until, 25);
	bs_cpu_block(&k, 20, 15, BS_CAUSE_ZERO);
	assert_int_equal(k.busy_until, 40);
	bs_cpu_block(&k, 60, 10, BS_CAUSE_REFAULT);
	assert_int_equal(k.busy_until, 70);
	assert_int_equal(k.blocked_ns[BS_CAUSE_REFAULT], 25);
	assert_int_equal(k.blocked_ns[BS_CAUSE_ZERO], 15);
	assert_int_equal(k.blocked_ns[BS_CAUSE_REQUEST], 0);
}

/*
 *   counted until 30        |
 *   request     |10========|====40|       20 of 30
 *   zero                    |     |40=50| nothing
 */
static void test_what_lies_behind_the_end_does_not_count(void **state)
{
	struct bs_cpu k[2] = {{.counted_until = 30}, {.counted_until = 30}};
	bs_ns of[BS_NR_CAUSES];

	(void)state;
	bs_cpu_block(&k[0], 10, 30, BS_CAUSE_REQUEST);
	bs_cpu_block(&k[0], 10, 10, BS_CAUSE_ZERO);
	bs_cpu_block(&k[1], 28, 2, BS_CAUSE_ZERO);
	assert_int_equal(k[0].busy_until, 50);
	assert_int_equal(bs_cpus_blocked(k, 2, of), 20);
	assert_int_equal(of[BS_CAUSE_REQUEST], 20);
	assert_int_equal(of[BS_CAUSE_ZERO], 2);
	assert_int_equal(of[BS_CAUSE_REFAULT], 0);
}

static void test_causes_have_names_of_their_own(void **state)
{
	(void)state;
	for (int i = 0; i < BS_NR_CAUSES; i++) {
		assert_true(*bs_cause_name((enum bs_cause)i) >= 'a');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(bs_cause_name((enum bs_cause)i),
						bs_cause_name((enum bs_cause)k));
	}
	assert_string_equal(bs_cause_name(BS_NR_CAUSES), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocking_adds_up),
		cmocka_unit_test(test_what_lies_behind_the_end_does_not_count),
		cmocka_unit_test(test_causes_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
