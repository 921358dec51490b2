// SPDX-License-Identifier: GPL-2.0-or-later
#include "shape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_fields.h"

void bs_shape_note(struct bs_shape *s, const char *fmt, ...)
{
	va_list ap;

	if (s->notes->n == sizeof(s->notes->text) / sizeof(s->notes->text[0]))
		return;
	va_start(ap, fmt);
	vsnprintf(s->notes->text[s->notes->n++], sizeof(s->notes->text[0]), fmt, ap);
	va_end(ap);
}

static int refuse(struct bs_shape *s, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct bs_shape *s, const char *advice, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return bs_error_set(s->err, BS_INPUT, 0, s->c->paths[0], advice, "%s", text);
}

struct bs_snapshot_zone *bs_shape_zone(const struct bs_shape *s, const struct bs_state_zone *z)
{
	return bs_snapshot_zone(s->from, s->node_of[z->node], bs_state_zone_names[z->type]);
}

/* The guest's number of it; s->nr_nodes: it has none. */
static unsigned int guest_node(const struct bs_shape *s, unsigned int node)
{
	unsigned int n = 0;

	while (n < s->nr_nodes && s->node_of[n] != node)
		n++;
	return n;
}

bool bs_shape_has(const struct bs_shape *s, unsigned int node)
{
	return guest_node(s, node) < s->nr_nodes;
}

static int type_named(const char *name)
{
	for (int t = 0; t < BS_NR_ZONE_TYPES; t++)
		if (!strcmp(bs_state_zone_names[t], name))
			return t;
	return -1;
}

/* ---- From zoneinfo --------------------------------------------------------------------------- */

/* Which CPU is of which node zoneinfo does not say: firmware usually numbers them in blocks. */
static int add_pcp(struct bs_state_zone *z, const struct bs_snapshot_sizes *from,
		   unsigned int nr_cpus, unsigned int nr_nodes)
{
	z->pcp = calloc(nr_cpus, sizeof(*z->pcp));
	if (!z->pcp)
		return -ENOMEM;
	for (; z->nr_pcp < nr_cpus; z->nr_pcp++)
		z->pcp[z->nr_pcp] = (struct bs_state_pcp){
			.cpu = z->nr_pcp,
			.node = z->nr_pcp * nr_nodes / nr_cpus,
			.high = (int64_t)from->pcp_high,
			.batch = (int64_t)(from->pcp_batch ? from->pcp_batch : 1),
			.high_min = (int64_t)from->pcp_high_min,
			.high_max = (int64_t)from->pcp_high_max,
		};
	return 0;
}

/* Pageblocks without memory: how many is known, where is not. On a PC the hole below 4 GiB is at the
 * end of its zone. */
static int add_blocks(struct bs_state_zone *z, const struct bs_snapshot_zone *from,
		      unsigned int pbo)
{
	const uint64_t first = (uint64_t)z->start >> pbo;
	const uint64_t last = ((uint64_t)(z->start + z->spanned) - 1) >> pbo;
	uint64_t with_memory = 0;

	z->first_block = (bs_pfn)(first << pbo);
	z->nr_blocks = last - first + 1;
	z->block_type = malloc(z->nr_blocks);
	if (!z->block_type)
		return -ENOMEM;
	memset(z->block_type, BS_MIGRATE_MOVABLE, z->nr_blocks);
	if (from->types && from->types->has_blocks)
		for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++)
			with_memory += from->types->blocks[t];
	if (!with_memory || with_memory > z->nr_blocks)
		with_memory = z->nr_blocks - ((uint64_t)(z->spanned - z->present) >> pbo);
	memset(z->block_type + with_memory, BS_STATE_HOLE, z->nr_blocks - with_memory);
	return 0;
}

