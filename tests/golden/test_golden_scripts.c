// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One script of twelve calls, and what each strategy asks of the device in it, derived by hand from
 * STRATEGIES.md. All memory is in use when the strategy is switched on; the marks are 0, the
 * thresholds small. What a call does to the lists when nobody reports (the head is on the left, r:
 * marked):
 *
 *    1  free  1024:8    o8  [1024]
 *    2  free  1280:8    o9  [1024]
 *    3  free  1536:9    o9  []              o10 [1024]
 *    4  free  3072:10                       o10 [3072] [1024]
 *    5  free  5120:9    o9  [5120]
 *    6  free  6144:9    o9  [6144] [5120]
 *    7  pass            whatever pass is due
 *    8  alloc order 9   the head of o9
 *    9  free it again
 *   10  free  0:10                          o10 [0] ...
 *   11  free  7168:10                       o10 [7168] [0] ...
 *   12  pass
 */
#include "bs_test.h"

#include <string.h>

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

/* What the lists of order 9 and 10 are in the end; NULL: not looked at. */
struct golden {
	const char *strategy, *log, *o9, *o10;
	bs_pfn reused; /* by call 8 */
};

static struct bs_world *golden_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	assert_int_equal(bs_split_allocated(w->m, 1024, 9), 0);
	assert_int_equal(bs_split_allocated(w->m, 1024, 8), 0);
	bs_world_start(w, strategy, 32);
	return w;
}

static void play(const struct golden *g)
{
	struct bs_world *w = golden_world(g->strategy);

	bs_world_free(w, 1024, 8);
	bs_world_free(w, 1280, 8);
	bs_world_free(w, 1536, 9);
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 5120, 9);
	bs_world_free(w, 6144, 9);
	bs_world_work(w);
	assert_int_equal(bs_world_alloc(w, 9, M), g->reused);
	bs_world_free(w, g->reused, 9);
	bs_world_free(w, 0, 10);
	bs_world_free(w, 7168, 10);
	bs_world_work(w);

	assert_string_equal(bs_world_log(w), g->log);
	if (g->o9)
		bs_assert_list(w, 9, M, g->o9);
	if (g->o10)
		bs_assert_list(w, 10, M, g->o10);
	assert_int_equal(w->violations, 0);
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

/* none: nothing; the lists are the drawing's. */
static void test_none(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "none",
		.reused = 6144,
		.log = "",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/*
 * hypercall. freeing() tells each freed block of order >= 9 before it merges, merged() a block that
 * becomes order 9 exactly: 2 is merged(); 3 is freeing(), and the merge to order 10 is no news. 9
 * tells 6144 again.
 */
static void test_hypercall(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "hypercall",
		.reused = 6144,
		.log = "1024:9 | 1536:9 | 3072:10 | 5120:9 | 6144:9 | 6144:9 | 0:10 | 7168:10 | ",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/* hypercall with hint=final: the final block, once per free: 3 tells 1024:10, half of which 2
 * has told. */
static void test_hypercall_final(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "hypercall:hint=final",
		.reused = 6144,
		.log = "1024:9 | 1024:10 | 3072:10 | 5120:9 | 6144:9 | 6144:9 | 0:10 | 7168:10 | ",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/*
 * percpu-array. Order 10 only. 3 and 4 make two entries, the threshold: 7 tells them by address and
 * frees them by the ordinary rule, in that order: o10 [3072] [1024]. 10 and 11 are the next two:
 *
 *   12 takes 0, 7168   o10 [3072] [1024]   and frees them to the head: [7168] [0] [3072] [1024]
 */
static void test_percpu_array(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "percpu-array:entries=8,threshold=2",
		.reused = 6144,
		.log = "1024:10 3072:10 | 0:10 7168:10 | ",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/*
 * bitmap, two blocks to a batch. Bits: 2 (by call 2; call 3 finds it set), 6, 10, 12: four, by
 * address, two at a time; each batch goes back to the heads in that order, which changes nothing:
 *
 *   7    o9  [6144] [5120]   o10 [3072] [1024]
 *   9    bit 12    10  bit 0 (two: queued)    11  bit 14
 *   12   [0 6144] [7168]
 */
static void test_bitmap(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "bitmap:capacity=2",
		.reused = 6144,
		.log = "1024:10 3072:10 | 5120:9 6144:9 | 0:10 6144:9 | 7168:10 | ",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/*
 * april-sketch. Smallest fit: order 9 before 10, each from the head; back to the tail in that
 * order.
 *
 *   7    o9  [6144r] [5120r]     o10 [3072r] [1024r]
 *   11   o9  [6144] [5120r]      o10 [7168] [0] [3072r] [1024r]      two of order 10: the mark
 *   12   o9  [5120r] [6144r]     o10 [3072r] [1024r] [7168r] [0r]
 */
static void test_april_sketch(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "april-sketch:hwm=2",
		.reused = 6144,
		.log = "6144:9 5120:9 3072:10 1024:10 | 6144:9 7168:10 0:10 | ",
		.o9 = "5120r,6144r",
		.o10 = "3072r,1024r,7168r,0r",
	});
}

/*
 * bubble, three blocks to a batch, order 10 first, from the tail; / is the boundary.
 *
 *   7    takes 1024 3072 5120    o9 [6144]  o10 []; then ACTIVE; each goes in front of the last:
 *        o9 [6144] / [5120r]     o10 / [3072r] [1024r]
 *        takes 6144              o9 / [6144r] [5120r]; nothing raw is left
 *   11   o9 [6144] [5120r]       o10 [7168] [0] [3072r] [1024r]
 *   12   not ACTIVE: the tail is marked, so the head is looked at: takes 7168 0 6144
 *        o9 [5120r] / [6144r]    o10 [3072r] [1024r] / [0r] [7168r]
 */
static void test_bubble(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "bubble:hwm=2,capacity=3",
		.reused = 6144,
		.log = "1024:10 3072:10 5120:9 | 6144:9 | 7168:10 0:10 6144:9 | ",
		.o9 = "5120r,6144r",
		.o10 = "3072r,1024r,0r,7168r",
	});
}

/*
 * scatterlist: bubble, but ACTIVE is set before the first fill, and where both ends of a list are
 * marked the boundary goes to the head. So in 12 the scan of o10 ends with / [3072r] [1024r], and
 * what it took comes back in front of it:
 *
 *   12   o9 [5120r] / [6144r]    o10 / [0r] [7168r] [3072r] [1024r]
 */
static void test_scatterlist(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "scatterlist:hwm=2,capacity=3",
		.reused = 6144,
		.log = "1024:10 3072:10 5120:9 | 6144:9 | 7168:10 0:10 6144:9 | ",
		.o9 = "5120r,6144r",
		.o10 = "0r,7168r,3072r,1024r",
	});
}

