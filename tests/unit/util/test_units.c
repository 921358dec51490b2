// SPDX-License-Identifier: GPL-2.0-or-later
/* util/units: sizes and times the way people write them. */
#include "bs_test.h"

#include <errno.h>

#include "units.h"

static void test_sizes_and_times(void **state)
{
	uint64_t v;
	char buf[32];

	(void)state;
	assert_int_equal(bs_parse_size("4KiB", &v), 0);
	assert_int_equal(v, 4096);
	assert_int_equal(bs_parse_size("1.5GiB", &v), 0);
	assert_int_equal(v, 1610612736);
	assert_int_equal(bs_parse_size("6G", &v), 0);
	assert_int_equal(v, 6442450944);
	assert_int_equal(bs_parse_time("250ms", &v), 0);
	assert_int_equal(v, 250000000);
	assert_int_equal(bs_parse_time("0.5s", &v), 0);
	assert_int_equal(v, 500000000);
	assert_int_equal(bs_parse_size("", &v), -EINVAL);
	assert_int_equal(bs_parse_size("12parsecs", &v), -EINVAL);
	assert_int_equal(bs_parse_size("-1", &v), -EINVAL);
	assert_int_equal(bs_parse_size("0.3B", &v), -EINVAL); /* not a whole byte */
	assert_int_equal(bs_parse_size("99999999999999999999", &v), -EINVAL);
	assert_int_equal(bs_parse_size("99999999999999TiB", &v), -EINVAL);
	bs_format_size(3 * 1048576, buf, sizeof(buf));
	assert_string_equal(buf, "3MiB");
	bs_format_size(4097, buf, sizeof(buf));
	assert_string_equal(buf, "4097B");
	bs_format_time(2000000000, buf, sizeof(buf));
	assert_string_equal(buf, "2s");
	bs_format_time(0, buf, sizeof(buf));
	assert_string_equal(buf, "0ns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_and_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
