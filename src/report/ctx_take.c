// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_take.c - taking blocks and giving them back. Whatever a strategy may hand to the device is
 * in the table of taken blocks from the moment it is taken to the moment it is given back.
 */
#include "ctx_held.h"

#include <errno.h>

#include <buddysim/gfp.h>

#include "mm_range.h"

/* ---- Free blocks taken off their list -------------------------------------------------------- */

static void note_isolated(struct bs_report_ctx *rc, unsigned int zone, bs_pfn pfn,
			  unsigned int order)
{
	struct bs_report_stats *st = &rc->stats;

	bs_taken_add(&rc->taken, &(struct bs_taken){.pfn = pfn,
						    .order = (uint8_t)order,
						    .zone = (uint8_t)zone,
						    .hold = BS_HOLD_ISOLATED});
	rc->isolated_pages[zone] += UINT64_C(1) << order;
	rc->isolated_blocks[zone][order]++;
	st->isolated_bytes += bs_block_bytes(rc->m, order);
	if (st->isolated_bytes > st->isolated_peak_bytes)
		st->isolated_peak_bytes = st->isolated_bytes;
}

static void forget_isolated(struct bs_report_ctx *rc, struct bs_taken *t)
{
	rc->isolated_pages[t->zone] -= UINT64_C(1) << t->order;
	rc->isolated_blocks[t->zone][t->order]--;
	rc->stats.isolated_bytes -= bs_block_bytes(rc->m, t->order);
	bs_taken_remove(&rc->taken, t);
}

/* May this block be taken now? On a free list, its zone locked, and room to remember it. */
static bool may_take(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	const int zone = bs_mm_zone_of_free(rc->m, pfn, order);

	return bs_law(rc, zone >= 0, "taking what is not the head of a free block of that order",
		      pfn) &&
	       bs_law(rc, rc->locked == zone, "block taken without its zone's lock", pfn) &&
	       !bs_taken_reserve(&rc->taken);
}

/* Pageblocks that isolation is about to turn into MOVABLE ones (STRATEGIES.md, taking a block). */
static unsigned int count_conversions(const struct bs_report_ctx *rc, bs_pfn pfn,
				      unsigned int order)
{
	const unsigned int pbo = bs_pageblock_order(rc->m);
	unsigned int n = 0;

	if (order + 1 < pbo)
		return 0;
	for (bs_pfn p = pfn; p < pfn + (1u << order); p += 1u << pbo) {
		unsigned int mt = bs_pageblock_type(rc->m, p);

		n += mt == BS_MIGRATE_UNMOVABLE || mt == BS_MIGRATE_RECLAIMABLE;
	}
	return n;
}

bool bs_isolate(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	unsigned int conversions;

	if (!may_take(rc, pfn, order))
		return false;
	conversions = count_conversions(rc, pfn, order);
	if (!bs_mm_isolate_free_page(rc->m, pfn, order)) {
		rc->stats.isolate_refused++;
		return false;
	}
	rc->stats.conversions += conversions;
	note_isolated(rc, (unsigned int)rc->locked, pfn, order);
	return true;
}

void bs_pull(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	if (!may_take(rc, pfn, order))
		return;
	bs_mm_pull_free_page(rc->m, pfn, order);
	note_isolated(rc, (unsigned int)rc->locked, pfn, order);
}

unsigned int bs_put_back(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int mt,
			 enum bs_put where)
{
	struct bs_taken *t = bs_taken_find(&rc->taken, pfn);
	bs_pfn head;

	if (!bs_law(rc, t && t->hold == BS_HOLD_ISOLATED && t->order == order,
		    "putting back what was not taken", pfn) ||
	    !bs_law(rc, !t->in_flight, "putting back what the device still has", pfn) ||
	    !bs_law(rc, rc->locked == t->zone, "block put back without its zone's lock", pfn))
		return order;
	forget_isolated(rc, t);
	return bs_mm_putback(rc->m, pfn, order, mt, where == BS_PUT_TAIL, &head);
}

/* ---- Pages allocated like a driver does ------------------------------------------------------ */

