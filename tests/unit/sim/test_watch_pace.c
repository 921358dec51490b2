// SPDX-License-Identifier: GPL-2.0-or-later
/* watch_pace.c: when what is watched goes on, and to where. */
#include "bs_test.h"

#include "watch_pace.h"

#define SEC BS_NS_PER_S
#define MS BS_NS_PER_MS

static struct bs_view view(bs_ns now, bs_ns until)
{
	return (struct bs_view){
		.now = now, .until = until, .end = 100 * SEC, .pass_at = BS_NO_TIME};
}

static void assert_waits(struct watch_pace *p, struct bs_view v, uint64_t real, uint64_t least)
{
	const struct watch_go go = watch_pace_look(p, &v, real);

	assert_false(go.goes);
	assert_in_range(go.real, least, UINT64_MAX);
}

static void assert_goes(struct watch_pace *p, struct bs_view v, uint64_t real, bs_ns next)
{
	const struct watch_go go = watch_pace_look(p, &v, real);

	assert_true(go.goes);
	assert_int_equal(go.next, next);
}

/* The next thing happens 4 s later: at 2 s per second it waits for 2 s, and the time shown goes on. */
static void test_at_speed(void **state)
{
	struct watch_pace p = {0};
	struct bs_view v = view(0, 4 * SEC);
	struct watch_go go;

	(void)state;
	watch_pace_for(&p, 100 * SEC, 50);
	assert_true(watch_speed(&p) == 2);
	go = watch_pace_look(&p, &v, 1000 * SEC);
	assert_false(go.goes);
	assert_in_range(go.real, 2 * SEC, 2 * SEC + 1);
	assert_int_equal(watch_pace_now(&p, &v, 1001 * SEC), 2 * SEC);
	/* What has not happened yet is not shown, or a step to it would not be seen. */
	assert_int_equal(watch_pace_now(&p, &v, 1009 * SEC), 4 * SEC - 1);
	go = watch_pace_look(&p, &v, 1002 * SEC);
	assert_true(go.goes);
	assert_in_range(go.next, 4 * SEC, 4 * SEC + 100 * MS);
	/* It could not keep up: it goes on from where it is, and does not make up for it. */
	v = view(5 * SEC, 6 * SEC);
	go = watch_pace_look(&p, &v, 2000 * SEC);
	assert_true(go.goes);
	assert_in_range(go.next, 6 * SEC, 6 * SEC + 100 * MS);
	/* At its end nobody waits for anything. */
	v.ended = true;
	assert_goes(&p, v, 2000 * SEC, BS_NO_TIME);
}

static void test_faster_and_slower(void **state)
{
	struct watch_pace p = {0};
	double before = 0;

	(void)state;
	for (unsigned int i = 0; i < 100 && watch_speed(&p) > 0; i++) {
		assert_true(watch_speed(&p) > before);
		before = watch_speed(&p);
		watch_pace_faster(&p, 0);
	}
	assert_true(watch_speed(&p) == 0); /* as fast as it goes */
	assert_goes(&p, view(0, SEC), 0, BS_NO_TIME);
	watch_pace_faster(&p, 0);
	assert_true(watch_speed(&p) == 0);
	watch_pace_slower(&p, 0);
	assert_true(watch_speed(&p) == before);
	for (unsigned int i = 0; i < 100; i++)
		watch_pace_slower(&p, 0);
	assert_true(watch_speed(&p) > 0 && watch_speed(&p) < 0.001);
	/* A window that nobody can wait for is not waited for. */
	watch_pace_for(&p, 1000000 * SEC, 20);
	assert_true(watch_speed(&p) == 0);
}

/* |now .... shown .... until|: it stands where it was shown, and goes on from there. */
static void test_pause(void **state)
{
	struct watch_pace p = {0};
	const struct bs_view v = view(0, 10 * SEC);

	(void)state;
	watch_pace_for(&p, 100 * SEC, 100);
	assert_waits(&p, v, 0, 1);
	watch_pace_pause(&p, watch_pace_now(&p, &v, 3 * SEC));
	assert_waits(&p, v, 3 * SEC, UINT64_MAX);
	assert_int_equal(watch_pace_now(&p, &v, 9 * SEC), 3 * SEC);
	watch_pace_pause(&p, watch_pace_now(&p, &v, 9 * SEC));
	assert_waits(&p, v, 9 * SEC, 7 * SEC);
	assert_int_equal(watch_pace_now(&p, &v, 10 * SEC), 4 * SEC);
}

