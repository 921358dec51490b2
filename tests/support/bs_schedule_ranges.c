// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that goes and comes, and ranges that one owner takes, beside a strategy at work. */
#include "bs_schedule_int.h"

#include "bs_watch.h"
#include "mm_range.h"

#define MOST_PAGES 3000U /* of a range for one owner */

/* What both do first, and always undo: their pageblocks are isolated. */
static void may_isolate(struct bs_guest *g, bs_pfn start, bs_pfn end)
{
	start &= ~(bs_pfn)1023;
	end = (end + 1023) & ~(bs_pfn)1023;
	bs_watch_isolates(g, start, end);
	g->isolations++;
}

/* Marks, reserves and sizes are made anew with the memory; those of the schedule come back. */
static int move_memory(struct bs_guest *g, bool offline, bs_pfn start, bs_pfn end)
{
	struct bs_zone_info was[2] = {0};
	int ret;

	for (unsigned int z = 0; z < bs_nr_zones(g->m) && z < 2; z++)
		bs_zone_info(g->m, z, &was[z]);
	ret = offline ? bs_mm_offline(g->m, 0, start, end) : bs_mm_online(g->m, 0, start, end);
	for (unsigned int z = 0; z < bs_nr_zones(g->m) && z < 2; z++) {
		bs_zone_set_watermarks(g->m, z, was[z].watermark_min, was[z].watermark_low,
				       was[z].watermark_high);
		for (unsigned int t = 0; t < BS_NR_ZONE_TYPES; t++)
			bs_zone_set_lowmem_reserve(g->m, z, t, was[z].lowmem_reserve[t]);
		bs_guest_set_pcp(g, z);
	}
	return ret;
}

void bs_guest_end_range(struct bs_guest *g)
{
	const struct bs_range_held r = g->held;

	if (r.start == r.end)
		return;
	may_isolate(g, r.start, r.end);
	g->held = (struct bs_range_held){0};
	if (r.offline)
		move_memory(g, false, r.start, r.end);
	else
		bs_mm_free_contig(g->m, (unsigned int)bs_guest_below(g, 2), r.start, r.end);
}

void bs_guest_range(struct bs_guest *g)
{
	const bool offline = bs_guest_below(g, 2);
	bs_pfn start, end;

	if (g->held.start != g->held.end) {
		bs_guest_end_range(g);
		return;
	}
	if (offline) {
		start = (bs_pfn)bs_guest_below(g, g->pages / 1024) * 1024;
		end = start + 1024 + 1024 * (bs_pfn)bs_guest_below(g, 2);
	} else {
		start = (bs_pfn)bs_guest_below(g, g->pages);
		end = start + 1 + (bs_pfn)bs_guest_below(g, MOST_PAGES);
	}
	end = end < g->pages ? end : g->pages;
	may_isolate(g, start, end);
	if (offline ? move_memory(g, true, start, end) : bs_mm_alloc_contig(g->m, 0, start, end))
		return;
	g->held = (struct bs_range_held){start, end, offline};
	g->v->ranges[offline]++;
}
