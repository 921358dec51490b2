// SPDX-License-Identifier: GPL-2.0-or-later
/* llfree.c: the traces that LLFree's kernel records, as text. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "bs_trace_test.h"
#include "llfree.h"

static void test_a_packed_event_is_itself(void **state)
{
	static const struct bs_llfree_event events[] = {
		{.us = BS_LLFREE_MAX_US,
		 .pfn = BS_LLFREE_MAX_PFN,
		 .gfp = BS_LLFREE_GFP,
		 .pid = UINT32_MAX,
		 .order = 10,
		 .alloc = 1},
		{.us = 1, .pfn = 2, .order = 1},
		{.pfn = 1 << 23, .gfp = 1, .order = 8, .alloc = 1},
		{.pid = 1},
	};
	/* Counted by hand from the lowest bit: 38 of time, 24 of pfn, 1, 4 of order, 29 of gfp, 32 of process. */
	static const unsigned char by_hand[BS_LLFREE_EVENT] = {
		3, 0, 0, 0, 0x40, 1, 0, 0xc0, 0x00, 0x66, 0, 0, 9, 0, 0, 0,
	};
	unsigned char at[BS_LLFREE_EVENT];

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		const struct bs_llfree_event *e = &events[i];
		struct bs_llfree_event got;

		bs_llfree_pack(e, at);
		got = bs_llfree_unpack(at);
		assert_true(got.us == e->us && got.pfn == e->pfn && got.gfp == e->gfp &&
			    got.pid == e->pid && got.order == e->order && got.alloc == e->alloc);
	}
	bs_llfree_pack(
		&(struct bs_llfree_event){
			.us = 3, .pfn = 5, .alloc = 1, .order = 1, .gfp = 0xcc0, .pid = 9},
		at);
	assert_memory_equal(at, by_hand, sizeof(at));
}

/* Two CPUs, the second with two pages; @said: how many pages the header says. */
static size_t file_of(unsigned char *f, uint32_t said, uint32_t last_cpu)
{
	const struct bs_llfree_event first[] = {
		{.us = 10, .pfn = 4, .alloc = 1, .gfp = 0xcc0, .pid = 7},
		{.us = 30, .pfn = 8, .order = 1}};
	const struct bs_llfree_event second = {
		.us = 20, .pfn = 8, .alloc = 1, .order = 1, .gfp = 8};

	memset(f, 0, 4 * BS_LLFREE_PAGE);
	bs_llfree_put32(f, said);
	bs_llfree_put32(f + 4, 2);
	bs_llfree_put32(f + 8, 100);
	bs_llfree_put32(f + BS_LLFREE_PAGE, 1);
	bs_llfree_pack(&second, f + BS_LLFREE_PAGE + BS_LLFREE_EVENT);
	for (unsigned int i = 0; i < 2; i++)
		bs_llfree_pack(&first[i], f + 2 * BS_LLFREE_PAGE + (1 + i) * BS_LLFREE_EVENT);
	/* At the same time as a free of the other CPU: the allocation is first. */
	bs_llfree_put32(f + 3 * BS_LLFREE_PAGE, last_cpu);
	bs_llfree_pack(&(struct bs_llfree_event){.us = 30, .pfn = 12, .alloc = 1},
		       f + 3 * BS_LLFREE_PAGE + BS_LLFREE_EVENT);
	return 4 * BS_LLFREE_PAGE;
}

static int text_of(const void *data, size_t len, char **text)
{
	const char *path = bs_test_path("llfree");
	struct bs_error err;
	size_t size;
	FILE *out = open_memstream(text, &size);
	int ret;

	bs_test_write_file(path, data, len);
	ret = bs_llfree_text(path, out, &err);
	fclose(out);
	return ret;
}

static void test_events_of_several_cpus_are_in_order(void **state)
{
	static unsigned char f[4 * BS_LLFREE_PAGE];
	char *text;

	(void)state;
	/* As the kernel gives it out, and whole. */
	for (uint32_t said = 3; said <= 4; said++) {
		assert_int_equal(text_of(f, file_of(f, said, 1), &text), 0);
		assert_string_equal(
			text,
			" <...>-7 [000] ..... 0.000010: mm_page_alloc: page=0 pfn=0x4 order=0 "
			"migratetype=0 gfp_flags=GFP_KERNEL\n"
			" <...>-0 [001] ..... 0.000020: mm_page_alloc: page=0 pfn=0x8 order=1 "
			"migratetype=1 gfp_flags=__GFP_MOVABLE\n"
			" <...>-0 [001] ..... 0.000030: mm_page_alloc: page=0 pfn=0xc order=0 "
			"migratetype=0 gfp_flags=none\n"
			" <...>-0 [000] ..... 0.000030: mm_page_free: page=0 pfn=0x8 order=1\n");
		free(text);
	}
}

static void test_others_are_left_alone(void **state)
{
	static unsigned char f[4 * BS_LLFREE_PAGE];
	const size_t len = file_of(f, 3, 1);
	char *text;

	(void)state;
	assert_int_equal(text_of(f, len - 1, &text), 1);
	free(text);
	assert_int_equal(text_of(f, BS_LLFREE_PAGE, &text), 1);
	free(text);
	file_of(f, 2, 1);
	assert_int_equal(text_of(f, len, &text), 1);
	free(text);
	file_of(f, 3, 2);
	assert_int_equal(text_of(f, len, &text), 1);
	assert_string_equal(text, "");
	free(text);
	memset(f, ' ', len);
	assert_int_equal(text_of(f, len, &text), 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_packed_event_is_itself),
		cmocka_unit_test(test_events_of_several_cpus_are_in_order),
		cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
