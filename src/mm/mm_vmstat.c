// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mm_vmstat.c - the work that only time does: the free counter's unfolded parts come together, per-cpu
 * lists shrink, and those of other nodes' zones go back a batch at a time.
 */
#include "mm_vmstat.h"

#include "pcp.h"

#define EXPIRES_IN 3 /* rounds */

static bool fold(struct zone *z, unsigned int cpu, bool others)
{
	if (!z->stat_diff[cpu] && !others)
		return false;
	z->nr_free_pages += z->stat_diff[cpu];
	z->stat_diff[cpu] = 0;
	z->pcp[cpu].expire = EXPIRES_IN;
	return true;
}

/*
 * What is above `high` goes in batches from list 0 on. How much that is is said once: a batch is
 * charged its size even if a huge page went, so more may go.
 */
static bool decay(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp)
{
	bool more = false;
	int32_t over;

	if (pcp->high > pcp->high_min) {
		const int32_t least = pcp->count - (pcp->batch << PCP_BATCH_SCALE);
		int32_t high = pcp->high - (pcp->high >> 3);

		if (high < least)
			high = least;
		pcp->high = high > pcp->high_min ? high : pcp->high_min;
		more = pcp->high > pcp->high_min;
	}
	for (over = pcp->count - pcp->high; over > 0; over -= pcp->batch) {
		mm_pcp_flush(m, z, pcp, over < pcp->batch ? over : pcp->batch);
		more = true;
	}
	return more;
}

/* Memory of another node is not kept for ever, if nobody asks for it. */
static bool expire_remote(struct bs_machine *m, struct zone *z, unsigned int cpu)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];

	if (!pcp->expire || !pcp->count)
		return false;
	if (z->node == m->cpu_node[cpu]) {
		pcp->expire = 0;
		return false;
	}
	if (--pcp->expire)
		return m->km.expire_keeps_going;
	mm_pcp_flush(m, z, pcp, pcp->batch);
	return true;
}

bool bs_mm_vmstat(struct bs_machine *m, unsigned int cpu, uint32_t changed, bool pagesets)
{
	bool again = false;

	m->cpu = cpu;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		again |= fold(z, cpu, changed >> i & 1);
		if (!pagesets)
			continue;
		if (m->km.pcp_decay)
			again |= decay(m, z, &z->pcp[cpu]);
		again |= expire_remote(m, z, cpu);
	}
	return again;
}

bool bs_mm_vmstat_works(const struct bs_machine *m)
{
	return m->km.pcp_decay || m->drift;
}

unsigned int bs_mm_pcp_expire(const struct bs_machine *m, unsigned int zone, unsigned int cpu)
{
	return m->zones[zone].pcp[cpu].expire;
}

void bs_mm_vmstat_unseen(struct bs_machine *m, unsigned int zone, unsigned int cpu, int64_t diff,
			 unsigned int expire)
{
	struct zone *z = &m->zones[zone];

	z->nr_free_pages += z->stat_diff[cpu] - diff;
	z->stat_diff[cpu] = (int32_t)diff;
	z->pcp[cpu].expire = expire;
}
