// SPDX-License-Identifier: GPL-2.0-or-later
/* compact_compare.c - what compaction remembers, out of a dump and beside one. */
#include "compact_compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm_verify.h"
#include "mm_vmstat.h"
#include "state_fields.h"

/* ---- A guest --------------------------------------------------------------------------------- */

int bs_compact_guest(struct bs_logrun *v, const struct bs_compact_log *log,
		     const struct bs_compact_dump *d)
{
	int ret = bs_log_make_guest(v, d->state);

	if (ret)
		return ret;
	if (bs_mm_compact_watch(v->m, NULL))
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "a guest");
	bs_mm_set_proactiveness(v->m, log->settings.proactiveness);
	bs_mm_set_defrag_mode(v->m, log->settings.defrag_mode);
	return 0;
}

/* ---- Compared -------------------------------------------------------------------------------- */

struct compare {
	struct bs_compact_follow *f;
	const char *name;
	int ret;
};

static void differs(void *arg, const struct bs_state_diff *d)
{
	struct compare *c = arg;
	char what[128];

	if (c->ret)
		return;
	snprintf(what, sizeof(what), "dump %.30s: %s", c->name, d->what);
	c->ret = bs_log_differ(c->f->v, BS_DIFF_DUMP + d->part, what, d->expected, d->got);
}

/* A number of what compaction remembers. */
static void number(struct compare *c, unsigned int zone, const char *name, uint64_t expected,
		   uint64_t got)
{
	char what[128], e[32], g[32];

	if (c->ret)
		return;
	c->f->v->r->checks++;
	if (expected == got)
		return;
	snprintf(what, sizeof(what), "dump %.30s: zone %u %s (compaction state)", c->name, zone,
		 name);
	snprintf(e, sizeof(e), "%" PRIu64, expected);
	snprintf(g, sizeof(g), "%" PRIu64, got);
	c->ret = bs_log_differ(c->f->v, BS_DIFF_REMEMBERED, what, e, g);
}

static void page(struct compare *c, const char *is, bs_pfn pfn, bool expected)
{
	char what[128];

	if (c->ret)
		return;
	snprintf(what, sizeof(what), "dump %.30s: %s of %u (compaction state)", c->name, is, pfn);
	c->ret = bs_log_differ(c->f->v, BS_DIFF_REMEMBERED, what, expected ? "yes" : "no",
			       expected ? "no" : "yes");
}

static void compare_zones(struct compare *c, const struct bs_compact_dump *d, bool considered)
{
	struct bs_logrun *v = c->f->v;
	struct bs_mm_compact_zone z;

	for (unsigned int n = 0; n < d->state->nr_zones && !c->ret; n++) {
		const struct bs_mm_compact_zone *w = &d->k->zone[n];
		const unsigned int i =
			(unsigned int)bs_state_zone_number(d->state, &d->state->zone[n]);
		const unsigned int zone = v->zone_of[i] < 0 ? 0 : (unsigned int)v->zone_of[i];

		if (!d->k->has_zone[n] || v->zone_of[i] < 0)
			continue;
		bs_mm_compact_zone(v->m, zone, &z);
		number(c, i, "cached_migrate async", w->cached_migrate[0], z.cached_migrate[0]);
		number(c, i, "cached_migrate sync", w->cached_migrate[1], z.cached_migrate[1]);
		number(c, i, "cached_free", w->cached_free, z.cached_free);
		number(c, i, "init_migrate", w->init_migrate, z.init_migrate);
		number(c, i, "init_free", w->init_free, z.init_free);
		if (considered)
			number(c, i, "considered", w->considered, z.considered);
		number(c, i, "defer_shift", w->defer_shift, z.defer_shift);
		number(c, i, "order_failed", w->order_failed, z.order_failed);
		number(c, i, "blockskip_flush", w->blockskip_flush, z.blockskip_flush);
		if (d->k->has_blocks[n])
			number(c, i, "free pages in whole blocks", (uint64_t)d->k->blocks[n],
			       bs_mm_block_pages(v->m, zone));
	}
}

/* Bits of @l, one per @unit pages, against those of the guest. */
static int set_bits(const struct bs_state_pages *l, unsigned int shift, uint8_t *bits, bs_pfn end)
{
	int n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const bs_pfn b = l->pfn[i] >> shift;

		if (l->pfn[i] >= end)
			continue;
		bits[b >> 3] |= (uint8_t)(1u << (b & 7));
		n++;
	}
	return n;
}

