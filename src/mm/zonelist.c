// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zonelist.c - which zones a request may use, best first: nodes by distance, in each the highest
 * zone first (RULES.md, zone order).
 */
#include "zonelist.h"

#include <errno.h>
#include <stdlib.h>

#include "pcp.h"

static bool node_populated(const struct bs_machine *m, unsigned int node)
{
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == node && m->zones[i].present)
			return true;
	return false;
}

static bool node_has_cpus(const struct bs_machine *m, unsigned int node)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		if (m->cpu_node[c] == node)
			return true;
	return false;
}

/* The next best node after those in @used, seen from @node; -1 at the end. */
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
		value = m->node_distance[node][n] + (n < node) + node_has_cpus(m, n);
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

int mm_make_first_looks(struct bs_machine *m, struct bs_error *err)
{
	m->first_look = calloc((size_t)m->nr_cpus * BS_NR_ZONE_TYPES, sizeof(*m->first_look));
	if (!m->first_look)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "zonelists");
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			const struct zonelist *zl = &m->zonelist[m->cpu_node[c]][hz];
			struct zone *z = &m->zones[zl->zone[0]];

			if (zl->n)
				m->first_look[c * BS_NR_ZONE_TYPES + hz] =
					(struct first_look){z, &z->pcp[c], zl->lowmem_idx};
		}
	return 0;
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
