// SPDX-License-Identifier: GPL-2.0-or-later
#include "residency.h"

#include <stdlib.h>
#include <string.h>

#include "lazy.h"

static uint64_t nr_all_words(const struct bs_residency *r)
{
	return (r->nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

static uint64_t nr_regions(const struct bs_residency *r)
{
	return (r->nr_pages + BS_REGION_PAGES - 1) >> BS_REGION_SHIFT;
}

int bs_residency_init(struct bs_residency *r, uint64_t nr_pages, bool thp, struct bs_error *err)
{
	*r = (struct bs_residency){.nr_pages = nr_pages, .thp = thp};
	r->words = bs_lazy_map(nr_all_words(r) * sizeof(*r->words));
	r->discarded = bs_lazy_map(nr_all_words(r) * sizeof(*r->discarded));
	r->regions = bs_lazy_map(nr_regions(r) * sizeof(*r->regions));
	r->populated = bs_lazy_map(nr_regions(r) * sizeof(*r->populated));
	if (thp)
		r->huge = bs_lazy_map(nr_all_words(r) * sizeof(*r->huge));
	if (r->words && r->discarded && r->regions && r->populated && (r->huge || !thp))
		return 0;
	bs_residency_destroy(r);
	return bs_error_set(err, BS_RESOURCE, 0, "device", "use a smaller --memory",
			    "no address space for the residency model of %llu pages",
			    (unsigned long long)nr_pages);
}

void bs_residency_destroy(struct bs_residency *r)
{
	bs_lazy_unmap(r->words, nr_all_words(r) * sizeof(*r->words));
	bs_lazy_unmap(r->discarded, nr_all_words(r) * sizeof(*r->discarded));
	bs_lazy_unmap(r->regions, nr_regions(r) * sizeof(*r->regions));
	bs_lazy_unmap(r->populated, nr_regions(r) * sizeof(*r->populated));
	bs_lazy_unmap(r->huge, nr_all_words(r) * sizeof(*r->huge));
	bs_lazy_unmap(r->swapped, nr_all_words(r) * sizeof(*r->swapped));
	bs_lazy_unmap(r->saved, nr_all_words(r) * sizeof(*r->saved));
	bs_cold_destroy(&r->cold);
	memset(r, 0, sizeof(*r));
}

int bs_residency_may_swap(struct bs_residency *r, struct bs_error *err)
{
	if (r->swapped)
		return 0;
	r->swapped = bs_lazy_map(nr_all_words(r) * sizeof(*r->swapped));
	if (!r->swapped || bs_cold_init(&r->cold, nr_regions(r)))
		return bs_error_set(err, BS_RESOURCE, 0, "device", "use a smaller --memory",
				    "no address space for what the host may swap out");
	return 0;
}

static inline uint64_t owned_in_regions(const struct bs_page_word *w, unsigned int n)
{
	uint64_t any = 0;

	for (; n--; w += BS_REGION_PAGES / BS_WORD_PAGES)
#pragma GCC unroll 8
		for (unsigned int i = 0; i < BS_REGION_PAGES / BS_WORD_PAGES; i++)
			any |= w[i].owned;
	return any;
}

bs_pfn bs_shadow_find_owned(const struct bs_residency *r, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	uint64_t any = 0;

	if (nr >= BS_REGION_PAGES)
		any = owned_in_regions(&r->words[first], nr / BS_REGION_PAGES);
	else
		for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
			any |= r->words[i].owned;
	if (!(any & mask))
		return BS_NO_PFN;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t owned = r->words[i].owned & mask;

		if (owned)
			return i * BS_WORD_PAGES + (unsigned int)__builtin_ctzll(owned);
	}
	return BS_NO_PFN;
}

/* ---- Touching -------------------------------------------------------------------------------- */

static void count_refault(struct bs_residency *r, const struct bs_region *g, uint64_t pages,
			  bs_ns now)
{
	const bs_ns age = now > g->discarded ? now - g->discarded : 0;

	r->refault_pages += pages;
	if (age <= BS_NS_PER_S)
		r->refault_1s += pages;
	if (age <= 10 * BS_NS_PER_S)
		r->refault_10s += pages;
}

/* One fault, one huge page: everything in the region is there now, touched or not. */
static void fault_huge(struct bs_residency *r, struct bs_region *g, uint64_t first_word, bs_ns now,
		       struct bs_refault *fault)
{
	uint64_t again = 0;

	for (uint64_t i = first_word; i < first_word + BS_REGION_PAGES / BS_WORD_PAGES; i++) {
		r->words[i].resident = UINT64_MAX;
		if (!r->discarded[i])
			continue;
		again += bs_weight(r->discarded[i]);
		r->discarded[i] = 0;
	}
	g->huge_left = g->resident = BS_REGION_PAGES;
	r->resident += BS_REGION_PAGES;
	r->first_touch += BS_REGION_PAGES - again;
	if (!again) {
		fault->first_huge_pages++;
		return;
	}
	r->refaults++;
	count_refault(r, g, again, now);
	fault->huge_pages++;
}

static void fault_base(struct bs_residency *r, struct bs_region *g, uint64_t word, uint64_t missing,
		       bs_ns now, struct bs_refault *fault)
{
	const unsigned int pages = bs_weight(missing);
	const uint64_t again = bs_weight(missing & r->discarded[word]);

	r->words[word].resident |= missing;
	if (again)
		r->discarded[word] &= ~missing;
	g->resident += (uint16_t)pages;
	r->resident += pages;
	r->first_touch += pages - again;
	fault->first_base_pages += pages - again;
	if (!again)
		return;
	r->refaults += again;
	count_refault(r, g, again, now);
	fault->base_pages += again;
}

/* May the next fault in the region take a huge page? Only if no page table is in the way and the
 * whole of it belongs to the arena: the kernel does not go beyond a mapping's end. */
static bool is_empty_huge_region(const struct bs_residency *r, uint64_t region)
{
	return r->thp && !r->regions[region].split && !r->regions[region].huge_left &&
	       (region + 1) << BS_REGION_SHIFT <= r->nr_pages;
}

/* All of the unit comes back, as it was when it went but for what was discarded meanwhile. */
static void swap_in(struct bs_residency *r, uint64_t region, struct bs_refault *fault)
{
	const uint64_t first = region * (BS_REGION_PAGES / BS_WORD_PAGES);
	struct bs_region *g = &r->regions[region];
	const bool huge = r->thp && g->swapped == BS_REGION_PAGES;

	for (uint64_t i = first; i < first + BS_REGION_PAGES / BS_WORD_PAGES && i < nr_all_words(r);
	     i++) {
		r->words[i].resident |= r->swapped[i];
		r->swapped[i] = 0;
	}
	if (huge)
		g->huge_left = BS_REGION_PAGES;
	g->split = r->thp && !huge;
	g->resident += g->swapped;
	r->resident += g->swapped;
	r->swapped_out -= g->swapped;
	fault->swapped_pages += g->swapped;
	g->swapped = 0;
}

/* Page by page, whatever is around it: a snapshot's file is mapped in base pages. */
static void restore_in(struct bs_residency *r, bs_pfn pfn, unsigned int nr,
		       struct bs_refault *fault)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	unsigned int pages = 0;

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t hit = r->saved[i] & mask;

		pages += bs_weight(hit);
		r->saved[i] &= ~hit;
		r->words[i].resident |= hit;
	}
	r->regions[pfn >> BS_REGION_SHIFT].resident += (uint16_t)pages;
	r->resident += pages;
	r->saved_pages -= pages;
	r->came_back += pages;
	fault->restored_pages += pages;
}

