// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page whose bit is set in d->poisoned reads as the pattern whenever it is resident: the guest or
 * the host wrote it, or it was dropped since and the pattern is the zeroes that it comes back with.
 * Only such pages are looked at, so that the check itself never maps one.
 */
#include "poison.h"

#include <errno.h>

#include "costs.h"
#include "fault_in.h"
#include "law.h"
#include "lazy.h"
#include "zero.h"

static uint64_t nr_words(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

int bs_poison_init(struct bs_device *d, struct bs_error *err)
{
	if (d->poison == BS_POISON_OFF)
		return 0;
	d->poisoned = bs_lazy_map(nr_words(d) * sizeof(*d->poisoned));
	return d->poisoned ? 0
			   : bs_error_set(err, BS_RESOURCE, ENOMEM, "device",
					  "use a smaller --memory", "no memory for poison=");
}

void bs_poison_destroy(struct bs_device *d)
{
	bs_lazy_unmap(d->poisoned, nr_words(d) * sizeof(*d->poisoned));
}

bool bs_poison_inhibits(const struct bs_device *d)
{
	return (d->poison == BS_POISON_BEFORE || d->poison == BS_POISON_AFTER) && d->poison_byte;
}

/* ---- Written by the guest -------------------------------------------------------------------- */

enum bs_poison bs_device_poison_mode(const struct bs_device *d)
{
	return d->poison;
}

int bs_device_poison(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		     struct bs_error *err)
{
	uint64_t first, mask;
	unsigned int nr;
	bs_pfn page;
	int ret;

	*cost = 0;
	bs_device_in_units(d, &pfn, &order);
	nr = 1U << order;
	if (!bs_device_is_block(d, pfn, order))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	if (d->touch == BS_TOUCH_NONE ||
	    (d->poison != BS_POISON_BEFORE && d->poison != BS_POISON_AFTER))
		return 0;
	ret = bs_law_not_at_device(d, pfn, order, "poisoned while it is at the device", err);
	if (ret)
		return ret;
	page = bs_shadow_find_owned(&d->res, pfn, nr);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "poisoned while it is in use", pfn, order);
	if (!bs_residency_all(&d->res, pfn, nr)) {
		const struct bs_fault_cost fault = bs_device_fault_in(d, pfn, nr, now);

		*cost = fault.first_touch + fault.refault + fault.host_zero + fault.swap +
			fault.restore;
	}
	if (d->ops->fill)
		d->ops->fill(d, pfn, nr, d->poison_byte);
	first = pfn / BS_WORD_PAGES;
	mask = bs_word_mask(pfn, nr);
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		d->poisoned[i] |= mask;
	if (d->dirty)
		bs_zero_set_dirty(d, pfn, nr, d->poison_byte != 0);
	*cost += bs_cost_of(nr, d->costs.poison_per_mib);
	d->stats.poison_bytes += (uint64_t)nr << BS_UNIT_SHIFT;
	return 0;
}

/* ---- And when the memory comes back ---------------------------------------------------------- */

uint64_t bs_poison_damaged(const struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_pfn *first)
{
	const uint64_t word = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	uint64_t damaged = 0;

	for (uint64_t i = word; d->ops->is_filled && i < word + bs_nr_words(nr); i++) {
		uint64_t left = d->poisoned[i] & d->res.words[i].resident & mask;

		for (; left; left &= left - 1) {
			const bs_pfn page =
				(bs_pfn)(i * BS_WORD_PAGES + (unsigned int)__builtin_ctzll(left));

			if (d->ops->is_filled(d, page, d->poison_byte))
				continue;
			if (!damaged++)
				*first = page;
		}
	}
	return damaged;
}

int bs_poison_check(struct bs_device *d, bs_pfn pfn, unsigned int order, struct bs_error *err)
{
	bs_pfn first = pfn;
	const uint64_t damaged = bs_poison_damaged(d, pfn, 1U << order, &first);

	if (!damaged)
		return 0;
	d->stats.content_loss += damaged;
	return bs_device_broken(d, err, first, "poison lost while it was free", pfn, order);
}

void bs_poison_taken(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t word = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = word; i < word + bs_nr_words(nr); i++)
		d->poisoned[i] &= ~mask;
}
