// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poison.c - a pattern over memory that is free: who writes it, what the host makes of that, and
 * whether it is still there when the memory comes back (spec reporting.md 11, 12.1, 12.2; 15 nos. 8
 * to 10).
 *
 * A page whose bit is set in d->poisoned reads as the pattern whenever it is resident: the guest or
 * the host wrote it, or it was dropped since and the pattern is the zeroes that it comes back with.
 * Only such pages are looked at, so that the check itself never maps one.
 */
#include "device_int.h"

#include <errno.h>
#include <string.h>

#include "lazy.h"

/* Words that one touch can change: those of the regions of a block of 4 MiB. */
#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)
#define MAX_WORDS (((1U << BS_MAX_ORDER) / BS_REGION_PAGES) * REGION_WORDS)

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

static bs_ns poison_cost(struct bs_device *d, uint64_t pages)
{
	return pages * d->costs.poison_per_mib >> (20 - BS_PAGE_SHIFT);
}

/* ---- Written by the host --------------------------------------------------------------------- */

static void fill_word(struct bs_device *d, uint64_t word, uint64_t pages)
{
	d->poisoned[word] |= pages;
	if (d->dirty && d->poison_byte)
		d->dirty[word] |= pages;
	d->stats.poison_bytes += (uint64_t)__builtin_popcountll(pages) << BS_PAGE_SHIFT;
	for (; d->ops->fill && pages; pages &= pages - 1)
		d->ops->fill(d,
			     (bs_pfn)(word * BS_WORD_PAGES + (unsigned int)__builtin_ctzll(pages)),
			     1, d->poison_byte);
}

/* A touch, and the pattern over every page that it brings in: the block's and, with huge pages, its
 * neighbours. */
static void touch_and_fill(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now,
			   struct bs_refault *again)
{
	const uint64_t first = (pfn & ~(BS_REGION_PAGES - 1)) / BS_WORD_PAGES;
	uint64_t end = (pfn + nr + BS_REGION_PAGES - 1) / BS_REGION_PAGES * REGION_WORDS;
	uint64_t before[MAX_WORDS];

	if (end > nr_words(d))
		end = nr_words(d);
	for (uint64_t i = first; i < end; i++)
		before[i - first] = d->res.words[i].resident;
	bs_residency_touch(&d->res, pfn, nr, now, again);
	for (uint64_t i = first; i < end; i++)
		fill_word(d, i, d->res.words[i].resident & ~before[i - first]);
}

bs_ns bs_device_fault_in(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	struct bs_refault again = {0};
	bs_ns cost = 0;

	if (likely(d->poison != BS_POISON_HOST)) {
		bs_residency_touch(&d->res, pfn, nr, now, &again);
	} else {
		touch_and_fill(d, pfn, nr, now, &again);
		/* As for the fault itself, first touches are everybody's and cost nothing. */
		cost = poison_cost(d, again.base_pages + again.huge_pages * BS_REGION_PAGES);
	}
	return cost + bs_device_refault_cost(d, &again);
}

bs_ns bs_device_install_pages(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now,
			      uint64_t *pages)
{
	const uint64_t before = d->res.resident;
	struct bs_refault again = {0};
	bs_ns cost;

	if (d->poison == BS_POISON_HOST)
		touch_and_fill(d, pfn, nr, now, &again);
	else
		bs_residency_touch(&d->res, pfn, nr, now, &again);
	*pages = d->res.resident - before;
	cost = *pages * d->costs.install_per_mib >> (20 - BS_PAGE_SHIFT);
	return d->poison == BS_POISON_HOST ? cost + poison_cost(d, *pages) : cost;
}

/* ---- Written by the guest -------------------------------------------------------------------- */

enum bs_poison bs_device_poison_mode(const struct bs_device *d)
{
	return d->poison;
}

int bs_device_poison(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		     struct bs_error *err)
{
	const unsigned int nr = 1U << order;
	uint64_t first, mask;
	bs_pfn page;

	*cost = 0;
	if (!bs_device_is_block(d, pfn, order))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	if (d->touch == BS_TOUCH_NONE ||
	    (d->poison != BS_POISON_BEFORE && d->poison != BS_POISON_AFTER))
		return 0;
	page = bs_virtqueue_find(&d->vq, pfn, order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "poisoned while it is at the device", pfn,
					order);
	page = bs_shadow_find_owned(&d->res, pfn, nr);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "poisoned while it is in use", pfn, order);
	if (!bs_residency_all(&d->res, pfn, nr))
		*cost = bs_device_fault_in(d, pfn, nr, now);
	if (d->ops->fill)
		d->ops->fill(d, pfn, nr, d->poison_byte);
	first = pfn / BS_WORD_PAGES;
	mask = bs_word_mask(pfn, nr);
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		d->poisoned[i] |= mask;
	if (d->dirty)
		bs_zero_set_dirty(d, pfn, nr, d->poison_byte != 0);
	*cost += poison_cost(d, nr);
	d->stats.poison_bytes += (uint64_t)nr << BS_PAGE_SHIFT;
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

void bs_poison_taken(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t word = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = word; i < word + bs_nr_words(nr); i++)
		d->poisoned[i] &= ~mask;
}