static void touch_in_region(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now,
			    struct bs_refault *fault)
{
	const uint64_t region = pfn >> BS_REGION_SHIFT;
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	struct bs_region *g = &r->regions[region];

	if (!g->listed) {
		g->listed = true;
		r->populated[r->nr_populated++] = (uint32_t)region;
	}
	if (unlikely(g->swapped))
		swap_in(r, region, fault);
	if (unlikely(r->saved_pages))
		restore_in(r, pfn, nr, fault);
	if (unlikely(r->cold.links))
		bs_cold_note(&r->cold, (uint32_t)region, now);
	if (is_empty_huge_region(r, region)) {
		fault_huge(r, g, region * (BS_REGION_PAGES / BS_WORD_PAGES), now, fault);
		return;
	}
	if (g->resident == BS_REGION_PAGES)
		return;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t missing = mask & ~r->words[i].resident;

		if (missing)
			fault_base(r, g, i, missing, now, fault);
	}
}

void bs_residency_touch(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now,
			struct bs_refault *fault)
{
	const unsigned int step = nr < BS_REGION_PAGES ? nr : BS_REGION_PAGES;

	for (unsigned int done = 0; done < nr; done += step)
		touch_in_region(r, pfn + done, step, now, fault);
	if (r->resident + r->unmapped > r->peak)
		r->peak = r->resident + r->unmapped;
}

