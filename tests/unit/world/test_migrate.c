// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest's kernel moves pages that are in use: their owner has them where they are, with what is in them, and whoever waits
 * for that pays. */
#include "bs_world_test.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "migrate.h"
#include "mm_range.h"
#include "page_cache.h"
#include "rng.h"

#define MIB (UINT64_C(1) << 20)
#define BLOCKS 16384 /* as many as pages */
#define SOME 512

/* A load that only has memory. */
struct owner {
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_load load;
	bs_pfn at[BLOCKS];
	uint8_t order[BLOCKS];
	unsigned int moves;
	bool pinned;
};

static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct owner *o = arg;
	const uint32_t word = bs_page_word(o->g->m, to);

	assert_true(word < BLOCKS && o->at[word] == from && o->order[word] == order);
	o->at[word] = to;
	o->moves++;
	return true;
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct owner *o = arg;

	(void)pfn;
	(void)order;
	return o->pinned;
}

static void begin(struct owner *o, const char *kernel, const char *device, const char *strategy)
{
	*o = (struct owner){.pinned = false};
	bs_world_test_init(&o->t);
	o->t.machine.kernel = kernel;
	o->t.machine.memory_bytes = 64 * MIB;
	o->t.device.kind = device;
	o->t.costs.move_per_mib = 256;
	o->t.costs.refault_per_mib = 2560;
	o->g = bs_world_test_add(&o->t, strategy);
	o->load = (struct bs_load){.moved = moved, .stays = stays, .arg = o};
	o->g->load = &o->load;
	for (unsigned int i = 0; i < o->g->nr_cpus; i++)
		o->g->cpus[i].counted_until = BS_NS_PER_S;
	assert_int_equal(bs_guest_may_move(o->g, NULL), 0);
}

static void end(struct owner *o)
{
	struct bs_error err;

	assert_false(o->t.w.clock.failed);
	assert_ok(bs_machine_check(o->g->m, &err), &err);
	assert_int_equal(bs_device_check(o->g->dev, &err), 0);
	bs_world_test_free(&o->t);
}

static void take(struct owner *o, unsigned int i, unsigned int order)
{
	o->order[i] = (uint8_t)order;
	o->at[i] = bs_guest_alloc(o->g, i % 2, BS_GFP_HIGHUSER_MOVABLE, order, i,
				  (struct bs_gfp_use){.user = true, .lru = true});
	assert_int_not_equal(o->at[i], BS_NO_PFN);
}

static void give(struct owner *o, unsigned int i)
{
	bs_guest_free(o->g, i % 2, o->at[i], o->order[i], i);
}

/* The range that the page lies in is somebody's for a moment. */
static int take_range_of(struct owner *o, bs_pfn pfn)
{
	const bs_pfn pages = (bs_pfn)1 << bs_mm_contig_order(o->g->m), start = pfn & ~(pages - 1);
	const int ret = bs_mm_alloc_contig(o->g->m, 0, start, start + pages);

	if (!ret)
		bs_mm_free_contig(o->g->m, 0, start, start + pages);
	return ret;
}

/* On an arena and without, with blocks of all sizes: frees hit what is theirs, and what is in it is what was written. */
static void test_whatever_moves(void **state)
{
	static const struct {
		const char *kernel, *device;
	} cases[] = {{"linux-5.4", "model"},
		     {"linux-6.1", "madvise"},
		     {"linux-6.12", "madvise"},
		     {"linux-7.3", "model"}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct bs_rng rng;
		struct owner o;

		begin(&o, cases[c].kernel, cases[c].device, "none");
		bs_rng_seed(&rng, c);
		for (unsigned int i = 0; i < SOME; i++)
			take(&o, i, i % 8 == 7 ? 3 : i % 64 == 5 ? 9 : 0);
		for (unsigned int n = 0; n < 200; n++) {
			const unsigned int i = (unsigned int)bs_rng_below(&rng, SOME);

			take_range_of(&o, o.at[bs_rng_below(&rng, SOME)]);
			if (n % 8 == 0)
				assert_int_equal(bs_mm_compact_memory(o.g->m, 0), 0);
			give(&o, i);
			take(&o, i, o.order[i]);
		}
		assert_true(o.moves > SOME);
		for (unsigned int i = 0; i < SOME; i++)
			give(&o, i);
		assert_int_equal(o.g->used_bytes, 0);
		end(&o);
	}
}

