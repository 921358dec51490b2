// SPDX-License-Identifier: GPL-2.0-or-later
/* mine.c - large blocks from the cold end, once `threshold` of them are free.
 * cc -shared -fPIC -o mine.so mine.c */
#include <buddysim/report.h>
enum { THRESHOLD, MAX = 32 };

static const struct bs_param params[] = {
	{.name = "threshold", .type = BS_PARAM_UINT, .def = 32, .min = 1, .max = 4096,
	 .role = BS_ROLE_THRESHOLD, .help = "blocks of one order and zone that start a pass"},
	{.name = NULL},
};

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why, bool m)
{
	(void)m;
	if (why == BS_FREE && bs_nr_free(rc, b->zone, b->order) >= bs_param_get(rc, THRESHOLD))
		bs_wake(rc, BS_NS_PER_S);
}

static int report(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt)
{
	struct bs_range r[MAX];
	unsigned int n = 0, max = bs_capacity(rc) < MAX ? bs_capacity(rc) : MAX;
	bs_pfn p, next;
	int err;

	bs_zone_lock(rc, zone);
	for (p = bs_last(rc, zone, order, mt); p != BS_NO_PFN && n < max; p = next) {
		next = bs_prev(rc, order, p);
		if (!bs_is_marked(rc, p, order) && bs_isolate(rc, p, order))
			r[n++] = (struct bs_range){p, (uint8_t)order};
	}
	bs_zone_unlock(rc, zone);
	err = n ? bs_submit(rc, r, n) : 0;
	bs_zone_lock(rc, zone);
	for (unsigned int i = 0; i < n; i++)
		if (bs_put_back(rc, r[i].pfn, order, BS_MT_NOW, BS_PUT_TAIL) == order && !err)
			bs_mark(rc, r[i].pfn, order);
	bs_zone_unlock(rc, zone);
	return err ? err : n == max;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	int ret = 0;

	(void)cpu;
	for (unsigned int zone = 0; zone < bs_zones(rc) && ret >= 0; zone++)
		for (unsigned int order = 9; order <= bs_top_order(rc) && ret >= 0; order++)
			do
				ret = report(rc, zone, order, BS_MIGRATE_MOVABLE);
			while (ret > 0);
	return ret;
}

const struct bs_strategy bs_strategy = {
	.name = "mine", .summary = "the cold end, from a threshold on", .origin = "README",
	.abi = BS_STRATEGY_ABI, .params = params, .block_in = block_in, .pass = pass,
};
