// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watermark.c - may a zone give this block, and where the marks come from (RULES.md, watermarks).
 */
#include "watermark.h"

#include "alloc_flags.h"

#define SCALE_FACTOR 10 /* watermark_scale_factor, 1/10000 */
/* Below 512 MiB the kernel leaves THP off by default, and khugepaged raises nothing: the dumps of
 * 512 MiB guests have the plain marks, those of 5 GiB the raised ones. */
#define THP_MIN_BYTES (UINT64_C(512) << 20)

static bool has_block(const struct zone *z, unsigned int order, bool highatomic)
{
	unsigned int orders = z->nonempty[BS_MIGRATE_UNMOVABLE] | z->nonempty[BS_MIGRATE_MOVABLE] |
			      z->nonempty[BS_MIGRATE_RECLAIMABLE];

	if (highatomic)
		orders |= z->nonempty[BS_MIGRATE_HIGHATOMIC];
	return orders >> order;
}

bool mm_watermark_ok(const struct bs_machine *m, const struct zone *z, unsigned int order,
		     uint64_t mark, unsigned int hz, unsigned int flags)
{
	int64_t free = z->nr_free_pages - ((INT64_C(1) << order) - 1), min = (int64_t)mark;
	bool highatomic;

	if (m->km.reserve_flags == KM_HARDER) {
		const bool harder = flags & (ALLOC_NON_BLOCK | ALLOC_OOM);

		if (flags & ALLOC_MIN_RESERVE)
			min -= min / 2;
		if (!harder)
			free -= z->nr_reserved_highatomic;
		else
			min -= flags & ALLOC_OOM ? min / 2 : min / 4;
		highatomic = harder;
	} else {
		if (!(flags &
		      (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM))) {
			free -= *mm_kept_for_others(m, z);
		} else {
			if (flags & ALLOC_MIN_RESERVE) {
				min -= min / 2;
				if (flags & ALLOC_NON_BLOCK)
					min -= min / 4;
			}
			if (flags & ALLOC_OOM)
				min -= min / 2;
		}
		highatomic = flags & (ALLOC_HIGHATOMIC | ALLOC_OOM);
	}
	if (free <= min + (int64_t)z->lowmem_reserve[hz])
		return false;
	return !order || has_block(z, order, highatomic);
}

/* Order 0 without reserve flags is nearly every request: one subtraction and one comparison. */
bool mm_fast_watermark(struct bs_machine *m, struct zone *z, unsigned int order, uint64_t mark,
		       unsigned int hz, unsigned int flags)
{
	if (!order) {
		int64_t usable = z->nr_free_pages;

		if (m->km.fast_order0_highatomic && !(flags & (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE |
							       ALLOC_HIGHATOMIC | ALLOC_OOM))) {
			const int64_t others = *mm_kept_for_others(m, z);

			usable -= usable < others ? usable : others;
		}
		if (likely(usable > (int64_t)(mark + z->lowmem_reserve[hz])))
			return true;
	}
	if (mm_watermark_ok(m, z, order, mark, hz, flags))
		return true;
	/* Some order-0 requests may ignore the boost. */
	if (order || !z->boost || (flags & ALLOC_WMARK_MASK) != WMARK_MIN)
		return false;
	if (m->km.boost_retry == KM_RETRY_NEVER ||
	    !(flags &
	      (m->km.boost_retry == KM_RETRY_ATOMIC ? ALLOC_GFP_ATOMIC : ALLOC_MIN_RESERVE)))
		return false;
	return mm_watermark_ok(m, z, order, z->mark[WMARK_MIN], hz, flags);
}

/* ---- Where the marks come from --------------------------------------------------------------- */

/* From pages to KiB. */
static unsigned int kib_shift(const struct bs_machine *m)
{
	return m->page_shift - 10;
}

static uint64_t isqrt(uint64_t v)
{
	uint64_t r = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
		if (v >= r + bit) {
			v -= r + bit;
			r = (r >> 1) + bit;
		} else {
			r >>= 1;
		}
	}
	return r;
}

static bool counts_as_lowmem(const struct bs_machine *m, const struct zone *z)
{
	return !(m->km.movable_like_highmem && z->type == BS_ZONE_MOVABLE);
}

static uint64_t clamp64(uint64_t v, uint64_t lo, uint64_t hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* What requests up to ZONE_NORMAL may use before marks stop them. The first time marks are 0. */
static uint64_t buffer_pages(const struct bs_machine *m, unsigned int *populated)
{
	uint64_t sum = 0;

	*populated = 0;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];
		const uint64_t high = z->mark[WMARK_HIGH] + z->boost;

		if (z->type > BS_ZONE_NORMAL || !z->managed)
			continue;
		sum += z->managed > high ? z->managed - high : 0;
		++*populated;
	}
	return sum;
}

