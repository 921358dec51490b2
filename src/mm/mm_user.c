// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm_user.h"

#include "buddy.h"
#include "zone.h"

bool bs_mm_lru_generations(const struct bs_machine *m)
{
	/* The classic LRU's portions are freed newest first. */
	return !m->km.drop_reversed;
}

void bs_mm_free_past_pcp(struct bs_machine *m, unsigned int cpu, bs_pfn pfn)
{
	struct page *p = bs_page(m, pfn, 0);
	struct zone *z = &m->zones[p->zone];

	m->cpu = cpu;
	p->flags = 0;
	z->frees[0]++;
	mm_free_block(m, z, pfn, 0, FPI_NONE, BS_FREE);
}
