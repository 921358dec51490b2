// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation_variants.c - rotation with ideas of the threads that upstream never had (STRATEGIES.md,
 * variants): warm blocks that stay (keep_raw), reporting only under host pressure (gate), a guest
 * that does not zero again what the host has zeroed (zero_once).
 */
#include "rotation_variants.h"

#include <errno.h>

static int extra_alloc(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);

	if (s->extra)
		return 0;
	s->extra = bs_alloc(rc, BS_SCOPE_GLOBAL, sizeof(*s->extra));
	if (!s->extra)
		return -ENOMEM;
	s->extra->depth = (unsigned int)bs_param_get(rc, BS_ROTATION_DEPTH);
	return 0;
}

int bs_rotation_variants_begin(struct bs_report_ctx *rc)
{
	int ret = 0;

	if (bs_param_get(rc, BS_ROTATION_DEPTH) > 1 || bs_param_get(rc, BS_ROTATION_ZERO_ONCE))
		ret = extra_alloc(rc);
	if (!ret && bs_param_get(rc, BS_ROTATION_KEEP_RAW))
		ret = bs_rotation_count_marks(rc);
	if (ret)
		bs_rotation_variants_end(rc);
	return ret;
}

void bs_rotation_variants_end(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);

	if (!s->extra)
		return;
	bs_release(rc, s->extra->reported);
	bs_release(rc, s->extra);
	s->extra = NULL;
}

/* ---- keep_raw: upstream counts nothing, so the marks are counted as boundary counts them ----- */

static uint64_t *counter(struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	const struct bs_rotation *s = bs_state(rc);

	return &s->extra->reported[zone * (bs_top_order(rc) + 1) + order];
}

static bool counts(struct bs_report_ctx *rc)
{
	const struct bs_rotation *s = bs_state(rc);

	return s->extra && s->extra->reported;
}

void bs_rotation_recount(struct bs_report_ctx *rc)
{
	for (unsigned int zone = 0; counts(rc) && zone < bs_zones(rc); zone++)
		for (unsigned int o = 0; o <= bs_top_order(rc); o++)
			*counter(rc, zone, o) = bs_nr_marked(rc, zone, o);
}

int bs_rotation_count_marks(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);

	if (extra_alloc(rc))
		return -ENOMEM;
	if (s->extra->reported)
		return 0;
	s->extra->reported =
		bs_alloc(rc, BS_SCOPE_ZONE,
			 bs_zones(rc) * (bs_top_order(rc) + 1) * sizeof(*s->extra->reported));
	if (!s->extra->reported)
		return -ENOMEM;
	bs_rotation_recount(rc);
	return 0;
}

void bs_rotation_count_mark(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			    int change)
{
	if (counts(rc))
		*counter(rc, zone, order) += (uint64_t)(int64_t)change;
}

bool bs_rotation_keeps(struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	const uint64_t keep = bs_param_get(rc, BS_ROTATION_KEEP_RAW);

	return keep && counts(rc) &&
	       bs_nr_free(rc, zone, order) <= *counter(rc, zone, order) + keep;
}

/* ---- gate ------------------------------------------------------------------------------------ */

bool bs_rotation_gate_open(struct bs_report_ctx *rc)
{
	const struct bs_rotation *s = bs_state(rc);

	return s->pressure >= bs_param_get(rc, BS_ROTATION_GATE);
}

/* ---- zero_once -------------------------------------------------------------------------------
 *
 * A note holds memory that was marked when it left its list for an allocation, and that has been
 * neither handed out nor back on a list since: on linux-6.1 a block of order 9 waits on a per-cpu
 * list in between. What returns to a list unmarked is heard of when it leaves that list again, and
 * only blocks of the reporting order count, so nothing that was used in pieces keeps its note.
 */

static bool covers(struct bs_range r, bs_pfn pfn, unsigned int order)
{
	return r.order >= order && !((r.pfn ^ pfn) >> r.order);
}

/* Of a larger note the half without @pfn stays. */
static bool take_note(struct bs_rotation_extra *s, bs_pfn pfn, unsigned int order)
{
	bool noted = false;

	for (unsigned int i = 0; i < BS_ROTATION_ZERO_NOTES; i++) {
		struct bs_range *z = &s->zero[i];

		if (!z->order)
			continue;
		if (z->order > order && covers(*z, pfn, order)) {
			noted = true;
			z->order--;
			z->pfn ^= (~(pfn ^ z->pfn) >> z->order & 1) << z->order;
		} else if (covers((struct bs_range){pfn, (uint8_t)order}, z->pfn, z->order)) {
			noted |= z->order == order;
			z->order = 0;
		}
	}
	return noted;
}

void bs_rotation_zero_out(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct bs_rotation_extra *s = ((struct bs_rotation *)bs_state(rc))->extra;

	if (!s)
		return;
	take_note(s, b->pfn, b->order);
	if (!b->reported)
		return;
	s->zero[s->next_zero] = (struct bs_range){b->pfn, b->order};
	s->next_zero = (s->next_zero + 1) % BS_ROTATION_ZERO_NOTES;
}

void bs_rotation_zero_allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	if (take_note(((struct bs_rotation *)bs_state(rc))->extra, b->pfn, b->order))
		bs_known_zero(rc, b);
}

void bs_rotation_zero_forget(struct bs_report_ctx *rc)
{
	struct bs_rotation_extra *s = ((struct bs_rotation *)bs_state(rc))->extra;

	for (unsigned int i = 0; s && i < BS_ROTATION_ZERO_NOTES; i++)
		s->zero[i].order = 0;
}
