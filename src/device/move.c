// SPDX-License-Identifier: GPL-2.0-or-later
/* move.c - the guest's kernel moves what is in use to another place, and whose it is with it. */
#include "costs.h"
#include "fault_in.h"
#include "kept.h"
#include "law.h"
#include "poison.h"
#include "zero.h"

static void add(struct bs_fault_cost *sum, struct bs_fault_cost c)
{
	sum->first_touch += c.first_touch;
	sum->refault += c.refault;
	sum->host_zero += c.host_zero;
	sum->swap += c.swap;
	sum->restore += c.restore;
}

/* Is it a block, and nowhere on its way to the host? */
static int check(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int order,
		 struct bs_error *err)
{
	bs_pfn page;
	int ret = bs_law_not_at_device(d, from, order, "moved while it is at the device", err);

	if (!ret)
		ret = bs_law_not_at_device(d, to, order, "moved to while it is at the device", err);
	if (ret || d->touch == BS_TOUCH_NONE)
		return ret;
	page = bs_shadow_find_owned(&d->res, to, 1U << order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "moved to, but in use", to, order);
	return d->poisoned ? bs_poison_check(d, to, order, err) : 0;
}

/* What the pages at @from hold those at @to hold from now on. */
static void copy_dirt(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		const bs_pfn page = from + i;
		const bool dirty = d->dirty[page / BS_WORD_PAGES] >> (page % BS_WORD_PAGES) & 1;

		bs_zero_set_dirty(d, to + i, 1, dirty);
	}
}

int bs_device_move(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int order, bs_ns now,
		   bs_ns *copy, struct bs_fault_cost *cost, struct bs_error *err)
{
	unsigned int nr, order_of_to = order;
	bool owned;
	int ret;

	*cost = (struct bs_fault_cost){0};
	*copy = 0;
	bs_device_in_units(d, &to, &order_of_to);
	bs_device_in_units(d, &from, &order);
	nr = 1U << order;
	ret = check(d, from, to, order, err);
	if (ret)
		return ret;
	*copy = bs_cost_of(nr, d->costs.move_per_mib);
	if (d->touch == BS_TOUCH_NONE)
		return 0;
	owned = bs_shadow_find_owned(&d->res, from, nr) != BS_NO_PFN;
	/* It is read, which is a fault like any other where the host does not have it. */
	add(cost, bs_device_fault_in(d, from, nr, now));
	if (d->ops->populate)
		d->ops->populate(d, from, nr);
	add(cost, bs_device_fault_in(d, to, nr, now));
	if (d->ops->move)
		d->ops->move(d, from, to, nr, owned);
	if (owned) {
		bs_shadow_disown(&d->res, from, nr);
		bs_shadow_own(&d->res, to, nr);
	}
	bs_kept_forget(d, to, nr);
	if (unlikely(d->poisoned))
		bs_poison_taken(d, to, nr);
	if (unlikely(d->dirty))
		copy_dirt(d, from, to, nr);
	return 0;
}
