// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/report/example.c
// line: src/report/strategies.def: BS_STRATEGY(example)
/* One block of the highest order, from the cold end, whenever one is freed. */
#include <buddysim/report.h>

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why, bool m)
{
	(void)m;
	if (why == BS_FREE && b->order == bs_top_order(rc))
		bs_wake(rc, BS_NS_PER_S);
}

static int report_last(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_range r = {.order = (uint8_t)bs_top_order(rc)};
	int err;

	bs_zone_lock(rc, zone);
	r.pfn = bs_last(rc, zone, r.order, BS_MIGRATE_MOVABLE);
	if (r.pfn != BS_NO_PFN &&
	    (bs_is_marked(rc, r.pfn, r.order) || !bs_isolate(rc, r.pfn, r.order)))
		r.pfn = BS_NO_PFN;
	bs_zone_unlock(rc, zone);
	if (r.pfn == BS_NO_PFN)
		return 0;
	err = bs_submit(rc, &r, 1);
	bs_zone_lock(rc, zone);
	if (bs_put_back(rc, r.pfn, r.order, BS_MT_NOW, BS_PUT_TAIL) == r.order && !err)
		bs_mark(rc, r.pfn, r.order);
	bs_zone_unlock(rc, zone);
	return err;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	int ret = 0;

	(void)cpu;
	for (unsigned int zone = 0; zone < bs_zones(rc) && !ret; zone++)
		ret = report_last(rc, zone);
	return ret;
}

const struct bs_strategy bs_strategy_example = {
	.name = "example",
	.summary = "one block at a time, whenever one is freed",
	.origin = "the test that adds it",
	.abi = BS_STRATEGY_ABI,
	.block_in = block_in,
	.pass = pass,
};
