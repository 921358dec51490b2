// SPDX-License-Identifier: GPL-2.0-or-later
/* A state beside a recording: what was in use when it began is known, and what was free. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/state.h>

#define LINE(us, rest) "  cc1-268   [000] d..3.     7.000" us ": " rest "\n"
#define ALLOC(us, pfn)                                                                    \
	LINE(us, "mm_page_alloc: page=0 pfn=" pfn " order=0 migratetype=0 gfp_flags=GFP_" \
		 "KERNEL")
#define FREE(us, pfn, order) LINE(us, "mm_page_free: page=0 pfn=" pfn " order=" order)

/* 0x100 to 0x10f are free as a block, 0x110 on a CPU's list; all else of 1 MiB is in use, but the second
 * half of it is a hole. */
static struct bs_state *a_state(const char *name, const char *origin)
{
	struct bs_state *s = bs_state_new();
	struct bs_state_zone *z = &s->zone[0];

	assert_non_null(s);
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->origin, sizeof(s->origin), "%s", origin);
	s->pageblock_order = 8;
	s->nr_zones = 1;
	z->start = 0x100;
	z->spanned = 0x200;
	z->first_block = 0x100;
	z->nr_blocks = 2;
	z->block_type = malloc(2);
	z->block_type[0] = BS_MIGRATE_MOVABLE;
	z->block_type[1] = BS_STATE_HOLE;
	z->area[4][BS_MIGRATE_MOVABLE].pfn = malloc(sizeof(bs_pfn));
	z->area[4][BS_MIGRATE_MOVABLE].pfn[0] = 0x100;
	z->area[4][BS_MIGRATE_MOVABLE].n = z->area[4][BS_MIGRATE_MOVABLE].cap = 1;
	z->pcp = calloc(1, sizeof(*z->pcp));
	z->nr_pcp = 1;
	z->pcp[0].list[1].pfn = malloc(sizeof(bs_pfn));
	z->pcp[0].list[1].pfn[0] = 0x110;
	z->pcp[0].list[1].n = z->pcp[0].list[1].cap = 1;
	return s;
}

static struct bs_trace_info import(const char *text, struct bs_state *s, bool keep,
				   const char *expected)
{
	const struct bs_import_config config = {.state = s, .keep_untraced = keep};
	struct bs_trace_info info;
	struct bs_error err;
	char *events;

	bs_test_write_file(bs_test_path("in.txt"), text, strlen(text));
	assert_ok(bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config,
				  &info, &err),
		  &err);
	events = bs_test_trace_text(bs_test_path("out.cborseq"));
	assert_string_equal(events, expected);
	free(events);
	bs_state_free(s);
	return info;
}

static void test_used_memory_that_is_freed_is_known(void **state)
{
	(void)state;

	struct bs_trace_info i =
		import(ALLOC("000", "0x100") FREE("001", "0x120", "0") FREE("002", "0x100", "0"),
		       a_state("trace_start", ""), false,
		       "0 pre o0 GFP_KERNEL pfn=288\n"
		       "0 alloc o0 GFP_KERNEL pfn=256\n"
		       "1000 free age=2 o0+0 pfn=288\n"
		       "2000 free age=1 o0+0 pfn=256\n");

	assert_non_null(strstr(i.notes, "state\t1\t0\tfrees of memory that the state says"));
	assert_int_equal(bs_trace_trust(&i), 10000);
}

