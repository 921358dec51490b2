// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bitmap.c - page hinting with a bitmap, Nitesh Narayan Lal's v11 (STRATEGIES.md, bitmap).
 *
 * One bit per 2 MiB of every zone type says "something of order >= 9 was freed here". Sixteen set
 * bits start a worker, which looks at each of them in address order, isolates what it still finds
 * free, tells the host sixteen blocks at a time and frees them again. No mark is kept: a block
 * that takes part in a later free is told again.
 *
 * Its weaknesses belong to it and are on: a hint lost when an isolated block merges (merge) or the
 * watermark refuses (watermark), frees behind the scan (cursor), zones that start off a 2 MiB
 * boundary (unaligned). fixes= mends them one by one; defects= adds the two that would break the
 * guest or the worker (stale, hang).
 */
#include "bitmap.h"

#include <errno.h>

#include "strategies.h"

enum { CAPACITY, DEFECTS, FIXES };
/* Values of defects= and of fixes=, in the order of their words. */
enum { DEFECT_STALE = 1 << 0, DEFECT_HANG = 1 << 1 };
enum { FIX_MERGE = 1 << 0, FIX_WATERMARK = 1 << 1, FIX_CURSOR = 1 << 2, FIX_UNALIGNED = 1 << 3 };

static const char *const defect_words[] = {"stale", "hang", NULL};
static const char *const fix_words[] = {"merge", "watermark", "cursor", "unaligned", NULL};
/* As they were called before they had words. */
static const char *const defect_codes[] = {"D1", "D3", NULL};
static const char *const fix_codes[] = {"D2", "D4", "D5", "D8", NULL};

static const struct bs_param params[] = {
	{.name = "capacity",
	 .role = BS_ROLE_THRESHOLD,
	 .type = BS_PARAM_UINT,
	 .def = 16,
	 .min = 1,
	 .max = 512,
	 .help = "blocks per request, and set bits of a zone type that start a run"},
	{.name = "defects",
	 .type = BS_PARAM_FLAGS,
	 .names = defect_words,
	 .aliases = defect_codes,
	 .help = "add: stale (entries of an earlier batch are sent again), hang (an offline page "
		 "hangs the worker)"},
	{.name = "fixes",
	 .type = BS_PARAM_FLAGS,
	 .names = fix_words,
	 .aliases = fix_codes,
	 .help = "mend: merge (a merge loses a hint), watermark (a refusal loses a hint), cursor "
		 "(frees behind the scan wait for more), unaligned (zones that start off a 2 MiB "
		 "boundary)"},
	{.name = NULL},
};

static bool has_defect(const struct bs_report_ctx *rc, unsigned int d)
{
	return bs_param_get(rc, DEFECTS) & d;
}

static bool is_fixed(const struct bs_report_ctx *rc, unsigned int d)
{
	return bs_param_get(rc, FIXES) & d;
}

/* ---- The bits -------------------------------------------------------------------------------- */

static bool test_bit(const struct bs_bitmap_zone *z, uint32_t bit)
{
	return z->bits[bit / 64] >> (bit & 63) & 1;
}

/* @pfn below base wraps to a huge bit number and is out of range like one beyond the end. */
static void set_bit_of(struct bs_report_ctx *rc, struct bs_bitmap_zone *z, bs_pfn pfn)
{
	const struct bs_bitmap *s = bs_state(rc);
	uint32_t bit = (pfn - z->base) >> s->order;

	if (pfn < z->base || bit >= z->nbits || test_bit(z, bit))
		return;
	z->bits[bit / 64] |= UINT64_C(1) << (bit & 63);
	z->free_pages++;
}

static void clear_bit(struct bs_bitmap_zone *z, uint32_t bit)
{
	if (!test_bit(z, bit))
		return;
	z->bits[bit / 64] &= ~(UINT64_C(1) << (bit & 63));
	z->free_pages--;
}

static uint32_t next_bit(const struct bs_bitmap_zone *z, uint32_t bit)
{
	while (bit < z->nbits) {
		uint64_t rest = z->bits[bit / 64] >> (bit & 63);

		if (rest) {
			bit += (uint32_t)__builtin_ctzll(rest);
			break;
		}
		bit = (bit | 63) + 1;
	}
	return bit < z->nbits ? bit : z->nbits;
}

