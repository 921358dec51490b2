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

/* A number alone is neither a time nor a size; 0 is both. */
static void test_without_unit(void **state)
{
	uint64_t v = 1;
	char buf[64];

	(void)state;
	assert_int_equal(bs_parse_time("2", &v), -EINVAL);
	assert_int_equal(bs_parse_size("4096", &v), -EINVAL);
	assert_int_equal(bs_parse_size("1.5", &v), -EINVAL);
	assert_int_equal(bs_parse_time("0", &v), 0);
	assert_int_equal(v, 0);
	v = 1;
	assert_int_equal(bs_parse_size("0.0", &v), 0);
	assert_int_equal(v, 0);

	bs_advise_time("2", buf, sizeof(buf));
	assert_string_equal(buf, "say 2s or 2ns");
	bs_advise_size("2", buf, sizeof(buf));
	assert_string_equal(buf, "say 2MiB or 2B");
	bs_advise_size("1.5", buf, sizeof(buf)); /* half a byte is none */
	assert_string_equal(buf, "say 1.5MiB");
	bs_advise_time("5m", buf, sizeof(buf));
	assert_string_equal(buf, "times take h, min, s, ms, us, ns");
	bs_advise_size("1MB", buf, sizeof(buf));
	assert_string_equal(buf, "sizes take TiB, GiB, MiB, KiB, B");
	assert_int_equal(bs_advise_size("much", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	bs_advise_size("1MB", buf, 8); /* cut, and terminated */
	assert_string_equal(buf, "sizes t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_and_times),
		cmocka_unit_test(test_without_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
