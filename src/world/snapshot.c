// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include "mm_report.h"

struct unowned {
	const struct bs_guest *g;
	uint64_t bytes;
};

static void on_pcp_list(void *arg, bs_pfn pfn, unsigned int order)
{
	struct unowned *u = arg;

	u->bytes += bs_device_content_of(u->g->dev, pfn, order);
}

static void without_owner(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	(void)is;
	on_pcp_list(arg, pfn, order);
}

/* Content of what is free, on per-cpu lists, in the reporter's hands, or a driver's that gives pages away. */
static uint64_t free_content(const struct bs_guest *g)
{
	const unsigned int big = bs_guest_big(g);
	struct unowned u = {.g = g};

	bs_report_walk(g->rc, big, without_owner, &u);
	for (bs_pfn p = 0; p < bs_max_pfn(g->m); p += 1u << big)
		bs_report_walk_at(g->rc, p, big, without_owner, &u);
	bs_mm_pcp_each(g->m, on_pcp_list, &u);
	return u.bytes;
}

static void write_down(struct bs_guest *g)
{
	g->saved.waits = false;
	g->saved.snapshots++;
	g->saved.carried_bytes += bs_device_content(g->dev);
	g->saved.free_bytes += free_content(g);
}

void bs_guest_snapshot(struct bs_guest *g)
{
	/* Of one that waits already nothing comes but the other. */
	bs_guest_snapshot_waited(g);
	if (!g->saved.stands)
		bs_report_event(g->rc, BS_EVENT_SNAPSHOT, 0);
	if (!g->saved.waits)
		write_down(g);
}

void bs_guest_snapshot_waited(struct bs_guest *g)
{
	if (g->saved.waits)
		write_down(g);
}
