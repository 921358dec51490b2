// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kept.c - what the host holds of memory that has no owner, and what of that it might have given back.
 */
#include "kept.h"

#include <errno.h>

#include "lazy.h"

#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)

static uint64_t nr_words(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

int bs_kept_init(struct bs_device *d, struct bs_error *err)
{
	d->kept = bs_lazy_map(nr_words(d) * sizeof(*d->kept));
	return d->kept ? 0
		       : bs_error_set(err, BS_RESOURCE, ENOMEM, "device", "use a smaller --memory",
				      "no memory for what the host keeps");
}

void bs_kept_destroy(struct bs_device *d)
{
	bs_lazy_unmap(d->kept, nr_words(d) * sizeof(*d->kept));
}

void bs_kept_note(struct bs_device *d, struct bs_range r)
{
	const uint64_t first = r.pfn / BS_WORD_PAGES, mask = bs_word_mask(r.pfn, 1U << r.order);

	for (uint64_t i = first; i < first + bs_nr_words(1U << r.order); i++) {
		const uint64_t left = d->res.words[i].resident & mask;

		if (!left)
			continue;
		d->kept[i] |= left;
		d->any_kept = true;
	}
}

void bs_kept_lazily(struct bs_device *d, struct bs_range r, bs_ns now)
{
	const uint64_t first = r.pfn / BS_WORD_PAGES, mask = bs_word_mask(r.pfn, 1U << r.order);
	unsigned int pages = 0;

	for (uint64_t i = first; i < first + bs_nr_words(1U << r.order); i++)
		pages += bs_weight(d->res.words[i].resident & mask & ~d->kept[i]);
	d->res.redundant += (1U << r.order) - pages;
	d->stats.lazyfree_bytes += (uint64_t)pages << BS_UNIT_SHIFT;
	bs_kept_note(d, r);
	if (d->lazy)
		bs_lazy_note(d, r, now);
}

/* ---- What there is --------------------------------------------------------------------------- */

uint64_t bs_device_resident_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	const struct bs_region *g;
	uint64_t first, mask, pages;
	unsigned int nr;

	bs_device_in_units(d, &pfn, &order);
	g = &d->res.regions[pfn >> BS_REGION_SHIFT];
	pages = g->resident;
	nr = 1U << order;
	if (order >= BS_REGION_SHIFT) {
		for (unsigned int i = 1; i < nr >> BS_REGION_SHIFT; i++)
			pages += g[i].resident;
		return pages << BS_UNIT_SHIFT;
	}
	if (!pages || pages == BS_REGION_PAGES)
		return pages ? (uint64_t)nr << BS_UNIT_SHIFT : 0;
	pages = 0;
	first = pfn / BS_WORD_PAGES;
	mask = bs_word_mask(pfn, nr);
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		pages += bs_weight(d->res.words[i].resident & mask);
	return pages << BS_UNIT_SHIFT;
}

/* Is a page in use that the region's huge page maps? */
static bool huge_page_in_use(const struct bs_residency *r, uint64_t region)
{
	const uint64_t first = region * REGION_WORDS;
	uint64_t used = 0;

	if (!r->thp || !r->regions[region].huge_left)
		return false;
	for (uint64_t i = first; i < first + REGION_WORDS; i++)
		used |= bs_residency_huge(r, i) & r->words[i].owned;
	return used;
}

uint64_t bs_device_kept_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	if (!d->any_kept)
		return 0;
	bs_device_in_units(d, &pfn, &order);
	return bs_map_count(d->kept, pfn, 1U << order) << BS_UNIT_SHIFT;
}

static uint64_t beside_in_region(const struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	uint64_t pages = 0;

	if (!huge_page_in_use(&d->res, pfn >> BS_REGION_SHIFT))
		return 0;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		pages += bs_weight(bs_residency_huge(&d->res, i) & mask & ~d->kept[i]);
	return pages;
}

uint64_t bs_device_beside_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	unsigned int nr, step;
	uint64_t pages = 0;

	bs_device_in_units(d, &pfn, &order);
	nr = 1U << order;
	step = nr < BS_REGION_PAGES ? nr : BS_REGION_PAGES;
	for (unsigned int done = 0; done < nr; done += step)
		pages += beside_in_region(d, pfn + done, step);
	return pages << BS_UNIT_SHIFT;
}

void bs_device_unmapped(const struct bs_device *d, uint64_t *in_use, uint64_t *rest)
{
	const struct bs_residency *r = &d->res;
	uint64_t left = r->unmapped, pages[2] = {0};

	for (uint32_t i = 0; left; i++) {
		const uint32_t region = r->populated[i];
		const unsigned int mapped = r->regions[region].huge_left;

		if (!mapped || mapped == BS_REGION_PAGES)
			continue;
		pages[huge_page_in_use(r, region)] += BS_REGION_PAGES - mapped;
		left -= BS_REGION_PAGES - mapped;
	}
	*in_use = pages[1] << BS_UNIT_SHIFT;
	*rest = pages[0] << BS_UNIT_SHIFT;
}

void bs_device_each_populated(const struct bs_device *d,
			      void (*visit)(void *arg, bs_pfn pfn, unsigned int order), void *arg)
{
	const unsigned int order = BS_REGION_SHIFT - d->unit_shift;
	const struct bs_residency *r = &d->res;

	for (uint32_t i = 0; i < r->nr_populated; i++)
		if (r->regions[r->populated[i]].resident)
			visit(arg, r->populated[i] << order, order);
}
