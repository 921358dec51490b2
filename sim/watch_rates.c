// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_rates.h"

#include <string.h>

uint64_t watch_count_of(const struct bs_view *v, enum watch_count what)
{
	const uint64_t counts[WATCH_NR_COUNTS] = {
		[WATCH_ALLOCS] = v->allocs,	      [WATCH_FREES] = v->frees,
		[WATCH_PASSES] = v->passes,	      [WATCH_REQUESTS] = v->requests,
		[WATCH_BLOCKS] = v->blocks,	      [WATCH_REPORTED] = v->reported,
		[WATCH_REFAULTED] = v->refault_bytes, [WATCH_STALL] = v->stall[BS_VIEW_STALL],
		[WATCH_EVENTS] = v->events,
	};

	return counts[what];
}

/* Of a time that stands still the last look is kept. Looks less than a 16th of a second apart in both times replace each other, or a few of them would be all
 * that is known of the last second. */
static bool is_near(const struct watch_look *a, const struct watch_look *b)
{
	return b->virtual - a->virtual < BS_NS_PER_S / 16 && b->real - a->real < BS_NS_PER_S / 16;
}

void watch_rates_look(struct watch_rates *r, const struct bs_view *v, bs_ns now, uint64_t real)
{
	struct watch_look look = {.virtual = now, .real = real};

	for (unsigned int i = 0; i < WATCH_NR_COUNTS; i++)
		look.count[i] = watch_count_of(v, (enum watch_count)i);
	if (r->nr && (r->cell != v->cell || now < r->look[r->nr - 1].virtual))
		r->nr = r->still = 0;
	r->cell = v->cell;
	if (r->nr && now == r->look[r->nr - 1].virtual)
		r->still = r->nr > 1 ? r->nr - 1 : 0;
	if (r->nr > 1 && (is_near(&r->look[r->nr - 2], &look) || now == r->look[r->nr - 1].virtual))
		r->nr--;
	if (r->nr == WATCH_LOOKS) {
		memmove(r->look, r->look + 1, --r->nr * sizeof(r->look[0]));
		r->still -= r->still > 0;
	}
	r->look[r->nr++] = look;
}

static double per_second(const struct watch_rates *r, bool is_real,
			 uint64_t (*of)(const struct watch_look *, int), int what)
{
	const struct watch_look *last = &r->look[r->nr ? r->nr - 1 : 0];

	const unsigned int first = is_real ? r->still : 0;

	for (unsigned int i = r->nr; i-- > first;) {
		const struct watch_look *k = &r->look[i];
		const uint64_t ns = is_real ? last->real - k->real : last->virtual - k->virtual;

		if (ns >= BS_NS_PER_S || (i == first && ns))
			return (double)(of(last, what) - of(k, what)) * 1e9 / (double)ns;
	}
	return -1;
}

static uint64_t count(const struct watch_look *l, int what)
{
	return l->count[what];
}

static uint64_t virtual_ns(const struct watch_look *l, int what)
{
	(void)what;
	return l->virtual;
}

double watch_rate(const struct watch_rates *r, enum watch_count what)
{
	return per_second(r, false, count, what);
}

double watch_real_speed(const struct watch_rates *r)
{
	const double ns = per_second(r, true, virtual_ns, 0);

	return ns < 0 ? ns : ns / 1e9;
}

double watch_real_rate(const struct watch_rates *r)
{
	return per_second(r, true, count, WATCH_EVENTS);
}
