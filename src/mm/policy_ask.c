// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_ask.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "free_area.h"

/* ---- Answers that cannot be ------------------------------------------------------------------ */

void mm_policy_fault(struct bs_policy_ctx *c, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (c->fault.text[0])
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bs_error_set(&c->fault, BS_INVARIANT, EUCLEAN, "guest",
		     "the kernel model's rule was followed in its place", "policy %s: %s",
		     c->p->name, text);
}

static bool is_free(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
		    unsigned int order)
{
	return order <= m->max_order && pfn < m->max_pfn && !(pfn & (((bs_pfn)1 << order) - 1)) &&
	       is_buddy(m, z, pfn, order);
}

static struct bs_policy_want want(const struct bs_machine *m, const struct zone *z,
				  unsigned int order, unsigned int mt, bool unmixed)
{
	return (struct bs_policy_want){
		.zone = z->index, .order = order, .mt = mt, .cpu = m->cpu, .unmixed = unmixed};
}

/* ---- Freeing --------------------------------------------------------------------------------- */

unsigned int mm_policy_type(struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt)
{
	struct bs_policy_ctx *c = m->policy;
	unsigned int type;

	if (!c || !c->p->type || c->settling || mt >= BS_PCPTYPES)
		return mt;
	type = c->p->type(c, pfn, order, mt);
	if (type < BS_MIGRATE_ISOLATE)
		return type;
	mm_policy_fault(c, "type() gave page %u of zone %u to list %u, which is none to free to",
			pfn, z->index, type);
	return mt;
}

bool mm_policy_merges(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		      unsigned int mt)
{
	struct bs_policy_ctx *c = m->policy;
	const bs_pfn buddy = pfn ^ ((bs_pfn)1 << order);
	struct bs_block b, other;

	if (!c || !c->p->merge || c->settling)
		return true;
	b = mm_describe(m, z, pfn, order, mt);
	b.reported = false;
	other = mm_describe(m, z, buddy, order, bs_page(m, buddy, order)->list_type);
	return c->p->merge(c, &b, &other);
}