/* A block of several pageblocks is counted once when it is stolen. */
static unsigned int blocks_order(const struct bs_report_ctx *rc, unsigned int order)
{
	const unsigned int pbo = bs_pageblock_order(rc->m);

	return order > pbo ? order - pbo : 0;
}

/* kswapd, which a steal woke, has run by the time of the next request, and the boost that woke it is gone. */
static void let_kswapd_run(struct bs_report_ctx *rc)
{
	for (unsigned int i = 0; i < rc->nr_zones; i++) {
		struct bs_zone_info z;

		bs_zone_info(rc->m, i, &z);
		if (z.watermark_boost)
			bs_kswapd_boost_done(rc->m, i);
	}
}

/* @ranged: a part of a range that was taken where it is, so that the zone does not manage it any more. */
static void note_client(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, bool ranged)
{
	struct bs_report_stats *st = &rc->stats;

	bs_taken_add(&rc->taken, &(struct bs_taken){.pfn = pfn,
						    .order = (uint8_t)order,
						    .zone = (uint8_t)bs_pfn_zone(rc->m, pfn),
						    .hold = BS_HOLD_CLIENT,
						    .unmanaged = ranged,
						    .ranged = ranged});
	st->client_bytes += bs_block_bytes(rc->m, order);
	if (st->client_bytes > st->client_peak_bytes)
		st->client_peak_bytes = st->client_bytes;
}

bs_pfn bs_take_pages(struct bs_report_ctx *rc, unsigned int gfp, unsigned int order)
{
	const struct bs_machine_counters *c = bs_mm_counters(rc->m);
	const uint64_t fallbacks = c->fallbacks, stolen = c->pageblocks_stolen;
	bs_pfn pfn;

	if (!bs_law(rc, rc->s->caps & BS_CAP_CLIENT, "allocating without BS_CAP_CLIENT",
		    BS_NO_PFN) ||
	    !bs_law(rc, rc->locked == BS_NO_ZONE, "allocating with the zone lock held",
		    BS_NO_PFN) ||
	    bs_taken_reserve(&rc->taken))
		return BS_NO_PFN;
	pfn = bs_alloc_pages(rc->m, 0, gfp, order);
	rc->stats.conversions += (c->pageblocks_stolen - stolen) << blocks_order(rc, order);
	if (gfp & BS_GFP_KSWAPD_RECLAIM && c->fallbacks != fallbacks)
		let_kswapd_run(rc);
	if (pfn == BS_NO_PFN) {
		rc->stats.client_refused++;
		return pfn;
	}
	/* A replay tells its own blocks by their words: this is none of them. */
	bs_page_set_word(rc->m, pfn, UINT32_MAX);
	note_client(rc, pfn, order, false);
	return pfn;
}

void bs_keep_pages(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int how)
{
	struct bs_taken *t = bs_taken_find(&rc->taken, pfn);

	if (!bs_law(rc, t && t->hold == BS_HOLD_CLIENT && t->order == order && !t->unmanaged,
		    "keeping what was not allocated", pfn))
		return;
	if (how & BS_KEEP_MOVABLE)
		bs_page_set_lru(rc->m, pfn, order, true);
	if (how & BS_KEEP_UNMANAGED)
		bs_mm_unmanage(rc->m, pfn, order);
	t->unmanaged = how & BS_KEEP_UNMANAGED;
}

int bs_take_range(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int n)
{
	const bs_pfn block = (bs_pfn)1 << order, end = pfn + n * block;
	int ret;

	if (!bs_law(rc, rc->s->caps & BS_CAP_CLIENT, "allocating without BS_CAP_CLIENT", pfn) ||
	    !bs_law(rc, rc->locked == BS_NO_ZONE, "allocating with the zone lock held", pfn) ||
	    !bs_law(rc, n && !(pfn & (block - 1)) && end <= bs_max_pfn(rc->m),
		    "a range that is not aligned, or beyond the guest", pfn))
		return -EINVAL;
	rc->stats.range_attempts++;
	if (rc->env.ranging)
		rc->env.ranging(rc->env.arg, true);
	ret = bs_mm_take_range(rc->m, 0, pfn, end);
	if (rc->env.ranging)
		rc->env.ranging(rc->env.arg, false);
	if (ret) {
		rc->stats.client_refused++;
		return ret;
	}
	for (bs_pfn p = pfn; p < end; p += block) {
		/* (A table of a few entries: there is no memory left for the program itself.) */
		if (bs_taken_reserve(&rc->taken)) {
			bs_mm_hand_over(rc->m, 0, p, order);
			ret = -ENOMEM;
			continue;
		}
		note_client(rc, p, order, true);
	}
	return ret;
}

