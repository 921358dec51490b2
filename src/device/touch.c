// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * touch.c - the guest's side: blocks come and go, and are written to.
 */
#include "compiler.h"
#include "fault_in.h"
#include "kept.h"
#include "law.h"
#include "poison.h"
#include "saved.h"
#include "zero.h"

void bs_device_preset_resident(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_refault none = {0};

	bs_device_in_units(d, &pfn, &order);
	if (!bs_device_is_block(d, pfn, order))
		return;
	if (d->ops->populate)
		d->ops->populate(d, pfn, 1U << order);
	bs_residency_touch(&d->res, pfn, 1U << order, 0, &none);
	if (d->dirty)
		bs_zero_set_dirty(d, pfn, 1U << order, true);
}

/* Everything but the common case: pages fault, or there is an arena to write to. */
static void touch_block(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id, bs_ns now,
			struct bs_fault_cost *cost)
{
	const bool faults = !bs_residency_all(&d->res, pfn, nr);

	if (faults)
		*cost = bs_device_fault_in(d, pfn, nr, now);
	if (d->ops->touch)
		d->ops->touch(d, pfn, nr, id, faults);
}

void bs_device_touch(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now,
		     struct bs_fault_cost *cost)
{
	*cost = (struct bs_fault_cost){0};
	bs_device_in_units(d, &pfn, &order);
	if (d->touch == BS_TOUCH_NONE || (!d->lazy && bs_residency_all(&d->res, pfn, 1U << order)))
		return;
	*cost = bs_device_fault_in(d, pfn, 1U << order, now);
}

/* Of a block within one word: its bits there; 0: it is none, or not of a plain device. */
static inline uint64_t plain_bits(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	const unsigned int nr = 1U << order;

	if (unlikely(!d->plain || order > 5 || pfn & (nr - 1) || pfn + nr > d->res.nr_pages))
		return 0;
	return ((UINT64_C(1) << nr) - 1) << (pfn % BS_WORD_PAGES);
}

static __attribute__((noinline)) int alloc_other(struct bs_device *d, bs_pfn pfn,
						 unsigned int order, uint32_t id, bs_ns now,
						 struct bs_fault_cost *cost, struct bs_error *err)
{
	int ret;

	bs_device_in_units(d, &pfn, &order);
	ret = bs_law_not_at_device(d, pfn, order, "allocated while it is at the device", err);
	if (unlikely(ret))
		return ret;
	if (d->touch == BS_TOUCH_NONE)
		return 0;
	if (unlikely(!bs_shadow_own(&d->res, pfn, 1U << order)))
		return bs_device_broken(d, err, bs_shadow_find_owned(&d->res, pfn, 1U << order),
					"allocated, but in use already", pfn, order);
	bs_kept_forget(d, pfn, 1U << order);
	if (unlikely(d->poisoned))
		ret = bs_poison_check(d, pfn, order, err);
	if (d->ops->touch || unlikely(!bs_residency_all(&d->res, pfn, 1U << order)))
		touch_block(d, pfn, 1U << order, id, now, cost);
	else if (unlikely(d->lazy))
		bs_device_touch(d, pfn, order, now, cost);
	if (unlikely(d->poisoned))
		bs_poison_taken(d, pfn, 1U << order);
	if (unlikely(d->dirty))
		bs_zero_set_dirty(d, pfn, 1U << order, true);
	return ret;
}

int bs_device_alloc(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id, bs_ns now,
		    struct bs_fault_cost *cost, struct bs_error *err)
{
	const uint64_t bits = plain_bits(d, pfn, order);
	struct bs_page_word *w = &d->res.words[pfn / BS_WORD_PAGES];

	*cost = (struct bs_fault_cost){0};
	/* Nearly always it is all there, nobody's, and not in a request. */
	if (likely(bits && !d->vq.in_flight && !d->any_kept && (w->resident & bits) == bits &&
		   !(w->owned & bits))) {
		w->owned |= bits;
		return 0;
	}
	return alloc_other(d, pfn, order, id, now, cost, err);
}

static __attribute__((noinline)) int free_other(struct bs_device *d, bs_pfn pfn, unsigned int order,
						uint32_t id, struct bs_error *err)
{
	uint64_t damaged = 0;
	bs_pfn first;

	bs_device_in_units(d, &pfn, &order);
	first = pfn;
	if (unlikely(!bs_device_is_block(d, pfn, order)))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	if (d->touch == BS_TOUCH_NONE)
		return 0;
	if (d->ops->verify)
		damaged = d->ops->verify(d, pfn, 1U << order, id, &first);
	else if (unlikely(d->res.swapped || d->res.saved)) {
		const bs_pfn lost = bs_saved_find_lost(&d->res, pfn, 1U << order, &damaged);

		first = damaged ? lost : first;
	}
	bs_shadow_disown(&d->res, pfn, 1U << order);
	if (likely(!damaged))
		return 0;
	d->stats.content_loss += damaged;
	return bs_device_broken(d, err, first, "content lost while it was in use", pfn, order);
}

int bs_device_free(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id,
		   struct bs_error *err)
{
	const uint64_t bits = plain_bits(d, pfn, order);

	if (unlikely(!bits))
		return free_other(d, pfn, order, id, err);
	d->res.words[pfn / BS_WORD_PAGES].owned &= ~bits;
	return 0;
}

void bs_device_prefetch(const struct bs_device *d, bs_pfn pfn)
{
	const uint64_t unit = (uint64_t)pfn << d->unit_shift;

	bs_prefetch(&d->res.words[unit < d->res.nr_pages ? unit / BS_WORD_PAGES : 0]);
}

uint64_t bs_device_touched_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	const struct bs_residency *r = &d->res;
	uint64_t first, mask, pages = 0;

	bs_device_in_units(d, &pfn, &order);
	first = pfn / BS_WORD_PAGES;
	mask = bs_word_mask(pfn, 1U << order);
	for (uint64_t i = first; i < first + bs_nr_words(1U << order); i++) {
		const uint64_t elsewhere =
			(r->swapped ? r->swapped[i] : 0) | (r->saved ? r->saved[i] : 0);

		pages += bs_weight((r->words[i].resident | r->discarded[i] | elsewhere) & mask);
	}
	return pages << BS_UNIT_SHIFT;
}
