// SPDX-License-Identifier: GPL-2.0-or-later
/* In which order memory comes back: bundles, the tables behind the pages, what a bundle lies in last. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static struct bs_space *small_process(struct bs_user_test *t, unsigned int pages)
{
	struct bs_space *s = bs_space_create(t->u);

	bs_user_settings(t->u)->thp = BS_HUGE_MADVISE;
	bs_space_map(s, AT, 2 * MIB);
	for (unsigned int i = pages;
	     i-- > 0;) /* from the top: the order of the touches is nobody's */
		bs_space_fault(s, AT + i * 4 * KIB, true);
	t->text[0] = '\0';
	return s;
}

/* 12 pages 4..15, the last one lowest; tables 1 (third level), 2, 3. */
static void test_exit_6_1(void **state)
{
	struct bs_user_test t;

	(void)state;
	bs_user_test_begin(&t, "linux-6.1");
	bs_space_exit(small_process(&t, 12), 0);
	bs_user_test_is(&t, " +16:2800 ( 8..15 ) ( 1..7 ) 16");
	bs_user_test_end(&t);
}

static void test_exit_6_12(void **state)
{
	struct bs_user_test t;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	bs_space_exit(small_process(&t, 12), 0);
	bs_user_test_is(&t, " +16:2800 ( 15..9 ) ( 8..1 ) 16");
	bs_user_test_end(&t);
}

/* Tables wait until no CPU can be reading them, in a page of their own; pages that wait for the LRU stay. */
static void test_exit_7_3(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	bs_user_test_begin(&t, "linux-7.3");
	s = small_process(&t, 12);
	bs_space_exit(s, 0);
	bs_user_test_is(&t, " +16:2800 +17:2800 later( 3..1 17 ) 16");
	bs_user_lru_put(t.u, false);
	bs_user_test_is(&t, " ( 4..15 )");
	bs_user_test_end(&t);
}

/* Of a huge page the deposited table goes at once, and the page with its bundle: in 6.1 before the pages. */
static void test_huge(void **state)
{
	static const struct {
		const char *kernel, *gives;
	} cases[] = {
		{"linux-6.1", " 3 5120o9 ( 1 2 4 5 )"},
		{"linux-6.12", " 3 ( 5 5120o9 4 2 1 )"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bs_user_test t;
		struct bs_space *s;

		bs_user_test_begin(&t, cases[i].kernel);
		s = bs_space_create(t.u);
		bs_space_map(s, AT + 2 * MIB - 4 * KIB, 2 * MIB + 4 * KIB);
		bs_space_fault(s, AT + 2 * MIB, true); /* tables 1, 2, the page, table 3 */
		bs_space_fault(s, AT + 2 * MIB - 4 * KIB, true); /* table 4, page 5 */
		t.text[0] = '\0';
		bs_space_exit(s, 0);
		bs_user_test_is(&t, cases[i].gives);
		bs_user_test_end(&t);
	}
}

/* One page of 512, or 511, free nothing; the last one frees the block whole. */
static void test_part_by_part(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	s = bs_space_create(t.u);
	bs_space_map(s, AT, 2 * MIB);
	bs_space_fault(s, AT, true);
	t.text[0] = '\0';
	bs_space_dontneed(s, AT + 4 * KIB, 2 * MIB - 4 * KIB);
	bs_user_test_is(&t, "");
	assert_int_equal(bs_user_counts(t.u)->split_mapping, 1);
	bs_space_dontneed(s, AT, 4 * KIB);
	bs_user_test_is(&t, " ( 5120o9 )");
	bs_space_unmap(s, AT, 2 * MIB);
	bs_user_test_is(&t, " ( 3..1 )");
	bs_user_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_6_1),     cmocka_unit_test(test_exit_6_12),
		cmocka_unit_test(test_exit_7_3),     cmocka_unit_test(test_huge),
		cmocka_unit_test(test_part_by_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
