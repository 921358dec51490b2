// SPDX-License-Identifier: GPL-2.0-or-later
/* The importer: text of live kernels in, events named by age out. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

/* A line as ftrace of 6.1 prints it: task, time in us, what follows. */
#define FT(us, rest) "  cc1-268   [000] d..3.     7.000" us ": " rest "\n"
#define ALLOC(us, pfn, order, gfp)                                                             \
	FT(us, "mm_page_alloc: page=00000000aa pfn=" pfn " order=" order " migratetype=0 gfp_" \
	       "flags=" gfp)
#define FREE(us, pfn, order) FT(us, "mm_page_free: page=00000000aa pfn=" pfn " order=" order)
#define BATCHED(us, pfn) FT(us, "mm_page_free_batched: page=00000000aa pfn=" pfn " order=0")

static int import(const char *text, struct bs_trace_info *info, struct bs_error *err)
{
	const struct bs_import_config config = {0};

	bs_test_write_file(bs_test_path("in.txt"), text, strlen(text));
	memset(err, 0, sizeof(*err));
	return bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config, info,
			       err);
}

static struct bs_trace_info assert_import(const char *text, const char *expected)
{
	struct bs_trace_info info;
	struct bs_error err;
	char *events;

	assert_ok(import(text, &info, &err), &err);
	events = bs_test_trace_text(bs_test_path("out.cborseq"));
	assert_string_equal(events, expected);
	free(events);
	return info;
}

/* ---- Meaning -------------------------------------------------------------------------------- */

static void test_frees_name_the_age_of_their_block(void **state)
{
	(void)state;

	assert_import(ALLOC("000", "0x10", "0", "GFP_KERNEL")
			      ALLOC("001", "0x20", "4", "GFP_HIGHUSER_MOVABLE")
				      FREE("002", "0x10", "0") FREE("003", "0x20", "4"),
		      "0 alloc o0 GFP_KERNEL pfn=16\n"
		      "1000 alloc o4 GFP_HIGHUSER_MOVABLE pfn=32 mt0\n"
		      "2000 free age=2 o0+0 pfn=16\n"
		      "3000 free age=1 o4+0 pfn=32\n");
}

/* Both pages are announced first; each is put back at its batched event. */
static void test_batched_free_counts_once_at_the_batched_event(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		ALLOC("000", "0x10", "0", "GFP_KERNEL") ALLOC("000", "0x11", "0", "GFP_KERNEL")
			FREE("001", "0x10", "0") FREE("001", "0x11", "0") BATCHED("002", "0x10")
				BATCHED("003", "0x11"),
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"0 alloc o0 GFP_KERNEL pfn=17\n"
		"2000 free age=2 o0+0 pfn=16 batched\n"
		"3000 free age=1 o0+0 pfn=17 batched\n");

	assert_int_equal(i.unused_batched_twins, 2);
	assert_int_equal(bs_trace_trust(&i), 10000);
}

/* In old kernels the batched event comes directly before the plain one. */
static void test_batched_free_of_old_kernels_counts_once(void **state)
{
	(void)state;

	struct bs_trace_info i =
		assert_import(ALLOC("000", "0x10", "0", "GFP_KERNEL") BATCHED("002", "0x10")
				      FREE("002", "0x10", "0"),
			      "0 alloc o0 GFP_KERNEL pfn=16\n"
			      "2000 free age=1 o0+0 pfn=16 batched\n");

	assert_int_equal(i.unused_batched_twins, 1);
	assert_int_equal(i.unknown_frees, 0);
}

static void test_page_allocated_between_is_no_twin(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		ALLOC("000", "0x10", "0", "GFP_KERNEL") FREE("001", "0x10", "0")
			ALLOC("002", "0x10", "0", "GFP_KERNEL") BATCHED("003", "0x10"),
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"1000 free age=1 o0+0 pfn=16\n"
		"2000 alloc o0 GFP_KERNEL pfn=16\n"
		"3000 free age=1 o0+0 pfn=16 batched\n");

	assert_int_equal(i.unused_batched_twins, 0);
}

