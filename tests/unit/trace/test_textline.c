// SPDX-License-Identifier: GPL-2.0-or-later
/* What the text forms share: words, where time and CPU are, the kernel's own fields. */
#include "bs_test.h"

#include <string.h>

#include <buddysim/gfp.h>

#include "textline.h"

static bool any_name(const char **at, struct bs_token *name, enum bs_place found)
{
	(void)found;
	return bs_token_next(at, name);
}

static void test_words(void **state)
{
	const char *at = " \t a  bc\r";
	struct bs_token t;

	(void)state;
	assert_true(bs_token_next(&at, &t));
	assert_true(bs_token_is(&t, "a"));
	assert_true(bs_token_next(&at, &t));
	assert_true(bs_token_is(&t, "bc"));
	assert_false(bs_token_is(&t, "b"));
	assert_false(bs_token_is(&t, "bcd"));
	assert_false(bs_token_next(&at, &t));
	assert_false(bs_token_is_number(&t));
	t = (struct bs_token){"0123", 4};
	assert_true(bs_token_is_number(&t));
	assert_true(bs_token_is_address(&t));
	t = (struct bs_token){"0123g", 5};
	assert_false(bs_token_is_address(&t));
	t = (struct bs_token){"ffffffff812b5a10", 16};
	assert_true(bs_token_is_address(&t));
	assert_false(bs_token_is_number(&t));
}

#define NO_CPU BS_CPU_UNKNOWN

/* Where time, CPU and the word behind the time are; UINT64_MAX: no event. */
static void test_time_and_cpu(void **state)
{
	static const struct {
		const char *line;
		uint64_t time;
		unsigned int cpu;
	} rows[] = {
		{"x-1 [003] 1.5: n", 1500000000, 3},
		{"x-1 [003] .N.. 1.000000001: n", 1000000001, 3},
		{"x-1 [003] .N.. 1.0000000019: n", 1000000001, 3}, /* less than a ns */
		{"x-1 3d..2. 1.5: n", 1500000000, 3}, /* trace-cmd report -l */
		{"x 3d..2. 1.5: n", 1500000000, NO_CPU},
		{"x-1 [003] 1970-01-02 00:00:01.25 n", UINT64_C(86401250000000), 3},
		{"x-1 [003] 2000-03-01 00:00:00.0 n", UINT64_C(951868800000000000), 3},
		{"1.5: n", 1500000000, NO_CPU},
		{"x [003] 1.5: n", 1500000000, 3}, /* perf script without the pid */
		{"x [3] 1.5: n", 1500000000, NO_CPU}, /* a comm: perf's CPU has three digits */
		{"x-1 [03a] 1.5: n", 1500000000, NO_CPU},
		{"x [001] 1.5: y z-1 [003] 2.5: n", 2500000000, 3}, /* a task is more */
		{"x-1 [003] 3999999999.0: n", UINT64_C(3999999999000000000), 3},
		{"x-1 [003] 4000000000.0: n", UINT64_MAX, 0}, /* no time of any clock */
		{"x-1 [003] 1.5: ", UINT64_MAX, 0}, /* nothing behind it */
		{"x [003] 1: n", UINT64_MAX, 0}, /* a count is a time only behind a task */
		{"x-1 [003] 1.: n", UINT64_MAX, 0},
		{"x-1 [003] .5: n", UINT64_MAX, 0},
		{"x-1 [003] 1.5 n", UINT64_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bs_text_event e = {0};
		struct bs_token name;
		const char *fields;
		const bool found = bs_text_find(rows[i].line, any_name, &e, &name, &fields);

		if (found != (rows[i].time != UINT64_MAX))
			fail_msg("%s", rows[i].line);
		if (!found)
			continue;
		assert_true(bs_token_is(&name, "n"));
		assert_int_equal(e.time, rows[i].time);
		assert_int_equal(e.cpu, rows[i].cpu);
	}
}

static enum bs_line read_event(const char *name, const char *fields, struct bs_text_event *e)
{
	const struct bs_token t = {name, strlen(name)};
	const char *why;

	*e = (struct bs_text_event){.migratetype = -1};
	return bs_text_read(&t, fields, e, &why);
}

static void test_fields(void **state)
{
	struct bs_text_event e;

	(void)state;
	assert_int_equal(read_event("mm_page_alloc",
				    " page=(null) pfn=0x1F order=300 migratetype=14 "
				    "gfp_flags=GFP_KERNEL new=field",
				    &e),
			 BS_LINE_ALLOC);
	assert_int_equal(e.pfn, 31);
	assert_int_equal(e.order, 255); /* beyond what any guest has, and not 44 */
	assert_int_equal(e.migratetype, 14);
	assert_int_equal(e.len, strlen("GFP_KERNEL"));
	assert_memory_equal(e.text, "GFP_KERNEL", e.len);
	assert_false(e.bare_pfn || e.failed);
	assert_int_equal(read_event("mm_pagevec_free", "pfn=17 cold=1", &e), BS_LINE_BATCHED);
	assert_int_equal(e.pfn, 17);
	assert_int_equal(e.migratetype, -1);
	assert_int_equal(read_event("mm_page_free", "pfn=-1 order=0", &e), BS_LINE_FREE);
	assert_true(e.pfn == UINT64_MAX);
	/* 20 digits fit, 23 do not: it is not all ones. */
	assert_int_equal(
		read_event("mm_page_alloc", "pfn=18446744073709551615 order=0 gfp_flags=0", &e),
		BS_LINE_ALLOC);
	assert_true(e.failed);
	assert_int_equal(
		read_event("mm_page_alloc", "pfn=12345678901234567890123 order=0 gfp_flags=0", &e),
		BS_LINE_MALFORMED);
	assert_int_equal(read_event("mm_page_free", "pfn=1f00 order=0", &e), BS_LINE_FREE);
	assert_int_equal(e.pfn, 0x1f00);
	assert_true(e.bare_letters);
	assert_int_equal(read_event("mm_page_free", "pfn=1000 order=-1", &e), BS_LINE_FREE);
	assert_true(e.bare_pfn);
	assert_int_equal(e.order, 255);
	assert_int_equal(read_event("mm_page_pcpu_drain", "pfn=x", &e), BS_LINE_OTHER);
	assert_int_equal(read_event("mm_page_free", "pfn=1 order=-", &e), BS_LINE_MALFORMED);
	assert_int_equal(read_event("mm_page_free",
				    "pfn=11111111111111111111111111111111111111 order=0", &e),
			 BS_LINE_MALFORMED);
}

static void test_what_was_lost_is_at_least_one(void **state)
{
	(void)state;
	assert_int_equal(bs_text_count("[LOST 17 EVENTS]"), 17);
	assert_int_equal(bs_text_count("[LOST EVENTS]"), 1);
	assert_int_equal(bs_text_count("lost 0"), 1);
	assert_true(bs_text_count("lost 99999999999999999999") == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_time_and_cpu),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_what_was_lost_is_at_least_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
