/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_dump_test.h - small dumps and vectors in temporary files, for tests of what reads them. */
#ifndef BS_DUMP_TEST_H
#define BS_DUMP_TEST_H

/*
 * One zone [0, 4096) with a single order-10 block free, two pages on the per-cpu list, four pages
 * in use that count as movable.
 *
 *   o10 M:[1024]   pcp L1[17,16]   lru 32..35   in use: the rest
 */
#define DUMP_HEAD                                                                       \
	"pa_oracle 1 kernel=6.1.0-test max_order=10 pageblock_order=9 nr_pcp_lists=14 " \
	"migratetypes=5 nr_zones=5 cpus=1 shuffle=0 future=7\n"
#define DUMP_ZONE                                                                              \
	"zone 2 Normal node=0 start_pfn=0 spanned=4096 present=4096 managed=4096 min=0 low=0 " \
	"high=0 boost=0 highatomic=0 flags=0x0 vm_free=1024 vm_free_diff=0 stat_threshold=4 "  \
	"colour=blue\n"                                                                        \
	"lowmem 2 0 0 0 0 0\n"
#define DUMP_LISTS                                                      \
	"area 2 10 nr_free=1\n"                                         \
	"free 2 10 1 1024r\n"                                           \
	"pcp 2 cpu=0 count=2 high=100 batch=4 free_factor=0 expire=0\n" \
	"pcpl 2 1 17 16:3\n"                                            \
	"blk 2 0 8 1\n"                                                 \
	"lru 2 32+4\n"
#define DUMP_START DUMP_HEAD "dump start\n" DUMP_ZONE DUMP_LISTS "enddump start\n"

/* Write @text to a new file whose name ends in @suffix; the name, which the caller frees after
 * unlink(). */
char *bs_test_file(const char *text, const char *suffix);

struct bs_verify_result;
struct bs_error;
/* Verify a log; what differs first is in @r, its text only during the call but for what is copied. */
int bs_test_verify(const char *text, struct bs_verify_result *r, struct bs_error *err);
/* It is exact, after @operations; it differs, as @expected and @got say; it is refused. */
void bs_test_exact(const char *text, unsigned int operations);
void bs_test_differs(const char *text, unsigned int at, const char *expected, const char *got);
void bs_test_refused(const char *text, const char *says);

#endif
