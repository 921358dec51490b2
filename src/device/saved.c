// SPDX-License-Identifier: GPL-2.0-or-later
#include "saved.h"

#include <errno.h>

#include "costs.h"
#include "lazy.h"

#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)

static uint64_t nr_words(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

/* ---- What a snapshot carries ----------------------------------------------------------------- */

uint64_t bs_device_content(const struct bs_device *d)
{
	const struct bs_residency *r = &d->res;
	uint64_t pages = 0;

	for (uint32_t i = 0; d->dirty && i < r->nr_populated; i++) {
		const uint64_t first = (uint64_t)r->populated[i] * REGION_WORDS;

		for (uint64_t w = first; w < first + REGION_WORDS && w < nr_words(d); w++)
			pages += bs_weight(d->dirty[w]);
	}
	return pages << BS_UNIT_SHIFT;
}

uint64_t bs_device_content_of(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	if (!d->dirty)
		return 0;
	bs_device_in_units(d, &pfn, &order);
	return bs_map_count(d->dirty, pfn, 1U << order) << BS_UNIT_SHIFT;
}

/* ---- Going on from one ----------------------------------------------------------------------- */

int bs_device_may_restore(struct bs_device *d, struct bs_error *err)
{
	if (d->ops->traits.has_arena)
		return bs_error_set(err, BS_USAGE, EINVAL, d->ops->traits.name,
				    "use --device model",
				    "its arena is this host's own memory, which is not taken away "
				    "and brought back from a snapshot");
	if (!d->res.saved)
		d->res.saved = bs_lazy_map(nr_words(d) * sizeof(*d->res.saved));
	bs_device_note_plain(d);
	return d->res.saved
		       ? 0
		       : bs_error_set(err, BS_RESOURCE, ENOMEM, "device", "use a smaller --memory",
				      "no address space for what lies in a snapshot");
}

void bs_device_restore(struct bs_device *d)
{
	struct bs_residency *r = &d->res;

	for (uint32_t i = 0; i < r->nr_populated; i++) {
		const uint64_t first = (uint64_t)r->populated[i] * REGION_WORDS;

		for (uint64_t w = first; w < first + REGION_WORDS && w < nr_words(d); w++) {
			d->kept[w] = 0;
			if (d->lazy)
				d->lazy[w] = 0;
		}
		if (d->lazy)
			bs_cold_remove(&d->lazy_units, r->populated[i]);
	}
	bs_residency_restore(r, d->dirty);
}

uint64_t bs_device_come_back(struct bs_device *d, uint32_t *unit, bs_ns now, bs_ns *cost)
{
	struct bs_residency *r = &d->res;
	unsigned int pages = 0;

	while (!pages && r->saved_pages && *unit < r->nr_populated)
		pages = bs_residency_come_back(r, r->populated[(*unit)++], now);
	*cost = bs_cost_of(pages, d->costs.restore_per_mib);
	return (uint64_t)pages << BS_UNIT_SHIFT;
}

uint64_t bs_device_saved(const struct bs_device *d)
{
	return d->res.saved_pages << BS_UNIT_SHIFT;
}

uint64_t bs_device_came_back(const struct bs_device *d)
{
	return d->res.came_back << BS_UNIT_SHIFT;
}

bs_pfn bs_saved_find_lost(const struct bs_residency *r, bs_pfn pfn, unsigned int nr, uint64_t *lost)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	bs_pfn found = BS_NO_PFN;

	*lost = 0;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++) {
		const uint64_t there = r->words[i].resident | (r->swapped ? r->swapped[i] : 0) |
				       (r->saved ? r->saved[i] : 0);
		const uint64_t gone = r->words[i].owned & mask & ~there;

		if (gone && found == BS_NO_PFN)
			found = (bs_pfn)(i * BS_WORD_PAGES + (unsigned int)__builtin_ctzll(gone));
		*lost += bs_weight(gone);
	}
	return found;
}