/* ---- On and off ------------------------------------------------------------------------------ */

/* One span per zone type, over all nodes. As posted, a base of 0 counts as "not set yet", and bit
 * 0 stands at the zone's very first page even if no block can start there. */
static void merge_span(struct bs_report_ctx *rc, struct bs_bitmap_zone *z,
		       const struct bs_report_zone *rz)
{
	bs_pfn start = rz->start, end = rz->start + rz->spanned;
	bool unset = is_fixed(rc, FIX_UNALIGNED) ? !z->end : !z->base;

	if (is_fixed(rc, FIX_UNALIGNED))
		start &= ~((1u << bs_usual_order(rc)) - 1);
	if (unset || start < z->base)
		z->base = start;
	if (end > z->end)
		z->end = end;
}

static int start(struct bs_report_ctx *rc)
{
	struct bs_bitmap *s = bs_state(rc);

	s->order = (uint8_t)bs_usual_order(rc);
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		if (rz.spanned)
			merge_span(rc, &s->zone[rz.type], &rz);
	}
	for (unsigned int t = 0; t < BS_NR_ZONE_TYPES; t++) {
		struct bs_bitmap_zone *z = &s->zone[t];

		if (!z->end)
			continue;
		z->nbits = ((z->end - z->base) >> s->order) + 1;
		z->bits = bs_alloc(rc, BS_SCOPE_PAGE, (z->nbits / 64 + 1) * sizeof(*z->bits));
		if (!z->bits)
			return -ENOMEM;
	}
	s->slots_used = 0;
	s->slot = bs_alloc(rc, BS_SCOPE_GLOBAL, bs_param_get(rc, CAPACITY) * sizeof(*s->slot));
	if (!s->slot)
		return -ENOMEM;
	/* No look at what is free already: only later frees set bits. */
	return 0;
}

static void stop(struct bs_report_ctx *rc)
{
	struct bs_bitmap *s = bs_state(rc);

	for (unsigned int t = 0; t < BS_NR_ZONE_TYPES; t++) {
		bs_release(rc, s->zone[t].bits);
		s->zone[t] = (struct bs_bitmap_zone){0};
	}
	bs_release(rc, s->slot);
	s->slot = NULL;
	s->active = s->missed = false;
}

/* ---- A block is freed ------------------------------------------------------------------------ */

static bool enough(const struct bs_report_ctx *rc, const struct bs_bitmap_zone *z)
{
	return z->bits && z->free_pages >= bs_param_get(rc, CAPACITY);
}

static struct bs_bitmap_zone *zone_of(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_bitmap *s = bs_state(rc);
	struct bs_report_zone rz;

	bs_report_zone(rc, zone, &rz);
	return &s->zone[rz.type];
}

static void queue_run(struct bs_report_ctx *rc, const struct bs_bitmap_zone *z)
{
	struct bs_bitmap *s = bs_state(rc);

	if (!enough(rc, z))
		return;
	if (s->active)
		s->missed = true;
	else
		bs_wake(rc, 0);
}

/* The head of the merged block only; what the worker gives back is not news. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	struct bs_bitmap_zone *z;

	(void)merged;
	if (why == BS_RETURN)
		return;
	z = zone_of(rc, b->zone);
	set_bit_of(rc, z, b->pfn);
	queue_run(rc, z);
}

/* ---- The worker ------------------------------------------------------------------------------ */

static void release(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		unsigned int zone = 0, order;
		struct bs_bitmap_zone *z;

		bs_pfn_online(rc, r[i].pfn, &zone);
		bs_zone_lock(rc, zone);
		order = bs_put_back(rc, r[i].pfn, r[i].order, BS_MT_NOW, BS_PUT_RULE);
		/* It met a buddy that was freed meanwhile, whose bit may no longer be a head's. */
		if (order != r[i].order && is_fixed(rc, FIX_MERGE)) {
			z = zone_of(rc, zone);
			set_bit_of(rc, z, r[i].pfn & ~((1u << order) - 1));
			queue_run(rc, z);
		}
		bs_zone_unlock(rc, zone);
	}
}