unsigned int bs_range_order(const struct bs_report_ctx *rc)
{
	return bs_mm_contig_order(rc->m);
}

void bs_saving(struct bs_report_ctx *rc, bool waits)
{
	if (rc->env.saving)
		rc->env.saving(rc->env.arg, waits);
}

void bs_memory_changed(struct bs_report_ctx *rc)
{
	bs_mm_marks_anew(rc->m, false);
	bs_mm_marks_anew(rc->m, true);
}

void bs_give_pages(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	struct bs_taken *t = bs_taken_find(&rc->taken, pfn);
	bool ranged;

	if (!bs_law(rc, t && t->hold == BS_HOLD_CLIENT && t->order == order,
		    "freeing what was not allocated", pfn) ||
	    !bs_law(rc, !t->in_flight, "freeing what the device still has", pfn) ||
	    !bs_law(rc, rc->locked == BS_NO_ZONE, "freeing with the zone lock held", pfn))
		return;
	ranged = t->ranged;
	if (t->unmanaged && !ranged)
		bs_mm_manage(rc->m, pfn, order);
	bs_taken_remove(&rc->taken, t);
	bs_ctx_given(rc, pfn, order, false);
	rc->stats.client_bytes -= bs_block_bytes(rc->m, order);
	if (ranged)
		bs_mm_hand_over(rc->m, 0, pfn, order);
	else
		bs_free_pages(rc->m, 0, pfn, order);
}

bool bs_report_has(const struct bs_report_ctx *rc, bs_pfn pfn)
{
	return bs_taken_around(&rc->taken, pfn);
}

/* ---- Blocks claimed where they stand --------------------------------------------------------- */

/* Within one free block, and not being isolated for somebody, whose it is then. */
static bool is_claimable(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order,
			 struct bs_block *b)
{
	const bs_pfn pageblock = (bs_pfn)1 << bs_pageblock_order(rc->m);
	const bs_pfn end = pfn + ((bs_pfn)1 << order);
	unsigned int have;
	bs_pfn head;

	if (pfn & (end - pfn - 1) || bs_page_lookup(rc->m, pfn, &head, &have) != BS_PAGE_FREE ||
	    have < order || bs_mm_free_block(rc->m, head, b) || b->list_mt == BS_MIGRATE_ISOLATE)
		return false;
	for (bs_pfn p = pfn; p < end; p += pageblock)
		if (bs_pageblock_type(rc->m, p) == BS_MIGRATE_ISOLATE)
			return false;
	return true;
}

bool bs_claim(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	struct bs_block b;

	if (!bs_law(rc, rc->s->caps & BS_CAP_HOST_SIDE, "claiming without BS_CAP_HOST_SIDE", pfn))
		return false;
	if (!is_claimable(rc, pfn, order, &b) || bs_taken_inside(&rc->taken, pfn, order) ||
	    bs_taken_around(&rc->taken, pfn) || bs_taken_reserve(&rc->taken))
		return false;
	bs_taken_add(&rc->taken, &(struct bs_taken){.pfn = pfn,
						    .order = (uint8_t)order,
						    .zone = (uint8_t)b.zone,
						    .hold = BS_HOLD_CLAIMED});
	return true;
}

bool bs_unclaim(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	struct bs_taken *t = bs_taken_find(&rc->taken, pfn);

	if (!t || !bs_law(rc, t->hold == BS_HOLD_CLAIMED && t->order == order,
			  "unclaiming what was not claimed", pfn))
		return false;
	if (!bs_law(rc, !t->in_flight, "unclaiming what the device still has", pfn))
		return false;
	bs_taken_remove(&rc->taken, t);
	return true;
}
