// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of a log that isolate, undo and drain, of several CPUs and nodes. */
#include "bs_test.h"

#include <stdio.h>

#include "bs_dump_test.h"

/* Two free blocks of order 10, so that a range can end at pfn 2048; two pages on the per-cpu list. */
#define HEAD_12                                                                          \
	"pa_oracle 1 kernel=6.12.1-test max_order=10 pageblock_order=9 nr_pcp_lists=14 " \
	"migratetypes=5 nr_zones=5 cpus=2 shuffle=0\n"
#define ZONE                                                                                   \
	"zone 2 Normal node=0 start_pfn=0 spanned=4096 present=4096 managed=4096 min=0 low=0 " \
	"high=0 vm_free=2048 vm_free_diff=0 stat_threshold=4 nr_isolate=0\n"                   \
	"lowmem 2 0 0 0 0 0\n"
#define LISTS                                                                                  \
	"area 2 10 nr_free=2\nfree 2 10 1 1024 2048\n"                                         \
	"pcp 2 cpu=0 count=2 high=100 batch=4 high_min=100 high_max=100 free_diff=0 node=0\n"  \
	"pcpl 2 1 17 16\n"                                                                     \
	"pcp 2 cpu=1 count=1 high=100 batch=4 high_min=100 high_max=100 free_diff=-2 node=0\n" \
	"pcpl 2 1 c1 40\n"                                                                     \
	"blk 2 0 8 1\nlru 2\n"
#define START(fix) HEAD_12 "dump start\n" fix ZONE LISTS "enddump start\n"
#define CK(rest) "ck 1 2 vm_free=" rest "\n"

/*
 *   before   o10 M:[1024,2048]
 *   iso      o10 M:[1024] o9 I:[2048] M:[2560]     the free counter less 512, in one CPU's part at first
 */
static void test_isolating_and_undoing(void **state)
{
	(void)state;
	bs_test_exact(
		START("") "iso 2048 2560 1 0 0\n" CK(
			"1536 diff=0 pcp=2 boost=0 ha=0 flags=0x0 nr=0,0,0,0,0,0,0,0,0,2,1 "
			"diff1=-2 pcp1=1") "uniso 2048 2560 1\n" CK("2048 diff=0 pcp=2 boost=0 ha=0 flags=0x0 nr=0,0,0,0,0,0,0,0,0,0,2 "
								    "diff1=-2 pcp1=1"),
		2);
	/* Ranges are widened to pageblocks. */
	bs_test_exact(START("") "iso 2049 2050 1 0 0\niso 2048 2560 1 0 -16\n", 2);
	bs_test_differs(START("") "iso 2048 2560 1 0 -16\n", 1, "refused", "isolated");
	bs_test_differs(START("") "iso 2048 2560 1 0 0\niso 2048 3072 1 0 0\n", 2, "isolated",
			"refused");
}

/* A page that the dump names; a page that an operation has; one that is marked offline. */
static void test_what_keeps_a_pageblock(void **state)
{
	(void)state;
	bs_test_exact(START("fix 2 2100+1\n") "iso 2048 2560 1 0 -16\niso 2560 3072 1 0 0\n", 2);
	bs_test_exact(START("fix 2 0+1\n") "a 1 9 M 1024 c0\niso 1024 1536 1 0 -16\nf 1 c1\n"
					   "iso 1536 2048 1 0 0\n",
		      4);
	bs_test_exact(
		START("fix 2 0+1\n") "begin x offline=1\na 1 9 M 1024\niso 1024 1536 1 0 -16\n"
				     "iso 1024 1536 1 1 0\n",
		3);
	bs_test_differs(START("fix 2 0+1\n") "begin x offline=0\na 1 9 M 1024\n"
					     "iso 1024 1536 1 1 0\n",
			2, "isolated", "refused");
}

