// SPDX-License-Identifier: GPL-2.0-or-later
/* Live series: what others do, the vmstat work, ranges and memory blocks in steps. */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "bs_dump_test.h"

#define HEAD(kernel)                                                         \
	"pa_oracle 1 kernel=" kernel "-test max_order=10 pageblock_order=9 " \
	"nr_pcp_lists=14 migratetypes=5 nr_zones=5 cpus=1 shuffle=0\n"
/* What the lists hold, with the part that is not folded: 2048. */
#define ZONE                                                                                   \
	"zone 2 Normal node=0 start_pfn=0 spanned=4096 present=4096 managed=4096 min=0 low=0 " \
	"high=0 vm_free=2050 vm_free_diff=-2 stat_threshold=4 nr_isolate=0\n"                  \
	"lowmem 2 0 0 0 0 0\n"                                                                 \
	"area 2 10 nr_free=2\nfree 2 10 1 1024 2048\n"

#define PCP(high) "pcp 2 cpu=0 count=2 high=" high " batch=4 high_min=4 high_max=100\n"
#define REST "pcpl 2 1 17 16\nblk 2 0 8 1\nlru 2 32+4\n"
#define LIVE(kernel, op, events) \
	HEAD(kernel)             \
	"begin x op=" op "\ndump start\n" ZONE PCP("100") REST "enddump start\n" events "finish x\n"
/* 17 is given out and comes back, and others that were in use before; movable, HIGHMEM: 0x8 and 0x2. */
static void test_what_others_do(void **state)
{
	(void)state;
	bs_test_exact(LIVE("6.12.1", "watch",
			   "pa 17 0 0x10000a 1\npf 35 0\npa 35 0 0x10000a 1\npf 17 0\n"
			   "pa 17 0 0x10000a 1\npd 16 0 1\nat 1 2\n"),
		      5);
	bs_test_differs(LIVE("6.12.1", "watch", "pa 16 0 0x10000a 1\n"), 1, "16", "17");
	bs_test_differs(LIVE("6.12.1", "watch", "pf 17 0\n"), 1, "in use", "not wholly");
	bs_test_differs(LIVE("6.12.1", "watch", "pf 1024 3\n"), 1, "in use", "not wholly");
}

/* The page of a batch comes to its list when its own line says so, not when it is announced. */
static void test_a_page_of_a_batch_comes_later(void **state)
{
	(void)state;
	bs_test_exact(LIVE("6.12.1", "watch",
			   "pf 35 0\npf 34 0\npa 34 0 0x10000a 1\npb 35\npa 35 0 0x10000a 1\n"),
		      4);
	bs_test_differs(LIVE("6.12.1", "watch", "pf 35 0\npa 35 0 0x10000a 1\npb 35\n"), 1, "35",
			"17");
}

/* Adjacent single pages: from 7.2 on they are freed as one block, after all are announced. */
static void test_adjacent_pages(void **state)
{
	(void)state;
	bs_test_exact(LIVE("7.3.1", "watch", "pf 40 0\npf 41 0\npa 40 1 0x10000a 1\n"), 2);
	bs_test_exact(LIVE("6.12.1", "watch", "pf 40 0\npf 41 0\npa 41 0 0x10000a 1\n"), 3);
	bs_test_differs(LIVE("7.3.1", "watch", "pf 40 0\npf 41 0\npa 41 0 0x10000a 1\n"), 2, "41",
			"17");
}

#define VZ(figures) "vz 2 " figures " zdiff=1 ndiff=0\n"

/* A round folds -2 and takes an eighth off high; expire is 3. It runs again as high is above high_min. */
static void test_a_round_of_the_vmstat_work(void **state)
{
	(void)state;
	bs_test_exact(
		LIVE("6.12.1", "watch",
		     "vs 1 2 1\n" VZ("vm_free=2050 diff=-2 count=2 high=100 batch=4 expire=0") "ve 1 3 1 1\n" VZ(
			     "vm_free=2048 diff=0 count=2 high=88 batch=4 expire=0 "
			     "high_min=4 high_max=100 flags=0 zflags=0x0")),
		1);
	bs_test_differs(
		LIVE("6.12.1", "watch", "vs 1 2 1\n" VZ("high=100") "ve 1 3 1 1\n" VZ("high=87")),
		1, "87", "88");
	bs_test_differs(LIVE("6.12.1", "watch", "vs 1 2 1\n" VZ("high=100") "ve 1 3 1 0\n"), 1,
			"is over", "runs again");
	/* A CPU that goes idle only folds; 6.1 keeps its lists. */
	bs_test_exact(LIVE("6.12.1", "watch",
			   "vs 1 2 0\n" VZ("diff=-2") "ve 1 3 0 1\n" VZ(
				   "vm_free=2048 diff=0 high=100 expire=3")),
		      1);
}

