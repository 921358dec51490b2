// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs of a balloon at work: what its driver must do next, and what it held before the log began. */
#include "bs_test.h"

#include <buddysim/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bs_dump_test.h"

#define VM(in, out, moved, ram)                                           \
	"vm totalram=" ram " balloon_inflate=" in " balloon_deflate=" out \
	" balloon_migrate=" moved " allocstall=0\n"
#define HEAD DUMP_HEAD "begin x op=vio cmd=balloon_8\n"
/* The per-cpu list has 17 and 16, in this order; 32 to 35 are in use. */
#define LOG(vm_start, events, vm_end)                                                     \
	HEAD vm_start "dump start\n" DUMP_ZONE DUMP_LISTS "enddump start\n" events vm_end \
		      "finish x\n"
#define PA(pfn) "pa " pfn " 0 0x192cca 1\n"
#define ENTER(pfn) "e 2 balloon_page_enqueue 0xff " pfn "\n"
#define TELL(queue, bytes)                                                           \
	"e 3 tell_host 0xff " queue "\ne 3 virtqueue_add_outbuf " queue " 99+" bytes \
	" 1\ne 3 virtqueue_kick " queue "\nw 4 0 irq\ne 4 balloon_ack " queue        \
	"\nw 5 7 kworker\nx 5 tell_host 0\n"
#define UPDATE "w 1 7 kworker\ne 1 update_balloon_size_func\n"
#define DONE "x 6 update_balloon_size_func 1\n"
#define BEFORE VM("0", "0", "0", "4096")

/* Allocated 17, 16: entered, and told, in reverse. */
#define PORTION UPDATE PA("17") PA("16") ENTER("16") ENTER("17") TELL("inflate", "8") DONE

static void test_a_portion_is_told_in_reverse(void **state)
{
	(void)state;
	bs_test_exact(LOG(BEFORE, PORTION, VM("2", "0", "0", "4094")), 2);
	bs_test_differs(LOG(BEFORE, UPDATE PA("17") PA("16") ENTER("17"), ""), 2, "pfn 17",
			"pfn 16");
	/* The allocator is followed, too. */
	bs_test_differs(LOG(BEFORE, UPDATE PA("16"), ""), 1, "pfn 16", "pfn 17");
	bs_test_differs(LOG(BEFORE, UPDATE PA("17") PA("16") ENTER("16") TELL("inflate", "8"), ""),
			2, "1", "2");
	bs_test_differs(
		LOG(BEFORE,
		    UPDATE PA("17") PA("16") ENTER("16") ENTER("17") TELL("inflate", "1024"), ""),
		2, "1024", "8");
}

static void test_what_is_counted(void **state)
{
	(void)state;
	bs_test_differs(LOG(BEFORE, PORTION, VM("3", "0", "0", "4093")), 2, "balloon_inflate",
			"pages entered");
	bs_test_differs(LOG(BEFORE, PORTION, VM("2", "1", "0", "4094")), 2, "balloon_deflate",
			"pages left");
}

/* A portion that is not full is the last, until the host asks anew. */
static void test_the_last_portion(void **state)
{
	(void)state;
	bs_test_differs(LOG(BEFORE, PORTION UPDATE PA("1024"), ""), 2, "another portion",
			"nothing: the last portion was not a whole one, and nobody asked since");
	bs_test_exact(LOG(BEFORE,
			  PORTION "e 9 virtballoon_changed\n" UPDATE PA("1024") ENTER("1024")
				  TELL("inflate", "4") DONE,
			  VM("3", "0", "0", "4093")),
		      3);
}

/* Told the newest first, freed in the reverse of that. */
#define LEAK(first, second)                                                                  \
	UPDATE "e 7 leak_balloon 0xff 2\n" TELL("deflate", "8") "pf " first " 0\npf " second \
								" 0\nx 8 leak_balloon 2\n" DONE

static void test_the_newest_page_comes_back_first(void **state)
{
	(void)state;
	bs_test_exact(LOG(BEFORE, PORTION LEAK("16", "17") "pa 17 0 0x10000a 1\n",
			  VM("2", "2", "0", "4096")),
		      5);
	bs_test_differs(LOG(BEFORE, PORTION LEAK("17", "16"), ""), 2, "pfn 17", "pfn 16");
}

