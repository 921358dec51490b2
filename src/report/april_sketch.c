// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * april_sketch.c - the design that Alexander Duyck sketched in a mail in April 2019, from which
 * bubble hinting came (STRATEGIES.md, april-sketch). It was never code; what it leaves open is
 * chosen here and said where it is.
 *
 * nr_free is split into two counters that only grow: blocks freed, blocks given out. Their
 * difference is what is free, and the first one alone tells how much came since the last look. One
 * thread, woken by a high-water mark, pulls raw blocks from the head as an allocation would, at
 * most 64 MiB at a time in memory set aside beforehand, and returns them to the tail, marked
 * Offline. So Offline blocks gather at the tails and a search that starts at the head ends soon.
 */
#include "april_sketch.h"

#include <errno.h>

#include "strategies.h"

enum { LIMIT, HWM, ORDER, DELAY };

static const struct bs_param params[] = {
	{.name = "limit",
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(64) << 20,
	 .min = UINT64_C(4) << 20,
	 .max = UINT64_C(2) << 30,
	 .help = "most memory that is out of the allocator at a time"},
	{.name = "hwm",
	 .role = BS_ROLE_THRESHOLD,
	 .type = BS_PARAM_UINT,
	 .def = 32,
	 .min = 1,
	 .max = 1 << 20,
	 .help = "blocks of one order freed since the last collection that start the thread"},
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = BS_MAX_ORDER,
	 .help = "smallest block that is hinted"},
	{.name = "delay",
	 .role = BS_ROLE_DELAY,
	 .type = BS_PARAM_TIME,
	 .def = 100 * BS_NS_PER_MS,
	 .max = 3600 * BS_NS_PER_S,
	 .runtime = true,
	 .help = "from the mark to the thread's start (open in the sketch; as in bubble)"},
	{.name = NULL},
};

static unsigned int min_order(const struct bs_report_ctx *rc)
{
	return (unsigned int)bs_param_get(rc, ORDER);
}

/* ---- On and off ------------------------------------------------------------------------------ */

static bool is_requested(struct bs_report_ctx *rc, unsigned int zone)
{
	const struct bs_sketch *s = bs_state(rc);

	return s->requested >> zone & 1;
}

static void request(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_sketch *s = bs_state(rc);

	s->requested |= UINT32_C(1) << zone;
	bs_wake(rc, bs_param_get(rc, DELAY));
}

/* What is free already counts as freed just now. */
static int start(struct bs_report_ctx *rc)
{
	const uint64_t smallest = bs_order_bytes(rc, min_order(rc));
	struct bs_sketch *s = bs_state(rc);

	s->capacity = bs_capacity(rc);
	if (s->capacity > bs_param_get(rc, LIMIT) / smallest)
		s->capacity = (unsigned int)(bs_param_get(rc, LIMIT) / smallest);
	s->batch = bs_alloc(rc, BS_SCOPE_GLOBAL, s->capacity * sizeof(*s->batch));
	if (!s->batch)
		return -ENOMEM;
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_sketch_zone *z = bs_zone_state(rc, i);

		if (!z->area)
			z->area = bs_alloc(rc, BS_SCOPE_ZONE,
					   (bs_top_order(rc) + 1) * sizeof(*z->area));
		if (!z->area)
			return -ENOMEM;
		for (unsigned int o = min_order(rc); o <= bs_top_order(rc); o++) {
			struct bs_sketch_area *a = &z->area[o];

			a->collected = a->nr_freed;
			a->nr_freed += bs_nr_free(rc, i, o);
		}
		request(rc, i);
	}
	return 0;
}

static void stop(struct bs_report_ctx *rc)
{
	struct bs_sketch *s = bs_state(rc);

	s->requested = 0;
	bs_release(rc, s->batch);
	s->batch = NULL;
}

/* ---- A block comes to its list --------------------------------------------------------------- */

static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)rc;
	(void)b;
	if (why == BS_RETURN)
		at->tail = true;
}

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	struct bs_sketch_zone *z = bs_zone_state(rc, b->zone);
	struct bs_sketch_area *a = &z->area[b->order];

	(void)merged;
	if (why == BS_RETURN)
		return;
	a->nr_freed++;
	/* The mark is on what is free; that much of it is new keeps the thread from cycling. */
	if (!is_requested(rc, b->zone) &&
	    bs_nr_free(rc, b->zone, b->order) >= bs_param_get(rc, HWM) &&
	    a->nr_freed >= a->collected + bs_param_get(rc, HWM))
		request(rc, b->zone);
}

