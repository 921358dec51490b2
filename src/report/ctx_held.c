// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_held.c - what memory without an owner is to the strategy, so that somebody can say why the host
 * still holds it.
 */
#include "ctx_held.h"

#include <stdlib.h>

#include "bits.h"
#include "ctx_figures.h"

/* ---- What a client has given to the host ----------------------------------------------------- */

int bs_ctx_given_init(struct bs_report_ctx *rc)
{
	if (!(rc->s->caps & BS_CAP_CLIENT))
		return 0;
	rc->given_words = (size_t)bs_max_pfn(rc->m) / 64 + 1;
	rc->given = calloc(rc->given_words, sizeof(*rc->given));
	return rc->given ? 0 : -1;
}

static uint64_t bits_of(bs_pfn pfn, unsigned int order)
{
	return order >= 6 ? UINT64_MAX : ((UINT64_C(1) << (1u << order)) - 1) << (pfn % 64);
}

void bs_ctx_given(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, bool given)
{
	const uint64_t mask = bits_of(pfn, order);
	const size_t first = pfn / 64, n = order > 6 ? (size_t)1 << (order - 6) : 1;

	for (size_t i = first; i < first + n; i++) {
		const uint64_t before = rc->given[i];

		rc->given[i] = given ? before | mask : before & ~mask;
		rc->given_pages += bs_weight(rc->given[i]);
		rc->given_pages -= bs_weight(before);
	}
}

/* ---- All memory without an owner ------------------------------------------------------------- */

struct walk {
	const struct bs_report_ctx *rc;
	bs_report_visit visit;
	void *arg;
	unsigned int least;
};

/* Frame by frame, for only some of the block may have been told. */
static void visit_frames(const struct walk *w, bs_pfn pfn, unsigned int order)
{
	const struct bs_report_ctx *rc = w->rc;
	const unsigned int step = order < rc->told_order ? order : rc->told_order;

	for (bs_pfn p = pfn; p < pfn + (1u << order); p += 1u << step) {
		const bs_pfn bit = p >> rc->told_order;
		const bool told = rc->told[bit / 64] >> (bit % 64) & 1;

		w->visit(w->arg, p, step, told ? BS_TO_TOLD : BS_TO_RAW);
	}
}

/* [pfn, pfn+2^part) of a free block. */
static void visit_free(const struct walk *w, const struct bs_free_around *b, bs_pfn pfn,
		       unsigned int part)
{
	const struct bs_report_ctx *rc = w->rc;

	if (b->mt == BS_MIGRATE_ISOLATE)
		w->visit(w->arg, pfn, part, BS_TO_NOBODY);
	else if (b->order < w->least)
		w->visit(w->arg, pfn, part, BS_TO_SMALL);
	else if (rc->told && b->order >= rc->told_order)
		visit_frames(w, pfn, part);
	else if (!rc->told && b->reported)
		w->visit(w->arg, pfn, part, BS_TO_TOLD);
	else
		w->visit(w->arg, pfn, part, BS_TO_RAW);
}

static inline void visit_one(const struct walk *w, struct bs_free_around *b, bs_pfn pfn)
{
	b->reported = bs_mm_is_reported(w->rc->m, pfn, b->order);
	visit_free(w, b, pfn, b->order);
}

static void visit_list(const struct walk *w, unsigned int zone, unsigned int order, unsigned int mt)
{
	const struct bs_machine *m = w->rc->m;
	struct bs_free_around b = {.order = (uint8_t)order, .mt = (uint8_t)mt};
	bs_pfn head = bs_mm_list_first(m, zone, order, mt), tail, next;

	if (head == BS_NO_PFN)
		return;
	/* From both ends: each step waits for a descriptor that no cache holds, and so two wait at once. */
	tail = bs_mm_list_last(m, zone, order, mt);
	for (;;) {
		visit_one(w, &b, head);
		if (head == tail)
			return;
		visit_one(w, &b, tail);
		next = bs_mm_list_next(m, order, head);
		if (next == tail)
			return;
		tail = bs_mm_list_prev(m, order, tail);
		head = next;
	}
}

/* What it has in its hands: few blocks, but for a client's that are given away. */
static void visit_taken(const struct walk *w)
{
	const struct bs_report_ctx *rc = w->rc;

	if (!rc->stats.isolated_bytes &&
	    rc->stats.client_bytes == rc->given_pages * bs_block_bytes(rc->m, 0))
		return;
	for (uint32_t i = 0; i < rc->taken.size; i++) {
		const struct bs_taken *t = &rc->taken.slot[i];

		if (t->pfn == BS_NO_PFN || t->hold == BS_HOLD_CLAIMED)
			continue;
		if (t->hold == BS_HOLD_ISOLATED || !(rc->given[t->pfn / 64] >> (t->pfn % 64) & 1))
			w->visit(w->arg, t->pfn, t->order, BS_TO_HANDS);
	}
}

void bs_report_walk(const struct bs_report_ctx *rc, unsigned int order, bs_report_visit visit,
		    void *arg)
{
	const struct walk w = {rc, visit, arg, bs_report_unit(rc)};

	for (unsigned int z = 0; z < rc->nr_zones; z++)
		for (unsigned int o = 0; o < order; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				visit_list(&w, z, o, mt);
	visit_taken(&w);
}

static void visit_given(const struct walk *w, bs_pfn pfn, unsigned int order)
{
	const size_t first = pfn / 64, n = order > 6 ? (size_t)1 << (order - 6) : 1;

	/* A frame of the host may be larger than what is left of the guest's memory. */
	for (size_t i = first; i < first + n && i < w->rc->given_words; i++) {
		uint64_t left = w->rc->given[i] & bits_of(pfn, order);

		for (; left; left &= left - 1)
			w->visit(w->arg, (bs_pfn)(i * 64) + (unsigned int)__builtin_ctzll(left), 0,
				 BS_TO_GIVEN);
	}
}

void bs_report_walk_at(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order,
		       bs_report_visit visit, void *arg)
{
	struct walk w = {rc, visit, arg, 0};
	struct bs_free_around b;

	if (bs_mm_free_around(rc->m, pfn, order, &b)) {
		w.least = bs_report_unit(rc);
		visit_free(&w, &b, pfn, order);
	} else if (rc->given_pages) {
		visit_given(&w, pfn, order);
	}
}