/*
 * boundary: the boundary moves at a scan only, so blocks come back in front of it in batch order;
 * the last batch is drained with ACTIVE clear, to the real tail.
 *
 *   7    takes 1024 3072 5120    o9 [6144] [5120r]      o10 [1024r] [3072r]
 *        takes 6144              o9 [5120r] [6144r]
 *   8    takes 5120
 *   11   o9 [5120] [6144r]       o10 [7168] [0] [1024r] [3072r]
 *   12   from the tail over the marked ones: takes 0 7168 5120
 *        o9 [5120r] / [6144r]    o10 [0r] [7168r] / [1024r] [3072r]
 */
static void test_boundary(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "boundary:hwm=2,capacity=3",
		.reused = 5120,
		.log = "1024:10 3072:10 5120:9 | 6144:9 | 0:10 7168:10 5120:9 | ",
		.o9 = "5120r,6144r",
		.o10 = "0r,7168r,1024r,3072r",
	});
}

/*
 * list-walk: boundary's requests, from the tail for each block, but all goes back to the real tail:
 *
 *   12   o9 [6144r] [5120r]      o10 [1024r] [3072r] [0r] [7168r]
 */
static void test_list_walk(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "list-walk:hwm=2,capacity=3",
		.reused = 5120,
		.log = "1024:10 3072:10 5120:9 | 6144:9 | 0:10 7168:10 5120:9 | ",
		.o9 = "6144r,5120r",
		.o10 = "1024r,3072r,0r,7168r",
	});
}

/*
 * rotation since 5.10, three blocks to a batch, filled from its end: the last taken is first. Order
 * 9 before 10, from the head; a full batch is sent when one more raw block is met.
 *
 *   7    takes 6144 5120 3072, meets 1024      o9 []   o10 [1024]
 *        back to the tail: 3072 5120 6144      o9 [5120r] [6144r]   o10 [1024] [3072r]
 *        takes 1024, sent at the zone's end    o10 [3072r] [1024r]
 *   11   o9 [5120] [6144r]       o10 [7168] [0] [3072r] [1024r]
 *   12   takes 5120 7168 0       o9 [6144r] [5120r]   o10 [3072r] [1024r] [0r] [7168r]
 */
static void test_rotation(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "rotation:rev=6.1,capacity=3",
		.reused = 5120,
		.log = "3072:10 5120:9 6144:9 | 1024:10 | 0:10 7168:10 5120:9 | ",
		.o9 = "6144r,5120r",
		.o10 = "3072r,1024r,0r,7168r",
	});
}