/* ---- Discarding ------------------------------------------------------------------------------ */

/* Pages of the region's huge page are unmapped: the host has them back when the last one goes. */
static void unmap_of_huge(struct bs_residency *r, struct bs_region *g, unsigned int pages)
{
	g->huge_left -= pages;
	r->unmapped += pages;
	if (!g->huge_left) {
		r->unmapped -= BS_REGION_PAGES;
		r->returned += BS_REGION_PAGES;
	}
}

/* What is in swap, or in a snapshot, is given up there. Nothing of it was resident. */
static unsigned int discard_where(struct bs_residency *r, uint64_t *where, bs_pfn pfn,
				  unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	unsigned int pages = 0;

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t hit = where[i] & mask;

		pages += bs_weight(hit);
		where[i] &= ~hit;
		r->discarded[i] |= hit;
	}
	return pages;
}

static unsigned int discard_elsewhere(struct bs_residency *r, bs_pfn pfn, unsigned int nr)
{
	struct bs_region *g = &r->regions[pfn >> BS_REGION_SHIFT];
	unsigned int swapped = 0, saved = 0;

	if (g->swapped)
		swapped = discard_where(r, r->swapped, pfn, nr);
	if (r->saved_pages)
		saved = discard_where(r, r->saved, pfn, nr);
	g->swapped -= (uint16_t)swapped;
	r->swapped_out -= swapped;
	r->saved_pages -= saved;
	return swapped + saved;
}

/* All of a region: how many pages it had. Nothing is written of one that had none, for then most of a large
 * guest has never been written to. */
static unsigned int drop_region(struct bs_residency *r, uint64_t first, const struct bs_region *g)
{
	struct bs_page_word *w = &r->words[first];
	uint64_t *discarded = &r->discarded[first];

	if (!g->resident)
		return 0;
	if (likely(g->resident == BS_REGION_PAGES)) {
		memset(discarded, 0xff, BS_REGION_PAGES / 8);
#pragma GCC unroll 8
		for (unsigned int i = 0; i < BS_REGION_PAGES / BS_WORD_PAGES; i++)
			w[i].resident = 0;
		return BS_REGION_PAGES;
	}
	for (unsigned int i = 0; i < BS_REGION_PAGES / BS_WORD_PAGES; i++) {
		discarded[i] |= w[i].resident;
		w[i].resident = 0;
	}
	return g->resident;
}

/* A part of a region: how many pages it had, and of the huge page. */
static unsigned int drop_part(struct bs_residency *r, bs_pfn pfn, unsigned int nr,
			      const struct bs_region *g, unsigned int *of_huge)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	unsigned int pages = 0;

	if (!g->resident)
		return 0;
	/* Until now all of it was the huge page's. */
	if (g->huge_left == BS_REGION_PAGES)
		memset(&r->huge[(pfn & ~(BS_REGION_PAGES - 1)) / BS_WORD_PAGES], 0xff,
		       BS_REGION_PAGES / 8);
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t hit = r->words[i].resident & mask;

		if (!hit)
			continue;
		pages += bs_weight(hit);
		r->words[i].resident &= ~hit;
		r->discarded[i] |= hit;
		if (g->huge_left) {
			*of_huge += bs_weight(r->huge[i] & hit);
			r->huge[i] &= ~hit;
		}
	}
	return pages;
}

