// SPDX-License-Identifier: GPL-2.0-or-later
/* buddyinfo as kernels print it, and as it arrives in reports. */
#include "bs_test.h"

#include "bs_snapshot_test.h"

/* Two nodes, the format of all kernels from 2.6 to 7.x. */
static void test_as_the_kernel_prints_it(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		"Node 0, zone      DMA      0      0      0      0      0      0      0      0      1    "
		"  1      3 \n"
		"Node 0, zone   Normal   1696   4035   2173    641     98      9      0      0      0    "
		"  0      0 \n"
		"Node 1, zone   Normal 123456      2      3      4      5      6      7      8      9    "
		" 10 1234567 \n");

	(void)state;
	assert_int_equal(all->n, 1);
	assert_string_equal(counts_of(all, 0, 0, "DMA"), "0 0 0 0 0 0 0 0 1 1 3");
	assert_string_equal(counts_of(all, 0, 0, "Normal"), "1696 4035 2173 641 98 9 0 0 0 0 0");
	assert_string_equal(counts_of(all, 0, 1, "Normal"), "123456 2 3 4 5 6 7 8 9 10 1234567");
	bs_snapshots_free(all);
}

static void test_quoted_and_stamped(void **state)
{
	static const char *const forms[] = {
		"> Node 0, zone   Normal   5   6   7   8\r\n",
		">> | Node 0, zone   Normal   5   6   7   8 |\n",
		"\tNode 0, zone   Normal   5   6   7   8\n",
		"[  123.456789] Node 0, zone   Normal   5   6   7   8\n",
		"2026-05-01T12:00:00+02:00 host1 Node 0, zone   Normal   5   6   7   8\n",
		"May 01 12:00:00 host kernel: Node 0, zone Normal 5 6 7 8\n",
		"\"Node 0, zone   Normal   5   6   7   8\",\n",
		"Normal 5 6 7 8\n",
		"* Normal: 5 6 7 8\n",
		"# cat /proc/buddyinfo\nDMA32: 1 2 3 4; Normal: 5 6 7 8\n",
		"Node 0, zone   Normal   5   6 \n   7   8\n",
		"> Node 0, zone   Normal   5\n>   6   7\n>   8\n",
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct bs_snapshots *all = snapshots_of(forms[i]);

		assert_string_equal(counts_of(all, 0, 0, "Normal"), "5 6 7 8");
		bs_snapshots_free(all);
	}
}

/* As many orders as there are: a kernel of 64 KiB pages has 14, one for small machines 7. */
static void test_any_number_of_orders(void **state)
{
	struct bs_snapshots *all =
		snapshots_of("Node 0, zone DMA 1 2 3 4 5 6 7 8 9 10 11 12 13 14\n"
			     "Node 0, zone Normal 1 2 3 4 5 6 7 0 0 0 0 0 0 0\n");
	uint64_t nr_free[BS_SNAPSHOT_ORDERS];

	(void)state;
	assert_string_equal(counts_of(all, 0, 0, "DMA"), "1 2 3 4 5 6 7 8 9 10 11 12 13 14");
	assert_int_equal(bs_snapshot_nr_free(&all->s[0], nr_free), 14);
	assert_int_equal(nr_free[6], 14);
	assert_int_equal(nr_free[13], 14);
	bs_snapshots_free(all);
}

/* A zone that comes again is of the next sample; what a script prints in between is its time. */
static void test_series(void **state)
{
	struct bs_snapshots *all = snapshots_of("2026-05-01 12:00:00\n"
						"Node 0, zone DMA 1 1 1 1\n"
						"Node 0, zone Normal 2 2 2 2\n"
						"Fri May  1 12:01:00 UTC 2026\n"
						"Node 0, zone DMA 3 3 3 3\n"
						"Node 0, zone Normal 4 4 4 4\n"
						"1777636920\n"
						"Node 0, zone DMA 5 5 5 5\n");

	(void)state;
	assert_int_equal(all->n, 3);
	assert_string_equal(counts_of(all, 0, 0, "Normal"), "2 2 2 2");
	assert_string_equal(counts_of(all, 1, 0, "DMA"), "3 3 3 3");
	assert_string_equal(counts_of(all, 2, 0, "DMA"), "5 5 5 5");
	assert_string_equal(all->s[0].when, "2026-05-01 12:00:00");
	assert_string_equal(all->s[1].when, "Fri May  1 12:01:00 UTC 2026");
	assert_int_equal(all->s[1].time - all->s[0].time, 60 * BS_NS_PER_S);
	assert_int_equal(all->s[2].time - all->s[1].time, 60 * BS_NS_PER_S);
	bs_snapshots_free(all);
}

static void test_bad_lines(void **state)
{
	struct bs_error err;

	(void)state;
	refused_text("Node 0, zone DMA 1 2 3\nNode 0, zone Normal 1 2 x3\n", &err);
	assert_says(err.where, ":2");
	assert_says(err.text, "Normal");
	assert_says(err.text, "1 2 x3");
	refused_text("Node 0, zone Normal 1 -2 3\n", &err);
	assert_says(err.where, ":1");
	refused_text("Node 0, zone Normal 1 99999999999999999999999999999\n", &err);
	refused_text(
		"Node 0, zone Normal 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
		"25\n",
		&err);
	refused_text("Node 0, zone Normal 1.5 2\n", &err);
	refused_text("MemTotal: 123 kB\n", &err);
	assert_says(err.text, "nothing of free memory");
	refused_text("", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_kernel_prints_it),
		cmocka_unit_test(test_quoted_and_stamped),
		cmocka_unit_test(test_any_number_of_orders),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
