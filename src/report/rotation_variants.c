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

/* zero_once: a bit for each page up to the end of the guest's last zone. */
static int zero_alloc(struct bs_report_ctx *rc)
{
	struct bs_rotation_extra *s = ((struct bs_rotation *)bs_state(rc))->extra;
	bs_pfn end = 0;

	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		if (rz.start + rz.spanned > end)
			end = rz.start + rz.spanned;
	}
	s->zero_words = end / 64 + 1;
	s->zero = bs_alloc(rc, BS_SCOPE_PAGE, s->zero_words * sizeof(*s->zero));
	return s->zero ? 0 : -ENOMEM;
}

int bs_rotation_variants_begin(struct bs_report_ctx *rc)
{
	int ret = 0;

	if (bs_param_get(rc, BS_ROTATION_DEPTH) > 1 || bs_param_get(rc, BS_ROTATION_ZERO_ONCE))
		ret = extra_alloc(rc);
	if (!ret && bs_param_get(rc, BS_ROTATION_ZERO_ONCE))
		ret = zero_alloc(rc);
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
	bs_release(rc, s->extra->zero);
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
 * A page's bit is set while it is on the way from a list where it was marked to its owner: on a per-cpu
 * list it may wait for that. What leaves a list unmarked, because it came back to one in between or was
 * merged, loses its bit there, and what an owner gets has none from then on.
 */

/* Were all bits of the block set? They have a new value now. */
static bool change_bits(struct bs_rotation_extra *s, const struct bs_block *b, bool on)
{
	const uint64_t ones = b->order < 6 ? (UINT64_C(1) << (1u << b->order)) - 1 : UINT64_MAX;
	const uint64_t first = b->pfn / 64, end = first + (b->order < 6 ? 1 : 1u << (b->order - 6));
	const uint64_t mask = ones << (b->pfn % 64);
	bool all = end <= s->zero_words; /* or it was plugged in since */

	for (uint64_t i = first; i < end && i < s->zero_words; i++) {
		all &= (s->zero[i] & mask) == mask;
		s->zero[i] = on ? s->zero[i] | mask : s->zero[i] & ~mask;
	}
	return all;
}

void bs_rotation_zero_out(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct bs_rotation_extra *s = ((struct bs_rotation *)bs_state(rc))->extra;

	if (s && s->zero)
		change_bits(s, b, b->reported);
}

void bs_rotation_zero_allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	if (change_bits(((struct bs_rotation *)bs_state(rc))->extra, b, false))
		bs_known_zero(rc, b);
}
