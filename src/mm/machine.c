// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * machine.c - a guest as a whole: made, booted, destroyed. On top of this room: it calls every file
 * that has something to set up and is called by none of them.
 *
 * Descriptors are reserved in one piece and faulted in as they are used.
 */
#include <buddysim/machine.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "boot.h"
#include "compaction.h"
#include "fallback.h"
#include "pcp.h"
#include "policy_set.h"
#include "zone.h"
#include "zonelist.h"

static int bad_config(struct bs_error *err, const char *text, const char *advice)
{
	return bs_error_set(err, BS_USAGE, 0, "guest", advice, "%s", text);
}

#define HUGE_MAP_BYTES (UINT64_C(256) << 20) /* of a guest of 64 GiB */

static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* Descriptors are found at random, which costs a walk of page tables each; but a huge page per touched
	 * descriptor would make a large guest cost gigabytes. */
	madvise(p, bytes, bytes <= HUGE_MAP_BYTES ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return p;
}

static int make_maps(struct bs_machine *m, struct bs_error *err)
{
	const size_t span = (size_t)1 << m->max_order;
	const size_t pages = (m->max_pfn + span - 1) & ~(span - 1);

	m->nr_pageblocks = pages >> m->pbo;
	m->map_bytes = pages * sizeof(struct page);
	m->side_bytes = m->nr_pageblocks * sizeof(struct page);
	m->mem_map = reserve(m->map_bytes);
	m->side = reserve(m->side_bytes);
	m->pb = malloc(m->nr_pageblocks * sizeof(*m->pb));
	if (!m->mem_map || !m->side || !m->pb)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest",
				    "use a smaller guest, or raise the address space limit",
				    "cannot map the descriptors of %zu pages", pages);
	mm_mark_pageblock_zones(m);
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const int ret = mm_pcp_create(m, &m->zones[i], err);

		if (ret)
			return ret;
	}
	return 0;
}

static void set_pcp_orders(struct bs_machine *m)
{
	m->thp_order = BS_NR_ORDERS;
	if (m->km.pcp_orders == KM_PCP_ORDER0) {
		m->pcp_orders = 1;
		return;
	}
	m->pcp_orders = 0xf;
	if (!m->thp)
		return;
	m->thp_order =
		m->km.pcp_orders == KM_PCP_THP_PAGEBLOCK ? m->pbo : m->platform->pageblock_order;
	m->pcp_orders |= 1u << m->thp_order;
}

static int place_cpus(struct bs_machine *m, const struct bs_machine_config *config,
		      struct bs_error *err)
{
	for (unsigned int a = 0; a < BS_MAX_NODES; a++)
		for (unsigned int b = 0; b < BS_MAX_NODES; b++)
			m->node_distance[a][b] = config->distance ? config->distance[a][b]
						 : a == b	  ? 10
								  : 20;
	for (unsigned int c = 0; c < m->nr_cpus; c++) {
		m->cpu_node[c] = config->cpu_node ? config->cpu_node[c]
						  : (uint8_t)(c * m->nr_nodes / m->nr_cpus);
		if (m->cpu_node[c] >= BS_MAX_NODES)
			return bad_config(err, "a CPU on a node that cannot be", NULL);
	}
	return 0;
}

static int check_config(const struct bs_machine_config *c, struct bs_error *err)
{
	/* Below 4 it would collide with the orders that per-cpu lists hold anyway. */
	const struct bs_platform *p = bs_platform_at(c->machine);
	char advice[32];

	if (!p)
		return bad_config(err, "no such machine", NULL);
	snprintf(advice, sizeof(advice), "use 4 to %u", p->max_order);
	if (c->pageblock_order && (c->pageblock_order > p->max_order || c->pageblock_order < 4))
		return bad_config(err, "pageblock_order out of range", advice);
	if (c->nr_cpus > BS_MAX_CPUS)
		return bad_config(err, "too many CPUs", "use at most 256");
	return 0;
}

int bs_machine_create(const struct bs_machine_config *config, struct bs_machine **mp,
		      struct bs_error *err)
{
	const char *kernel = config->kernel ? config->kernel : bs_kernel_default();
	struct bs_machine *m;
	int ret = check_config(config, err);

	if (ret)
		return ret;
	m = calloc(1, sizeof(*m));
	if (!m)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "creating");
	m->kernel = strdup(kernel);
	ret = m->kernel ? mm_kernel_model(kernel, &m->km, err)
			: bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "creating");
	if (ret) {
		bs_machine_destroy(m);
		return ret;
	}
	m->platform = bs_platform_at(config->machine);
	m->page_shift = m->platform->page_shift;
	m->max_order = m->platform->max_order;
	m->pbo = config->pageblock_order ? config->pageblock_order : m->platform->pageblock_order;
	m->nr_cpus = config->nr_cpus ? config->nr_cpus : 1;
	m->thp = !config->no_thp;
	m->drift = config->counter_drift;
	m->grouping = true;
	m->boost_factor = BOOST_FACTOR;
	m->split_asks = m->km.split_keeps_mark;
	bs_rng_seed(&m->rng, config->seed ? config->seed : 1);
	ret = mm_make_ranges(m, config, err);
	if (!ret)
		ret = mm_make_zones(m, config, err);
	if (!ret)
		ret = make_maps(m, err);
	if (!ret)
		ret = place_cpus(m, config, err);
	if (ret) {
		bs_machine_destroy(m);
		return ret;
	}
	set_pcp_orders(m);
	mm_make_zonelists(m);
	mm_make_gfp_zones(m);
	ret = mm_make_first_looks(m, err);
	if (!ret && !config->no_boot)
		ret = mm_boot(m, config, err);
	if (ret)
		bs_machine_destroy(m);
	else
		*mp = m;
	return ret;
}

void bs_machine_destroy(struct bs_machine *m)
{
	if (!m)
		return;
	mm_compact_destroy(m);
	mm_policy_destroy(m);
	for (unsigned int i = 0; i < m->nr_zones; i++)
		mm_pcp_destroy(&m->zones[i]);
	if (m->mem_map)
		munmap(m->mem_map, m->map_bytes);
	if (m->side)
		munmap(m->side, m->side_bytes);
	free(m->kernel);
	free(m->first_look);
	free(m->pb);
	free(m->ranges);
	free(m);
}