static void test_failed_allocations_stay(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		ALLOC("000", "0x10", "0", "GFP_KERNEL")
			ALLOC("001", "0xffffffffffffffff", "9", "GFP_KERNEL")
				ALLOC("002", "0", "3", "GFP_KERNEL") FREE("003", "0x10", "0"),
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"1000 failed o9 GFP_KERNEL\n"
		"2000 failed o3 GFP_KERNEL\n"
		"3000 free age=3 o0+0 pfn=16\n");

	assert_int_equal(i.failed, 2);
}

/* Memory from before the trace: in order of first free, at that order; movable if freed by a batched event. The
 * plain free of 0x30 comes first, but its batched event only after that of 0x20. */
static void test_unknown_frees_become_blocks_from_before(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		ALLOC("000", "0x10", "0", "GFP_KERNEL") FREE("001", "0x30", "0")
			FREE("001", "0x20", "2") BATCHED("002", "0x30") FREE("003", "0x10", "0"),
		"0 pre o2 GFP_KERNEL pfn=32\n"
		"0 pre o0 GFP_HIGHUSER_MOVABLE pfn=48\n"
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"1000 free age=3 o2+0 pfn=32\n"
		"2000 free age=2 o0+0 pfn=48 batched\n"
		"3000 free age=1 o0+0 pfn=16\n");

	assert_int_equal(i.unknown_frees, 2);
	assert_int_equal(i.start_pages, 5);
	assert_int_equal(bs_trace_trust(&i), 10000);
}

static void test_live_page_allocated_again_is_freed_first(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(ALLOC("000", "0x10", "2", "GFP_KERNEL")
						       ALLOC("001", "0x12", "0", "GFP_KERNEL")
							       FREE("002", "0x12", "0"),
					       "0 alloc o2 GFP_KERNEL pfn=16\n"
					       "1000 free age=1 o0+2 pfn=18\n"
					       "1000 alloc o0 GFP_KERNEL pfn=18\n"
					       "2000 free age=1 o0+0 pfn=18\n");

	assert_int_equal(i.realloc_live, 1);
	assert_int_equal(i.end_pages, 3);
}

/*
 *   pfn      16  17  18  19 | 20  21  22  23
 *   alloc   |A   A   A   A  | B   B | -   - |     then a free of all eight at once
 */
static void test_free_across_blocks_is_split(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(ALLOC("000", "0x10", "2", "GFP_KERNEL")
						       ALLOC("000", "0x14", "1", "GFP_KERNEL")
							       FREE("001", "0x10", "3"),
					       "0 pre o1 GFP_KERNEL pfn=22\n"
					       "0 alloc o2 GFP_KERNEL pfn=16\n"
					       "0 alloc o1 GFP_KERNEL pfn=20\n"
					       "1000 free age=2 o2+0 pfn=16\n"
					       "1000 free age=1 o1+0 pfn=20\n"
					       "1000 free age=3 o1+0 pfn=22\n");

	assert_int_equal(i.unknown_frees, 1);
}

static void test_block_freed_page_by_page(void **state)
{
	(void)state;

	struct bs_trace_info i =
		assert_import(ALLOC("000", "0x200", "9", "GFP_TRANSHUGE") FREE("001", "0x3ff", "0")
				      FREE("002", "0x200", "8"),
			      "0 alloc o9 GFP_TRANSHUGE pfn=512 mt0\n"
			      "1000 free age=1 o0+511 pfn=1023\n"
			      "2000 free age=1 o8+0 pfn=512\n");

	assert_int_equal(i.end_pages, 255);
}

#define BOOT(us, comm, pfn) \
	"  " comm " [000] .....     0.880" us ": mm_page_free: page=0 pfn=" pfn " order=9\n"