static void zone_watermarks(struct bs_machine *m, struct zone *z, uint64_t pages_min,
			    uint64_t lowmem)
{
	uint64_t share =
		(uint64_t)((unsigned __int128)pages_min * z->managed / (lowmem ? lowmem : 1));
	uint64_t step =
		z->managed / 10000 * SCALE_FACTOR + z->managed % 10000 * SCALE_FACTOR / 10000;
	uint64_t min = share;

	if (step < share >> 2)
		step = share >> 2;
	if (!counts_as_lowmem(m, z)) {
		min = clamp64(z->managed / 1024, 32, 128);
	}
	z->mark[WMARK_MIN] = min;
	z->mark[WMARK_LOW] = min + step;
	z->mark[WMARK_HIGH] = min + 2 * step;
	z->boost = 0;
}

/* lowmem_reserve: what a zone keeps from requests that could use a higher one. */
static void zone_reserves(struct bs_machine *m, struct zone *z)
{
	static const uint64_t ratio[BS_NR_ZONE_TYPES] = {256, 256, 32, 0, 0};
	uint64_t above = 0;

	for (unsigned int j = 0; j < BS_NR_ZONE_TYPES; j++) {
		z->lowmem_reserve[j] = 0;
		if (j <= z->type)
			continue;
		for (unsigned int i = 0; i < m->nr_zones; i++)
			if (m->zones[i].node == z->node && m->zones[i].type == j)
				above += m->zones[i].managed;
		if (ratio[z->type] && z->managed)
			z->lowmem_reserve[j] = above / ratio[z->type];
	}
}

static unsigned int fls(uint64_t v)
{
	return v ? 64 - (unsigned int)__builtin_clzll(v) : 0;
}

/* Size of the per-CPU part of NR_FREE_PAGES (RULES.md, counters). */
static int32_t stat_threshold(const struct bs_machine *m, const struct zone *z)
{
	return (int32_t)clamp64(2 * fls(m->nr_cpus) * (1 + fls(z->managed >> (27 - m->page_shift))),
				0, 125);
}

void mm_set_reserves(struct bs_machine *m)
{
	for (unsigned int i = 0; i < m->nr_zones; i++)
		zone_reserves(m, &m->zones[i]);
}

static void set_marks(struct bs_machine *m, uint64_t min_free_kb)
{
	uint64_t lowmem = 0;

	m->min_free_kb = min_free_kb;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (counts_as_lowmem(m, &m->zones[i]))
			lowmem += m->zones[i].managed;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		zone_watermarks(m, &m->zones[i], min_free_kb >> kib_shift(m), lowmem);
		zone_reserves(m, &m->zones[i]);
		m->zones[i].stat_threshold = stat_threshold(m, &m->zones[i]);
	}
}

void mm_marks_from_memory(struct bs_machine *m)
{
	unsigned int populated;
	const uint64_t buffer = buffer_pages(m, &populated);

	set_marks(m, clamp64(isqrt((buffer << kib_shift(m)) * 16), 128, m->km.min_free_kb_max));
}

void mm_marks_for_huge_pages(struct bs_machine *m)
{
	const uint64_t pbn = UINT64_C(1) << m->pbo;
	unsigned int populated;
	const uint64_t buffer = buffer_pages(m, &populated);
	uint64_t wanted = pbn * populated * 2 + pbn * populated * 9;

	if (wanted > buffer / 20)
		wanted = buffer / 20;
	wanted <<= kib_shift(m);
	set_marks(m, wanted > m->min_free_kb ? wanted : m->min_free_kb);
}

void mm_setup_watermarks(struct bs_machine *m)
{
	for (unsigned int i = 0; i < m->nr_zones; i++)
		m->zones[i].mark[WMARK_HIGH] = m->zones[i].boost = 0;
	mm_marks_from_memory(m);
	if (m->thp && bs_managed_pages(m) << m->page_shift >= THP_MIN_BYTES)
		mm_marks_for_huge_pages(m);
}

void bs_zone_set_watermarks(struct bs_machine *m, unsigned int zone, uint64_t min, uint64_t low,
			    uint64_t high)
{
	m->zones[zone].mark[WMARK_MIN] = min;
	m->zones[zone].mark[WMARK_LOW] = low;
	m->zones[zone].mark[WMARK_HIGH] = high;
}

void bs_zone_set_lowmem_reserve(struct bs_machine *m, unsigned int zone, unsigned int zone_type,
				uint64_t pages)
{
	m->zones[zone].lowmem_reserve[zone_type] = pages;
}
