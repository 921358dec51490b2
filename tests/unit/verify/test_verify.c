// SPDX-License-Identifier: GPL-2.0-or-later
/* The verifier itself: what it compares, what it says, what it refuses. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bs_dump_test.h"

/*
 * Two hits of the per-cpu list, then a refill of four from the only block; one free.
 *
 *   before   o10 M:[1024]  pcp L1[17,16]
 *   a a a    o2 M:[1028] o3 M:[1032] ... o9 M:[1536]  pcp L1[1025,1026,1027]
 *   f        pcp L1[17,1025,1026,1027]
 *
 * The refill's -4 stays in the CPU's part of NR_FREE_PAGES: the threshold is 4.
 */
#define OPERATIONS "a 1 0 M 17\na 2 0 M 16\na 3 0 M 1024\nf 1\n"
#define CHECK                                                                          \
	"ck 4 2 vm_free=1024 diff=-4 pcp=4 boost=0 ha=0 flags=0x0 nr=0,0,1,1,1,1,1,1," \
	"1,1,0\n"
#define END_ZONE                                                                  \
	"zone 2 Normal start_pfn=0 spanned=4096 present=4096 managed=4096 min=0 " \
	"low=0 high=0 vm_free=1024 vm_free_diff=-4 stat_threshold=4\n"            \
	"lowmem 2 0 0 0 0 0\n"
#define END_AREAS                                                                    \
	"area 2 2 nr_free=1\nfree 2 2 1 1028\narea 2 3 nr_free=1\nfree 2 3 1 1032\n" \
	"area 2 4 nr_free=1\nfree 2 4 1 1040\narea 2 5 nr_free=1\nfree 2 5 1 1056\n" \
	"area 2 6 nr_free=1\nfree 2 6 1 1088\narea 2 7 nr_free=1\nfree 2 7 1 1152\n" \
	"area 2 8 nr_free=1\nfree 2 8 1 1280\narea 2 9 nr_free=1\nfree 2 9 1 1536\n"
#define END_PCP "pcp 2 cpu=0 count=4 high=100 batch=4 free_factor=0\n"
#define END_PCPL "pcpl 2 1 17 1025 1026 1027\n"
#define END_REST "blk 2 0 8 1\nlru 2 32+4\nenddump end\n"
#define END "dump end\n" END_ZONE END_AREAS END_PCP END_PCPL END_REST

struct seen {
	unsigned int results, lines;
	struct bs_verify_result r;
	char drawn[4096], explained[8192];
};

static void result(void *arg, const struct bs_verify_result *r)
{
	struct seen *s = arg;

	s->results++;
	s->r = *r;
	snprintf(s->drawn, sizeof(s->drawn), "%s", r->drawn ? r->drawn : "");
	s->r.drawn = NULL;
}

static void explain_line(void *arg, const char *text)
{
	struct seen *s = arg;
	const size_t used = strlen(s->explained);

	s->lines++;
	snprintf(s->explained + used, sizeof(s->explained) - used, "%s\n", text);
}

static int verify_text(const char *text, bool keep_going, uint64_t explain, struct seen *s,
		       struct bs_error *err)
{
	const struct bs_verify_config cfg = {
		.keep_going = keep_going,
		.explain = explain,
		.explain_line = explain_line,
		.result = result,
		.arg = s,
	};
	char *path = bs_test_file(text, ".txt");
	int ret;

	memset(s, 0, sizeof(*s));
	ret = bs_verify_file(path, &cfg, err);
	unlink(path);
	free(path);
	return ret;
}

static void expect_first(const char *text, const char *kind, uint64_t at, const char *expected,
			 const char *got)
{
	struct bs_error err;
	struct seen s;

	assert_int_equal(verify_text(text, false, 0, &s, &err), 1);
	assert_int_equal(s.r.total_differences, 1);
	for (unsigned int i = 0; i < BS_NR_DIFFS; i++)
		if (s.r.differences[i])
			assert_string_equal(bs_difference_name(i), kind);
	assert_int_equal(s.r.at, at);
	if (!strstr(s.r.expected, expected))
		fail_msg("expected %s", s.r.expected);
	if (!strstr(s.r.got, got))
		fail_msg("got %s", s.r.got);
}

static void test_an_exact_file(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_ok(verify_text(DUMP_START "begin x\n" OPERATIONS CHECK END "finish x\n", false, 0,
			      &s, &err),
		  &err);
	assert_int_equal(s.results, 1);
	assert_int_equal(s.r.total_differences, 0);
	assert_int_equal(s.r.operations, 4);
	assert_int_equal(s.r.pfns, 3);
	assert_int_equal(s.r.checks, 1);
	assert_int_equal(s.r.dumps, 1);
	assert_string_equal(s.r.kernel, "linux-6.1");
}

