// SPDX-License-Identifier: GPL-2.0-or-later
/* What printed gfp masks mean, by the kernel that printed them. */
#include "bs_test.h"

#include <string.h>

#include "gfp_eras.h"

/* Masks that kernels were seen to print, in logs that name both the number and the names. */
static const struct {
	const char *version;
	uint32_t value;
	const char *names;
} seen[] = {
	{"3.10.0-1160.el7", 0xd0, "GFP_KERNEL"},
	{"3.10", 0x200da, "GFP_HIGHUSER_MOVABLE"},
	{"3.10", 0x20, "GFP_ATOMIC"},
	{"3.10", 0x80d0, "GFP_KERNEL|GFP_ZERO"},
	{"4.4.0-210-generic", 0x24000c0, "GFP_KERNEL"},
	{"4.9.24-coreos", 0x2084120, "GFP_ATOMIC|__GFP_COLD|__GFP_COMP"},
	{"4.9", 0x24200ca, "GFP_HIGHUSER_MOVABLE"},
	{"4.12.0-rc3", 0x14210d2, "GFP_HIGHUSER|__GFP_NORETRY|__GFP_RECLAIMABLE"},
	{"4.15.0-108-generic", 0x15000c0, "GFP_KERNEL_ACCOUNT"},
	{"4.18.0-477.el8", 0x6200ca, "GFP_HIGHUSER_MOVABLE"},
	{"4.19.4", 0x6000c0, "GFP_KERNEL"},
	{"5.0.9", 0x6200ca, "GFP_HIGHUSER_MOVABLE"},
	{"5.4.17", 0x100cca, "GFP_HIGHUSER_MOVABLE"},
	{"5.4.19", 0x40dc0, "GFP_KERNEL|__GFP_COMP|__GFP_ZERO"},
	{"5.10", 0xa20, "GFP_ATOMIC"},
	{"6.1.16", 0xcd0, "GFP_KERNEL|__GFP_RECLAIMABLE"},
	{"6.8.0", 0x820, "GFP_ATOMIC"},
	{"6.6", 0x800, "GFP_NOWAIT"},
	{"6.18.44", 0x2800, "GFP_NOWAIT"},
	{"7.3.4", 0xdc0, "GFP_KERNEL|__GFP_ZERO"},
};

static void test_masks_that_kernels_print(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		const unsigned int eras = bs_gfp_eras_of(seen[i].version, strlen(seen[i].version));
		unsigned int agree = 0;

		assert_true(eras);
		for (unsigned int e = 0; e < BS_GFP_ERAS; e++) {
			const char *first;
			uint32_t mask;
			size_t n;

			if (!(eras >> e & 1))
				continue;
			assert_int_equal(bs_gfp_parse_names(seen[i].names, strlen(seen[i].names), e,
							    &mask, NULL, &first, &n),
					 0);
			agree += mask == bs_gfp_decode(seen[i].value, e);
			if (mask == bs_gfp_decode(seen[i].value, e))
				assert_true(bs_gfp_is_plausible(seen[i].value, e, 0));
		}
		if (!agree)
			fail_msg("%s: %#x is not %s", seen[i].version, seen[i].value,
				 seen[i].names);
	}
}

/* Where one era's number is read with another one's bits, that is noticed, for what matters most. */
static void test_numbers_show_their_era(void **state)
{
	static const struct {
		uint32_t value;
		unsigned int eras;
	} rows[] = {
		{0xd0, 1u << 0},      {0x200da, 1u << 0},   {0x24000c0, 7u << 1},
		{0x24200ca, 7u << 1}, {0x14000c0, 1u << 4}, {0x14200ca, 1u << 4},
		{0x6000c0, 1u << 5},  {0x6200ca, 1u << 5},  {0xcc0, 7u << 6},
		{0x100cca, 7u << 6},  {0xa20, 1u << 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int eras = 0;

		for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
			eras |= bs_gfp_is_plausible(rows[i].value, e, 0) ? 1u << e : 0;
		/* GFP_ATOMIC of 5.1 sets bits that meant nothing together before. */
		if (rows[i].value != 0xa20 && eras != rows[i].eras)
			fail_msg("%#x: %#x, not %#x", rows[i].value, eras, rows[i].eras);
		assert_int_equal(eras & rows[i].eras, rows[i].eras);
	}
}

static void test_versions(void **state)
{
	(void)state;
	assert_int_equal(bs_gfp_eras_of("2.6.32", 6), 1u << 0);
	assert_int_equal(bs_gfp_eras_of("4.3.6", 5), 1u << 0);
	assert_int_equal(bs_gfp_eras_of("4.10", 4), 3u << 3); /* not known which */
	assert_int_equal(bs_gfp_eras_of("4.16", 4), 1u << 4);
	assert_int_equal(bs_gfp_eras_of("6.2.16", 6), 1u << 6);
	assert_int_equal(bs_gfp_eras_of("6.7.12", 6), 1u << 7);
	assert_int_equal(bs_gfp_eras_of("6.10", 4), 1u << 8);
	assert_int_equal(bs_gfp_eras_of("7.2.12-1~bpo13+1", 16), 1u << 8);
	assert_int_equal(bs_gfp_eras_of("six", 3), 0);
	assert_int_equal(bs_gfp_eras_of("6", 1), 0);
	assert_int_equal(bs_gfp_eras_of("6.", 2), 0);
	for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
		assert_true(bs_gfp_eras[e].source[0] && bs_gfp_eras[e].year > 2008);
}

static void test_migratetypes_were_swapped(void **state)
{
	(void)state;
	assert_int_equal(bs_gfp_migratetype_of(1, 0), BS_MIGRATE_RECLAIMABLE);
	assert_int_equal(bs_gfp_migratetype_of(2, 0), BS_MIGRATE_MOVABLE);
	assert_int_equal(bs_gfp_migratetype_of(1, 1), BS_MIGRATE_MOVABLE);
	assert_int_equal(bs_gfp_migratetype_of(0, 0), 0);
	/* What is said of the request follows from the mask. */
	assert_true(bs_gfp_is_plausible(0x200da, 0, 1u << 2));
	assert_false(bs_gfp_is_plausible(0x200da, 0, 1u << 1));
	assert_true(bs_gfp_is_plausible(0x100cca, 6, 1u << 1));
	assert_false(bs_gfp_is_plausible(0x100cca, 6, 1u << 2));
	/* A guest that does not group by mobility says 0. */
	assert_true(bs_gfp_is_plausible(0x100cca, 6, 1u << 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks_that_kernels_print),
		cmocka_unit_test(test_numbers_show_their_era),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_migratetypes_were_swapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
