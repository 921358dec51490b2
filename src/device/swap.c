// SPDX-License-Identifier: GPL-2.0-or-later
#include "swap.h"

#include <errno.h>

#include "compiler.h"
#include "costs.h"
#include "kept.h"
#include "lazy.h"
#include "zero.h"

#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)

static uint64_t nr_words(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

int bs_device_may_swap(struct bs_device *d, struct bs_error *err)
{
	int ret;

	if (d->ops->traits.has_arena)
		return bs_error_set(err, BS_USAGE, EINVAL, d->ops->traits.name,
				    "use --device model",
				    "its arena is this host's own memory, which "
				    "is not swapped for a modelled one");
	ret = bs_residency_may_swap(&d->res, err);
	if (ret)
		return ret;
	d->lazy = bs_lazy_map(nr_words(d) * sizeof(*d->lazy));
	bs_device_note_plain(d);
	if (d->lazy && !bs_cold_init(&d->lazy_units, d->res.cold.nr))
		return 0;
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "device", "use a smaller --memory",
			    "no address space for what the host may drop");
}

void bs_swap_destroy(struct bs_device *d)
{
	bs_lazy_unmap(d->lazy, nr_words(d) * sizeof(*d->lazy));
	bs_cold_destroy(&d->lazy_units);
}

/* ---- What was advised MADV_FREE -------------------------------------------------------------- */

bs_ns bs_device_oldest_lazy(const struct bs_device *d)
{
	bs_ns at = BS_NO_TIME;

	bs_cold_oldest(&d->lazy_units, &at);
	return at;
}

static void drop(struct bs_device *d, struct bs_range r, bs_ns now)
{
	bs_residency_discard(&d->res, r.pfn, 1U << r.order, now);
	if (d->dirty)
		bs_zero_set_dirty(d, r.pfn, 1U << r.order, false);
	bs_kept_forget(d, r.pfn, 1U << r.order);
}

uint64_t bs_device_drop_lazy(struct bs_device *d, bs_ns now, bs_ns *cost)
{
	const uint64_t before = d->res.resident;
	bs_ns at;
	const uint32_t region = bs_cold_oldest(&d->lazy_units, &at);
	bool whole = true;
	uint64_t pages;

	*cost = 0;
	if (region == BS_NO_REGION)
		return 0;
	for (uint64_t i = (uint64_t)region * REGION_WORDS;
	     i < (region + UINT64_C(1)) * REGION_WORDS; i++)
		whole &= i < nr_words(d) && d->lazy[i] == UINT64_MAX;
	if (whole)
		drop(d,
		     (struct bs_range){.pfn = region << BS_REGION_SHIFT, .order = BS_REGION_SHIFT},
		     now);
	for (uint64_t i = (uint64_t)region * REGION_WORDS;
	     !whole && i < (region + UINT64_C(1)) * REGION_WORDS && i < nr_words(d); i++)
		for (uint64_t left = d->lazy[i]; left; left &= left - 1)
			drop(d,
			     (struct bs_range){
				     .pfn = (bs_pfn)(i * BS_WORD_PAGES +
						     (unsigned int)__builtin_ctzll(left))},
			     now);
	pages = before - d->res.resident;
	*cost = bs_cost_of(pages, d->res.thp ? d->costs.thp_per_mib : d->costs.per_mib);
	d->stats.lazy_dropped_bytes += pages << BS_UNIT_SHIFT;
	return pages << BS_UNIT_SHIFT;
}

/* ---- Out and in ------------------------------------------------------------------------------ */

bs_ns bs_device_coldest(const struct bs_device *d)
{
	bs_ns at = BS_NO_TIME;

	bs_cold_oldest(&d->res.cold, &at);
	return at;
}

/* What was left alone there is as good as any other page when it comes back. */
static void forget_region(struct bs_device *d, uint32_t region)
{
	const uint64_t first = (uint64_t)region * REGION_WORDS;

	for (uint64_t i = first; i < first + REGION_WORDS && i < nr_words(d); i++)
		d->kept[i] = d->lazy[i] = 0;
	bs_cold_remove(&d->lazy_units, region);
}

uint64_t bs_device_swap_out(struct bs_device *d, bs_ns *cost)
{
	bs_ns at;
	const uint32_t region = bs_cold_oldest(&d->res.cold, &at);
	uint64_t pages;

	*cost = 0;
	if (region == BS_NO_REGION)
		return 0;
	forget_region(d, region);
	pages = bs_residency_swap_out(&d->res, region);
	*cost = bs_cost_of(pages, d->costs.swap_out_per_mib);
	d->stats.swapped_out_bytes += pages << BS_UNIT_SHIFT;
	return pages << BS_UNIT_SHIFT;
}

uint64_t bs_device_swapped(const struct bs_device *d)
{
	return d->res.swapped_out << BS_UNIT_SHIFT;
}

void bs_device_let_go(struct bs_device *d)
{
	struct bs_residency *r = &d->res;

	for (uint32_t i = 0; i < r->nr_populated; i++) {
		const uint64_t first = (uint64_t)r->populated[i] * REGION_WORDS;

		for (uint64_t w = first; w < first + REGION_WORDS && w < nr_words(d); w++) {
			r->words[w].resident = 0;
			r->discarded[w] = d->kept[w] = 0;
			if (r->swapped)
				r->swapped[w] = d->lazy[w] = 0;
			if (r->saved)
				r->saved[w] = 0;
		}
		r->regions[r->populated[i]] = (struct bs_region){.listed = true};
		if (r->swapped) {
			bs_cold_remove(&r->cold, r->populated[i]);
			bs_cold_remove(&d->lazy_units, r->populated[i]);
		}
	}
	r->resident = r->unmapped = r->swapped_out = r->saved_pages = 0;
}