/* Every kind of difference, each in a file that is right but for one thing. */
static void test_each_kind_of_difference_is_found(void **state)
{
	(void)state;
	expect_first(DUMP_START "a 1 0 M 17\na 2 0 M 18\n", "pfn", 2, "pfn 18", "pfn 16");
	expect_first(DUMP_START "a 1 0 M 17\na 2 0 M -\n", "failure", 2, "failure", "pfn 16");
	expect_first(DUMP_START "a 1 10 M 1024\na 2 10 M 2048\n", "failure", 2, "pfn 2048",
		     "failure");
	expect_first(DUMP_START "a 1 0 M 17 s1\n", "random", 1, "1 random", "0");
	expect_first(DUMP_START OPERATIONS
		     "ck 4 2 vm_free=1020 diff=0 pcp=4 boost=0 ha=0 flags=0x0 "
		     "nr=0,0,1,1,1,1,1,1,1,1,0\n",
		     "check", 4, "vm_free=1020 diff=0", "vm_free=1024 diff=-4");
	expect_first(DUMP_START OPERATIONS
		     "ck 4 2 vm_free=1024 diff=-4 pcp=4 boost=0 ha=0 flags=0x1 "
		     "nr=0,0,1,1,1,1,1,1,1,1,0\n",
		     "check", 4, "flags=0x1", "flags=0x0");
	expect_first(DUMP_START OPERATIONS
		     "ck 4 2 vm_free=1024 diff=-4 pcp=4 boost=0 ha=0 flags=0x0 "
		     "nr=0,0,1,1,1,1,1,1,1,2,0\n",
		     "check", 4, "1,2,0", "1,1,0");
	expect_first(DUMP_START OPERATIONS "dump end\n" END_ZONE END_AREAS END_PCP
					   "pcpl 2 1 17 1026 1025 1027\n" END_REST,
		     "pcp_list", 4, "17:1,1026:1", "17:1,1025:1");
	expect_first(DUMP_START OPERATIONS "dump end\n" END_ZONE END_AREAS END_PCP
					   "pcpl 2 1 17 1025:2 1026 1027\n" END_REST,
		     "pcp_list", 4, "1025:2", "1025:1");
	expect_first(DUMP_START OPERATIONS
		     "dump end\n" END_ZONE END_AREAS
		     "pcp 2 cpu=0 count=4 high=100 batch=4 free_factor=1\n" END_PCPL END_REST,
		     "pcp", 4, "1", "0");
	expect_first(DUMP_START OPERATIONS "dump end\n" END_ZONE END_AREAS END_PCP END_PCPL
					   "blk 2 0 7 1\nblk 2 3584 1 2\nlru 2\nenddump end\n",
		     "block_type", 4, "R", "M");
	expect_first(DUMP_START OPERATIONS "dump end\n" END_ZONE END_AREAS END_PCP END_PCPL
					   "blk 2 0 8 1\nlru 2 32+2 34+1\nenddump end\n",
		     "lru", 4, "[32,35)", "[32,36)");
}

/* The Reported mark is lost with the block that was split, so a dump that shows it is wrong. */
static void test_reported_marks_and_list_order_are_compared(void **state)
{
	(void)state;
	expect_first(DUMP_START
		     "a 1 0 M 17\n" DUMP_HEAD "dump end\n" DUMP_ZONE
		     "area 2 10 nr_free=1\nfree 2 10 1 1024\n"
		     "pcp 2 cpu=0 count=1 high=100 batch=4 free_factor=0\npcpl 2 1 16:3\n"
		     "blk 2 0 8 1\nlru 2\nenddump end\n",
		     "reported", 1, "[1024]", "[1024r]");
	expect_first(DUMP_START
		     "a 1 0 M 17\n" DUMP_HEAD "dump end\n" DUMP_ZONE
		     "area 2 10 nr_free=1\nfree 2 10 1 2048\n"
		     "pcp 2 cpu=0 count=1 high=100 batch=4 free_factor=0\npcpl 2 1 16:3\n"
		     "blk 2 0 8 1\nlru 2\nenddump end\n",
		     "free_list", 1, "[2048]", "[1024r]");
}

static void test_the_lists_before_the_difference_are_drawn(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_int_equal(verify_text(DUMP_START "a 1 0 M 17\na 2 0 M 18\n", false, 0, &s, &err), 1);
	assert_non_null(strstr(s.drawn, "L1[16]"));
	assert_non_null(strstr(s.drawn, "o10 M:[1024r]"));
	assert_string_equal(s.r.what, "a 2 0 M 18");
}

