// SPDX-License-Identifier: GPL-2.0-or-later
#include "virtqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "lazy.h"
#include "residency.h"

static size_t bitmap_bytes(const struct bs_virtqueue *vq)
{
	return (vq->nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES * sizeof(uint64_t);
}

static size_t counts_bytes(const struct bs_virtqueue *vq)
{
	return ((vq->nr_pages >> BS_REGION_SHIFT) + 1) * sizeof(*vq->in_region);
}

int bs_virtqueue_init(struct bs_virtqueue *vq, unsigned int capacity, unsigned int depth,
		      uint64_t nr_pages, struct bs_error *err)
{
	*vq = (struct bs_virtqueue){.capacity = capacity, .depth = depth, .nr_pages = nr_pages};
	vq->at_device = bs_lazy_map(bitmap_bytes(vq));
	vq->in_region = bs_lazy_map(counts_bytes(vq));
	vq->ranges = calloc((size_t)capacity * depth, sizeof(*vq->ranges));
	vq->used = calloc(depth, sizeof(*vq->used));
	if (vq->at_device && vq->in_region && vq->ranges && vq->used)
		return 0;
	bs_virtqueue_destroy(vq);
	return bs_error_set(err, BS_RESOURCE, 0, "device", NULL,
			    "no memory for a queue of %u requests", depth);
}

void bs_virtqueue_destroy(struct bs_virtqueue *vq)
{
	bs_lazy_unmap(vq->at_device, bitmap_bytes(vq));
	bs_lazy_unmap(vq->in_region, counts_bytes(vq));
	free(vq->ranges);
	free(vq->used);
	memset(vq, 0, sizeof(*vq));
}

static bs_pfn find_bit(const struct bs_virtqueue *vq, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		if (vq->at_device[i] & mask)
			return i * BS_WORD_PAGES +
			       (unsigned int)__builtin_ctzll(vq->at_device[i] & mask);
	return BS_NO_PFN;
}

static __attribute__((noinline)) bs_pfn find(const struct bs_virtqueue *vq, bs_pfn pfn,
					     unsigned int nr, unsigned int step)
{
	for (bs_pfn p = pfn; p < pfn + nr; p += step) {
		const unsigned int there = vq->in_region[p >> BS_REGION_SHIFT];
		bs_pfn found;

		if (there == BS_REGION_PAGES)
			return p;
		found = there ? find_bit(vq, p, step) : BS_NO_PFN;
		if (found != BS_NO_PFN)
			return found;
	}
	return BS_NO_PFN;
}

bs_pfn bs_virtqueue_find(const struct bs_virtqueue *vq, bs_pfn pfn, unsigned int order)
{
	const unsigned int nr = 1U << order, step = nr < BS_REGION_PAGES ? nr : BS_REGION_PAGES;
	const uint16_t *there = &vq->in_region[pfn >> BS_REGION_SHIFT];
	unsigned int any = *there;

	for (unsigned int i = 1; i < nr >> BS_REGION_SHIFT; i++)
		any |= there[i];
	return likely(!any) ? BS_NO_PFN : find(vq, pfn, nr, step);
}

void bs_virtqueue_mark(struct bs_virtqueue *vq, struct bs_range r, bool at_device)
{
	const uint64_t first = r.pfn / BS_WORD_PAGES, mask = bs_word_mask(r.pfn, 1U << r.order);
	uint16_t *count = &vq->in_region[r.pfn >> BS_REGION_SHIFT];

	if (r.order >= BS_REGION_SHIFT) {
		for (unsigned int i = 0; i < 1U << (r.order - BS_REGION_SHIFT); i++)
			count[i] = at_device ? BS_REGION_PAGES : 0;
		return;
	}
	*count = (uint16_t)(at_device ? *count + (1U << r.order) : *count - (1U << r.order));
	for (uint64_t i = first; i < first + bs_nr_words(1U << r.order); i++) {
		if (at_device)
			vq->at_device[i] |= mask;
		else
			vq->at_device[i] &= ~mask;
	}
}

int bs_virtqueue_add(struct bs_virtqueue *vq, const struct bs_range *r, unsigned int n)
{
	for (unsigned int slot = 0; slot < vq->depth; slot++) {
		if (vq->used[slot])
			continue;
		memcpy(&vq->ranges[(size_t)slot * vq->capacity], r, n * sizeof(*r));
		vq->used[slot] = n;
		vq->in_flight++;
		return (int)slot;
	}
	return -EBUSY;
}

const struct bs_range *bs_virtqueue_get(const struct bs_virtqueue *vq, int ticket, unsigned int *n)
{
	if (ticket < 0 || (unsigned int)ticket >= vq->depth || !vq->used[ticket])
		return NULL;
	*n = vq->used[ticket];
	return &vq->ranges[(size_t)ticket * vq->capacity];
}

void bs_virtqueue_remove(struct bs_virtqueue *vq, int ticket)
{
	for (unsigned int i = 0; i < vq->used[ticket]; i++)
		bs_virtqueue_mark(vq, vq->ranges[(size_t)ticket * vq->capacity + i], false);
	vq->used[ticket] = 0;
	vq->in_flight--;
}