static void test_shortage(void **state)
{
	(void)state;
	/* What is free goes first, so it is other pages that fail: the rest is in use. */
	bs_test_differs(LOG(BEFORE, UPDATE "pa - 0 0x192cca 1\n", ""), 1, "failure", "pfn 17");
	/* Without a dump's guest nothing fails here, so the driver alone: 200 ms, then enter. */
	bs_test_differs(
		LOG(BEFORE,
		    UPDATE PA("17") "e 2 virtio_mem_run_wq\npa - 0 0x192cca 1\n" ENTER("17"), ""),
		2, "entered at once", "a wait of 200 ms before");
	bs_test_differs(LOG(BEFORE,
			    UPDATE PA("17") "e 2 virtio_mem_run_wq\npa - 0 0x192cca 1\n"
					    "e 2 msleep 100\n",
			    ""),
			2, "100", "200");
}

/* Two messages of one page each, and the old page is freed. */
#define MOVE                                                              \
	"e 7 virtballoon_migratepage 0xff 33 16 2\n" TELL("inflate", "4") \
		TELL("deflate", "4") "pf 16 0\n"

static void test_a_page_moves(void **state)
{
	(void)state;
	bs_test_exact(LOG(BEFORE, PORTION MOVE LEAK("17", "33"), VM("2", "2", "1", "4096")), 5);
	bs_test_differs(LOG(BEFORE, PORTION MOVE LEAK("16", "17"), ""), 4, "pfn 16", "pfn 17");
}

#define HINT(pfn) "pa " pfn " 10 0x92000 0\n"
#define SEND(pfn) "e 2 virtqueue_add_inbuf free_page_vq " pfn "+4194304 1\n"
#define BACK(n) \
	"e 5 return_free_pages_to_mm 0xff 1\npf 1024 10\nx 6 return_free_pages_to_mm " n "\n"

static void test_hinted_blocks(void **state)
{
	(void)state;
	bs_test_exact(LOG(BEFORE, HINT("1024") SEND("1024") HINT("-") BACK("1"), ""), 3);
	bs_test_differs(LOG(BEFORE, HINT("1024") SEND("2048"), ""), 1, "pfn 2048", "pfn 1024");
	bs_test_differs(LOG(BEFORE, HINT("1024") SEND("1024") BACK("2"), ""), 2, "2", "1");
	bs_test_differs(LOG(BEFORE, HINT("1024") SEND("1024") HINT("-") HINT("-"), ""), 2,
			"another block", "none: the allocation before failed");
}

/* Two logs in a folder of their own: the second begins where the first ended. */
static void test_what_it_held_before(void **state)
{
	static const char first[] = LOG(BEFORE, PORTION, VM("2", "0", "0", "4094"));
	/* 17 and 16 are in the balloon: not on the per-cpu list. */
	static const char second[] =
		HEAD VM("2", "0", "0",
			"4094") "dump start\n" DUMP_ZONE "area 2 10 nr_free=1\nfree 2 10 1 1024\n"
				"pcp 2 cpu=0 count=0 high=100 batch=4 free_factor=0 expire=0\n"
				"blk 2 0 8 1\nlru 2 32+4\nenddump start\n" LEAK("17", "16")
					VM("2", "2", "0", "4096") "finish x\n";
	const struct bs_verify_config cfg = {.arg = NULL};
	char folder[] = "/tmp/bs-vio-XXXXXX", path[2][64], other[64];
	const char *text[2] = {first, second};
	struct bs_error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		FILE *f;

		snprintf(path[i], sizeof(path[i]), "%s/%c.txt", folder, "ab"[i]);
		f = fopen(path[i], "w");
		assert_non_null(f);
		fputs(text[i], f);
		fclose(f);
	}
	/* What lies beside them and cannot be read is no log. */
	snprintf(other, sizeof(other), "%s/c.txt", folder);
	assert_int_equal(symlink("nowhere", other), 0);
	/* In the wrong order: the log before says so. Without it nobody can. */
	assert_int_equal(bs_verify_file(path[1], &cfg, &err), 1);
	unlink(path[0]);
	assert_int_equal(bs_verify_file(path[1], &cfg, &err), 0);
	unlink(path[1]);
	unlink(other);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_portion_is_told_in_reverse),
		cmocka_unit_test(test_what_is_counted),
		cmocka_unit_test(test_the_last_portion),
		cmocka_unit_test(test_the_newest_page_comes_back_first),
		cmocka_unit_test(test_shortage),
		cmocka_unit_test(test_a_page_moves),
		cmocka_unit_test(test_hinted_blocks),
		cmocka_unit_test(test_what_it_held_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
