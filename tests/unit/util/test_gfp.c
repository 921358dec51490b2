// SPDX-License-Identifier: GPL-2.0-or-later
/* Printed gfp masks of all kernel eras. */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

static uint32_t parse(const char *text)
{
	uint32_t mask = 0xdeadbeef;

	if (bs_gfp_parse(text, strlen(text), &mask))
		fail_msg("unknown name in %s", text);
	return mask;
}

static void test_masks_of_the_shipped_traces(void **state)
{
	(void)state;

	assert_int_equal(parse("GFP_KERNEL"), 0xcc0);
	assert_int_equal(parse("GFP_ATOMIC"), 0xa20);
	assert_int_equal(parse("GFP_NOWAIT"), 0x800);
	assert_int_equal(parse("GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO"), 0x140dca);
	assert_int_equal(parse("GFP_TRANSHUGE|__GFP_NORETRY|__GFP_THISNODE"), 0x3d24ca);
	assert_int_equal(parse("GFP_NOFS|__GFP_HIGHMEM|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|"
			       "__GFP_HARDWALL|__GFP_MOVABLE"),
			 0x152c4a);
	assert_int_equal(parse("GFP_KERNEL|GFP_DMA32|__GFP_NOWARN"), 0x2cc4);
	assert_int_equal(parse("__GFP_HIGH|__GFP_ATOMIC|__GFP_ZERO"), 0x320);
	assert_int_equal(parse("GFP_KERNEL_ACCOUNT|__GFP_HIGHMEM"), 0x400cc2);
	assert_int_equal(parse("none"), 0);
}

static void test_names_of_other_eras(void **state)
{
	(void)state;

	/* Before 4.4 __GFP_WAIT was direct reclaim with kswapd; before 4.6 bits had no "__". */
	assert_int_equal(parse("GFP_WAIT|GFP_IO|GFP_FS"), BS_GFP_KERNEL);
	assert_int_equal(parse("GFP_TEMPORARY"), BS_GFP_KERNEL | BS_GFP_RECLAIMABLE);
	assert_int_equal(parse("GFP_KERNEL|GFP_REPEAT|GFP_COLD|GFP_NOTRACK"),
			 BS_GFP_KERNEL | BS_GFP_RETRY_MAYFAIL);
	assert_int_equal(parse("GFP_USER|GFP_COMP|GFP_MOVABLE"),
			 BS_GFP_USER | BS_GFP_COMP | BS_GFP_MOVABLE);
	assert_int_equal(parse("0xcc0"), BS_GFP_KERNEL);
	/* Bits above the known ones are later kernels' own. */
	assert_int_equal(parse("GFP_KERNEL|0x80000000"), BS_GFP_KERNEL);
}

static void test_unknown_names_are_counted_not_fatal(void **state)
{
	(void)state;

	uint32_t mask;

	assert_int_equal(bs_gfp_parse("GFP_KERNEL|__GFP_NEW|x|__GFP_ZERO", 33, &mask), 2);
	assert_int_equal(mask, BS_GFP_KERNEL | BS_GFP_ZERO);
	assert_int_equal(bs_gfp_parse("", 0, &mask), 0);
	assert_int_equal(mask, 0);
	/* Only the length given is read. */
	assert_int_equal(bs_gfp_parse("GFP_KERNEL_ACCOUNT", 10, &mask), 0);
	assert_int_equal(mask, BS_GFP_KERNEL);
}

static void test_format_is_read_back(void **state)
{
	(void)state;

	uint32_t mask = 1;
	char text[512];

	for (unsigned int i = 0; i < 20000; i++) {
		int n = bs_gfp_format(mask, text, sizeof(text));

		assert_int_equal(n, (int)strlen(text));
		assert_int_equal(parse(text), mask);
		mask = (mask * 1103515245u + 12345u) & 0x7fffff;
	}
	bs_gfp_format(BS_GFP_HIGHUSER_MOVABLE | BS_GFP_ZERO, text, sizeof(text));
	assert_string_equal(text, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO");
	bs_gfp_format(BS_GFP_TRANSHUGE_LIGHT, text, sizeof(text));
	assert_string_equal(text, "GFP_TRANSHUGE_LIGHT");
	bs_gfp_format(0, text, sizeof(text));
	assert_string_equal(text, "none");
}

static void test_format_keeps_within_its_buffer(void **state)
{
	(void)state;

	char text[512], small[8];
	int n = bs_gfp_format(0x7fffff, text, sizeof(text));

	memset(small, '#', sizeof(small));
	assert_int_equal(bs_gfp_format(0x7fffff, small, 5), n);
	assert_memory_equal(small, "GFP_\0###", 8);
	assert_int_equal(bs_gfp_format(0x7fffff, NULL, 0), n);
}

/* (gfp & 0x18) >> 3, 3 is invalid */
static void test_migratetype_and_lru(void **state)
{
	(void)state;

	assert_int_equal(bs_gfp_migratetype(BS_GFP_KERNEL), BS_MIGRATE_UNMOVABLE);
	assert_int_equal(bs_gfp_migratetype(BS_GFP_HIGHUSER_MOVABLE), BS_MIGRATE_MOVABLE);
	assert_int_equal(bs_gfp_migratetype(BS_GFP_RECLAIMABLE), BS_MIGRATE_RECLAIMABLE);
	assert_int_equal(bs_gfp_migratetype(0x18), BS_MIGRATE_UNMOVABLE);
	assert_true(bs_gfp_is_movable_user(BS_GFP_TRANSHUGE));
	assert_false(bs_gfp_is_movable_user(BS_GFP_HIGHUSER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks_of_the_shipped_traces),
		cmocka_unit_test(test_names_of_other_eras),
		cmocka_unit_test(test_unknown_names_are_counted_not_fatal),
		cmocka_unit_test(test_format_is_read_back),
		cmocka_unit_test(test_format_keeps_within_its_buffer),
		cmocka_unit_test(test_migratetype_and_lru),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