static void discard_in_region(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	struct bs_region *g = &r->regions[pfn >> BS_REGION_SHIFT];
	unsigned int pages, of_huge = 0, elsewhere = 0;

	if (unlikely(g->swapped | r->saved_pages))
		elsewhere = discard_elsewhere(r, pfn, nr);
	if (nr == BS_REGION_PAGES) {
		of_huge = g->huge_left;
		pages = drop_region(r, pfn / BS_WORD_PAGES, g);
	} else {
		pages = drop_part(r, pfn, nr, g, &of_huge);
	}
	r->redundant += nr - pages - elsewhere;
	r->discarded_total += pages + elsewhere;
	r->resident -= pages;
	r->returned += pages - of_huge;
	if (pages + elsewhere) {
		g->resident -= (uint16_t)pages;
		g->discarded = now;
	}
	if (unlikely(r->cold.links) && !g->resident)
		bs_cold_remove(&r->cold, (uint32_t)(pfn >> BS_REGION_SHIFT));
	if (of_huge)
		unmap_of_huge(r, g, of_huge);
	if (nr < BS_REGION_PAGES)
		g->split |= of_huge > 0;
	else if (g->split)
		g->split = false;
}

void bs_residency_discard(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	const unsigned int step = nr < BS_REGION_PAGES ? nr : BS_REGION_PAGES;

	for (unsigned int done = 0; done < nr; done += step)
		discard_in_region(r, pfn + done, step, now);
}

/* ---- Swapping out ---------------------------------------------------------------------------- */

/* What was dropped of a huge page goes with the rest of it. */
unsigned int bs_residency_swap_out(struct bs_residency *r, uint32_t region)
{
	const uint64_t first = (uint64_t)region * (BS_REGION_PAGES / BS_WORD_PAGES);
	struct bs_region *g = &r->regions[region];
	const unsigned int pages = g->resident;

	for (uint64_t i = first; i < first + BS_REGION_PAGES / BS_WORD_PAGES && i < nr_all_words(r);
	     i++) {
		r->swapped[i] |= r->words[i].resident;
		r->words[i].resident = 0;
	}
	if (g->huge_left && g->huge_left < BS_REGION_PAGES) {
		r->unmapped -= BS_REGION_PAGES - g->huge_left;
		r->returned += BS_REGION_PAGES - g->huge_left;
	}
	g->huge_left = 0;
	g->resident = 0;
	g->swapped += (uint16_t)pages;
	r->resident -= pages;
	r->swapped_out += pages;
	bs_cold_remove(&r->cold, region);
	return pages;
}

/* ---- Going on from a snapshot ---------------------------------------------------------------- */

void bs_residency_restore(struct bs_residency *r, const uint64_t *content)
{
	r->resident = r->unmapped = r->swapped_out = r->saved_pages = 0;
	for (uint32_t i = 0; i < r->nr_populated; i++) {
		const uint32_t region = r->populated[i];
		const uint64_t first = (uint64_t)region * (BS_REGION_PAGES / BS_WORD_PAGES);
		struct bs_region *g = &r->regions[region];
		uint64_t pages = 0;

		for (uint64_t w = first;
		     w < first + BS_REGION_PAGES / BS_WORD_PAGES && w < nr_all_words(r); w++) {
			r->saved[w] = content[w];
			r->words[w].resident = 0;
			if (r->swapped)
				r->swapped[w] = 0;
			pages += bs_weight(content[w]);
		}
		g->huge_left = g->resident = g->swapped = 0;
		g->split = r->thp && pages;
		r->saved_pages += pages;
		if (r->cold.links)
			bs_cold_remove(&r->cold, region);
	}
}

unsigned int bs_residency_come_back(struct bs_residency *r, uint32_t region, bs_ns now)
{
	const uint64_t first = (uint64_t)region * (BS_REGION_PAGES / BS_WORD_PAGES);
	unsigned int pages = 0;

	for (uint64_t w = first; w < first + BS_REGION_PAGES / BS_WORD_PAGES && w < nr_all_words(r);
	     w++) {
		const uint64_t hit = r->saved[w] & r->words[w].owned;

		r->saved[w] &= ~hit;
		r->words[w].resident |= hit;
		pages += bs_weight(hit);
	}
	r->regions[region].resident += (uint16_t)pages;
	r->resident += pages;
	r->saved_pages -= pages;
	r->came_back += pages;
	if (r->resident + r->unmapped > r->peak)
		r->peak = r->resident + r->unmapped;
	if (pages && r->cold.links)
		bs_cold_note(&r->cold, region, now);
	return pages;
}
