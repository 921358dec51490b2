// SPDX-License-Identifier: GPL-2.0-or-later
/* watch_rates.c: what happens per virtual and per real second. */
#include "bs_test.h"

#include "watch_rates.h"

#define SEC BS_NS_PER_S
#define MS BS_NS_PER_MS

static struct watch_rates r;

static void look(unsigned int cell, bs_ns now, uint64_t real, uint64_t events)
{
	const struct bs_view v = {.cell = cell, .events = events, .allocs = 2 * events};

	watch_rates_look(&r, &v, now, real);
}

static void assert_near(double is, double want)
{
	if (is < want * 0.99 || is > want * 1.01)
		fail_msg("%g, not %g", is, want);
}

/* 100 events per virtual second, of which 4 pass in each real one. */
static void test_rates(void **state)
{
	(void)state;
	r.nr = 0;
	assert_true(watch_rate(&r, WATCH_ALLOCS) < 0);
	for (unsigned int i = 0; i < 200; i++)
		look(0, i * 200 * MS, i * 50 * MS, i * 20);
	assert_near(watch_rate(&r, WATCH_ALLOCS), 200);
	assert_near(watch_real_speed(&r), 4);
	assert_near(watch_real_rate(&r), 400);
}

/* What is long over does not count; what is of another cell neither. */
static void test_the_last_second(void **state)
{
	(void)state;
	r.nr = 0;
	look(0, 0, 0, 0);
	look(0, SEC, SEC, 1000000);
	for (unsigned int i = 1; i <= 20; i++)
		look(0, SEC + i * 100 * MS, SEC + i * 100 * MS, 1000000 + i);
	assert_near(watch_rate(&r, WATCH_ALLOCS), 20);
	look(1, 0, 4 * SEC, 0);
	assert_true(watch_rate(&r, WATCH_ALLOCS) < 0);
	look(1, SEC, 5 * SEC, 7);
	assert_near(watch_rate(&r, WATCH_ALLOCS), 14);
}

/* It stands still for minutes, looked at all the while: its rates are those before. */
static void test_standing_still(void **state)
{
	(void)state;
	r.nr = 0;
	for (unsigned int i = 0; i <= 20; i++)
		look(0, i * 100 * MS, i * 100 * MS, i);
	for (unsigned int i = 0; i <= 1160; i++)
		look(0, 2 * SEC, 2 * SEC + i * 50 * MS, 20);
	assert_near(watch_rate(&r, WATCH_ALLOCS), 20);
	/* And when it goes on, it goes as fast as it goes: not as if it had been slow meanwhile. */
	for (unsigned int i = 1; i <= 5; i++)
		look(0, 2 * SEC + i * 200 * MS, 60 * SEC + i * 100 * MS, 20 + i);
	assert_near(watch_real_speed(&r), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_the_last_second),
		cmocka_unit_test(test_standing_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