bool mm_policy_put_off(struct bs_machine *m, struct bs_range *r)
{
	struct bs_policy_ctx *c = m->policy;

	if (!c->nr_put_off)
		return false;
	*r = c->put_off[--c->nr_put_off];
	return true;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

void mm_policy_place_block(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
			   struct bs_spot *at)
{
	const struct bs_spot model = *at;
	const struct zone *z = &c->m->zones[b->zone];

	if (!c->p->place)
		return;
	c->p->place(c, b, why, at);
	if (at->before == BS_NO_PFN ||
	    (at->before != b->pfn && is_free(c->m, z, at->before, b->order) &&
	     bs_page(c->m, at->before, b->order)->list_type == b->list_mt))
		return;
	mm_policy_fault(c,
			"place() put block %u in front of %u, which is not on the order-%u %c list "
			"of zone %u",
			b->pfn, at->before, b->order, "UMRHI"[b->list_mt], b -> zone);
	*at = model;
}

void mm_policy_place(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		     unsigned int mt, enum bs_why why, struct bs_spot *at)
{
	struct bs_block b;

	if (!m->policy || !m->policy->p->place)
		return;
	b = mm_describe(m, z, pfn, order, mt);
	mm_policy_place_block(m->policy, &b, why, at);
}

void mm_policy_block_in(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			unsigned int mt, enum bs_why why)
{
	struct bs_block b;

	if (!m->policy || !m->policy->p->block_in)
		return;
	b = mm_describe(m, z, pfn, order, mt);
	m->policy->p->block_in(m->policy, &b, why);
}

/* ---- Taking ---------------------------------------------------------------------------------- */

void mm_policy_choose(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		      bs_pfn *pfn, unsigned int *high)
{
	struct bs_policy_ctx *c = m->policy;
	const struct bs_policy_want w = want(m, z, order, mt, false);
	struct bs_range r;

	if (!c || !c->p->choose || !c->p->choose(c, &w, &r))
		return;
	if (r.order >= order && is_free(m, z, r.pfn, r.order) &&
	    bs_page(m, r.pfn, r.order)->list_type == mt) {
		*pfn = r.pfn;
		*high = r.order;
		return;
	}
	mm_policy_fault(
		c,
		"choose() named block %u of order %u: none of order %u or more on the %c lists "
		"of zone %u",
		r.pfn, r.order, order, "UMRHI"[mt], z -> index);
}

void mm_policy_cut(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int high,
		   unsigned int low, unsigned int mt, bool reported, struct bs_policy_cut *cut)
{
	struct bs_policy_ctx *c = m->policy;
	struct bs_block b;

	if (!c || !c->p->split)
		return;
	b = mm_describe(m, z, pfn, high, mt);
	b.reported = reported;
	c->p->split(c, &b, low, cut);
}

static bool is_named(const struct bs_machine *m, const struct zone *z, const struct bs_range *r,
		     unsigned int mt)
{
	return is_free(m, z, r->pfn, r->order) && bs_page(m, r->pfn, r->order)->list_type != mt &&
	       bs_page(m, r->pfn, r->order)->list_type < BS_PCPTYPES;
}

enum bs_policy_answer mm_policy_fallback(struct bs_machine *m, struct zone *z, unsigned int order,
					 unsigned int mt, bool unmixed, struct bs_block *b)
{
	struct bs_policy_ctx *c = m->policy;
	const struct bs_policy_want w = want(m, z, order, mt, unmixed);
	struct bs_range r = {BS_NO_PFN, 0};
	enum bs_policy_answer a;

	if (!c->p->fallback || mt >= BS_PCPTYPES)
		return BS_POLICY_KERNEL;
	a = c->p->fallback(c, &w, &r);
	if (a != BS_POLICY_CLAIM && a != BS_POLICY_TAKE)
		return a <= BS_POLICY_AGAIN ? a : BS_POLICY_KERNEL;
	if (!is_named(m, z, &r, mt) || (a == BS_POLICY_TAKE && r.order < order)) {
		mm_policy_fault(
			c,
			"fallback() named block %u of order %u, which is no free block of another type in zone %u, or too small for order %u",
			r.pfn, r.order, z->index, order);
		return BS_POLICY_KERNEL;
	}
	*b = mm_describe(m, z, r.pfn, r.order, bs_page(m, r.pfn, r.order)->list_type);
	return a;
}

bool mm_policy_short_of(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			bool unmixed)
{
	struct bs_policy_ctx *c = m->policy;
	const struct bs_policy_want w = want(m, z, order, mt, unmixed);

	bool changed;

	if (!c->p->short_of)
		return false;
	c->at_once = true;
	changed = c->p->short_of(c, &w);
	c->at_once = false;
	return changed;
}

/* ---- Per-cpu lists, zones -------------------------------------------------------------------- */

int32_t mm_policy_refill(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			 bool unmixed, int32_t n)
{
	struct bs_policy_ctx *c = m->policy;
	const struct bs_policy_want w = want(m, z, order, mt, unmixed);
	int own;

	if (!c->p->refill)
		return n;
	own = c->p->refill(c, &w, n);
	if (own >= 1)
		return own;
	mm_policy_fault(c, "refill() fetches %d blocks, which serves nobody", own);
	return n;
}

int32_t mm_policy_flush(struct bs_policy_ctx *c, unsigned int zone, int32_t count, int32_t high)
{
	const int n = c->p->flush(c, zone, c->m->cpu, count, high);

	if (n >= 0 && n <= count)
		return n;
	mm_policy_fault(c, "flush() takes %d pages off lists that hold %d", n, count);
	return 0;
}

void mm_policy_pcp_size(struct bs_machine *m, struct zone *z, int64_t *high, int32_t *most,
			int32_t *batch)
{
	struct bs_policy_ctx *c = m->policy;
	int own_high = (int)*high, own_batch = *batch;

	if (!c)
		return;
	if (c->p->pcp_size)
		c->p->pcp_size(c, z->index, &own_high, &own_batch);
	if (own_high < 0 || own_batch < 1) {
		mm_policy_fault(c, "pcp_size() wants lists of %d pages in batches of %d", own_high,
				own_batch);
		return;
	}
	if (own_high != *high)
		*high = *most = own_high;
	*batch = own_batch;
	c->high[z->index] = (int32_t)*high;
	/* Whoever flushes by himself is never overtaken by the model. */
	if (c->p->flush)
		*high = *most = INT_MAX / 4;
}

void mm_policy_zones(struct bs_machine *m, unsigned int node, struct zonelist *zl)
{
	struct bs_policy_ctx *c = m->policy;
	const struct zonelist model = *zl;
	uint32_t seen = 0, had = 0;

	if (!c->p->zones || !zl->n)
		return;
	c->p->zones(c, node, zl->zone, zl->n);
	for (unsigned int i = 0; i < zl->n; i++) {
		had |= UINT32_C(1) << model.zone[i];
		seen |= zl->zone[i] < BS_MAX_ZONES ? UINT32_C(1) << zl->zone[i] : 0;
	}
	if (seen == had)
		return;
	mm_policy_fault(c, "zones() lost or made up a zone of node %u", node);
	*zl = model;
}