/* Pages of a run that was held: the next run's dump has them in use, its frees free them. */
static void test_blocks_of_an_earlier_run_are_freed_in_the_next(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_ok(verify_text(DUMP_START "a 1 0 M 17\na 2 0 M 16\n" DUMP_HEAD
					 "dump start\n" DUMP_ZONE
					 "area 2 10 nr_free=1\nfree 2 10 1 1024\n"
					 "pcp 2 cpu=0 count=0 high=100 batch=4 free_factor=0\n"
					 "blk 2 0 8 1\nlru 2\nenddump start\n"
					 "f 2\na 3 0 M 16\n",
			      false, 0, &s, &err),
		  &err);
	assert_int_equal(s.r.total_differences, 0);
	assert_int_equal(s.r.operations, 4);

	/* The second dump has page 16 free: then nobody can free it. */
	expect_first(DUMP_START "a 1 0 M 17\na 2 0 M 16\n" DUMP_START "f 2\n", "owner", 3, "in use",
		     "not wholly");
}

static void test_keep_going_counts_by_kind_and_starts_again_at_dumps(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_int_equal(verify_text(DUMP_START
				     "a 1 0 M 18\na 2 0 M 17\na 3 0 U -\nf 1\nf 2\n" DUMP_HEAD
				     "dump end\n" DUMP_ZONE DUMP_LISTS "enddump end\n"
				     "a 4 0 M 17\n",
				     true, 0, &s, &err),
			 1);
	assert_int_equal(s.r.differences[BS_DIFF_PFN], 2);
	assert_int_equal(s.r.differences[BS_DIFF_FAILURE], 1);
	assert_true(s.r.differences[BS_DIFF_DUMP + BS_PART_PCP_LIST] >= 1);
	assert_int_equal(s.r.at, 1);
	/* The last allocation follows the dump's state, not the one that went astray. */
	assert_int_equal(s.r.pfns, 3);
}

static void test_files_without_operations_are_checked_in_themselves(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_ok(verify_text(DUMP_START DUMP_START, false, 0, &s, &err), &err);
	assert_int_equal(s.r.operations, 0);
	assert_int_equal(s.r.total_differences, 0);
	assert_string_equal(s.r.kernel, "linux-6.1");
	expect_first(DUMP_HEAD "dump start\n" DUMP_ZONE
			       "pcp 2 cpu=0 count=0 high=1 batch=1\nblk 2 0 8 1\nlru 2\n"
			       "enddump start\n",
		     "consistency", 0, "consistent", "lists hold 0 pages");
}