/* README of the traces, 6: deferred initialisation, until user memory is allocated. */
static void test_boot_frees_are_a_class_of_their_own(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		BOOT("000", "pgdatinit0-19",
		     "0x10000") BOOT("001", "<idle>-0", "0x10200") BOOT("002", "init-1", "0x10400")
			ALLOC("000", "0x11", "0",
			      "GFP_HIGHUSER_MOVABLE") "  pgdatinit0-19 [000] .....     7.880000: mm_page_free: "
						      "page=0 pfn=0x10600 order=9\n",
		"0 pre o9 GFP_KERNEL pfn=65536 boot\n"
		"0 pre o9 GFP_KERNEL pfn=66048 boot\n"
		"0 pre o9 GFP_KERNEL pfn=66560\n"
		"0 pre o9 GFP_KERNEL pfn=67072\n"
		"0 free age=4 o9+0 pfn=65536 boot\n"
		"1000 free age=3 o9+0 pfn=66048 boot\n"
		"2000 free age=2 o9+0 pfn=66560\n"
		"6120000000 alloc o0 GFP_HIGHUSER_MOVABLE pfn=17 mt0\n"
		"7000000000 free age=2 o9+0 pfn=67072\n");

	assert_int_equal(i.boot_frees, 2);
	assert_int_equal(i.unknown_frees, 4);
}

static void test_doubts_are_counted(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		"# tracer: nop\n" ALLOC(
			"005", "0x10", "0",
			"GFP_KERNEL") "CPU:1 [LOST 3 EVENTS]\n" FREE("004", "0x10",
								     "0") /* time goes back */
		FREE("006", "0x10000000000000", "0") /* beyond what a pfn can be */
		FREE("006", "0x11", "1") /* not aligned */
		FREE("006", "0x800", "11") FT("007", "sched_wakeup: comm=x"),
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"0 free age=1 o0+0 pfn=16\n");

	assert_int_equal(i.lost_events, 3);
	assert_int_equal(i.unusable, 3);
	assert_int_equal(i.clamped_times, 1);
	assert_int_equal(i.other_events, 1);
	assert_int_equal(bs_trace_trust(&i), 10000 / 8);
}

/* A line may claim any number: the sum stays the most that there is, and trust is gone. */
static void test_lost_events_do_not_wrap(void **state)
{
	(void)state;

	struct bs_trace_info i =
		assert_import(ALLOC("000", "0x10", "0",
				    "GFP_KERNEL") "CPU:1 [LOST 18446744073709551615 EVENTS]\n"
						  "CPU:1 [LOST 99999999999999999999 EVENTS]\n",
			      "0 alloc o0 GFP_KERNEL pfn=16\n");

	assert_true(i.lost_events == UINT64_MAX);
	assert_int_equal(bs_trace_trust(&i), 0);
}

static void test_sparse_pfns_up_to_the_limit(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(ALLOC("000", "0x1ffffc00", "10", "GFP_KERNEL")
						       ALLOC("000", "0x1", "0", "GFP_KERNEL"),
					       "0 alloc o10 GFP_KERNEL pfn=536869888\n"
					       "0 alloc o0 GFP_KERNEL pfn=1\n");

	assert_int_equal(i.max_pfn, BS_MAX_PFN);
}

/* ---- Errors --------------------------------------------------------------------------------- */

/* An event that cannot be read is never guessed: it is counted, with the line of the first. */
static void test_unreadable_events_are_counted(void **state)
{
	(void)state;

	struct bs_trace_info i =
		assert_import("# x\n" FREE("000", "0x1", "0") FT("000", "mm_page_free: pfn=0x")
				      FT("001", "mm_page_free: order=0"),
			      "0 pre o0 GFP_KERNEL pfn=1\n"
			      "0 free age=1 o0+0 pfn=1\n");

	assert_int_equal(i.unusable, 2);
	assert_int_equal(bs_trace_trust(&i), 3333);
	assert_non_null(strstr(i.notes, "unusable\t1\t3\ta field of the event is no number\t"));
	assert_non_null(strstr(i.notes, "unusable\t1\t4\tthe event lacks pfn=, order="));
}

