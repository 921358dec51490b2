// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault_in.h"

#include "compiler.h"
#include "costs.h"

/* Words that one touch can change: those of the regions of the largest block. */
#define REGION_WORDS (BS_REGION_PAGES / BS_WORD_PAGES)
#define MAX_WORDS (((1U << BS_MAX_UNIT_ORDER) / BS_REGION_PAGES) * REGION_WORDS)

static uint64_t nr_words(const struct bs_device *d)
{
	return (d->res.nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES;
}

static bs_ns poison_cost(const struct bs_device *d, uint64_t pages)
{
	return bs_cost_of(pages, d->costs.poison_per_mib);
}

/* By the host, which fills what it provides. */
static void fill_word(struct bs_device *d, uint64_t word, uint64_t pages)
{
	d->poisoned[word] |= pages;
	if (d->dirty && d->poison_byte)
		d->dirty[word] |= pages;
	d->stats.poison_bytes += (uint64_t)__builtin_popcountll(pages) << BS_UNIT_SHIFT;
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

/* Of so many pages, a pattern over them included where the host writes one. */
static bs_ns fault_cost(const struct bs_device *d, uint64_t base_pages, uint64_t huge_pages)
{
	const bs_ns cost = bs_cost_of(base_pages, d->costs.refault_per_mib) +
			   bs_cost_of(huge_pages * BS_REGION_PAGES, d->costs.refault_thp_per_mib);

	if (likely(d->poison != BS_POISON_HOST))
		return cost;
	return cost + poison_cost(d, base_pages + huge_pages * BS_REGION_PAGES);
}

/* Whoever touches waits for what comes back. */
static bs_ns swapped_in(struct bs_device *d, const struct bs_refault *f)
{
	if (likely(!f->swapped_pages))
		return 0;
	d->stats.swapped_in_bytes += f->swapped_pages << BS_UNIT_SHIFT;
	return bs_cost_of(f->swapped_pages, d->costs.swap_in_per_mib);
}

/* Out of a file on the host's drive. */
static bs_ns restored(const struct bs_device *d, const struct bs_refault *f)
{
	return likely(!f->restored_pages) ? 0
					  : bs_cost_of(f->restored_pages, d->costs.restore_per_mib);
}

/* Of @fault ns, what it takes to zero the pages. */
static bs_ns zeroing(const struct bs_device *d, const struct bs_refault *f, bs_ns fault)
{
	const bs_ns zero = bs_cost_of(f->base_pages + f->huge_pages * BS_REGION_PAGES,
				      d->costs.host_zero_per_mib);

	return zero < fault ? zero : fault;
}

struct bs_fault_cost bs_device_fault_in(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	struct bs_refault f = {0};
	bs_ns again, zero;

	if (likely(d->poison != BS_POISON_HOST))
		bs_residency_touch(&d->res, pfn, nr, now, &f);
	else
		touch_and_fill(d, pfn, nr, now, &f);
	again = fault_cost(d, f.base_pages, f.huge_pages);
	zero = zeroing(d, &f, again);
	return (struct bs_fault_cost){
		.first_touch = fault_cost(d, f.first_base_pages, f.first_huge_pages),
		.refault = again - zero,
		.host_zero = zero,
		.swap = swapped_in(d, &f),
		.restore = restored(d, &f),
	};
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
	*pages = d->res.resident - before - again.swapped_pages - again.restored_pages;
	cost = bs_cost_of(*pages, d->costs.install_per_mib) + swapped_in(d, &again) +
	       restored(d, &again);
	return d->poison == BS_POISON_HOST ? cost + poison_cost(d, *pages) : cost;
}
