// SPDX-License-Identifier: GPL-2.0-or-later
/* When a sample was: in every form that scripts write it. */
#include "bs_test.h"

#include "proc_forms.h"

static void test_forms(void **state)
{
	static const struct {
		const char *line, *when;
		bs_ns time;
	} cases[] = {
		{"2026-05-01T12:00:00+02:00 host", "2026-05-01T12:00:00", 1777636800 * BS_NS_PER_S},
		{"2026-05-01 12:00:00.5", "2026-05-01 12:00:00.5",
		 1777636800 * BS_NS_PER_S + BS_NS_PER_S / 2},
		{"Fri May  1 12:00:00 UTC 2026", "Fri May  1 12:00:00 UTC 2026",
		 1777636800 * BS_NS_PER_S},
		{"zzz ***Fri May 1 12:00:00 CEST 2026", "Fri May 1 12:00:00 CEST 2026",
		 1777636800 * BS_NS_PER_S},
		{"Fri May  1 12:00:00 2026", "Fri May  1 12:00:00 2026", 1777636800 * BS_NS_PER_S},
		{"1777636800", "1777636800", 1777636800 * BS_NS_PER_S},
		{"1777636800.25", "1777636800.25", 1777636800 * BS_NS_PER_S + BS_NS_PER_S / 4},
		{"[  12.5] Node", "[  12.5]", 12 * BS_NS_PER_S + BS_NS_PER_S / 2},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char when[48] = "";
		bs_ns time = 0;

		assert_true(bs_proc_time(cases[i].line, when, sizeof(when), &time));
		assert_string_equal(when, cases[i].when);
		assert_int_equal(time, cases[i].time);
	}
}

static void test_no_time(void **state)
{
	static const char *const lines[] = {"",
					    "Node 0, zone DMA 1 2 3",
					    "12345",
					    "[abc] x",
					    "2026 May",
					    "12345678901234567890",
					    "Number of blocks type"};
	char when[48];
	bs_ns time;

	(void)state;
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(bs_proc_time(lines[i], when, sizeof(when), &time));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