static void test_source_without_allocator_events_is_refused(void **state)
{
	(void)state;

	struct bs_trace_info info;
	struct bs_error err;

	assert_true(import("", &info, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_string_equal(err.text, "there is nothing in it");
	assert_true(import("# tracer: nop\n" FT("000", "sched_wakeup: comm=x"), &info, &err) < 0);
	assert_string_equal(err.text, "no page allocator event in it, only 1 of other kinds");
}

static void test_named_source_refuses_the_other(void **state)
{
	(void)state;

	struct bs_import_config config = {.form = "perf"};
	const char *text = FREE("000", "0x1", "0");
	struct bs_trace_info info;
	struct bs_error err;

	bs_test_write_file(bs_test_path("in.txt"), text, strlen(text));
	assert_true(bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config,
				    &info, &err) < 0);
	assert_string_equal(err.text, "a line of ftrace text, not of perf script");
	config.form = "ftrace";
	assert_ok(bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config,
				  &info, &err),
		  &err);
}

/* What is said of a trace arrives whole, or not at all. */
static void test_header_takes_what_fits(void **state)
{
	(void)state;

	const char *text = FREE("000", "0x1", "0");
	struct bs_import_config config = {.kernel = "linux-5.4", .comment = "caf\u00e9"};
	struct bs_trace_info info;
	struct bs_error err;
	char longest[300];

	bs_test_write_file(bs_test_path("in.txt"), text, strlen(text));
	assert_ok(bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config,
				  &info, &err),
		  &err);
	assert_string_equal(info.kernel, "linux-5.4");
	assert_string_equal(info.comment, "caf\u00e9");
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	config.kernel = config.comment = longest;
	assert_ok(bs_trace_import(bs_test_path("in.txt"), bs_test_path("out.cborseq"), &config,
				  &info, &err),
		  &err);
	assert_string_equal(info.kernel, longest);
	assert_string_equal(info.comment, longest);
	longest[255] = 'x';
	longest[256] = '\0';
	for (unsigned int i = 0; i < 2; i++) {
		config.kernel = i ? longest : NULL;
		config.comment = i ? NULL : longest;
		assert_true(bs_trace_import(bs_test_path("in.txt"), bs_test_path("no.cborseq"),
					    &config, &info, &err) < 0);
		assert_int_equal(err.status, BS_USAGE);
	}
	assert_null(fopen(bs_test_path("no.cborseq"), "r"));
}