static void test_malformed_operations_are_refused(void **state)
{
	static const struct {
		const char *text, *where, *says;
	} cases[] = {
		{DUMP_START "z 1\n", ":12", "unknown record"},
		{DUMP_START "a 1 0 X 17\n", ":12", "malformed allocation"},
		{DUMP_START "a 1 11 M 17\n", ":12", "malformed allocation"},
		{DUMP_START "a x 0 M 17\n", ":12", "malformed allocation"},
		{DUMP_START "a 1 0 M\n", ":12", "malformed allocation"},
		{DUMP_START "a 1 0 M 17 q\n", ":12", "malformed CPU, node or random bits"},
		{DUMP_START "a 999999999 0 M 17\n", ":12", "malformed allocation"},
		{DUMP_START "f 9\n", ":12", "not allocated"},
		{DUMP_START "a 1 0 M 17\nf 1\nf 1\n", ":14", "not allocated"},
		{DUMP_START "a 1 0 M 17\nck 1 2 vm_free=1 nr=1,2\n", ":13", "malformed check"},
		{DUMP_START "a 1 0 M 17\nck 1 0 vm_free=1 nr=0,0,0,0,0,0,0,0,0,0,0\n", ":13",
		 "malformed check"},
		{"a 1 0 M 17\n", ":1", "before any start dump"},
		{DUMP_HEAD, "", "no dump"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE, "", "ends inside dump"},
	};
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_error err = {0};

		if (verify_text(cases[i].text, false, 0, &s, &err) >= 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(err.status, BS_INPUT);
		if (!strstr(err.where, cases[i].where) || !strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s: %s", i, err.where, err.text);
		assert_int_equal(s.results, 0);
	}
}

static void test_an_operation_can_be_explained(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_ok(verify_text(DUMP_START OPERATIONS, false, 3, &s, &err), &err);
	assert_non_null(strstr(s.explained, "operation 3: a 3 0 M 1024"));
	assert_non_null(strstr(s.explained, "L1[]"));
	assert_non_null(strstr(s.explained, "refill"));
	assert_non_null(strstr(s.explained, "answer: pfn 1024"));
	assert_null(strstr(s.explained, "operation 4"));
}

/* ---- Vectors --------------------------------------------------------------------------------- */

static const char vector_ops[] = "pages 4096 9\nzone 2 0 4096\nboot 0 1024\nalloc 0 1 2 3264\n"
				 "free 0 0\n";

/* Write the .ops and an .out beside it; verify what @verify names of the two. */
static int verify_vector(const char *ops_text, const char *out_text, const char *out_suffix,
			 bool by_out, const char *kernel, struct seen *s, struct bs_error *err)
{
	const struct bs_verify_config cfg = {.kernel = kernel, .result = result, .arg = s};
	char *ops = bs_test_file(ops_text, ".ops"), *out;
	FILE *f;
	int ret;

	assert_true(asprintf(&out, "%.*s%s", (int)strlen(ops) - 4, ops, out_suffix) > 0);
	f = fopen(out, "w");
	assert_non_null(f);
	fputs(out_text, f);
	fclose(f);
	memset(s, 0, sizeof(*s));
	ret = bs_verify_file(by_out ? out : ops, &cfg, err);
	unlink(ops);
	unlink(out);
	free(ops);
	free(out);
	return ret;
}

static void test_a_vectors_kernel_comes_from_its_answers_name(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_ok(verify_vector(vector_ops, "A 0\n", ".54.out", false, NULL, &s, &err), &err);
	assert_string_equal(s.r.kernel, "linux-5.4");
	assert_ok(verify_vector(vector_ops, "A 0\n", ".612.out", true, NULL, &s, &err), &err);
	assert_string_equal(s.r.kernel, "linux-6.12");
	assert_ok(verify_vector(vector_ops, "A 0\n", ".out", false, "linux-6.1", &s, &err), &err);
	assert_string_equal(s.r.kernel, "linux-6.1");
	assert_int_equal(s.r.pfns, 1);
	assert_true(verify_vector(vector_ops, "A 0\n", ".out", false, NULL, &s, &err) < 0);
	assert_non_null(strstr(err.advice, "--kernel"));
	assert_true(verify_vector(vector_ops, "A 0\n", ".54.out", false, "linux-6.1", &s, &err) <
		    0);
	assert_non_null(strstr(err.text, "no .out file"));
}

static void test_a_vectors_output_is_compared_to_its_end(void **state)
{
	struct bs_error err;
	struct seen s;

	(void)state;
	assert_int_equal(verify_vector(vector_ops, "A 1\n", ".61.out", false, NULL, &s, &err), 1);
	assert_int_equal(s.r.differences[BS_DIFF_PFN], 1);
	assert_int_equal(s.r.at, 4);
	assert_non_null(strstr(s.drawn, "o10 M:[0]"));
	assert_int_equal(verify_vector(vector_ops, "", ".61.out", false, NULL, &s, &err), 1);
	assert_string_equal(s.r.expected, "(end of file)");
	assert_int_equal(verify_vector(vector_ops, "A 0\nA 1\n", ".61.out", false, NULL, &s, &err),
			 1);
	assert_string_equal(s.r.got, "(end of output)");
}

static void test_malformed_vectors_are_refused(void **state)
{
	static const char *const cases[] = {
		"pages 0 9\n",
		"pages 4096 9\nzone 2 0 9999\nboot 0 64\n",
		"pages 4096 9\nzone 2 0 4096\nalloc 11 0 2 0\n",
		"pages 4096 9\nzone 2 0 4096\nboot 0 64\nfree 9 0\n",
		"pages 4096 9\nzone 2 0 4096\nfly 1\n",
		"pages 4096 9\nzone 2 0 4096\nboot 0 64\nsplit 0 6 64\n",
		"pages 4096 9\nzone 2 0 4096\nwm 1 1 2 3\n",
	};
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_error err = {0};

		if (verify_vector(cases[i], "", ".61.out", false, NULL, &s, &err) >= 0)
			fail_msg("accepted: %s", cases[i]);
		assert_true(err.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_exact_file),
		cmocka_unit_test(test_each_kind_of_difference_is_found),
		cmocka_unit_test(test_reported_marks_and_list_order_are_compared),
		cmocka_unit_test(test_the_lists_before_the_difference_are_drawn),
		cmocka_unit_test(test_blocks_of_an_earlier_run_are_freed_in_the_next),
		cmocka_unit_test(test_keep_going_counts_by_kind_and_starts_again_at_dumps),
		cmocka_unit_test(test_files_without_operations_are_checked_in_themselves),
		cmocka_unit_test(test_malformed_operations_are_refused),
		cmocka_unit_test(test_an_operation_can_be_explained),
		cmocka_unit_test(test_a_vectors_kernel_comes_from_its_answers_name),
		cmocka_unit_test(test_a_vectors_output_is_compared_to_its_end),
		cmocka_unit_test(test_malformed_vectors_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
