// SPDX-License-Identifier: GPL-2.0-or-later
#include "held_split.h"

#include <errno.h>

#include "mm_report.h"

#define NR_INSTANTS 200 /* per window, beside its end */

struct walk {
	const struct bs_device *dev;
	const struct bs_report_ctx *rc;
	uint64_t part[BS_NR_HELD];
};

/* ---- One look -------------------------------------------------------------------------------- */

static void on_pcp_list(void *arg, bs_pfn pfn, unsigned int order)
{
	struct walk *w = arg;

	w->part[BS_HELD_PCP] += bs_device_resident_bytes(w->dev, pfn, order);
}

static void unowned(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	struct walk *w = arg;
	const uint64_t resident = bs_device_resident_bytes(w->dev, pfn, order);
	uint64_t part;

	if (!resident)
		return;
	switch (is) {
	case BS_TO_SMALL:
		w->part[BS_HELD_BELOW + order] += resident;
		break;
	case BS_TO_HANDS:
		w->part[BS_HELD_IN_FLIGHT] += resident;
		break;
	case BS_TO_RAW:
		part = bs_device_kept_bytes(w->dev, pfn, order);
		w->part[BS_HELD_KEPT] += part;
		w->part[BS_HELD_RAW] += resident - part;
		break;
	case BS_TO_TOLD:
	case BS_TO_GIVEN:
		/* The host kept it; or it let go of it, and it came back as a part of a huge page
		 * that the guest touched elsewhere. */
		part = bs_device_beside_bytes(w->dev, pfn, order);
		w->part[BS_HELD_HUGE_REST] += part;
		w->part[BS_HELD_KEPT] += resident - part;
		break;
	case BS_TO_NOBODY:
		w->part[BS_HELD_OTHER] += resident;
		break;
	}
}

static void populated(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct walk *w = arg;

	bs_report_walk_at(w->rc, pfn, order, unowned, arg);
}

static uint64_t sum_of(const struct walk *w)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < BS_NR_HELD; i++)
		sum += w->part[i];
	return sum;
}

/* Of what remains when all else is known, what is on per-cpu lists. They are looked through only where
 * they cannot explain all of it: there may be as many pages on them as events between two looks. */
static uint64_t pcp_part(const struct bs_guest *g, struct walk *w, uint64_t remains)
{
	struct bs_zone_info info;
	uint64_t pages = 0;

	for (unsigned int i = 0; i < bs_nr_zones(g->m); i++) {
		bs_zone_info(g->m, i, &info);
		pages += info.nr_pcp_pages;
	}
	if (remains <= pages << g->page_shift)
		return remains;
	bs_mm_pcp_each(g->m, on_pcp_list, w);
	return w->part[BS_HELD_PCP];
}

/* Returns what is held. */
static uint64_t look(const struct bs_guest *g, struct walk *w)
{
	const uint64_t there = bs_device_held(g->dev);
	const uint64_t held = there > g->used_bytes ? there - g->used_bytes : 0;
	uint64_t in_use, rest, known, remains;

	*w = (struct walk){.dev = g->dev, .rc = g->rc};
	if (!held)
		return 0;
	bs_device_unmapped(g->dev, &in_use, &rest);
	w->part[BS_HELD_HUGE_REST] = in_use;
	w->part[BS_HELD_KEPT] = rest;
	/* Small free blocks are where memory was used; of the large ones most may never have been. */
	bs_report_walk(g->rc, bs_guest_big(g), unowned, w);
	bs_device_each_populated(g->dev, populated, w);
	known = sum_of(w);
	remains = held > known ? held - known : 0;
	w->part[BS_HELD_PCP] = pcp_part(g, w, remains);
	if (remains > w->part[BS_HELD_PCP])
		w->part[BS_HELD_OTHER] += remains - w->part[BS_HELD_PCP];
	return held;
}

uint64_t bs_held_split_now(const struct bs_guest *g, uint64_t part[BS_NR_HELD])
{
	struct walk w;
	const uint64_t held = look(g, &w);

	bs_shares_of(held, w.part, BS_NR_HELD, part);
	return held;
}

/* ---- Over a window --------------------------------------------------------------------------- */

int bs_held_split_begin(struct bs_held_split *h, struct bs_guest *g, bs_ns window)
{
	*h = (struct bs_held_split){.g = g};
	h->interval = window / NR_INSTANTS ? window / NR_INSTANTS : 1;
	/* Of a quiet stretch both ends are kept. */
	h->shares = bs_shares_create(BS_NR_HELD, BS_HELD_BELOW, NR_INSTANTS + 2);
	return h->shares ? 0 : -ENOMEM;
}

void bs_held_split_look(struct bs_held_split *h, const struct bs_timeline *tl, bs_ns t)
{
	const bs_ns first = h->next, last = first + (t - first) / h->interval * h->interval;
	struct walk w;

	look(h->g, &w);
	bs_shares_sample(h->shares, tl, first, w.part);
	if (last > first)
		bs_shares_sample(h->shares, tl, last, w.part);
	h->next = last + h->interval;
}

void bs_held_split_close(struct bs_held_split *h, const struct bs_timeline *tl, bs_ns end)
{
	struct walk w;
	const uint64_t held = look(h->g, &w);

	bs_shares_sample(h->shares, tl, end, w.part);
	bs_shares_of(held, w.part, BS_NR_HELD, h->end);
	h->next = BS_NO_TIME;
}

void bs_held_split_free(struct bs_held_split *h)
{
	bs_shares_destroy(h->shares);
	h->shares = NULL;
}