static void test_stopped_import_leaves_nothing(void **state)
{
	(void)state;

	const volatile int stop = 1;
	const struct bs_import_config config = {.stop = &stop};
	const char *text = FREE("000", "0x1", "0");
	struct bs_trace_info info;
	struct bs_error err;

	bs_test_write_file(bs_test_path("in.txt"), text, strlen(text));
	assert_true(bs_trace_import(bs_test_path("in.txt"), bs_test_path("no.cborseq"), &config,
				    &info, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_null(fopen(bs_test_path("no.cborseq"), "r"));
}

/* Text put together from two tools: each line is read as what it is. */
static void test_forms_may_be_mixed(void **state)
{
	(void)state;

	struct bs_trace_info i = assert_import(
		"# captured on\n" ALLOC("000", "0x10", "0", "GFP_KERNEL")
			FREE("001", "0x10", "0") "  cc1 7 [000]  7.000002: kmem:mm_page_free: "
						 "page=0x1 pfn=0x12 order=0\n"
						 "cpus=2\n" FREE("003", "0x11", "0"),
		"0 pre o0 GFP_KERNEL pfn=18\n"
		"0 pre o0 GFP_KERNEL pfn=17\n"
		"0 alloc o0 GFP_KERNEL pfn=16\n"
		"1000 free age=1 o0+0 pfn=16\n"
		"2000 free age=3 o0+0 pfn=18\n"
		"3000 free age=2 o0+0 pfn=17\n");

	assert_string_equal(i.source, "ftrace text");
}

/* Whatever a line says: an answer or an error, never a crash; what is written is valid, as the
 * importer reads back every trace that it writes. */
static void test_mutated_text_never_crashes(void **state)
{
	(void)state;

	static const char text[] =
		ALLOC("000", "0x10", "2", "GFP_KERNEL") ALLOC("001", "0x200", "9", "GFP_TRANSHUGE")
			FREE("002", "0x10", "1") BATCHED("003", "0x10") FREE("004", "0x200", "9")
				ALLOC("005", "0x11", "0", "GFP_USER") FREE("006", "0x10", "3");
	struct bs_trace_info info;
	unsigned int taken = 0;
	struct bs_error err;
	struct bs_rng rng;

	bs_rng_seed(&rng, 11);
	for (unsigned int i = 0; i < 3000; i++) {
		char copy[sizeof(text)];
		unsigned int changes = 1 + (unsigned int)bs_rng_below(&rng, 4);

		memcpy(copy, text, sizeof(text));
		while (changes--)
			copy[bs_rng_below(&rng, sizeof(text) - 1)] =
				"0123456789abcdefx \n:=[]-"[bs_rng_below(&rng, 24)];
		if (!import(copy, &info, &err))
			taken++;
		else
			assert_int_equal(err.status, BS_INPUT);
	}
	assert_true(taken > 300);
}

/* ---- The shipped traces --------------------------------------------------------------------- */

static void test_shipped_traces_are_whole(void **state)
{
	(void)state;

	static const struct {
		const char *name;
		uint64_t memory, allocs;
	} shipped[] = {
		{"memhog_thp", UINT64_C(1536) << 20, 5326},
		{"churn_gcc", UINT64_C(1536) << 20, 25216},
		{"host_gcc", UINT64_C(24) << 30, 11836},
	};

	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct bs_trace *t;
		struct bs_error err;
		char path[512];

		snprintf(path, sizeof(path), "%s/traces/%s.cborseq.zst", BS_SOURCE_DIR,
			 shipped[i].name);
		assert_ok(bs_trace_open(path, &t, &err), &err);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_int_equal(bs_trace_info(t)->memory_bytes, shipped[i].memory);
		assert_int_equal(bs_trace_info(t)->allocs, shipped[i].allocs);
		bs_trace_close(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frees_name_the_age_of_their_block),
		cmocka_unit_test(test_batched_free_counts_once_at_the_batched_event),
		cmocka_unit_test(test_batched_free_of_old_kernels_counts_once),
		cmocka_unit_test(test_page_allocated_between_is_no_twin),
		cmocka_unit_test(test_failed_allocations_stay),
		cmocka_unit_test(test_unknown_frees_become_blocks_from_before),
		cmocka_unit_test(test_live_page_allocated_again_is_freed_first),
		cmocka_unit_test(test_free_across_blocks_is_split),
		cmocka_unit_test(test_block_freed_page_by_page),
		cmocka_unit_test(test_boot_frees_are_a_class_of_their_own),
		cmocka_unit_test(test_doubts_are_counted),
		cmocka_unit_test(test_lost_events_do_not_wrap),
		cmocka_unit_test(test_sparse_pfns_up_to_the_limit),
		cmocka_unit_test(test_unreadable_events_are_counted),
		cmocka_unit_test(test_source_without_allocator_events_is_refused),
		cmocka_unit_test(test_named_source_refuses_the_other),
		cmocka_unit_test(test_header_takes_what_fits),
		cmocka_unit_test(test_stopped_import_leaves_nothing),
		cmocka_unit_test(test_forms_may_be_mixed),
		cmocka_unit_test(test_mutated_text_never_crashes),
		cmocka_unit_test(test_shipped_traces_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
