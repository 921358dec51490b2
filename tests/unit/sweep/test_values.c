// SPDX-License-Identifier: GPL-2.0-or-later
/* sweep/values: what a text of a grid stands for, value by value. */
#include "bs_test.h"

#include <stdio.h>

#include "values.h"

/* All values with a blank between two. */
static void expect(const char *text, const char *values)
{
	struct bs_words w = {0};
	struct bs_error err;
	char all[4096] = "";
	size_t used = 0;

	assert_ok(bs_values_expand(&w, text, "--x", &err), &err);
	for (unsigned int i = 0; i < w.nr; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i ? " " : "",
					 w.at[i]);
	assert_string_equal(all, values);
	bs_values_free(&w);
}

static void refuse(const char *text, const char *advice)
{
	struct bs_words w = {0};
	struct bs_error err;

	assert_true(bs_values_expand(&w, text, "--x", &err) < 0);
	assert_string_equal(err.where, "--x");
	assert_says(err.advice, advice);
	bs_values_free(&w);
}

static void test_lists(void **state)
{
	(void)state;
	expect("none", "none");
	expect("none,rotation", "none rotation");
	expect("always|never", "always never");
	/* As behind -s: parameters go on with the strategy before them. */
	expect("rotation:order=9,delay=2s,none", "rotation:order=9,delay=2s none");
	expect("linux-6.1,linux-7.3:boot_pos=head", "linux-6.1 linux-7.3:boot_pos=head");
	refuse("a,,b", "A,B,C");
	refuse("", "A,B,C");
}

static void test_ranges(void **state)
{
	(void)state;
	expect("1..4", "1 2 3 4");
	expect("7..7", "7");
	expect("0..10+5", "0 5 10");
	expect("0s..5s+2s", "0s 2s 4s");
	expect("0..40ms+20ms", "0ms 20ms 40ms");
	expect("1MiB..9MiB*2", "1MiB 2MiB 4MiB 8MiB");
	refuse("4..1", "smaller end first");
	expect("128MiB..1GiB*2", "128MiB 256MiB 512MiB 1GiB");
	expect("500us..2ms+500us", "500us 1ms 1500us 2ms");
	expect("0..1s+250ms", "0ns 250ms 500ms 750ms 1s");
	refuse("1ms..2s", "units of one kind");
	refuse("1ms..2MiB*2", "units of one kind");
	refuse("0s..4s+1MiB", "units of one kind");
	refuse("2s..1ms+1ms", "smaller end first");
	refuse("0..8*2", "begin above 0");
	refuse("1..8*1", "at least 2");
	refuse("1..8+0", "step above 0");
	refuse("1..1000000000", "larger steps");
}

/* What is no range is left as it is: names and paths may have dots. */
static void test_no_ranges(void **state)
{
	(void)state;
	expect("linux-6.1", "linux-6.1");
	expect("../a..b/c.so:x=1", "../a..b/c.so:x=1");
	expect("1..x", "1..x");
	expect("..3", "..3");
}

static void test_combined(void **state)
{
	(void)state;
	expect("rotation:order=0..2", "rotation:order=0 rotation:order=1 rotation:order=2");
	expect("rotation:order=8|9,delay=100ms|2s",
	       "rotation:order=8,delay=100ms rotation:order=8,delay=2s rotation:order=9,delay=100ms "
	       "rotation:order=9,delay=2s");
	expect("a|b:n=1..2", "a:n=1 a:n=2 b:n=1 b:n=2");
	refuse("a:n=1..2000,m=1..1000", "fewer values");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_no_ranges),
		cmocka_unit_test(test_combined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
