// SPDX-License-Identifier: GPL-2.0-or-later
#include "yardstick.h"

#include <stdlib.h>
#include <sys/mman.h>

#define TOP 10 /* largest order */
#define NONE UINT32_MAX
#define BATCH 63 /* pages that go to the list of single pages, and from it, at once */
#define MOST (6 * BATCH)

struct descriptor {
	uint32_t next, prev;
	uint8_t free, order;
	uint8_t unused[6]; /* what a kernel would know besides */
};

struct yardstick {
	struct descriptor *map;
	uint64_t pages;
	uint32_t head[TOP + 1];
	uint32_t list, count;
	bool has_list;
};

static void push(struct yardstick *y, uint32_t pfn, unsigned int order)
{
	struct descriptor *d = &y->map[pfn];

	d->next = y->head[order];
	d->prev = NONE;
	d->free = 1;
	d->order = (uint8_t)order;
	if (d->next != NONE)
		y->map[d->next].prev = pfn;
	y->head[order] = pfn;
}

static void drop(struct yardstick *y, uint32_t pfn, unsigned int order)
{
	struct descriptor *d = &y->map[pfn];

	d->free = 0;
	if (d->next != NONE)
		y->map[d->next].prev = d->prev;
	if (d->prev != NONE)
		y->map[d->prev].next = d->next;
	else
		y->head[order] = d->next;
}

static uint32_t take(struct yardstick *y, unsigned int order)
{
	unsigned int o = order;
	uint32_t pfn;

	while (o <= TOP && y->head[o] == NONE)
		o++;
	if (o > TOP)
		return NONE;
	pfn = y->head[o];
	drop(y, pfn, o);
	while (o > order) {
		o--;
		push(y, pfn + (1u << o), o);
	}
	return pfn;
}

static void give(struct yardstick *y, uint32_t pfn, unsigned int order)
{
	for (; order < TOP; order++) {
		const uint32_t buddy = pfn ^ (1u << order);

		if (!y->map[buddy].free || y->map[buddy].order != order)
			break;
		drop(y, buddy, order);
		pfn &= buddy;
	}
	push(y, pfn, order);
}

uint32_t yardstick_alloc(struct yardstick *y, unsigned int order)
{
	uint32_t pfn;

	if (order || !y->has_list)
		return take(y, order);
	if (y->list == NONE)
		for (unsigned int i = 0; i < BATCH && (pfn = take(y, 0)) != NONE; i++) {
			y->map[pfn].next = y->list;
			y->list = pfn;
			y->count++;
		}
	pfn = y->list;
	if (pfn != NONE) {
		y->list = y->map[pfn].next;
		y->count--;
	}
	return pfn;
}

void yardstick_free(struct yardstick *y, uint32_t pfn, unsigned int order)
{
	if (order || !y->has_list) {
		give(y, pfn, order);
		return;
	}
	y->map[pfn].next = y->list;
	y->list = pfn;
	if (++y->count < MOST)
		return;
	for (unsigned int i = 0; i < BATCH; i++) {
		pfn = y->list;
		y->list = y->map[pfn].next;
		y->count--;
		give(y, pfn, 0);
	}
}

struct yardstick *yardstick_create(unsigned int shift, bool list)
{
	struct yardstick *y = calloc(1, sizeof(*y));
	const uint64_t pages = UINT64_C(1) << shift;

	if (!y)
		return NULL;
	*y = (struct yardstick){.pages = pages, .list = NONE, .has_list = list};
	y->map = mmap(NULL, pages * sizeof(*y->map), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (y->map == MAP_FAILED) {
		free(y);
		return NULL;
	}
	for (unsigned int o = 0; o <= TOP; o++)
		y->head[o] = NONE;
	for (uint64_t pfn = pages; pfn; pfn -= 1u << TOP)
		push(y, (uint32_t)(pfn - (1u << TOP)), TOP);
	return y;
}

void yardstick_destroy(struct yardstick *y)
{
	if (!y)
		return;
	munmap(y->map, y->pages * sizeof(*y->map));
	free(y);
}
