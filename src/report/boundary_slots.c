// SPDX-License-Identifier: GPL-2.0-or-later
#include "boundary_slots.h"

#include <errno.h>
#include <inttypes.h>

/* ---- On and off ------------------------------------------------------------------------------ */

int bs_boundary_start(struct bs_report_ctx *rc)
{
	const unsigned int orders =
		bs_top_order(rc) + 1 - (unsigned int)bs_param_get(rc, BS_HWM_ORDER);
	struct bs_boundary *s = bs_state(rc);

	s->top = bs_top_order(rc);
	s->nr_slots = orders * BS_MIGRATE_TYPES;
	s->slot = bs_alloc(rc, BS_SCOPE_GLOBAL, s->nr_slots * sizeof(*s->slot));
	return s->slot ? bs_hwm_start(rc) : -ENOMEM;
}

void bs_boundary_stop(struct bs_report_ctx *rc)
{
	struct bs_boundary *s = bs_state(rc);

	bs_hwm_stop(rc);
	bs_release(rc, s->slot);
	s->slot = NULL;
	s->nr_slots = 0;
}

/* ---- Where a list's reported part begins ----------------------------------------------------- */

bs_pfn bs_boundary_tail(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			unsigned int mt)
{
	const struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	const unsigned int slot = bs_boundary_slot(s, order, mt);

	return z->active && slot < s->nr_slots ? s->slot[slot] : BS_NO_PFN;
}

bs_pfn bs_boundary_last(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			unsigned int mt)
{
	const bs_pfn tail = bs_boundary_tail(rc, zone, order, mt);

	return tail == BS_NO_PFN ? bs_last(rc, zone, order, mt) : bs_prev(rc, order, tail);
}

void bs_boundary_activate(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_boundary *s = bs_state(rc);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	if (z->active)
		return;
	for (unsigned int i = 0; i < s->nr_slots; i++)
		s->slot[i] = BS_NO_PFN;
	z->active = true;
}

void bs_boundary_pull_off(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int slot)
{
	struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	if (z->active && bs_boundary_is(s, slot, b->pfn))
		s->slot[slot] = bs_next(rc, b->order, b->pfn);
}

void bs_boundary_place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		       struct bs_spot *at)
{
	if (why == BS_RETURN)
		at->tail = true;
	if (at->tail)
		at->before = bs_boundary_tail(rc, b->zone, b->order, b->list_mt);
}

/* ---- For dumps ------------------------------------------------------------------------------- */

void bs_boundary_print(struct bs_report_ctx *rc, unsigned int zone, unsigned int nr_types,
		       FILE *out)
{
	const struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	fprintf(out, " ref=%u req=%d act=%d cnt 9:%" PRIu64 " 10:%" PRIu64, s->hwm.refcount,
		z->requested, z->active, bs_hwm_reported(z, 9), bs_hwm_reported(z, 10));
	for (unsigned int o = 9; o <= bs_top_order(rc) && z->active; o++)
		for (unsigned int mt = 0; mt < nr_types; mt++) {
			const bs_pfn p = bs_boundary_tail(rc, zone, o, mt);

			fprintf(out, " b%u%c=", o, "UMRHI"[mt]);
			if (p == BS_NO_PFN)
				fputs("head", out);
			else
				fprintf(out, "%u", p);
		}
}

void bs_boundary_print_state(struct bs_report_ctx *rc, unsigned int zone, FILE *out)
{
	bs_boundary_print(rc, zone, BS_MIGRATE_ISOLATE, out);
}
