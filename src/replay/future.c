// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uses stand in one array in the order in which they happened, each with the index of the next one of
 * its unit: 12 bytes for each, and nothing to sort. A unit costs 10 bytes.
 */
#include "future.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_USE UINT32_MAX

struct bs_future {
	unsigned int order;
	uint64_t units;
	bool following;
	uint16_t *owned; /* pages of each unit */
	uint32_t *first; /* use of each unit; in the second run: the first that has not happened */
	uint32_t *last; /* ... and the latest, in the first run */
	bs_ns *time; /* of each use */
	uint32_t *next; /* use of the same unit */
	uint32_t used, room;
};

struct bs_future *bs_future_create(uint64_t pages, unsigned int order)
{
	struct bs_future *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->order = order;
	f->units = (pages >> order) + 1;
	f->owned = calloc(f->units, sizeof(*f->owned));
	f->first = malloc(f->units * sizeof(*f->first));
	f->last = malloc(f->units * sizeof(*f->last));
	if (!f->owned || !f->first || !f->last) {
		bs_future_destroy(f);
		return NULL;
	}
	memset(f->first, 0xff, f->units * sizeof(*f->first));
	return f;
}

void bs_future_destroy(struct bs_future *f)
{
	if (!f)
		return;
	free(f->owned);
	free(f->first);
	free(f->last);
	free(f->time);
	free(f->next);
	free(f);
}

static int grow(struct bs_future *f)
{
	const uint64_t room = f->room ? f->room + (uint64_t)f->room / 2 : 4096;
	bs_ns *time;
	uint32_t *next;

	if (room >= NO_USE)
		return -ENOMEM;
	time = realloc(f->time, room * sizeof(*time));
	if (time)
		f->time = time;
	next = realloc(f->next, room * sizeof(*next));
	if (next)
		f->next = next;
	if (!time || !next)
		return -ENOMEM;
	f->room = (uint32_t)room;
	return 0;
}

static int write_down(struct bs_future *f, uint64_t unit, bs_ns now)
{
	const uint32_t use = f->used;

	if (use == f->room && grow(f))
		return -ENOMEM;
	f->used++;
	f->time[use] = now;
	f->next[use] = NO_USE;
	if (f->first[unit] == NO_USE)
		f->first[unit] = use;
	else
		f->next[f->last[unit]] = use;
	f->last[unit] = use;
	return 0;
}

/* How many of the pages [pfn, 2^order) are in @unit, one of theirs. */
static uint16_t share(const struct bs_future *f, unsigned int order)
{
	return (uint16_t)(1u << (order < f->order ? order : f->order));
}

int bs_future_alloc(struct bs_future *f, bs_pfn pfn, unsigned int order, bs_ns now)
{
	const uint64_t end = ((uint64_t)pfn + (1u << order) - 1) >> f->order;

	for (uint64_t unit = pfn >> f->order; unit <= end; unit++) {
		const bool is_use = !f->owned[unit];

		f->owned[unit] += share(f, order);
		if (!is_use)
			continue;
		if (!f->following && write_down(f, unit, now))
			return -ENOMEM;
		if (f->following && f->first[unit] != NO_USE)
			f->first[unit] = f->next[f->first[unit]];
	}
	return 0;
}

void bs_future_free(struct bs_future *f, bs_pfn pfn, unsigned int order)
{
	const uint64_t end = ((uint64_t)pfn + (1u << order) - 1) >> f->order;

	for (uint64_t unit = pfn >> f->order; unit <= end; unit++)
		f->owned[unit] -= share(f, order);
}

void bs_future_follow(struct bs_future *f)
{
	f->following = true;
	free(f->last);
	f->last = NULL;
	memset(f->owned, 0, f->units * sizeof(*f->owned));
}

bs_ns bs_future_next(const struct bs_future *f, bs_pfn pfn, unsigned int order)
{
	const uint64_t end = ((uint64_t)pfn + (1u << order) - 1) >> f->order;
	bs_ns earliest = BS_NO_TIME;

	for (uint64_t unit = pfn >> f->order; unit <= end; unit++) {
		const uint32_t use = f->first[unit];

		if (use != NO_USE && f->time[use] < earliest)
			earliest = f->time[use];
	}
	return earliest;
}
