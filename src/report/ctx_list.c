// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_list.c - looking at the guest: zones, their locks, free lists node by node, marks.
 *
 * A walked node is one whose descriptor a real worker would load into its cache: every step that
 * arrives at a block counts, the step that arrives at the end of the list does not.
 */
#include "ctx_base.h"

#include <errno.h>

unsigned int bs_cpus(const struct bs_report_ctx *rc)
{
	return rc->nr_cpus;
}

unsigned int bs_zones(const struct bs_report_ctx *rc)
{
	return rc->nr_zones;
}

void bs_report_zone(const struct bs_report_ctx *rc, unsigned int zone, struct bs_report_zone *out)
{
	struct bs_zone_info zi;

	bs_zone_info(rc->m, zone, &zi);
	*out = (struct bs_report_zone){
		.node = zi.node,
		.type = zi.type,
		.start = zi.start,
		.spanned = zi.spanned,
		.managed = zi.managed,
		.watermark_min = zi.watermark_min,
		.watermark_low = zi.watermark_low,
		.watermark_boost = zi.watermark_boost,
		.nr_isolate_pageblock = zi.nr_isolate_pageblock,
	};
}

void bs_zone_lock(struct bs_report_ctx *rc, unsigned int zone)
{
	if (!bs_law(rc, rc->locked == BS_NO_ZONE, "zone lock taken while one is held", BS_NO_PFN))
		return;
	bs_mm_zone_lock(rc->m, zone);
	rc->locked = (int)zone;
	if (rc->env.zone_locked)
		rc->env.zone_locked(rc->env.arg, zone, true);
}

void bs_zone_unlock(struct bs_report_ctx *rc, unsigned int zone)
{
	if (!bs_law(rc, rc->locked == (int)zone && !rc->in_hook,
		    "zone lock dropped by somebody who did not take it", BS_NO_PFN))
		return;
	if (rc->env.zone_locked)
		rc->env.zone_locked(rc->env.arg, zone, false);
	bs_mm_zone_unlock(rc->m, zone);
	rc->locked = BS_NO_ZONE;
}

static bool zone_held(const struct bs_report_ctx *rc, unsigned int zone)
{
	return bs_law(rc, rc->locked == (int)zone, "free list used without its zone's lock",
		      BS_NO_PFN);
}

/* A free block's head of this order, its zone locked: only then has it neighbours. */
static bool on_locked_list(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	const int zone = bs_mm_zone_of_free(rc->m, pfn, order);

	return bs_law(rc, zone >= 0, "not the head of a free block of that order", pfn) &&
	       zone_held(rc, (unsigned int)zone);
}

static bs_pfn walked(struct bs_report_ctx *rc, bs_pfn pfn)
{
	rc->stats.nodes_walked += pfn != BS_NO_PFN;
	return pfn;
}

bs_pfn bs_first(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt)
{
	if (!zone_held(rc, zone))
		return BS_NO_PFN;
	return walked(rc, bs_mm_list_first(rc->m, zone, order, mt));
}

bs_pfn bs_last(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt)
{
	if (!zone_held(rc, zone))
		return BS_NO_PFN;
	return walked(rc, bs_mm_list_last(rc->m, zone, order, mt));
}

bs_pfn bs_next(struct bs_report_ctx *rc, unsigned int order, bs_pfn pfn)
{
	if (!on_locked_list(rc, pfn, order))
		return BS_NO_PFN;
	return walked(rc, bs_mm_list_next(rc->m, order, pfn));
}

bs_pfn bs_prev(struct bs_report_ctx *rc, unsigned int order, bs_pfn pfn)
{
	if (!on_locked_list(rc, pfn, order))
		return BS_NO_PFN;
	return walked(rc, bs_mm_list_prev(rc->m, order, pfn));
}

bool bs_list_empty(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		   unsigned int mt)
{
	return bs_mm_list_first(rc->m, zone, order, mt) == BS_NO_PFN;
}

uint64_t bs_nr_free(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	struct bs_zone_info zi;

	bs_zone_info(rc->m, zone, &zi);
	return zi.nr_free[order];
}

uint64_t bs_nr_marked(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	uint64_t n = 0;

	for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
		for (bs_pfn p = bs_mm_list_first(rc->m, zone, order, mt); p != BS_NO_PFN;
		     p = bs_mm_list_next(rc->m, order, p))
			n += bs_mm_is_reported(rc->m, p, order);
	return n;
}

void bs_rotate(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt,
	       bs_pfn pfn)
{
	struct bs_block b;

	if (zone_held(rc, zone) && bs_law(rc,
					  !bs_mm_free_block(rc->m, pfn, &b) && b.zone == zone &&
						  b.order == order && b.list_mt == mt,
					  "rotation to a block that is not on that list", pfn))
		bs_mm_list_rotate(rc->m, zone, order, mt, pfn);
}

int bs_block_at(struct bs_report_ctx *rc, bs_pfn pfn, struct bs_block *b)
{
	int zone = bs_pfn_zone(rc->m, pfn);

	if (zone < 0 || !zone_held(rc, (unsigned int)zone))
		return -ENOENT;
	rc->stats.nodes_walked++;
	return bs_mm_free_block(rc->m, pfn, b);
}

bool bs_pfn_online(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int *zone)
{
	int z = bs_pfn_zone(rc->m, pfn);

	if (z < 0)
		return false;
	*zone = (unsigned int)z;
	return true;
}

unsigned int bs_block_type(const struct bs_report_ctx *rc, bs_pfn pfn)
{
	return bs_pageblock_type(rc->m, pfn);
}

void bs_set_type(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int mt)
{
	if (bs_law(rc, rc->locked == bs_pfn_zone(rc->m, pfn),
		   "pageblock retyped without its zone's lock", pfn))
		bs_mm_set_pageblock_type(rc->m, pfn, mt);
}

uint32_t bs_word(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	return bs_mm_block_word(rc->m, pfn, order);
}

void bs_set_word(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, uint32_t word)
{
	if (!bs_law(rc, rc->locked == bs_pfn_zone(rc->m, pfn),
		    "a block's word written without its zone's lock", pfn))
		return;
	rc->stats.words_set++;
	bs_mm_set_block_word(rc->m, pfn, order, word);
}

bool bs_is_marked(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	return bs_mm_is_reported(rc->m, pfn, order);
}

void bs_mark(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	if (!on_locked_list(rc, pfn, order))
		return;
	rc->stats.marks_set += !bs_mm_is_reported(rc->m, pfn, order);
	bs_mm_set_reported(rc->m, pfn, order, true);
}

void bs_unmark(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	if (!on_locked_list(rc, pfn, order))
		return;
	rc->stats.marks_lost += bs_mm_is_reported(rc->m, pfn, order);
	bs_mm_set_reported(rc->m, pfn, order, false);
}

bool bs_watermark_ok(const struct bs_report_ctx *rc, unsigned int zone, uint64_t mark)
{
	return bs_mm_watermark_ok(rc->m, zone, 0, mark, 0);
}
