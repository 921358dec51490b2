// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page whose bit is set in d->dirty holds something: an owner's, or a pattern that is not zero. It
 * is set by whoever writes, and cleared by nobody but the host that drops the page, or a guest that
 * overwrites with zeroes what it frees.
 */
#include "zero.h"

#include <errno.h>

#include "costs.h"
#include "lazy.h"

static size_t dirty_bytes(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES * sizeof(*d->dirty);
}

int bs_zero_init(struct bs_device *d, bool wanted, struct bs_error *err)
{
	if (!wanted)
		return 0;
	d->dirty = bs_lazy_map(dirty_bytes(d));
	return d->dirty ? 0
			: bs_error_set(err, BS_RESOURCE, ENOMEM, "device", "use a smaller --memory",
				       "no memory for the account of zeroed pages");
}

void bs_zero_destroy(struct bs_device *d)
{
	bs_lazy_unmap(d->dirty, dirty_bytes(d));
}

void bs_zero_set_dirty(struct bs_device *d, bs_pfn pfn, unsigned int nr, bool dirty)
{
	const uint64_t word = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = word; i < word + bs_nr_words(nr); i++)
		d->dirty[i] = dirty ? d->dirty[i] | mask : d->dirty[i] & ~mask;
}

void bs_zero_discarded(struct bs_device *d, struct bs_range r)
{
	/* The others leave it to the kernel, or bring the content back. */
	if (d->advice == BS_ADVICE_DONTNEED)
		bs_zero_set_dirty(d, r.pfn, 1U << r.order, false);
}

bs_ns bs_device_zero(struct bs_device *d, bs_pfn pfn, unsigned int order, bool known)
{
	const bool filled = d->poison == BS_POISON_HOST && d->poison_byte;
	uint64_t word, mask, pages = 0;
	unsigned int nr;

	bs_device_in_units(d, &pfn, &order);
	nr = 1U << order;
	word = pfn / BS_WORD_PAGES;
	mask = bs_word_mask(pfn, nr);
	if (!known)
		return bs_cost_of(nr, d->costs.zero_per_mib);
	d->stats.zeroing_avoided_bytes += (uint64_t)nr << BS_UNIT_SHIFT;
	for (uint64_t i = word; d->dirty && i < word + bs_nr_words(nr); i++) {
		/* What is not there yet is filled before the owner sees it. */
		const uint64_t unseen = filled ? ~d->res.words[i].resident : 0;

		pages += bs_weight((d->dirty[i] | unseen) & mask);
	}
	d->stats.unzeroed_bytes += pages << BS_UNIT_SHIFT;
	return 0;
}