static int measured_zone(struct bs_shape *s, const struct bs_snapshot_zone *from,
			 unsigned int nr_cpus)
{
	const struct bs_snapshot_sizes *f = from->sizes;
	const int type = type_named(from->name);
	struct bs_state_zone *z = &s->state->zone[s->state->nr_zones];

	if (type < 0)
		return refuse(s, "only kernels of 64 bits can be simulated",
			      "zone %s has no counterpart here", from->name);
	if (f->spanned > BS_MAX_PFN || f->start - s->shift + f->spanned > BS_MAX_PFN ||
	    f->present > f->spanned || f->managed > f->present || f->high > BS_MAX_PFN ||
	    f->boost > f->min || f->min > f->high || f->low > f->high || f->pcp_high > BS_MAX_PFN ||
	    f->pcp_high_min > BS_MAX_PFN || f->pcp_high_max > BS_MAX_PFN || f->pcp_batch > 4096)
		return refuse(s, "check zoneinfo; at most 2 TiB can be simulated",
			      "zone %s: spanned %" PRIu64 ", present %" PRIu64 ", managed %" PRIu64
			      ", min %" PRIu64 " pages cannot be",
			      from->name, f->spanned, f->present, f->managed, f->min);
	*z = (struct bs_state_zone){
		.type = (unsigned int)type,
		.node = guest_node(s, from->node),
		.start = (int64_t)(f->start - s->shift),
		.spanned = (int64_t)f->spanned,
		.present = (int64_t)f->present,
		.managed = (int64_t)f->managed,
		/* The kernel prints its marks with the boost on them. */
		.min = (int64_t)(f->min - f->boost),
		.low = (int64_t)(f->low - (f->low > f->boost ? f->boost : 0)),
		.high = (int64_t)(f->high - (f->high > f->boost ? f->boost : 0)),
		.boost = (int64_t)f->boost,
		.stat_threshold = (int64_t)(f->stat_threshold < 127 ? f->stat_threshold : 127),
	};
	for (unsigned int i = 0; i < f->nr_reserve; i++)
		z->lowmem_reserve[i] = (int64_t)(f->reserve[i] < BS_MAX_PFN ? f->reserve[i] : 0);
	s->state->nr_zones++;
	if (add_pcp(z, f, nr_cpus, s->nr_nodes) ||
	    add_blocks(z, from, (unsigned int)s->state->pageblock_order))
		return bs_error_set(s->err, BS_RESOURCE, ENOMEM, NULL, NULL, "out of memory");
	return 0;
}

/* All is moved down by whole GiB if it lies where no guest can have memory. */
static void set_shift(struct bs_shape *s)
{
	uint64_t lowest = UINT64_MAX, highest = 0;

	for (unsigned int i = 0; i < s->from->nr_zones; i++) {
		const struct bs_snapshot_zone *z = &s->from->zone[i];

		if (!bs_shape_has(s, z->node) || !z->sizes || !z->sizes->spanned)
			continue;
		lowest = z->sizes->start < lowest ? z->sizes->start : lowest;
		if (z->sizes->start + z->sizes->spanned > highest)
			highest = z->sizes->start + z->sizes->spanned;
	}
	if (highest <= BS_MAX_PFN)
		return;
	s->shift = lowest & ~((UINT64_C(1) << 18) - 1);
	bs_shape_note(s,
		      "memory is moved down by %" PRIu64 " pages: its addresses are higher than a "
		      "guest can have",
		      s->shift);
}

static int measured(struct bs_shape *s)
{
	unsigned int nr_cpus = s->c->nr_cpus;
	int ret = 0;

	set_shift(s);
	for (unsigned int i = 0; i < s->from->nr_zones && !nr_cpus; i++)
		if (s->from->zone[i].sizes && bs_shape_has(s, s->from->zone[i].node))
			nr_cpus = s->from->zone[i].sizes->nr_cpus;
	nr_cpus = nr_cpus ? nr_cpus : 1;
	if (nr_cpus > BS_MAX_CPUS) {
		bs_shape_note(s, "%u CPUs: %d are simulated", nr_cpus, BS_MAX_CPUS);
		nr_cpus = BS_MAX_CPUS;
	}
	s->state->nr_cpus = nr_cpus;
	for (unsigned int i = 0; i < s->from->nr_zones && !ret; i++) {
		const struct bs_snapshot_zone *z = &s->from->zone[i];

		if (!bs_shape_has(s, z->node) || !z->sizes || !z->sizes->managed)
			continue;
		if (s->state->nr_zones == BS_MAX_ZONES)
			return refuse(s, "say which node: --node N", "more than %d zones",
				      BS_MAX_ZONES);
		ret = measured_zone(s, z, nr_cpus);
	}
	return ret;
}

/* ---- From a size alone ----------------------------------------------------------------------- */

static void clear_lists(struct bs_state_zone *z)
{
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		z->nr_free[o] = 0;
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			z->area[o][t].n = 0;
	}
}