/*
 * [1100, 1900) of the order-10 block at 1024: isolated, taken, what is beyond given back (page by page
 * before 7.2), undone; the pages that are left stand in the largest blocks that fit.
 */
#define CR "cr 1100 1110\nkp isolate 1100 1110\n"
static void test_a_range_in_steps(void **state)
{
	(void)state;
	bs_test_differs(LIVE("7.3.1", "contig", CR "kp take 1024 1110\nce 0\n"), 2, "given back",
			"not all");
	bs_test_differs(LIVE("6.12.1", "contig", CR "kp take 1024 1110\nce 0\n"), 2, "given back",
			"not all");
	bs_test_differs(LIVE("6.12.1", "contig", CR "kp take 1100 1110\n"), 2, "from where",
			"1024");
	bs_test_differs(LIVE("6.12.1", "contig", CR "kp unisolate 1100 1110\n"), 2, "not all free",
			"all free");
	bs_test_differs(LIVE("6.12.1", "contig",
			     "kp isolate 1100 1110\ncr 1100 1110\nkp isolate 1100 1110\nce 0\n"),
			2, "taken", "refused");
}

/* What is given back may be announced by a step; since 7.1 it is not: the pages' own lines will do. */
static void test_what_was_taken_too_much_comes_back(void **state)
{
	static const struct {
		const char *kernel;
		unsigned int operations; /* with every page, or with every run, as one */
	} cases[] = {{"6.12.1", 3 + 76 + 426}, {"7.1.1", 3 + 76 + 426}, {"7.3.1", 3 + 2}};
	char frees[8192], text[12288];
	size_t len, last = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = 0;
		for (unsigned int pfn = 1024; pfn < 1536; pfn++) {
			if (pfn >= 1100 && pfn < 1110)
				continue;
			last = len;
			len += (size_t)snprintf(frees + len, sizeof(frees) - len, "pf %u 0\n", pfn);
		}
		snprintf(text, sizeof(text), LIVE("%s", "contig", CR "kp take 1024 1110\n%s%s"),
			 cases[i].kernel, frees, "kp unisolate 1100 1110\nce 0\n");
		bs_test_exact(text, cases[i].operations);
		frees[last] = '\0'; /* all but one */
		snprintf(text, sizeof(text), LIVE("%s", "contig", CR "kp take 1024 1110\n%s%s"),
			 cases[i].kernel, frees, "kp unisolate 1100 1110\nce 0\n");
		bs_test_differs(text, cases[i].operations - 1, "given back", "not all");
	}
}

static void test_marks_anew(void **state)
{
	(void)state;
	bs_test_exact(LIVE("6.12.1", "trace",
			   "kp pcp_disable 2\n"
			   "kp wmark\nkp wmarks\nkp wmarks\n"),
		      4);
	bs_test_differs(LIVE("6.12.1", "trace", "kp offline 1024 4096\n"), 1, "all free",
			"not all free");
}

static void test_what_is_malformed(void **state)
{
	static const char *const lines[] = {
		"pa 17 0 1\n",
		"pa 17 11 0x0 1\n",
		"pa 17 0 0xq 1\n",
		"pf 17\n",
		"pf 5000 0\n",
		"pb x\n",
		"pf 17 0 c1\n",
		"vs 1 2 3\n",
		"vs 1 2 1\nvz 2 a=1\n",
		"ve 1 2\n",
		"vs 1 2 1\nvz 3 zdiff=0 ndiff=0\n",
		"cr 5\n",
		"kp isolate 7\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[4096];

		snprintf(text, sizeof(text), "%s%s", LIVE("6.12.1", "watch", ""), "");
		snprintf(strstr(text, "finish"), 200, "%sfinish x\n", lines[i]);
		bs_test_refused(text, "malformed");
	}
	bs_test_refused(LIVE("6.12.1", "watch", "kp frobnicate 7 8\n"), "unknown step");
	bs_test_refused(LIVE("6.12.1", "watch", "ce maybe\n"), "neither 0 nor -16");
	bs_test_refused(LIVE("6.12.1", "watch", "da -\n"), "unknown record");
	bs_test_refused(LIVE("6.12.1", "watch", "pa 999999 0 0x0 1\n"), "in no zone");
	bs_test_refused(LIVE("6.12.1", "trace", "kp online 4096 10\n"), "malformed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_others_do),
		cmocka_unit_test(test_a_page_of_a_batch_comes_later),
		cmocka_unit_test(test_adjacent_pages),
		cmocka_unit_test(test_a_round_of_the_vmstat_work),
		cmocka_unit_test(test_a_range_in_steps),
		cmocka_unit_test(test_what_was_taken_too_much_comes_back),
		cmocka_unit_test(test_marks_anew),
		cmocka_unit_test(test_what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