static void compare_skip(struct compare *c, const struct bs_compact_dump *d, uint8_t *bits)
{
	const struct bs_machine *m = c->f->v->m;
	const unsigned int shift = bs_pageblock_order(m);
	const bs_pfn end = bs_max_pfn(m);

	memset(bits, 0, (end >> shift) / 8 + 1);
	set_bits(&d->k->skip, shift, bits, end);
	for (bs_pfn b = 0; b <= (end - 1) >> shift && !c->ret; b++) {
		const bool want = bits[b >> 3] >> (b & 7) & 1;

		c->f->v->r->checks++;
		if (want != bs_mm_compact_marked(m, BS_MM_SKIP, b << shift))
			page(c, "skip bit", b << shift, want);
	}
}

/* What waited in a batch since before the start is not known to be on its way. */
static void compare_lru(struct compare *c, const struct bs_compact_dump *d, uint8_t *bits,
			uint8_t *own)
{
	const struct bs_compact_follow *f = c->f;
	const struct bs_machine *m = f->v->m;
	const bs_pfn end = bs_max_pfn(m);

	memset(bits, 0, end / 8 + 1);
	for (unsigned int i = 0; i < d->state->nr_zones; i++) {
		const struct bs_state_zone *z = &d->state->zone[i];

		for (size_t k = 0; k < z->nr_lru; k++)
			for (bs_pfn p = z->lru[k].first;
			     p < end && p - z->lru[k].first < z->lru[k].count; p++)
				bits[p >> 3] |= (uint8_t)(1u << (p & 7));
	}
	for (size_t i = 0; i < d->k->fake.n; i++)
		if (d->k->fake.pfn[i] < end)
			bits[d->k->fake.pfn[i] >> 3] &= (uint8_t) ~(1u << (d->k->fake.pfn[i] & 7));
	bs_mm_lru_bits(m, own);
	for (bs_pfn i = 0; i < end / 8 + 1 && !c->ret; i++) {
		const uint8_t differ = (bits[i] & ~own[i] & f->known[i]) | (own[i] & ~bits[i]);
		const bs_pfn p = i * 8 + (bs_pfn)__builtin_ctz(differ | 0x100u);

		if (differ)
			page(c, "LRU membership", p, bits[i] >> (p & 7) & 1);
	}
}

static void fold_as(struct bs_logrun *v, const struct bs_state *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];
		const int zone = v->zone_of[bs_state_zone_number(s, z)];
		struct bs_mm_counts c;

		if (zone < 0)
			continue;
		bs_mm_counts(v->m, (unsigned int)zone, 0, &c);
		if (c.vm_free + c.diff == z->vm_free + z->vm_free_diff)
			bs_mm_vmstat_unseen(v->m, (unsigned int)zone, 0, z->vm_free_diff,
					    bs_mm_pcp_expire(v->m, (unsigned int)zone, 0));
	}
}

/* In a live series rounds of the vmstat work that no event shows count expire down. */
static void expire_as(struct bs_logrun *v, const struct bs_state *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];
		const int zone = v->zone_of[bs_state_zone_number(s, z)];
		struct bs_mm_counts c;

		if (zone < 0 || !z->nr_pcp)
			continue;
		bs_mm_counts(v->m, (unsigned int)zone, 0, &c);
		bs_mm_vmstat_unseen(v->m, (unsigned int)zone, 0, c.diff,
				    (unsigned int)z->pcp[0].expire);
	}
}

static int compare_lists(struct compare *c, const struct bs_compact_dump *d)
{
	struct bs_logrun *v = c->f->v;
	struct bs_state *own;
	const int ret = bs_state_of_machine(v->m, &own, v->err);

	if (ret)
		return ret;
	bs_state_compare(d->state, own, v->kernel, differs, c);
	bs_state_free(own);
	return 0;
}

int bs_compact_compare(struct bs_compact_follow *f, const struct bs_compact_dump *start,
		       const struct bs_compact_dump *end, bool live, bool considered)
{
	struct compare c = {f, end->state->name, 0};
	struct bs_logrun *v = f->v;
	const size_t bytes = bs_max_pfn(v->m) / 8 + 1;
	uint8_t *bits = calloc(2, bytes);
	struct bs_mm_scans scans;
	int ret;

	if (!bits)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "pages");
	v->line = end->line;
	v->r->dumps++;
	if (live)
		fold_as(v, end->state);
	expire_as(v, end->state);
	ret = compare_lists(&c, end);
	compare_zones(&c, end, considered);
	compare_skip(&c, end, bits);
	compare_lru(&c, end, bits, bits + bytes);
	bs_mm_scans(v->m, &scans);
	number(&c, 0, "pages scanned for sources", end->k->sources,
	       start->k->sources + scans.sources);
	number(&c, 0, "pages scanned for targets", end->k->targets,
	       start->k->targets + scans.targets);
	free(bits);
	return ret ? ret : c.ret;
}
