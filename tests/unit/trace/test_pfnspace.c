// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that lies too high, or in pieces too far apart, is moved in whole GiB. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "pfnspace.h"

#define GIB (UINT64_C(1) << BS_SPACE_SHIFT)

static struct bs_pfnspace *space(const uint64_t *pfns, size_t n)
{
	struct bs_pfnspace *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	for (size_t i = 0; i < n; i++)
		assert_true(bs_pfnspace_add(s, pfns[i]));
	return s;
}

static void test_what_fits_stays(void **state)
{
	const uint64_t pfns[] = {5, BS_MAX_PFN - 1};
	struct bs_pfnspace *s = space(pfns, 2);

	(void)state;
	assert_false(bs_pfnspace_settle(s));
	assert_int_equal(bs_pfnspace_at(s, 5), 5);
	assert_int_equal(bs_pfnspace_at(s, BS_MAX_PFN - 1), BS_MAX_PFN - 1);
	free(s);
}

/*
 *   GiB      0 1 2 ...      8192 8193     8200 ...      16384
 *   in use   x   x           x              x             x
 *   at       0   2           3             11            12      holes of up to 64 GiB stay
 */
static void test_large_holes_are_taken_out(void **state)
{
	const uint64_t pfns[] = {7, 2 * GIB + 1, 16384 * GIB + 3, 8192 * GIB + 9, 8200 * GIB};
	struct bs_pfnspace *s = space(pfns, 5);

	(void)state;
	assert_true(bs_pfnspace_settle(s));
	assert_int_equal(bs_pfnspace_at(s, 7), 7);
	assert_int_equal(bs_pfnspace_at(s, 2 * GIB + 1), 2 * GIB + 1);
	assert_int_equal(bs_pfnspace_at(s, 8192 * GIB + 9), 3 * GIB + 9);
	assert_int_equal(bs_pfnspace_at(s, 8200 * GIB), 11 * GIB);
	assert_int_equal(bs_pfnspace_at(s, 16384 * GIB + 3), 12 * GIB + 3);
	assert_int_equal(s->first, 8192 * GIB);
	assert_int_equal(s->first_to, 3 * GIB);
	free(s);
}

/* Forty memories with holes of 60 GiB do not fit below 2 TiB with them, and do without. */
static void test_small_holes_go_where_there_is_no_room(void **state)
{
	uint64_t pfns[40];
	struct bs_pfnspace *s;

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		pfns[i] = (9000 + 61 * i) * GIB;
	s = space(pfns, 40);
	assert_true(bs_pfnspace_settle(s));
	for (unsigned int i = 0; i < 40; i++)
		assert_int_equal(bs_pfnspace_at(s, pfns[i]), i * GIB);
	free(s);
}

/* Pages that lie anywhere are no memory: their number is bounded, and so is ours. */
static void test_too_many_places_are_refused(void **state)
{
	struct bs_pfnspace *s = space(NULL, 0);
	unsigned int taken = 0, placed = 0;

	(void)state;
	for (uint64_t i = 0; i < 2 * BS_SPACE_HIGH; i++)
		taken += bs_pfnspace_add(s, (5000 + 3 * i) * GIB);
	assert_int_equal(taken, BS_SPACE_HIGH);
	assert_true(bs_pfnspace_settle(s));
	for (uint64_t i = 0; i < BS_SPACE_HIGH; i++)
		placed += bs_pfnspace_at(s, (5000 + 3 * i) * GIB) != BS_NO_PFN;
	assert_int_equal(placed, BS_SPACE_LOW);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fits_stays),
		cmocka_unit_test(test_large_holes_are_taken_out),
		cmocka_unit_test(test_small_holes_go_where_there_is_no_room),
		cmocka_unit_test(test_too_many_places_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
