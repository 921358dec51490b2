// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_view.c - what a policy may look at and do, and no more. */
#include <buddysim/policy.h>

#include <stdlib.h>

#include "buddy.h"
#include "free_area.h"
#include "mm_report.h"
#include "pageblock.h"
#include "policy_ask.h"

/* ---- State ----------------------------------------------------------------------------------- */

const struct bs_machine *bs_policy_machine(const struct bs_policy_ctx *c)
{
	return c->m;
}

uint64_t bs_policy_param(const struct bs_policy_ctx *c, unsigned int index)
{
	return c->values[index];
}

void *bs_policy_state(const struct bs_policy_ctx *c)
{
	return c->state;
}

void *bs_policy_zone_state(const struct bs_policy_ctx *c, unsigned int zone)
{
	return c->state + c->zone_at + zone * c->zone_bytes;
}

void *bs_policy_cpu_state(const struct bs_policy_ctx *c, unsigned int zone, unsigned int cpu)
{
	return c->state + c->cpu_at + (zone * c->m->nr_cpus + cpu) * c->cpu_bytes;
}

void *bs_policy_alloc(struct bs_policy_ctx *c, size_t bytes)
{
	struct policy_piece *piece = calloc(1, sizeof(*piece) + bytes);

	if (!piece)
		return NULL;
	piece->next = c->pieces;
	c->pieces = piece;
	return piece->bytes;
}

uint64_t bs_policy_random(struct bs_policy_ctx *c)
{
	return bs_rng_next(&c->m->rng);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static bs_pfn come_to(struct bs_policy_ctx *c, bs_pfn pfn)
{
	c->m->counters.list_nodes += pfn != BS_NO_PFN;
	return pfn;
}

bs_pfn bs_policy_first(struct bs_policy_ctx *c, unsigned int zone, unsigned int order,
		       unsigned int mt)
{
	return come_to(c, c->m->zones[zone].area[order][mt].first);
}

bs_pfn bs_policy_last(struct bs_policy_ctx *c, unsigned int zone, unsigned int order,
		      unsigned int mt)
{
	return come_to(c, c->m->zones[zone].area[order][mt].last);
}

bs_pfn bs_policy_next(struct bs_policy_ctx *c, unsigned int order, bs_pfn pfn)
{
	return come_to(c, bs_page(c->m, pfn, order)->next);
}

bs_pfn bs_policy_prev(struct bs_policy_ctx *c, unsigned int order, bs_pfn pfn)
{
	return come_to(c, bs_page(c->m, pfn, order)->prev);
}

bool bs_policy_block(struct bs_policy_ctx *c, bs_pfn pfn, struct bs_block *b)
{
	c->m->counters.list_nodes++;
	return !bs_mm_free_block(c->m, pfn, b);
}

unsigned int bs_policy_orders(const struct bs_policy_ctx *c, unsigned int zone, unsigned int mt)
{
	return c->m->zones[zone].nonempty[mt];
}

bool bs_policy_pageblock(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int *free,
			 unsigned int *movable)
{
	struct zone *z = pfn < c->m->max_pfn ? pfn_zone(c->m, pfn) : NULL;

	c->m->counters.list_nodes++;
	return z && mm_count_block(c->m, z, pfn, free, movable);
}

/* ---- Changes --------------------------------------------------------------------------------- */

bool bs_policy_move(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order,
		    const struct bs_spot *at)
{
	struct bs_machine *m = c->m;
	struct page_list *l;
	struct bs_block b, before;

	if (bs_mm_free_block(m, pfn, &b) || b.order != order ||
	    (at->before != BS_NO_PFN &&
	     (at->before == pfn || bs_mm_free_block(m, at->before, &before) ||
	      before.order != order || before.list_mt != b.list_mt || before.zone != b.zone))) {
		mm_policy_fault(
			c,
			"bs_policy_move() of block %u of order %u: it is not free, or %u is not on its list",
			pfn, order, at->before);
		return false;
	}
	l = &m->zones[b.zone].area[order][b.list_mt];
	mm_list_del(m, l, pfn, order);
	if (at->before != BS_NO_PFN)
		mm_list_insert(m, l, pfn, at->before, order);
	else
		mm_list_add(m, l, pfn, order, at->tail);
	return true;
}

void bs_policy_merge(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order)
{
	if (c->nr_put_off < POLICY_PUT_OFF)
		c->put_off[c->nr_put_off++] = (struct bs_range){pfn, (uint8_t)order};
	if (c->at_once)
		mm_settle(c->m);
}

void bs_policy_retype(struct bs_policy_ctx *c, const struct bs_block *buddy, unsigned int mt)
{
	if (buddy->order >= c->m->pbo && mt < BS_PCPTYPES)
		set_pageblock_types(c->m, buddy->pfn, buddy->order, mt);
}
