// SPDX-License-Identifier: GPL-2.0-or-later
#include "pressure_time.h"

struct bs_pressure_time bs_pressure_took(struct bs_pressure *p)
{
	const struct bs_reclaim_costs *c = &p->costs;
	struct bs_mm_scans now, *was = &p->seen;
	struct bs_pressure_time t;

	bs_mm_scans(p->g->m, &now);
	t = (struct bs_pressure_time){
		.evicted = now.evicted - was->evicted,
		.moved = now.moved - was->moved,
		.compact =
			(now.sources - was->sources + now.targets - was->targets) * c->compact_scan,
		.write = (p->f.written - p->written_seen) * c->write,
		.swap = (p->f.swapped_out - p->out_seen) * c->swap_out,
	};
	t.reclaim = (now.looked - was->looked) * c->scan + t.evicted * c->evict;
	*was = now;
	p->written_seen = p->f.written;
	p->out_seen = p->f.swapped_out;
	return t;
}

void bs_pressure_charge(struct bs_pressure *p, unsigned int cpu)
{
	const struct bs_pressure_time t = bs_pressure_took(p);
	struct bs_cpu *k = &p->g->cpus[cpu];
	const bs_ns now = p->g->clock->now;

	bs_cpu_block(k, now, t.reclaim, BS_CAUSE_RECLAIM);
	bs_cpu_block(k, now, t.compact, BS_CAUSE_COMPACT);
	bs_cpu_block(k, now, t.write, BS_CAUSE_WRITEBACK);
	bs_cpu_block(k, now, t.swap, BS_CAUSE_GUEST_SWAP);
}

void bs_pressure_gained(struct bs_pressure *p, uint64_t before, uint64_t served)
{
	const uint64_t after = bs_mm_huge_pages_free(p->g->m) + served;

	p->f.huge_gained += after > before ? after - before : 0;
}
