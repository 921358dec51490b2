// SPDX-License-Identifier: GPL-2.0-or-later
#include "taken.h"

#include <errno.h>
#include <stdlib.h>

/* Heads differ in their high bits only (orders 9 and 10): a multiplicative hash spreads them. */
static uint32_t home_of(const struct bs_taken_set *set, bs_pfn pfn)
{
	return (uint32_t)((uint64_t)(pfn * UINT32_C(2654435769)) >> 7) & (set->size - 1);
}

static int resize(struct bs_taken_set *set, uint32_t size)
{
	struct bs_taken_set grown = {.slot = malloc(size * sizeof(*grown.slot)), .size = size};

	if (!grown.slot)
		return -ENOMEM;
	for (uint32_t i = 0; i < size; i++)
		grown.slot[i].pfn = BS_NO_PFN;
	for (uint32_t i = 0; i < set->size; i++)
		if (set->slot[i].pfn != BS_NO_PFN)
			bs_taken_add(&grown, &set->slot[i]);
	free(set->slot);
	*set = grown;
	return 0;
}

int bs_taken_init(struct bs_taken_set *set, uint32_t expected)
{
	uint32_t size = 64;

	while (size < 2 * expected)
		size *= 2;
	*set = (struct bs_taken_set){0};
	return resize(set, size);
}

void bs_taken_free(struct bs_taken_set *set)
{
	free(set->slot);
	*set = (struct bs_taken_set){0};
}

int bs_taken_reserve(struct bs_taken_set *set)
{
	return 2 * (set->used + 1) <= set->size ? 0 : resize(set, 2 * set->size);
}

void bs_taken_add(struct bs_taken_set *set, const struct bs_taken *t)
{
	uint32_t i = home_of(set, t->pfn);

	while (set->slot[i].pfn != BS_NO_PFN)
		i = (i + 1) & (set->size - 1);
	set->slot[i] = *t;
	set->used++;
}

struct bs_taken *bs_taken_find(const struct bs_taken_set *set, bs_pfn pfn)
{
	uint32_t i = home_of(set, pfn);

	if (!set->used || pfn == BS_NO_PFN)
		return NULL;
	for (; set->slot[i].pfn != BS_NO_PFN; i = (i + 1) & (set->size - 1))
		if (set->slot[i].pfn == pfn)
			return &set->slot[i];
	return NULL;
}

struct bs_taken *bs_taken_inside(const struct bs_taken_set *set, bs_pfn pfn, unsigned int order)
{
	const bs_pfn end = pfn + ((bs_pfn)1 << order);

	if (!set->used)
		return NULL;
	/* By page or by slot, whichever are fewer. */
	if (end - pfn > set->size) {
		for (uint32_t i = 0; i < set->size; i++)
			if (set->slot[i].pfn != BS_NO_PFN && set->slot[i].pfn >= pfn &&
			    set->slot[i].pfn < end)
				return &set->slot[i];
		return NULL;
	}
	for (; pfn < end; pfn++) {
		struct bs_taken *t = bs_taken_find(set, pfn);

		if (t)
			return t;
	}
	return NULL;
}

struct bs_taken *bs_taken_around(const struct bs_taken_set *set, bs_pfn pfn)
{
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		struct bs_taken *t = bs_taken_find(set, pfn & ~(((bs_pfn)1 << o) - 1));

		if (t && t->order >= o)
			return t;
	}
	return NULL;
}

void bs_taken_remove(struct bs_taken_set *set, struct bs_taken *t)
{
	const uint32_t mask = set->size - 1;
	uint32_t hole = (uint32_t)(t - set->slot);

	/* Pull back whatever a search that starts at its home would no longer reach past the hole:
	 * no tombstones, so a search stays short however many blocks have come and gone. */
	for (uint32_t i = (hole + 1) & mask; set->slot[i].pfn != BS_NO_PFN; i = (i + 1) & mask) {
		uint32_t home = home_of(set, set->slot[i].pfn);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			set->slot[hole] = set->slot[i];
			hole = i;
		}
	}
	set->slot[hole].pfn = BS_NO_PFN;
	set->used--;
}
