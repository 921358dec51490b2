// SPDX-License-Identifier: GPL-2.0-or-later
/* mm_verify.c - what only a verifier needs: the vectors' requests, a dump's counters. */
#include "mm_verify.h"

#include "page_alloc.h"
#include "page_isolation.h"
#include "pcp.h"

void bs_mm_counts(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
		  struct bs_mm_counts *out)
{
	const struct zone *z = &m->zones[zone];

	*out = (struct bs_mm_counts){
		.vm_free = z->nr_free_pages,
		.diff = z->stat_diff[cpu],
		.pcp = z->pcp[cpu].count,
		.boost = (int64_t)z->boost,
		.highatomic = z->nr_reserved_highatomic,
		.flags = z->flags,
		.nr_free = z->nr_free,
	};
}

void bs_mm_pcp(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
	       struct bs_mm_pcp *out)
{
	const struct per_cpu_pages *pcp = &m->zones[zone].pcp[cpu];

	*out = (struct bs_mm_pcp){
		.count = pcp->count,
		.high = pcp->high,
		.batch = pcp->batch,
		.high_min = pcp->high_min,
		.high_max = pcp->high_max,
		.free_factor = pcp->free_factor,
		.free_count = pcp->free_count,
		.alloc_factor = pcp->alloc_factor,
		.flags = pcp->flags,
		.nr_free_highatomic = m->zones[zone].nr_free_highatomic,
	};
}

void bs_mm_set_shuffle_bits(struct bs_machine *m, uint64_t bits, unsigned int n)
{
	m->shuffle_pool = bits;
	m->shuffle_bits = n;
}

unsigned int bs_mm_shuffle_bits_left(const struct bs_machine *m)
{
	return m->shuffle_bits;
}

bs_pfn bs_mm_alloc_two_passes(struct bs_machine *m, unsigned int order, unsigned int mt,
			      unsigned int highest_zone, unsigned int gfp)
{
	return mm_alloc(m, 0, m->cpu_node[0], order, mt, highest_zone, gfp, 2);
}

bs_pfn bs_mm_alloc_on(struct bs_machine *m, unsigned int cpu, unsigned int node, unsigned int gfp,
		      unsigned int order)
{
	return mm_alloc(m, cpu, node, order, bs_gfp_migratetype(gfp), m->gfp_zone[gfp & 15], gfp,
			3);
}

void bs_mm_drain(struct bs_machine *m, unsigned int zone, unsigned int cpu, unsigned int by)
{
	m->cpu = by;
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			if ((cpu == BS_ALL_CPUS || c == cpu) && (zone == BS_ALL_ZONES || i == zone))
				mm_drain_zone(m, &m->zones[i], c);
}

int bs_mm_isolate_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end,
			unsigned int mt, bool (*keeps)(void *arg, bs_pfn pfn, bs_pfn end),
			void *arg)
{
	const struct mm_isolation how = {mt, false, keeps, arg};

	m->cpu = cpu;
	return mm_isolate_range(m, start, end, &how);
}

void bs_mm_unisolate_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end,
			   unsigned int mt)
{
	m->cpu = cpu;
	mm_unisolate_range(m, start, end, mt);
}

void bs_mm_split_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order, bs_pfn offset)
{
	mm_split_free_page(m, pfn_zone(m, pfn), pfn, order, offset);
}

int bs_mm_set_isolate(struct bs_machine *m, bs_pfn pfn)
{
	return mm_set_isolate(m, pfn);
}

void bs_mm_unset_isolate(struct bs_machine *m, bs_pfn pfn, unsigned int mt)
{
	mm_unset_isolate(m, pfn, mt);
}

unsigned int bs_mm_pcp_free_factor(const struct bs_machine *m, unsigned int zone, unsigned int cpu)
{
	return (unsigned int)m->zones[zone].pcp[cpu].free_factor;
}

uint64_t bs_mm_kswapd_wakes(const struct bs_machine *m)
{
	return m->kswapd_wakes;
}
