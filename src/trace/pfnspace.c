// SPDX-License-Identifier: GPL-2.0-or-later
#include "pfnspace.h"

#include <string.h>

/* A hole of more GiB than this is between two memories, and not within one. */
#define HOLE 64
#define NOWHERE UINT32_MAX

/* The place of @gib in @high, or where it would be. */
static unsigned int place(const struct bs_pfnspace *s, uint64_t gib)
{
	unsigned int from = 0, to = s->nr_high;

	while (from < to) {
		unsigned int middle = (from + to) / 2;

		if (s->high[middle] < gib)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool bs_pfnspace_add_high(struct bs_pfnspace *s, uint64_t pfn)
{
	const uint64_t gib = pfn >> BS_SPACE_SHIFT;
	unsigned int at;

	if (s->last < s->nr_high && s->high[s->last] == gib)
		return true;
	at = place(s, gib);
	if (at == s->nr_high || s->high[at] != gib) {
		if (s->nr_high == BS_SPACE_HIGH)
			return false;
		memmove(s->high + at + 1, s->high + at, (s->nr_high - at) * sizeof(s->high[0]));
		s->high[at] = gib;
		s->nr_high++;
	}
	s->last = at;
	return true;
}

/* Lay all GiB in use side by side, but for holes of up to @keep; how many that takes. */
static uint64_t lay(struct bs_pfnspace *s, uint64_t keep)
{
	uint64_t next = 0, behind = 0;

	for (unsigned int i = 0; i < BS_SPACE_LOW + s->nr_high; i++) {
		const bool is_low = i < BS_SPACE_LOW;
		const uint64_t gib = is_low ? i : s->high[i - BS_SPACE_LOW];
		uint32_t *to = is_low ? &s->to_low[i] : &s->to_high[i - BS_SPACE_LOW];

		if (is_low && !s->low[i])
			continue;
		next += gib - behind <= keep ? gib - behind : 0;
		behind = gib + 1;
		*to = next < BS_SPACE_LOW ? (uint32_t)next : NOWHERE;
		if (*to != gib && s->first == UINT64_MAX) {
			s->first = gib << BS_SPACE_SHIFT;
			s->first_to = *to << BS_SPACE_SHIFT;
		}
		next++;
	}
	return next;
}

bool bs_pfnspace_settle(struct bs_pfnspace *s)
{
	s->first = UINT64_MAX;
	if (!s->nr_high)
		return false;
	if (lay(s, HOLE) > BS_SPACE_LOW) {
		s->first = UINT64_MAX;
		lay(s, 0);
	}
	return true;
}

bs_pfn bs_pfnspace_at(struct bs_pfnspace *s, uint64_t pfn)
{
	const uint64_t gib = pfn >> BS_SPACE_SHIFT;
	const bs_pfn within = (bs_pfn)(pfn & ((1u << BS_SPACE_SHIFT) - 1));
	uint32_t to;

	if (!s->nr_high)
		return (bs_pfn)pfn;
	if (gib < BS_SPACE_LOW) {
		to = s->to_low[gib];
	} else {
		if (s->last >= s->nr_high || s->high[s->last] != gib)
			s->last = place(s, gib);
		to = s->to_high[s->last];
	}
	return to == NOWHERE ? BS_NO_PFN : (to << BS_SPACE_SHIFT) + within;
}