/* ---- The thread ------------------------------------------------------------------------------ */

/* Smallest fit, from the head, without splitting; Offline blocks are stepped over. */
static bool pull(struct bs_report_ctx *rc, unsigned int zone, struct bs_range *r)
{
	for (unsigned int order = min_order(rc); order <= bs_top_order(rc); order++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_ISOLATE; mt++) {
			bs_pfn p = bs_first(rc, zone, order, mt);

			while (p != BS_NO_PFN && bs_is_marked(rc, p, order))
				p = bs_next(rc, order, p);
			if (p == BS_NO_PFN)
				continue;
			bs_pull(rc, p, order);
			*r = (struct bs_range){p, (uint8_t)order};
			return true;
		}
	return false;
}

/* By number of descriptors and by bytes; @all: no raw block is left. */
static unsigned int collect(struct bs_report_ctx *rc, unsigned int zone, bool *all)
{
	const uint64_t limit = bs_param_get(rc, LIMIT);
	struct bs_sketch *s = bs_state(rc);
	uint64_t bytes = 0;
	unsigned int n = 0;

	*all = false;
	while (n < s->capacity && bytes + bs_order_bytes(rc, bs_top_order(rc)) <= limit) {
		if (!pull(rc, zone, &s->batch[n])) {
			*all = true;
			break;
		}
		bytes += bs_order_bytes(rc, s->batch[n++].order);
	}
	return n;
}

/* No raw block is left on the lists: what comes from now on is new. */
static void note_collected(struct bs_report_ctx *rc, struct bs_sketch_zone *z)
{
	for (unsigned int o = 0; o <= bs_top_order(rc); o++)
		z->area[o].collected = z->area[o].nr_freed;
}

/* One that merges on its way back is raw again, as a block of its new order. */
static void put_back(struct bs_report_ctx *rc, struct bs_sketch_zone *z, const struct bs_range *r,
		     int err)
{
	const unsigned int order = bs_put_back(rc, r->pfn, r->order, BS_MT_NOW, BS_PUT_TAIL);

	z->area[r->order].nr_freed--;
	z->area[order].nr_freed++;
	if (order == r->order && !err)
		bs_mark(rc, r->pfn, order);
}

static int zone_pass(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_sketch_zone *z = bs_zone_state(rc, zone);
	struct bs_sketch *s = bs_state(rc);
	bool all = false;
	int err = 0;

	bs_zone_lock(rc, zone);
	while (!all && !err) {
		unsigned int n = collect(rc, zone, &all);

		/* Before the request: what is freed during it has not been seen. */
		if (all)
			note_collected(rc, z);
		s->requested &= ~(UINT32_C(1) << zone);
		if (!n)
			break;
		bs_zone_unlock(rc, zone);
		err = bs_submit(rc, s->batch, n);
		bs_zone_lock(rc, zone);
		for (unsigned int i = 0; i < n; i++)
			put_back(rc, z, &s->batch[i], err);
	}
	bs_zone_unlock(rc, zone);
	return err;
}

/* An error ends the pass; the zone is looked at again after the next mark. */
static int pass(struct bs_report_ctx *rc, int cpu)
{
	int err = 0;

	(void)cpu;
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		const int ret = is_requested(rc, i) ? zone_pass(rc, i) : 0;

		err = err ? err : ret;
	}
	return err;
}

static uint64_t may_leave(const struct bs_report_ctx *rc)
{
	uint64_t bytes = 0;

	for (unsigned int o = min_order(rc); o <= bs_top_order(rc); o++)
		bytes += (bs_param_get(rc, HWM) - 1) * bs_order_bytes(rc, o);
	return bytes;
}

static const struct bs_strategy_memory series = {
	.page = "Offline type bit",
	.zone = "-",
	.rest = "per order nr_freed, nr_bound and the value saved; ring descriptors, nothing allocated",
	.note = "two counters for each of 11 orders (x86): nr_bound is not kept, the allocator knows what is free; the descriptors are ranges of 8 bytes",
};

const struct bs_strategy bs_strategy_april_sketch = {
	.name = "april-sketch",
	.summary = "two counters per order, blocks pulled from the head, Offline ones to the tail",
	.origin = "Alexander Duyck, mail on the design of page hinting, 2019-04-05",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct bs_sketch),
	.zone_state_size = sizeof(struct bs_sketch_zone),
	.params = params,
	.start = start,
	.stop = stop,
	.place = place,
	.block_in = block_in,
	.pass = pass,
	.may_leave = may_leave,
	.series = &series,
};