/* Memory in all zones of the node, as reports of show_mem() say it. */
static uint64_t present_bytes(const struct bs_shape *s)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < s->from->nr_zones; i++)
		if (bs_shape_has(s, s->from->zone[i].node) && s->from->zone[i].sizes)
			pages += s->from->zone[i].sizes->present;
	/* Firmware takes a little: with it, sizes are those that people buy. */
	return (pages + (pages ? 1023 : 0)) / 1024 * 1024
	       << bs_state_platform(s->state)->page_shift;
}

/* A guest of that size is booted, and its free memory taken out again. */
static int of_a_size(struct bs_shape *s)
{
	struct bs_machine_config mc = {
		.kernel = bs_state_model(s->state),
		.memory_bytes = s->c->memory_bytes ? s->c->memory_bytes : present_bytes(s),
		.machine = s->c->machine,
		.nr_cpus = s->c->nr_cpus,
		.pageblock_order = (unsigned int)s->state->pageblock_order,
		.seed = s->c->seed,
	};
	struct bs_state *booted;
	struct bs_machine *m;
	int ret;

	if (!mc.memory_bytes)
		return refuse(s,
			      "give the machine's zoneinfo too, or say its memory: --memory 16GiB",
			      "says what is free, but not of how much memory");
	ret = bs_machine_create(&mc, &m, s->err);
	if (ret)
		return ret;
	ret = bs_state_of_machine(m, &booted, s->err);
	bs_machine_destroy(m);
	if (ret)
		return ret;
	memcpy(booted->kernel, s->state->kernel, sizeof(booted->kernel));
	bs_state_free(s->state);
	s->state = booted;
	for (unsigned int i = 0; i < booted->nr_zones; i++)
		clear_lists(&booted->zone[i]);
	if (!s->c->memory_bytes)
		bs_shape_note(s, "%" PRIu64 " MiB of memory, as the report's zones have together",
			      mc.memory_bytes >> 20);
	return 0;
}

/* ---- Either ---------------------------------------------------------------------------------- */

static int set_kernel(struct bs_shape *s)
{
	const char *kernel = s->c->kernel ? s->c->kernel : bs_kernel_default();

	snprintf(s->state->kernel, sizeof(s->state->kernel), "%s", kernel);
	if (strchr(kernel, ' ') || strlen(kernel) >= sizeof(s->state->kernel) ||
	    !bs_state_model(s->state))
		return bs_error_set(
			s->err, BS_USAGE, 0, kernel,
			"say one of `buddysim list kernels`, or a release that one fits",
			"no model of this kernel");
	if (!s->c->kernel)
		bs_shape_note(s, "kernel %s: --kernel says another, or `uname -r` of the machine",
			      kernel);
	return 0;
}

static uint64_t free_pages_of_node(const struct bs_shape *s, unsigned int node)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < s->from->nr_zones; i++)
		if (s->from->zone[i].node == node)
			pages += bs_free_from_order(s->from->zone[i].nr_free, 0);
	return pages;
}

static bool has_sizes(const struct bs_snapshot_zone *z)
{
	return z->sizes && z->sizes->spanned;
}

/* The guest's nodes: the one that was asked for, or all whose zones have sizes, or, where none has, the
 * first with free memory. */
static int choose_nodes(struct bs_shape *s)
{
	const bool every = s->c->node == BS_EVERY_NODE;
	unsigned int first = BS_EVERY_NODE;

	for (unsigned int i = 0; i < s->from->nr_zones; i++) {
		const struct bs_snapshot_zone *z = &s->from->zone[i];

		if (bs_free_from_order(z->nr_free, 0) && z->node < first)
			first = z->node;
		if (!every || !has_sizes(z) || !z->sizes->managed || bs_shape_has(s, z->node))
			continue;
		if (s->nr_nodes == BS_MAX_NODES)
			return refuse(s, "say which node: --node N",
				      "more than %d nodes have memory", BS_MAX_NODES);
		s->node_of[s->nr_nodes++] = z->node;
	}
	if (!s->nr_nodes)
		s->node_of[s->nr_nodes++] = !every		     ? s->c->node
					    : first == BS_EVERY_NODE ? 0
								     : first;
	for (unsigned int i = 0; i < s->from->nr_zones; i++)
		s->measured |=
			bs_shape_has(s, s->from->zone[i].node) && has_sizes(&s->from->zone[i]);
	return 0;
}