static void test_step_to_what_happens(void **state)
{
	struct watch_pace p = {0};

	(void)state;
	watch_pace_pause(&p, 0);
	assert_waits(&p, view(0, SEC), 0, UINT64_MAX);
	watch_pace_step(&p, WATCH_INSTANT, 0);
	assert_goes(&p, view(0, SEC), 0, SEC);
	/* Somebody looked in between; a key repeated itself. */
	watch_pace_step(&p, WATCH_INSTANT, 0);
	assert_goes(&p, view(0, SEC), 0, SEC);
	assert_waits(&p, view(SEC, 2 * SEC), 0, UINT64_MAX);
	assert_waits(&p, view(SEC, 2 * SEC), 0, UINT64_MAX);
}

/* A 500th of 100 s: twice within a second in which nothing happens, then over its end. */
static void test_step_by_a_sample(void **state)
{
	struct watch_pace p = {0};
	struct bs_view v = view(0, 500 * MS);

	(void)state;
	for (unsigned int i = 1; i <= 2; i++) {
		watch_pace_step(&p, WATCH_SAMPLE, watch_pace_now(&p, &v, 0));
		assert_waits(&p, v, 0, UINT64_MAX);
		assert_int_equal(watch_pace_now(&p, &v, 0), i * 200 * MS);
	}
	watch_pace_step(&p, WATCH_SAMPLE, watch_pace_now(&p, &v, 0));
	assert_goes(&p, v, 0, 600 * MS);
	v = view(550 * MS, 900 * MS);
	assert_waits(&p, v, 0, UINT64_MAX);
	assert_int_equal(watch_pace_now(&p, &v, 0), 600 * MS);
}

static void test_step_to_a_pass(void **state)
{
	struct watch_pace p = {0};
	struct bs_view v = view(0, SEC);

	(void)state;
	assert_false(watch_pace_wants(&p) & BS_VIEW_PASS);
	watch_pace_step(&p, WATCH_TO_PASS, 0);
	assert_true(watch_pace_wants(&p) & BS_VIEW_PASS);
	assert_goes(&p, v, 0, BS_NO_TIME);
	v = view(SEC, 2 * SEC);
	assert_goes(&p, v, 0, BS_NO_TIME);
	v = view(2 * SEC, 3 * SEC);
	v.pass_at = 2 * SEC;
	assert_waits(&p, v, 0, UINT64_MAX);
	assert_false(watch_pace_wants(&p) & BS_VIEW_PASS);
	assert_int_equal(watch_pace_now(&p, &v, 0), 2 * SEC);
	/* There is no other one: the end of the cell ends the step. */
	watch_pace_step(&p, WATCH_TO_PASS, 0);
	assert_goes(&p, v, 0, BS_NO_TIME);
	v.ended = true;
	assert_waits(&p, v, 0, UINT64_MAX);
}

/* Whoever stands at the end steps into the next cell, and stands at its beginning. */
static void test_step_over_the_end(void **state)
{
	struct watch_pace p = {0};
	struct bs_view v = view(100 * SEC, 100 * SEC);

	(void)state;
	v.ended = true;
	watch_pace_pause(&p, 0);
	assert_waits(&p, v, 0, UINT64_MAX);
	watch_pace_step(&p, WATCH_INSTANT, 0);
	assert_goes(&p, v, 0, BS_NO_TIME);
	v = view(0, SEC);
	v.cell = 1;
	assert_waits(&p, v, 0, UINT64_MAX);
}

/* To the end of the cell, and there it is as it was before. */
static void test_skip(void **state)
{
	struct watch_pace p = {0};
	struct bs_view v = view(0, SEC);

	(void)state;
	watch_pace_pause(&p, 0);
	assert_waits(&p, v, 0, UINT64_MAX);
	watch_pace_skip(&p);
	assert_goes(&p, v, 0, BS_NO_TIME);
	v.ended = true;
	assert_goes(&p, v, 0, BS_NO_TIME);
	v = view(0, SEC);
	v.cell = 1;
	assert_waits(&p, v, 0, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_speed),
		cmocka_unit_test(test_faster_and_slower),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_step_to_what_happens),
		cmocka_unit_test(test_step_by_a_sample),
		cmocka_unit_test(test_step_to_a_pass),
		cmocka_unit_test(test_step_over_the_end),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
