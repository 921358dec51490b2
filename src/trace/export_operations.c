// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export_operations.c - a trace as the operations of a log of the kernel's allocator (src/verify/VECTORS.md),
 * without answers: what `traces/capture/oracle/run --ops` has a live kernel do.
 *
 *   # buddysim operations 1 cpus=1 ids=25232 peak=12360 ...
 *   a 1 0 V c0
 *   f 1 c0
 *
 * An id is the allocation's number, from 1. What was in use before the trace is allocated first. A kind of
 * request is as near to the recorded gfp mask as one comes that may not sleep.
 */
#include <inttypes.h>

#include <buddysim/gfp.h>

#include "exporter.h"

static int begin(void *state, const struct bs_trace_info *info, FILE *out)
{
	(void)state;
	fprintf(out,
		"# buddysim operations 1 cpus=%u ids=%" PRIu64 " events=%" PRIu64 " peak=%" PRIu64
		"\n",
		info->nr_cpus, info->numbers, info->events, info->peak_pages);
	return 0;
}

static char kind_of(uint32_t gfp)
{
	const bool kswapd = gfp & BS_GFP_KSWAPD_RECLAIM;

	switch (bs_gfp_migratetype(gfp)) {
	case BS_MIGRATE_MOVABLE:
		return kswapd ? 'V' : 'M';
	case BS_MIGRATE_RECLAIMABLE:
		return 'R';
	default:
		if (!(gfp & BS_GFP_HIGH))
			return kswapd ? 'W' : 'U';
		/* In a hurry, or as much so as one who waits can be. */
		return kswapd && !(gfp & BS_GFP_DIRECT_RECLAIM) ? 'A' : 'H';
	}
}

static int event(void *state, const struct bs_export_event *e, FILE *out)
{
	const struct bs_trace_event *ev = e->event;

	(void)state;
	/* On the traced kernel that one changed nothing. */
	if (ev->kind == BS_EV_FAILED)
		return 0;
	if (ev->kind != BS_EV_FREE)
		fprintf(out, "a %" PRIu64 " %u %c c%u\n", e->number + 1, ev->order,
			kind_of(ev->gfp), ev->cpu);
	else if (e->part)
		fprintf(out, "f %" PRIu64 " +%u %u c%u\n", e->number + 1, ev->offset, ev->order,
			ev->cpu);
	else
		fprintf(out, "f %" PRIu64 " c%u\n", e->number + 1, ev->cpu);
	return 0;
}

static void end(void *state, FILE *out)
{
	(void)state;
	(void)out;
}

const struct bs_exporter bs_export_operations = {
	.form = {"operations", "requests for traces/capture/oracle/run --ops, as lines of text"},
	.begin = begin,
	.event = event,
	.end = end,
};
