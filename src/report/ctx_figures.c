// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_figures.c - what a strategy did, cost and left behind. A strategy has no way to write here.
 */
#include "ctx_figures.h"

#include "ctx_work.h"

#include <stdlib.h>

/* Counted when it is made: a run that ends while the host still works on it has made it. */
void bs_ctx_count_request(struct bs_report_ctx *rc, unsigned int n)
{
	rc->stats.calls++;
	rc->stats.unanswered_calls++;
	rc->stats.ranges += n;
}

void bs_ctx_count_result(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n,
			 int ret)
{
	rc->stats.unanswered_calls--;
	if (ret)
		rc->stats.failed_calls++;
	for (unsigned int i = 0; i < n && !ret; i++)
		rc->stats.reported_bytes += bs_block_bytes(rc->m, r[i].order);
	if (rc->told)
		bs_ctx_told(rc, r, n, !ret);
}

void bs_report_stats(const struct bs_report_ctx *rc, struct bs_report_stats *out)
{
	*out = rc->stats;
}

void bs_report_work(const struct bs_report_ctx *rc, uint64_t *nodes, uint64_t *hooks)
{
	*nodes = rc->stats.nodes_walked;
	*hooks = rc->stats.hooks_locked;
}

/* ---- Raw memory ------------------------------------------------------------------------------ */

unsigned int bs_ctx_min_order(const struct bs_report_ctx *rc)
{
	const struct bs_platform *p = bs_platform_of(rc->m);

	if (rc->order_param >= 0)
		return (unsigned int)rc->values[rc->order_param];
	return p->report_order < p->pageblock_order ? p->report_order : bs_pageblock_order(rc->m);
}

unsigned int bs_report_unit(const struct bs_report_ctx *rc)
{
	if (rc->s->caps & BS_CAP_IDLE)
		return 0;
	return rc->s->unit ? rc->s->unit(rc) : bs_ctx_min_order(rc);
}

int bs_ctx_told_init(struct bs_report_ctx *rc)
{
	size_t bits;

	if (!(rc->s->caps & (BS_CAP_DUPLICATES | BS_CAP_HOST_SIDE)))
		return 0;
	rc->told_order = bs_ctx_min_order(rc);
	bits = ((size_t)bs_max_pfn(rc->m) >> rc->told_order) + 1;
	rc->told = calloc(bits / 64 + 1, sizeof(*rc->told));
	return rc->told ? 0 : -1;
}

void bs_ctx_told(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n, bool told)
{
	for (unsigned int i = 0; i < n; i++) {
		bs_pfn bit = r[i].pfn >> rc->told_order;
		bs_pfn end = (r[i].pfn + (1u << r[i].order) - 1) >> rc->told_order;

		for (; bit <= end; bit++) {
			uint64_t mask = UINT64_C(1) << (bit & 63);

			rc->told[bit / 64] =
				told ? rc->told[bit / 64] | mask : rc->told[bit / 64] & ~mask;
		}
	}
}

/* What is asked about raw memory: NULL: how much it is. */
struct raw_count {
	const struct bs_machine *m;
	uint64_t (*fn)(void *arg, bs_pfn pfn, unsigned int order);
	void *arg;
};

static uint64_t count_raw(const struct raw_count *c, bs_pfn pfn, unsigned int order)
{
	return c->fn ? c->fn(c->arg, pfn, order) : bs_block_bytes(c->m, order);
}

static uint64_t raw_in_block(const struct bs_report_ctx *rc, const struct raw_count *c, bs_pfn pfn,
			     unsigned int order)
{
	uint64_t raw = 0;

	if (!rc->told)
		return bs_mm_is_reported(rc->m, pfn, order) ? 0 : count_raw(c, pfn, order);
	for (bs_pfn p = pfn; p < pfn + (1u << order); p += 1u << rc->told_order) {
		bs_pfn bit = p >> rc->told_order;

		if (!(rc->told[bit / 64] >> (bit & 63) & 1))
			raw += count_raw(c, p, rc->told_order);
	}
	return raw;
}

uint64_t bs_report_raw_of(const struct bs_report_ctx *rc,
			  uint64_t (*fn)(void *arg, bs_pfn pfn, unsigned int order), void *arg)
{
	const struct raw_count c = {rc->m, fn, arg};
	uint64_t raw = 0;

	for (unsigned int z = 0; z < rc->nr_zones; z++)
		for (unsigned int o = bs_report_unit(rc); o <= bs_top_order(rc); o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
				/* Blocks being isolated for somebody are nobody's to report. */
				if (mt == BS_MIGRATE_ISOLATE)
					continue;
				for (bs_pfn p = bs_mm_list_first(rc->m, z, o, mt); p != BS_NO_PFN;
				     p = bs_mm_list_next(rc->m, o, p))
					raw += raw_in_block(rc, &c, p, o);
			}
	return raw;
}

uint64_t bs_report_raw_bytes(const struct bs_report_ctx *rc)
{
	return bs_report_raw_of(rc, NULL, NULL);
}

uint64_t bs_report_may_leave(const struct bs_report_ctx *rc)
{
	const int i = bs_param_of_role(rc->s->params, BS_ROLE_THRESHOLD);
	uint64_t threshold;

	if (rc->s->may_leave)
		return rc->s->may_leave(rc);
	threshold = i < 0 ? 0 : rc->values[i];
	return threshold ? (threshold - 1) * bs_order_bytes(rc, bs_top_order(rc)) : 0;
}

/* ---- False OOM ------------------------------------------------------------------------------- */

bool bs_report_false_oom(const struct bs_report_ctx *rc, unsigned int gfp, unsigned int order)
{
	for (unsigned int z = 0; z < rc->nr_zones; z++) {
		unsigned int top = BS_NR_ORDERS;

		if (!rc->isolated_pages[z])
			continue;
		while (!rc->isolated_blocks[z][--top])
			;
		if (bs_mm_would_satisfy(rc->m, z, gfp, order, rc->isolated_pages[z], top))
			return true;
	}
	return false;
}
