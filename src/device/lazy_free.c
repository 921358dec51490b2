// SPDX-License-Identifier: GPL-2.0-or-later
#include "lazy_free.h"

#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)

void bs_lazy_note(struct bs_device *d, struct bs_range r, bs_ns now)
{
	const uint64_t first = r.pfn / BS_WORD_PAGES, mask = bs_word_mask(r.pfn, 1U << r.order);

	for (uint64_t i = first; i < first + bs_nr_words(1U << r.order); i++) {
		const uint64_t there = d->res.words[i].resident & mask;

		d->lazy[i] |= there;
		if (there)
			bs_cold_note(&d->lazy_units, (uint32_t)(i / REGION_WORDS), now);
	}
}

static bool any_lazy(const struct bs_device *d, uint64_t region)
{
	const uint64_t words = (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
	uint64_t any = 0;

	for (uint64_t i = region * REGION_WORDS; i < (region + 1) * REGION_WORDS && i < words; i++)
		any |= d->lazy[i];
	return any;
}

void bs_lazy_forget(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		d->lazy[i] &= ~mask;
	for (uint64_t g = pfn >> BS_REGION_SHIFT; g <= (pfn + nr - 1) >> BS_REGION_SHIFT; g++)
		if (!any_lazy(d, g))
			bs_cold_remove(&d->lazy_units, (uint32_t)g);
}