/*
 * rotation as merged: back to the head.
 *
 *   7    back: 3072 5120 6144    o9 [6144r] [5120r]   o10 [3072r] [1024]; then [1024r] [3072r]
 *   12   takes 6144 7168 0       o9 [6144r] [5120r]   o10 [7168r] [0r] [1024r] [3072r]
 */
static void test_rotation_5_7(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "rotation:rev=5.7,capacity=3",
		.reused = 6144,
		.log = "3072:10 5120:9 6144:9 | 1024:10 | 0:10 7168:10 6144:9 | ",
		.o9 = "6144r,5120r",
		.o10 = "7168r,0r,1024r,3072r",
	});
}

/*
 * hint-once: 7 allocates order 10 until there is none, each block a request of its own, and keeps
 * them: o10 []. 12 is the end of the round: they are free again, and nothing is told.
 */
static void test_hint_once(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "hint-once:at=1s,hold=1s",
		.reused = 6144,
		.log = "3072:10 | 1024:10 | ",
		.o9 = "6144,5120",
	});
}

/*
 * shared-state, five frames at a time, by address; the lists are not touched.
 *
 *   7    two, two and one frame; then one
 *   8    installs 6144; free again, it is news
 *   12   0 (two), 6144 (one), 7168 (two)
 */
static void test_shared_state(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "shared-state:batch=5",
		.reused = 6144,
		.log = "1024:10 3072:10 5120:9 | 6144:9 | 0:10 6144:9 7168:10 | ",
	});
}

/*
 * balloon, huge pages to a target of 8 MiB, kept until deflated: 7 allocates four, 6144, 5120 and the
 * halves of 3072, lower first, and tells them in one message, last one first. 8 splits 1024. 12
 * deflates: the pages are free again, and nothing is told.
 */
static void test_balloon(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "balloon:size=8MiB,at=1s,until=2s,page=huge",
		.reused = 1024,
		.log = "3584:9 3072:9 5120:9 6144:9 | ",
	});
}

/*
 * virtio-mem, memory blocks of 4 MiB, which on linux-5.4 are its sub-blocks, too. Half of the zone's 8448 pages are the
 * four from 4096 on; none is free at first, so each stays where it is, with a memory map of 16 pages from the 256
 * behind the guest's own. 7: none of them is free as a whole: 5120 and 6144 are by half, 4096 and 7168 are in use. Each attempt gives
 * the free half back to the front of its list, that of 5120 last: 8 takes that. 12, which is 50 s later: 7168.
 */
static void test_virtio_mem(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "virtio-mem:size=16MiB,memory_block=4MiB,at=1s",
		.reused = 5120,
		.log = "7168:10 | ",
		.o9 = "5120,6144",
		.o10 = "0,3072,1024",
	});
}

/*
 * No series: without a future nothing is needed again, so all units of 2 MiB are reported, those of
 * one block as one range, by address; the lists are not touched.
 *
 *   2,3  units 2, 3   4  6, 7   5  10   6  12
 *   7    1024 (two units), 3072 (two), 5120, 6144
 * 8,9  unit 12 has had an owner: it is decided on again; those next to it in time are 0, 1, 14, 15
 */
static void test_clairvoyant(void **state)
{
	(void)state;
	play(&(struct golden){
		.strategy = "clairvoyant",
		.reused = 6144,
		.log = "1024:10 3072:10 5120:9 6144:9 | 0:10 6144:9 7168:10 | ",
		.o9 = "6144,5120",
		.o10 = "7168,0,3072,1024",
	});
}

/* A strategy that is registered later needs a script, too. */
static void test_none_is_left_out(void **state)
{
	static const char *const scripted[] = {
		"none",	     "hypercall",    "percpu-array", "bitmap",	    "april-sketch",
		"bubble",    "scatterlist",  "boundary",     "list-walk",   "rotation",
		"hint-once", "shared-state", "balloon",	     "clairvoyant", "virtio-mem",
	};
	const unsigned int n = sizeof(scripted) / sizeof(scripted[0]);
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		unsigned int k = 0;

		while (k < n && strcmp(scripted[k], s->name))
			k++;
		if (k == n)
			fail_msg("%s has no golden script", s->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_hypercall),
		cmocka_unit_test(test_hypercall_final),
		cmocka_unit_test(test_percpu_array),
		cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_april_sketch),
		cmocka_unit_test(test_bubble),
		cmocka_unit_test(test_scatterlist),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_list_walk),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_rotation_5_7),
		cmocka_unit_test(test_hint_once),
		cmocka_unit_test(test_shared_state),
		cmocka_unit_test(test_balloon),
		cmocka_unit_test(test_virtio_mem),
		cmocka_unit_test(test_clairvoyant),
		cmocka_unit_test(test_none_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
