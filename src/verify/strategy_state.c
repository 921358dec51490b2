// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_state.h"

#include <inttypes.h>
#include <string.h>

#include "bitmap.h"
#include "boundary_slots.h"
#include "rotation_state.h"

static const char mt_letters[] = "UMRHI";

static void write_bitmap(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out)
{
	const struct bs_bitmap *s = bs_state(rc);
	const struct bs_bitmap_zone *z;
	struct bs_report_zone rz;
	const char *comma = "";

	bs_report_zone(rc, zone, &rz);
	z = &s->zone[rz.type];
	fprintf(out, "on=%d base=%u nbits=%u n=%u bits=", on, z->base, z->nbits, z->free_pages);
	for (uint32_t bit = 0; bit < z->nbits; bit++)
		if (z->bits[bit / 64] >> (bit & 63) & 1) {
			fprintf(out, "%s%u", comma, bit);
			comma = ",";
		}
	fputc('\n', out);
}

static void write_hwm(struct bs_report_ctx *rc, unsigned int zone, bool on, const bs_pfn *slot,
		      unsigned int nr_types, FILE *out)
{
	const struct bs_hwm *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	fprintf(out, "on=%d ref=%u req=%d act=%d cnt 9:%" PRIu64 " 10:%" PRIu64, on, s->refcount,
		z->requested, z->active, bs_hwm_reported(z, 9), bs_hwm_reported(z, 10));
	for (unsigned int o = 9; o < BS_NR_ORDERS && z->active; o++)
		for (unsigned int mt = 0; mt < nr_types; mt++) {
			bs_pfn p = slot[bs_boundary_slot(o, mt)];

			fprintf(out, " b%u%c=", o, mt_letters[mt]);
			if (p == BS_NO_PFN)
				fputs("head", out);
			else
				fprintf(out, "%u", p);
		}
	fputc('\n', out);
}

static void write_boundary(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out)
{
	const struct bs_boundary *s = bs_state(rc);

	write_hwm(rc, zone, on, s->slot, BS_MIGRATE_ISOLATE, out);
}

/* S3 scans ISOLATE lists too. */
static void write_bubble(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out)
{
	const struct bs_boundary *s = bs_state(rc);

	write_hwm(rc, zone, on, s->slot, BS_MIGRATE_TYPES, out);
}

static void write_rotation(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out)
{
	const struct bs_rotation *s = bs_state(rc);

	(void)zone;
	fprintf(out, "on=%d state=%d\n", on, (int)s->state);
}

static void write_on(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out)
{
	(void)rc;
	(void)zone;
	fprintf(out, "on=%d\n", on);
}

struct bs_strategy_dump bs_strategy_dump_of(const char *strategy)
{
	if (!strcmp(strategy, "bitmap"))
		return (struct bs_strategy_dump){1, write_bitmap};
	if (!strcmp(strategy, "bubble"))
		return (struct bs_strategy_dump){1, write_bubble};
	if (!strcmp(strategy, "boundary") || !strcmp(strategy, "scatterlist"))
		return (struct bs_strategy_dump){1, write_boundary};
	if (!strcmp(strategy, "rotation"))
		return (struct bs_strategy_dump){0, write_rotation};
	return (struct bs_strategy_dump){0, write_on};
}