/* Nobody says how far apart they are: as firmware has it that does not either. */
static void set_distances(struct bs_shape *s)
{
	if (s->nr_nodes < 2)
		return;
	s->state->nr_distances = s->nr_nodes;
	for (unsigned int a = 0; a < s->nr_nodes; a++)
		for (unsigned int b = 0; b < s->nr_nodes; b++)
			s->state->distance[a][b] = a == b ? 10 : 20;
	bs_shape_note(s,
		      "%u nodes, at a distance of 20 from each other, with the CPUs in blocks: "
		      "--node N for one of them",
		      s->nr_nodes);
}

static int check_nodes(struct bs_shape *s)
{
	const unsigned int node = s->node_of[0];
	uint64_t others = 0;
	unsigned int other = node;

	for (unsigned int i = 0; i < s->from->nr_zones; i++)
		if (!bs_shape_has(s, s->from->zone[i].node) && s->from->zone[i].nr_orders) {
			other = s->from->zone[i].node;
			others += bs_free_from_order(s->from->zone[i].nr_free, 0);
		}
	if (s->nr_nodes == 1 && !free_pages_of_node(s, node) && others)
		return refuse(s, "say which node: --node N",
			      "nothing is free on node %u, on node %u "
			      "there is",
			      node, other);
	if (others)
		bs_shape_note(s,
			      "a guest of node %u; %" PRIu64
			      " MiB that are free on others are left out: --node %u",
			      node, others << bs_state_platform(s->state)->page_shift >> 20, other);
	return 0;
}

/* No zone of the snapshot may get lost that has free memory. */
static int check_zones(struct bs_shape *s)
{
	for (unsigned int i = 0; i < s->from->nr_zones; i++) {
		const struct bs_snapshot_zone *from = &s->from->zone[i];
		bool found = false;

		if (!bs_shape_has(s, from->node) || !bs_free_from_order(from->nr_free, 0))
			continue;
		for (unsigned int k = 0; k < s->state->nr_zones; k++)
			found |= bs_shape_zone(s, &s->state->zone[k]) == from;
		if (!found)
			return refuse(s,
				      s->measured ? "give zoneinfo and buddyinfo of one machine"
						  : "say more --memory, another --machine, or give "
						    "the machine's zoneinfo",
				      "zone %s has free memory, but the guest has no such zone",
				      from->name);
	}
	return 0;
}

int bs_shape_state(struct bs_shape *s)
{
	const struct bs_platform *on = bs_platform_at(s->c->machine);
	char advice[64];
	int ret;

	s->state = bs_state_new();
	if (!s->state)
		return bs_error_set(s->err, BS_RESOURCE, ENOMEM, NULL, NULL, "out of memory");
	snprintf(s->state->name, sizeof(s->state->name), "start");
	s->state->page_size = INT64_C(1) << on->page_shift;
	s->state->pageblock_order =
		s->from->pageblock_order ? s->from->pageblock_order : on->pageblock_order;
	s->state->nr_pcp_lists = BS_STATE_PCP_LISTS;
	s->state->migratetypes = BS_MIGRATE_TYPES;
	s->state->nr_zone_types = BS_NR_ZONE_TYPES;
	s->state->nr_cpus = 1;
	s->state->boost_factor = 15000;
	if (s->from->page_size && s->from->page_size != (uint64_t)s->state->page_size)
		return refuse(
			s,
			"say another --machine (`buddysim list machines`); `state info` reads "
			"it all the same",
			"pages of %" PRIu64 " KiB: those of %s have %" PRId64,
			s->from->page_size >> 10, on->name, s->state->page_size >> 10);
	snprintf(advice, sizeof(advice), "pageblocks of order 4 to %u can be simulated",
		 on->max_order);
	if (s->state->pageblock_order < 4 || s->state->pageblock_order > on->max_order)
		return refuse(s, advice, "pageblocks are of order %" PRId64,
			      s->state->pageblock_order);
	ret = set_kernel(s);
	if (!ret)
		ret = choose_nodes(s);
	if (!ret)
		ret = check_nodes(s);
	set_distances(s);
	if (!ret)
		ret = s->measured ? measured(s) : of_a_size(s);
	return ret ? ret : check_zones(s);
}