/* An error is ignored: the host was told, the pages go back either way. */
static void tell_and_release(struct bs_report_ctx *rc, unsigned int n)
{
	struct bs_bitmap *s = bs_state(rc);

	if (n > s->slots_used)
		s->slots_used = n;
	/* The buffer always covers the whole array, also slots of an earlier batch. */
	bs_submit(rc, s->slot, has_defect(rc, DEFECT_STALE) ? s->slots_used : n);
	release(rc, s->slot, n);
}

/* Look at what @bit stands for. Whatever comes of it, the bit is used up. */
static bool take(struct bs_report_ctx *rc, struct bs_bitmap_zone *z, uint32_t bit, bs_pfn pfn,
		 unsigned int zone, struct bs_range *r)
{
	struct bs_block b;
	bool is_block, ok;

	bs_zone_lock(rc, zone);
	is_block = !bs_block_at(rc, pfn, &b) && b.order >= bs_usual_order(rc);
	ok = is_block && bs_isolate(rc, pfn, b.order);
	if (ok || !is_block || !is_fixed(rc, FIX_WATERMARK))
		clear_bit(z, bit);
	bs_zone_unlock(rc, zone);
	if (ok)
		*r = (struct bs_range){pfn, b.order};
	return ok;
}

static int scan(struct bs_report_ctx *rc, struct bs_bitmap_zone *z)
{
	struct bs_bitmap *s = bs_state(rc);
	uint64_t capacity = bs_param_get(rc, CAPACITY);
	unsigned int n = 0, zone;

	if (capacity > bs_capacity(rc))
		capacity = bs_capacity(rc);
	for (uint32_t bit = next_bit(z, 0); bit < z->nbits; bit = next_bit(z, bit + 1)) {
		bs_pfn pfn = z->base + (bit << s->order);

		if (!bs_pfn_online(rc, pfn, &zone)) {
			/* v11 goes on without going forward: the worker never comes back, and
			 * as it stays active, nothing is ever queued again. Here it at least lets
			 * go of what it holds, or the guest could not be switched off. */
			if (has_defect(rc, DEFECT_HANG)) {
				release(rc, s->slot, n);
				return -ELOOP;
			}
			continue;
		}
		if (take(rc, z, bit, pfn, zone, &s->slot[n]) && ++n == capacity) {
			tell_and_release(rc, n);
			n = 0;
		}
	}
	if (n)
		tell_and_release(rc, n);
	return 0;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct bs_bitmap *s = bs_state(rc);

	(void)cpu;
	s->active = true;
	for (unsigned int t = 0; t < BS_NR_ZONE_TYPES; t++)
		if (enough(rc, &s->zone[t]) && scan(rc, &s->zone[t]))
			return -ELOOP;
	s->active = false;
	if (s->missed && is_fixed(rc, FIX_CURSOR))
		bs_wake(rc, 0);
	s->missed = false;
	return 0;
}

static void print_state(struct bs_report_ctx *rc, unsigned int zone, FILE *out)
{
	const struct bs_bitmap_zone *z = zone_of(rc, zone);
	const char *comma = "";

	fprintf(out, " base=%u nbits=%u n=%u bits=", z->base, z->nbits, z->free_pages);
	for (uint32_t bit = next_bit(z, 0); bit < z->nbits; bit = next_bit(z, bit + 1)) {
		fprintf(out, "%s%u", comma, bit);
		comma = ",";
	}
}

static const struct bs_strategy_memory series = {
	.page = "1 bit / 2 MiB",
	.zone = "none (per type)",
	.rest = "a record per zone type, (span >> 9) + 1 bits each; 16 (address, size) pairs",
	.note = "per zone: that one bit more, rounded up to a word of 64; 8 bytes a pair, not 16",
};

const struct bs_strategy bs_strategy_bitmap = {
	.name = "bitmap",
	.summary = "a bit per 2 MiB freed, a worker that scans them 16 at a time",
	.origin = "Nitesh Narayan Lal, [RFC][Patch v11] mm: Support for page hinting, 2019-07-10",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_DUPLICATES,
	.state_size = sizeof(struct bs_bitmap),
	.params = params,
	.start = start,
	.stop = stop,
	.block_in = block_in,
	.pass = pass,
	.print_state = print_state,
	.zones_have_state = true,
	.series = &series,
};