/* 1 ns for each page, 10 ns for the fault of the new one: of the CPU that asked, by causes; or of nobody's time. */
static void test_who_waits(void **state)
{
	struct owner o;

	(void)state;
	begin(&o, "linux-6.1", "model", "none");
	for (unsigned int i = 0; i < 4; i++)
		take(&o, i, 0);
	for (unsigned int i = 0; i < 2; i++)
		o.g->cpus[i] = (struct bs_cpu){.counted_until = BS_NS_PER_S};
	bs_guest_mover(o.g, BS_MOVER_REQUEST, 1);
	assert_int_equal(take_range_of(&o, o.at[0]), 0);
	assert_int_equal(o.g->moves.pages[BS_MOVER_REQUEST], 4);
	assert_int_equal(o.g->cpus[1].blocked_ns[BS_CAUSE_COMPACT], 4);
	assert_int_equal(o.g->cpus[1].blocked_ns[BS_CAUSE_FIRST_TOUCH], 40);
	assert_int_equal(o.g->cpus[1].busy_until, 44);
	assert_int_equal(o.g->cpus[0].busy_until, 0);
	assert_int_equal(bs_guest_moved_alone(o.g), 0);
	assert_int_equal(o.g->moves.ns[BS_MOVER_REQUEST], 44);

	bs_guest_mover(o.g, BS_MOVER_RANGE, BS_NO_CPU);
	assert_int_equal(take_range_of(&o, o.at[0]), 0);
	assert_int_equal(o.g->moves.pages[BS_MOVER_RANGE], 4);
	assert_int_equal(o.g->cpus[1].busy_until, 44);
	assert_true(bs_guest_moved_alone(o.g) >= 4);
	assert_int_equal(bs_guest_moved_alone(o.g), 0);
	end(&o);
}

/* A load that does not follow, or not this page, and pages in a strategy's hands: nothing of them moves. */
static void test_who_cannot_follow(void **state)
{
	struct owner o;
	bs_pfn pfn;

	(void)state;
	begin(&o, "linux-6.1", "model", "none");
	take(&o, 0, 0);
	o.pinned = true;
	assert_int_equal(take_range_of(&o, o.at[0]), -EBUSY);
	o.pinned = false;
	o.load.moved = NULL;
	assert_int_equal(take_range_of(&o, o.at[0]), -EBUSY);
	o.g->load = NULL;
	assert_int_equal(take_range_of(&o, o.at[0]), -EBUSY);
	assert_int_equal(bs_mm_compact_memory(o.g->m, 0), 0);
	assert_int_equal(o.moves, 0);
	end(&o);

	begin(&o, "linux-6.1", "model", "balloon:size=1MiB,at=0");
	assert_int_equal(bs_report_start(o.g->rc), 0);
	bs_clock_run(&o.t.w.clock, BS_NS_PER_S);
	for (pfn = 0; !bs_report_has(o.g->rc, pfn);)
		pfn++;
	assert_int_equal(take_range_of(&o, pfn), -EBUSY);
	assert_int_equal(bs_mm_compact_memory(o.g->m, 0), 0);
	assert_int_equal(o.moves, 0);
	assert_true(bs_report_has(o.g->rc, pfn));
	end(&o);
}

/* What was read is at its new place, and goes from there. */
static void test_page_cache(void **state)
{
	const struct bs_page_cache_setup setup = {.pages = 64, .again = 1};
	struct bs_fault_cost cost;
	struct bs_page_cache_figures f;
	struct bs_page_cache *c;
	struct bs_error err;
	struct owner o;
	bs_pfn from = 0, to;
	bs_ns copy;

	(void)state;
	begin(&o, "linux-6.1", "madvise", "none");
	c = bs_page_cache_create(o.g, &setup);
	for (uint64_t i = 0; i < 32; i++)
		bs_page_cache_read(c, 0, i, 0x112cca, 7 + (uint32_t)i,
				   (struct bs_gfp_use){.lru = true});
	while (!bs_page_cache_has(c, from))
		from++;
	/* As the kernel does it: to a page that has been taken for it. */
	to = bs_alloc_pages(o.g->m, 0, BS_GFP_HIGHUSER_MOVABLE, 0);
	bs_page_set_word(o.g->m, to, bs_page_word(o.g->m, from));
	assert_ok(bs_device_move(o.g->dev, from, to, 0, 1, &copy, &cost, &err), &err);
	bs_page_cache_moved(c, from, to);
	bs_free_pages(o.g->m, 0, from, 0);
	assert_false(bs_page_cache_has(c, from));
	assert_true(bs_page_cache_has(c, to));
	assert_int_equal(bs_page_cache_read(c, 0, 0, 0x112cca, 7, (struct bs_gfp_use){.lru = true}),
			 BS_CACHE_HIT);
	bs_page_cache_drop(c, 0);
	assert_int_equal(o.g->used_bytes, 0);
	bs_page_cache_figures(c, &f);
	assert_int_equal(f.pages, 0);
	end(&o);
}