/* On a free list, in the middle of one of its blocks, or on the list of a CPU. */
static void test_free_memory_that_is_freed_is_a_fault(void **state)
{
	(void)state;

	static const char text[] = ALLOC("000", "0x120") FREE("001", "0x107", "0")
		FREE("002", "0x110", "0") FREE("003", "0x120", "0");
	struct bs_trace_info i = import(text, a_state("trace_start", ""), false,
					"0 pre o0 GFP_KERNEL pfn=288\n"
					"0 free age=1 o0+0 pfn=288\n"
					"0 alloc o0 GFP_KERNEL pfn=288\n"
					"3000 free age=1 o0+0 pfn=288\n");

	assert_int_equal(i.freed_again, 2);
	/* It was in use when the recording began, and its free was not seen. */
	assert_int_equal(i.realloc_live, 1);
	/* Where a replay from the dump explains what was allocated unseen, nothing is left out. */
	i = import(text, a_state("trace_start", ""), true,
		   "0 pre o0 GFP_KERNEL pfn=288\n"
		   "0 pre o0 GFP_KERNEL pfn=263\n"
		   "0 pre o0 GFP_KERNEL pfn=272\n"
		   "0 free age=3 o0+0 pfn=288\n"
		   "0 alloc o0 GFP_KERNEL pfn=288\n"
		   "1000 free age=3 o0+0 pfn=263\n"
		   "2000 free age=2 o0+0 pfn=272\n"
		   "3000 free age=1 o0+0 pfn=288\n");
	assert_int_equal(i.freed_again, 0);
}

/* A block that was in use in part: the part that was free is not freed once more. */
static void test_block_that_was_used_in_part(void **state)
{
	(void)state;

	struct bs_trace_info i =
		import(FREE("000", "0x110", "1"), a_state("trace_start", ""), false,
		       "0 pre o0 GFP_KERNEL pfn=273\n"
		       "0 free age=1 o0+0 pfn=273\n");

	assert_int_equal(i.freed_again, 1);
}

/* What the state says nothing of: a hole, and what is beyond it. */
static void test_memory_that_the_state_has_not(void **state)
{
	(void)state;

	struct bs_trace_info i =
		import(ALLOC("000", "0x210") ALLOC("001", "0x400") FREE("002", "0x401", "0"),
		       a_state("trace_start", ""), false,
		       "0 pre o0 GFP_KERNEL pfn=1025\n"
		       "0 alloc o0 GFP_KERNEL pfn=528\n"
		       "1000 alloc o0 GFP_KERNEL pfn=1024\n"
		       "2000 free age=3 o0+0 pfn=1025\n");

	assert_int_equal(i.realloc_live, 0);
	assert_non_null(strstr(i.notes, "state\t0\t"));
}

/* kpageflags are read while the machine runs on: what does not agree is said, and no fault. */
static void test_pages_read_one_by_one_make_no_fault(void **state)
{
	(void)state;

	struct bs_trace_info i = import(ALLOC("000", "0x120") FREE("001", "0x107", "0"),
					a_state("", "pages,seed=1"), false,
					"0 pre o0 GFP_KERNEL pfn=263\n"
					"0 alloc o0 GFP_KERNEL pfn=288\n"
					"1000 free age=2 o0+0 pfn=263\n");

	assert_int_equal(bs_trace_trust(&i), 10000);
	assert_non_null(strstr(i.notes, "1 frees of free memory, 1 allocations of used"));
}

/* Pages that were drawn, and those of the recording's end, say nothing of where its memory was. */
static void test_states_that_say_nothing_of_pages(void **state)
{
	(void)state;

	static const char *const names[][2] = {{"", "counts,seed=1"}, {"trace_end", ""}};

	for (unsigned int k = 0; k < 2; k++) {
		struct bs_trace_info i = import(ALLOC("000", "0x120") FREE("001", "0x107", "0"),
						a_state(names[k][0], names[k][1]), false,
						"0 pre o0 GFP_KERNEL pfn=263\n"
						"0 alloc o0 GFP_KERNEL pfn=288\n"
						"1000 free age=2 o0+0 pfn=263\n");

		assert_int_equal(bs_trace_trust(&i), 10000);
		assert_null(strstr(i.notes, "state\t"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used_memory_that_is_freed_is_known),
		cmocka_unit_test(test_free_memory_that_is_freed_is_a_fault),
		cmocka_unit_test(test_block_that_was_used_in_part),
		cmocka_unit_test(test_memory_that_the_state_has_not),
		cmocka_unit_test(test_pages_read_one_by_one_make_no_fault),
		cmocka_unit_test(test_states_that_say_nothing_of_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
