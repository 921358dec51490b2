// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zonelist.c - which zones a request may use, best first: nodes by distance, in each the highest
 * zone first (RULES.md, zone order).
 */
#include "zonelist.h"

#include <errno.h>
#include <stdlib.h>

#include "pcp.h"
#include "watermark.h"

static bool node_populated(const struct bs_machine *m, unsigned int node)
{
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == node && m->zones[i].present)
			return true;
	return false;
}

/* The next best node after those in @used, seen from @node; -1 at the end. A node with CPUs would
 * rank a little behind, but when a kernel makes its lists it does not know of any yet. */
static int best_node(const struct bs_machine *m, unsigned int node, uint32_t used,
		     const unsigned int *load)
{
	unsigned int best_value = UINT32_MAX;
	int best = -1;

	if (!(used >> node & 1) && node_populated(m, node))
		return (int)node;
	for (unsigned int n = 0; n < m->nr_nodes; n++) {
		unsigned int value;

		if (used >> n & 1 || !node_populated(m, n))
			continue;
		value = m->node_distance[node][n] + (n < node);
		value = value * BS_MAX_NODES + load[n];
		if (value < best_value) {
			best_value = value;
			best = (int)n;
		}
	}
	return best;
}

static void append_node(struct bs_machine *m, unsigned int node, unsigned int from)
{
	for (int type = BS_NR_ZONE_TYPES - 1; type >= 0; type--)
		for (unsigned int i = 0; i < m->nr_zones; i++) {
			const struct zone *z = &m->zones[i];

			if (z->node != from || z->type != type || !z->present)
				continue;
			for (unsigned int hz = z->type; hz < BS_NR_ZONE_TYPES; hz++) {
				struct zonelist *zl = &m->zonelist[node][hz];

				zl->zone[zl->n++] = z->index;
				if (node != from)
					continue;
				zl = &m->thisnode[node][hz];
				zl->zone[zl->n++] = z->index;
			}
		}
}

/* NOFRAGMENT: only where there is a DMA32 zone to fall back on. */
static bool wants_nofragment(const struct bs_machine *m, const struct zone *preferred)
{
	if (preferred->type != BS_ZONE_NORMAL)
		return false;
	if (m->nr_nodes == 1)
		return true;
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == preferred->node && m->zones[i].type == BS_ZONE_DMA32 &&
		    m->zones[i].present)
			return true;
	return false;
}

static void finish_zonelist(struct bs_machine *m, struct zonelist *zl, unsigned int hz)
{
	const struct zone *preferred = &m->zones[zl->zone[0]];

	if (!zl->n)
		return;
	zl->nofragment = wants_nofragment(m, preferred);
	zl->lowmem_idx = m->km.lowmem_idx_gfp ? (uint8_t)hz : preferred->type;
}

void mm_make_zonelists(struct bs_machine *m)
{
	unsigned int load[BS_MAX_NODES] = {0};

	for (unsigned int node = 0; node < m->nr_nodes; node++) {
		uint32_t used = 0;
		int next, previous = (int)node;
		unsigned int weight = m->nr_nodes;

		while ((next = best_node(m, node, used, load)) >= 0) {
			if (m->node_distance[node][next] != m->node_distance[node][previous])
				load[next] = m->km.node_load_set ? weight : load[next] + 1;
			used |= 1u << next;
			previous = next;
			append_node(m, node, (unsigned int)next);
			weight--;
		}
	}
	for (unsigned int node = 0; node < m->nr_nodes; node++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			finish_zonelist(m, &m->zonelist[node][hz], hz);
			finish_zonelist(m, &m->thisnode[node][hz], hz);
		}
}

/* The same for order 0, of which some kernels keep nothing. */
static const int64_t *what_others_keep(const struct bs_machine *m, const struct zone *z)
{
	static const int64_t nothing;

	if (!m->km.fast_order0_highatomic)
		return &nothing;
	return mm_kept_for_others(m, z);
}

void mm_set_first_looks(struct bs_machine *m)
{
	/* Of larger blocks only the rules of Linux from 5.13 on have a short way. */
	const bool larger = m->km.reserve_flags != KM_HARDER;

	m->short_free = m->explain			      ? SHORT_FREE_NONE
			: m->km.pcp_free_rule == KM_FREE_AUTO ? SHORT_FREE_LISTED
							      : SHORT_FREE_PAGE;
	for (unsigned int c = 0; c < m->nr_cpus && m->first_look; c++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			struct first_look *look = &m->first_look[c * FIRST_LOOKS + hz];
			const struct zonelist *zl = &m->zonelist[m->cpu_node[c]][hz];
			struct zone *z = &m->zones[zl->zone[0]];

			*look = (struct first_look){.zone = z,
						    .pcp = &z->pcp[c],
						    .others = what_others_keep(m, z),
						    .lowmem_idx = zl->lowmem_idx,
						    .larger = larger,
						    .buddy = larger && !m->policy};
			if (!zl->n || m->kswapd_awake >> z->node & 1 || !m->grouping ||
			    z->hook_mask & BS_HOOK_ALLOCATED || m->explain)
				*look = (struct first_look){0};
		}
}

int mm_make_first_looks(struct bs_machine *m, struct bs_error *err)
{
	m->first_look = calloc((size_t)m->nr_cpus * FIRST_LOOKS, sizeof(*m->first_look));
	if (!m->first_look)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "zonelists");
	mm_set_first_looks(m);
	return 0;
}

/* ---- kswapd (RULES.md, zone order) ----------------------------------------------------------- */

static bool kswapd_has_work(const struct bs_machine *m, unsigned int node, unsigned int order,
			    unsigned int hz)
{
	bool any = false, balanced = false, boosted = false;

	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (z->node != node || z->type > hz)
			continue;
		any = true;
		boosted |= z->boost != 0;
		balanced |= mm_watermark_ok(m, z, order, z->mark[WMARK_HIGH] + z->boost, hz, 0);
	}
	return any && (!balanced || boosted);
}

void mm_wake_kswapd(struct bs_machine *m, unsigned int node, unsigned int order, unsigned int hz)
{
	if (m->kswapd_awake >> node & 1 || !kswapd_has_work(m, node, order, hz))
		return;
	m->kswapd_awake |= 1u << node;
	mm_set_first_looks(m);
}

void bs_kswapd_boost_done(struct bs_machine *m, unsigned int zone)
{
	struct zone *z = &m->zones[zone];

	z->boost = 0;
	if (!(m->kswapd_awake >> z->node & 1))
		return;
	m->kswapd_awake &= ~(1u << z->node);
	mm_set_first_looks(m);
}

/* Highest zone a gfp mask may use, by its four zone bits (RULES.md, rmqueue). */
void mm_make_gfp_zones(struct bs_machine *m)
{
	for (unsigned int bits = 0; bits < 16; bits++) {
		uint8_t zone = BS_ZONE_NORMAL;

		if (bits & BS_GFP_DMA)
			zone = BS_ZONE_DMA;
		else if (bits & BS_GFP_DMA32)
			zone = BS_ZONE_DMA32;
		else if ((bits & (BS_GFP_HIGHMEM | BS_GFP_MOVABLE)) ==
			 (BS_GFP_HIGHMEM | BS_GFP_MOVABLE))
			zone = BS_ZONE_MOVABLE;
		m->gfp_zone[bits] = zone;
	}
}