/* Half of all memory is in use, page by page. A driver gets what its host wants all the same: what is in the way goes to the
 * rest, at the driver's cost. */
static void test_a_driver_takes_ranges(void **state)
{
	struct owner *o = malloc(sizeof(*o));
	struct bs_report_stats st;
	unsigned int n = 0;

	(void)state;
	begin(o, "linux-6.1", "madvise",
	      "virtio-mem:size=16MiB,memory_block=8MiB,block=2MiB,at=1s");
	assert_int_equal(bs_report_start(o->g->rc), 0);
	while (n < BLOCKS) {
		o->order[n] = 0;
		o->at[n] = bs_guest_try(o->g, 0, BS_GFP_HIGHUSER_MOVABLE, 0, n,
					(struct bs_gfp_use){.user = true, .lru = true});
		if (o->at[n] == BS_NO_PFN)
			break;
		n++;
	}
	for (unsigned int i = 0; i < n; i += 2)
		give(o, i);
	bs_clock_run(&o->t.w.clock, 2 * BS_NS_PER_S);
	bs_report_stats(o->g->rc, &st);
	assert_int_equal(st.reported_bytes, 16 * MIB);
	assert_int_equal(st.client_refused, 0);
	assert_true(o->g->moves.pages[BS_MOVER_RANGE] >= 1500);
	assert_int_equal(o->moves, o->g->moves.pages[BS_MOVER_RANGE]);
	assert_int_equal(o->g->reporter.moved_ns, 0);
	for (unsigned int i = 1; i < n; i += 2)
		give(o, i);
	assert_int_equal(o->g->used_bytes, 0);
	end(o);
	free(o);
}

/* In a zone of its own programs have it first. It can be had all the same, and the zone is empty then; when it is back it is
 * used again. */
static void test_a_zone_of_its_own(void **state)
{
	struct owner *o = malloc(sizeof(*o));
	struct bs_zone_info z;

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		begin(o, k ? "linux-6.12" : "linux-6.1", "model",
		      "virtio-mem:size=16MiB,memory_block=8MiB,block=2MiB,at=1s,until=2s,"
		      "policy=online_movable");
		assert_int_equal(bs_report_start(o->g->rc), 0);
		bs_zone_info(o->g->m, bs_nr_zones(o->g->m) - 1, &z);
		assert_int_equal(z.type, BS_ZONE_MOVABLE);
		assert_int_equal(z.managed, 4096);
		for (unsigned int i = 0; i < 4000; i++)
			take(o, i, 0);
		assert_int_equal(bs_pfn_zone(o->g->m, o->at[0]), (int)bs_nr_zones(o->g->m) - 1);
		bs_clock_run(&o->t.w.clock, 1500 * BS_NS_PER_MS);
		bs_zone_info(o->g->m, bs_nr_zones(o->g->m) - 1, &z);
		assert_int_equal(z.managed, 0);
		assert_true(o->moves >= 3500);
		assert_true(bs_pfn_zone(o->g->m, o->at[0]) < (int)bs_nr_zones(o->g->m) - 1);
		take(o, 4000, 0);
		bs_clock_run(&o->t.w.clock, 3 * BS_NS_PER_S);
		bs_zone_info(o->g->m, bs_nr_zones(o->g->m) - 1, &z);
		assert_int_equal(z.managed, 4096);
		for (unsigned int i = 0; i <= 4000; i++)
			give(o, i);
		end(o);
	}
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_moves),
		cmocka_unit_test(test_who_waits),
		cmocka_unit_test(test_who_cannot_follow),
		cmocka_unit_test(test_page_cache),
		cmocka_unit_test(test_a_driver_takes_ranges),
		cmocka_unit_test(test_a_zone_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