/* Each CPU has its lists; who drains another's has what is freed in its own part of the counter. */
static void test_two_cpus(void **state)
{
	(void)state;
	bs_test_exact(START("") "a 1 0 M 40 c1\na 2 0 M 17 c0\nf 1 c0\na 3 0 M 40\n", 4);
	bs_test_differs(START("") "a 1 0 M 40\n", 1, "40", "17");
	bs_test_exact(START("") "dl - c1\n" CK(
			      "2048 diff=0 pcp=2 boost=0 ha=0 flags=0x0 nr=1,0,0,0,0,0,0,0,0,0,2 "
			      "diff1=-1 pcp1=0"),
		      1);
	bs_test_exact(START("") "da 2\n" CK(
			      "2048 diff=3 pcp=0 boost=0 ha=0 flags=0x0 nr=1,1,0,0,0,0,0,0,0,0,2 "
			      "diff1=-2 pcp1=0"),
		      1);
	bs_test_differs(START("") "dl 2 c1\n" CK(
				"2048 diff=0 pcp=2 boost=0 ha=0 flags=0x0 nr=1,0,0,0,0,0,0,0,0,0,2 "
				"diff1=0 pcp1=0"),
			1, "diff=0", "diff=-1");
}

#define NODE_ZONE(z, node, start)                                                        \
	"zone " z " Normal node=" node " start_pfn=" start " spanned=1024 present=1024 " \
	"managed=1024 min=0 low=0 high=0 vm_free=1024 vm_free_diff=0 stat_threshold=4\n" \
	"lowmem " z " 0 0 0 0 0\narea " z " 10 nr_free=1\nfree " z " 10 1 " start "\n"   \
	"pcp " z " cpu=0 count=0 high=100 batch=4 high_min=100 high_max=100 node=1\n"    \
	"blk " z " " start " 2 1\nlru " z "\n"
#define NODES(zl)                                                                     \
	HEAD_12 "dump start\n" zl                                                     \
		"dist 0 cpus=0 10 20\ndist 1 cpus=1 20 10\n" NODE_ZONE("2", "0", "0") \
			NODE_ZONE("7", "1", "1024") "enddump start\n"
#define ZL "zl 0 0 2 7\nzl 0 1 2\nzl 1 0 7 2\nzl 1 1 7\n"

/* A node's own zone first, then the other; t: no other. Without a node that of the CPU, which is on 1. */
static void test_two_nodes(void **state)
{
	(void)state;
	bs_test_exact(NODES(ZL) "a 1 10 U 0 n0\na 2 10 U 1024 n0\n", 2);
	bs_test_exact(NODES(ZL) "a 1 10 U 1024\na 2 10 U - n1t\na 3 10 U 0 c0 n0t\n", 3);
	bs_test_differs(NODES(ZL) "a 1 10 U 0 n0\na 2 10 U 1024 n0t\n", 2, "1024", "failure");
	/* Their order is compared with what is made of the distances. */
	bs_test_differs(NODES(ZL) "a 1 10 M 0 n0\nf 1\n" HEAD_12 "dump end\n"
				  "zl 0 0 7 2\n" NODE_ZONE("2", "0", "0")
					  NODE_ZONE("7", "1", "1024") "enddump end\n",
			2, "7", "2");
}

static void test_what_is_malformed(void **state)
{
	static const char *const lines[] = {
		"iso 2048 2560 1 0\n",
		"iso 2560 2048 1 0 0\n",
		"iso 2048 2560 1 0 -12\n",
		"iso 0 99999999 1 0 0\n",
		"iso 2048 2560 4 0 0\n",
		"uniso 2048 2560\n",
		"uniso 2048 2560 1 1\n",
		"da 3\n",
		"da 2 3\n",
		"dl 2 c7\n",
		"dl - c\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[4096];

		snprintf(text, sizeof(text), "%s%s", START(""), lines[i]);
		bs_test_refused(text, "malformed");
	}
	bs_test_refused(START("") "a 1 0 M 17 c2\n", "malformed CPU");
	bs_test_refused(START("") "a 1 0 M 17 n9\n", "malformed CPU");
	bs_test_refused(START("") "a 1 0 M 17 n0x\n", "malformed CPU");
	bs_test_refused(START("") "pa 17 0 0x0 1\n", "unknown record");
	bs_test_refused(START("fix 2 17\n") "da -\n", "pfn+count");
	bs_test_refused(NODES("zl 0 0 2 99\n"), "number");
	bs_test_refused(NODES("zl 0 2 2 7\n"), "number");
	bs_test_refused(NODES("dist 0 10 20\n"), "cpus=");
	bs_test_refused(NODES("dist 0 cpus=1 10\n"), "distances");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolating_and_undoing),
		cmocka_unit_test(test_what_keeps_a_pageblock),
		cmocka_unit_test(test_two_cpus),
		cmocka_unit_test(test_two_nodes),
		cmocka_unit_test(test_what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
