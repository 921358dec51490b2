// SPDX-License-Identifier: GPL-2.0-or-later
/* state.c - a dump as data: its life, whether it contradicts itself, what two of them differ in. */
#include <buddysim/state.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_model.h"
#include "state_compact.h"
#include "state_fields.h"

static const char mt_letters[] = "UMRHI";

struct bs_state *bs_state_new(void)
{
	return calloc(1, sizeof(struct bs_state));
}

static void free_list(struct bs_state_list *l)
{
	free(l->pfn);
	free(l->mark);
}

void bs_state_free(struct bs_state *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		struct bs_state_zone *z = &s->zone[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				free_list(&z->area[o][mt]);
		for (unsigned int c = 0; c < z->nr_pcp; c++)
			for (unsigned int k = 0; k < BS_STATE_PCP_LISTS; k++)
				free_list(&z->pcp[c].list[k]);
		free(z->pcp);
		free(z->block_type);
		free(z->block_stored);
		free(z->lru);
	}
	free(s->fixed.run);
	bs_state_compact_free(s->compact);
	free(s);
}

enum bs_machine_kind bs_state_machine(const struct bs_state *s)
{
	return s->page_size ? bs_machine_of_page((uint64_t)s->page_size) : BS_MACHINE_FLAT;
}

const struct bs_platform *bs_state_platform(const struct bs_state *s)
{
	return bs_platform_at(bs_state_machine(s));
}

const char *bs_state_model(const struct bs_state *s)
{
	unsigned int major, minor;

	/* What a guest of this project wrote names its model. */
	if (!strncmp(s->kernel, "linux-", 6))
		return bs_kernel_check(s->kernel, NULL) ? NULL : s->kernel;
	if (sscanf(s->kernel, "%u.%u", &major, &minor) != 2)
		return NULL;
	return mm_kernel_of_release(major, minor);
}

/* ---- Consistency ----------------------------------------------------------------------------- */

struct checker {
	const struct bs_state *s;
	const struct bs_state_zone *z;
	uint8_t *taken; /* bit per page of the zone */
	unsigned int thp_order; /* of per-cpu lists 12 and 13 */
	struct bs_error *err;
};

#define wrong(c, ...) (bs_error_set((c)->err, BS_UNEQUAL, 0, (c)->s->name, NULL, __VA_ARGS__), 1)

/* The pages of a list's blocks, each inside the zone, aligned, and nobody else's. */
static int check_list(struct checker *c, const struct bs_state_list *l, unsigned int order,
		      const char *kind)
{
	const int64_t size = INT64_C(1) << order;

	for (uint32_t i = 0; i < l->n; i++) {
		const int64_t pfn = l->pfn[i];

		if (pfn & (size - 1) || pfn < c->z->start ||
		    pfn + size > c->z->start + c->z->spanned)
			return wrong(c, "%s block %" PRId64 " order %u: misaligned or outside zone",
				     kind, pfn, order);
		for (int64_t p = pfn - c->z->start; p < pfn - c->z->start + size; p++) {
			if (c->taken[p >> 3] >> (p & 7) & 1)
				return wrong(c,
					     "page %" PRId64 " is on two lists (%s block %" PRId64
					     " order %u)",
					     p + c->z->start, kind, pfn, order);
			c->taken[p >> 3] |= (uint8_t)(1u << (p & 7));
		}
	}
	return 0;
}

static int check_free(struct checker *c)
{
	const struct bs_state_zone *z = c->z;
	int64_t pages = 0, highatomic = 0;

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		int64_t n = 0;

		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			if (check_list(c, &z->area[o][mt], o, "free"))
				return 1;
			n += z->area[o][mt].n;
			if (mt != BS_MIGRATE_ISOLATE)
				pages += (int64_t)z->area[o][mt].n << o;
			if (mt == BS_MIGRATE_HIGHATOMIC)
				highatomic += (int64_t)z->area[o][mt].n << o;
		}
		if (n != z->nr_free[o])
			return wrong(c,
				     "zone %u order %u: nr_free %" PRId64 ", lists hold %" PRId64,
				     z->type, o, z->nr_free[o], n);
	}
	/* With several CPUs the part that the others have not folded yet is not in the dump. */
	if (c->s->nr_cpus == 1 && z->vm_free + z->vm_free_diff != pages)
		return wrong(
			c, "zone %u: vm_free %" PRId64 "%+" PRId64 ", lists hold %" PRId64 " pages",
			z->type, z->vm_free, z->vm_free_diff, pages);
	if (z->nr_free_highatomic && z->nr_free_highatomic != highatomic)
		return wrong(c, "zone %u: nr_free_highatomic %" PRId64 ", lists hold %" PRId64,
			     z->type, z->nr_free_highatomic, highatomic);
	return 0;
}

static int check_pcp(struct checker *c, const struct bs_state_pcp *p)
{
	int64_t pages = 0;

	for (unsigned int i = 0; i < BS_STATE_PCP_LISTS; i++) {
		const unsigned int order = i < 12 ? i / 3 : c->thp_order;

		if (check_list(c, &p->list[i], order, "per-cpu"))
			return 1;
		pages += (int64_t)p->list[i].n << order;
	}
	if (pages != p->count)
		return wrong(c, "zone %u: per-cpu count %" PRId64 ", lists hold %" PRId64 " pages",
			     c->z->type, p->count, pages);
	return 0;
}

static int check_zone(struct checker *c)
{
	const struct bs_state_zone *z = c->z;
	const int64_t blocks = ((z->start + z->spanned - 1) >> c->s->pageblock_order) -
			       (z->start >> c->s->pageblock_order) + 1;

	if ((int64_t)z->nr_blocks != blocks || z->first_block != (z->start >> c->s->pageblock_order)
									 << c->s->pageblock_order)
		return wrong(c, "zone %u: types of %zu pageblocks, there are %" PRId64, z->type,
			     z->nr_blocks, blocks);
	if (check_free(c))
		return 1;
	for (unsigned int i = 0; i < z->nr_pcp; i++)
		if (check_pcp(c, &z->pcp[i]))
			return 1;
	return 0;
}

int bs_state_check(const struct bs_state *s, struct bs_error *err)
{
	const char *model = bs_state_model(s);
	struct checker c = {.s = s, .err = err, .thp_order = bs_state_platform(s)->pageblock_order};
	struct kernel_model km;
	int ret = 0;

	if (model && !mm_kernel_model(model, &km, NULL) && km.pcp_orders == KM_PCP_THP_PAGEBLOCK)
		c.thp_order = (unsigned int)s->pageblock_order;
	for (unsigned int i = 0; i < s->nr_zones && !ret; i++) {
		c.z = &s->zone[i];
		for (unsigned int k = 0; k < i && !ret; k++)
			if (c.z->start < s->zone[k].start + s->zone[k].spanned &&
			    s->zone[k].start < c.z->start + c.z->spanned)
				ret = wrong(&c, "zones %u and %u overlap", s->zone[k].type,
					    c.z->type);
		c.taken = ret ? NULL : calloc(1, (size_t)c.z->spanned / 8 + 1);
		if (!ret)
			ret = c.taken ? check_zone(&c)
				      : bs_error_set(err, BS_RESOURCE, 0, s->name, NULL,
						     "out of memory");
		free(c.taken);
	}
	return ret;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

const char *bs_state_part_name(enum bs_state_part part)
{
	static const char *const names[BS_NR_PARTS] = {
		"zone", "free_pages", "free_list",  "reported",
		"pcp",	"pcp_list",   "block_type", "lru",
	};

	return (unsigned int)part < BS_NR_PARTS ? names[part] : "?";
}

struct comparison {
	void (*differs)(void *arg, const struct bs_state_diff *d);
	void *arg;
	unsigned int n;
	bool cached_types;
};

static void number(struct comparison *c, enum bs_state_part part, unsigned int zone,
		   const char *what, int64_t expected, int64_t got)
{
	struct bs_state_diff d = {.part = part};

	if (expected == got)
		return;
	c->n++;
	snprintf(d.what, sizeof(d.what), "zone %u %s", zone, what);
	snprintf(d.expected, sizeof(d.expected), "%" PRId64, expected);
	snprintf(d.got, sizeof(d.got), "%" PRId64, got);
	if (c->differs)
		c->differs(c->arg, &d);
}

/* The entries from shortly before @at, as the drawings have them. */
static void excerpt(const struct bs_state_list *l, uint32_t at, bool reported, char *buf,
		    size_t size)
{
	const uint32_t first = at > 2 ? at - 2 : 0;
	size_t used = (size_t)snprintf(buf, size, "n=%u [%s", l->n, first ? ".." : "");

	for (uint32_t i = first; i < l->n && i < at + 6 && used < size - 24; i++) {
		used += (size_t)snprintf(buf + used, size - used, "%s%u", i ? "," : "", l->pfn[i]);
		if (reported && l->mark[i])
			used += (size_t)snprintf(buf + used, size - used, "r");
		else if (!reported)
			used += (size_t)snprintf(buf + used, size - used, ":%u", l->mark[i]);
	}
	snprintf(buf + used, size - used, "%s]", at + 6 < l->n ? ",.." : "");
}

static void list(struct comparison *c, enum bs_state_part part, enum bs_state_part mark_part,
		 const char *what, const struct bs_state_list *e, const struct bs_state_list *g)
{
	const bool reported = part == BS_PART_FREE_LIST;
	struct bs_state_diff d = {.part = part};
	uint32_t at = 0;

	while (at < e->n && at < g->n && e->pfn[at] == g->pfn[at])
		at++;
	if (at == e->n && at == g->n) {
		if (!reported && !c->cached_types)
			return;
		for (at = 0; at < e->n && e->mark[at] == g->mark[at]; at++)
			;
		if (at == e->n)
			return;
		d.part = mark_part;
	}
	c->n++;
	snprintf(d.what, sizeof(d.what), "%s entry %u", what, at);
	excerpt(e, at, reported, d.expected, sizeof(d.expected));
	excerpt(g, at, reported, d.got, sizeof(d.got));
	if (c->differs)
		c->differs(c->arg, &d);
}

static void compare_pcp(struct comparison *c, unsigned int zone, const struct bs_state_pcp *e,
			const struct bs_state_pcp *g)
{
	char what[64];

#define NUM(name) number(c, BS_PART_PCP, zone, "pcp " #name, e->name, g->name)
	NUM(count);
	NUM(high);
	NUM(batch);
	NUM(free_factor);
	NUM(high_min);
	NUM(high_max);
	NUM(alloc_factor);
	NUM(flags);
	NUM(free_count);
	NUM(expire);
	/* That of the first CPU is the zone's. */
	if (e->cpu)
		NUM(diff);
#undef NUM
	for (unsigned int i = 0; i < BS_STATE_PCP_LISTS; i++) {
		snprintf(what, sizeof(what), "zone %u cpu %" PRId64 " pcp list %u", zone, e->cpu,
			 i);
		list(c, BS_PART_PCP_LIST, BS_PART_PCP_LIST, what, &e->list[i], &g->list[i]);
	}
}

static void compare_blocks(struct comparison *c, const struct bs_state_zone *e,
			   const struct bs_state_zone *g, unsigned int order)
{
	struct bs_state_diff d = {.part = BS_PART_BLOCK_TYPE};

	number(c, BS_PART_BLOCK_TYPE, e->type, "pageblocks", (int64_t)e->nr_blocks,
	       (int64_t)g->nr_blocks);
	for (size_t i = 0; i < e->nr_blocks && i < g->nr_blocks; i++) {
		if (e->block_type[i] == g->block_type[i] || e->block_type[i] == BS_STATE_HOLE)
			continue;
		c->n++;
		snprintf(d.what, sizeof(d.what), "zone %u pageblock %u type", e->type,
			 e->first_block + ((bs_pfn)i << order));
		snprintf(d.expected, sizeof(d.expected), "%c", mt_letters[e->block_type[i]]);
		snprintf(d.got, sizeof(d.got), "%c",
			 g->block_type[i] == BS_STATE_HOLE ? '-' : mt_letters[g->block_type[i]]);
		if (c->differs)
			c->differs(c->arg, &d);
	}
}

/* The types beside ISOLATE, of what is isolated, where both dumps know them. */
static void compare_stored(struct comparison *c, const struct bs_state_zone *e,
			   const struct bs_state_zone *g, unsigned int order)
{
	char what[64];

	if (!e->block_stored || !g->block_stored)
		return;
	for (size_t i = 0; i < e->nr_blocks && i < g->nr_blocks; i++) {
		if (e->block_type[i] != BS_MIGRATE_ISOLATE)
			continue;
		snprintf(what, sizeof(what), "pageblock %u type beside I",
			 e->first_block + ((bs_pfn)i << order));
		number(c, BS_PART_BLOCK_TYPE, e->type, what, e->block_stored[i],
		       g->block_stored[i]);
	}
}

static const struct bs_state_pcp *find_pcp(const struct bs_state_zone *z, int64_t cpu)
{
	for (unsigned int i = 0; i < z->nr_pcp; i++)
		if (z->pcp[i].cpu == cpu)
			return &z->pcp[i];
	return NULL;
}

static void compare_zone(struct comparison *c, const struct bs_state_zone *e,
			 const struct bs_state_zone *g, unsigned int pbo)
{
	char what[64];

#define NUM(part, name) number(c, part, e->type, #name, e->name, g->name)
	NUM(BS_PART_FREE_PAGES, vm_free);
	NUM(BS_PART_FREE_PAGES, vm_free_diff);
	NUM(BS_PART_FREE_PAGES, nr_free_highatomic);
	NUM(BS_PART_ZONE, managed);
	NUM(BS_PART_ZONE, min);
	NUM(BS_PART_ZONE, low);
	NUM(BS_PART_ZONE, high);
	NUM(BS_PART_ZONE, boost);
	NUM(BS_PART_ZONE, highatomic);
	NUM(BS_PART_ZONE, flags);
	NUM(BS_PART_ZONE, nr_isolate);
	NUM(BS_PART_ZONE, stat_threshold);
#undef NUM
	for (unsigned int i = 0; i < BS_NR_ZONE_TYPES; i++) {
		snprintf(what, sizeof(what), "lowmem_reserve %u", i);
		number(c, BS_PART_ZONE, e->type, what, e->lowmem_reserve[i], g->lowmem_reserve[i]);
	}
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			snprintf(what, sizeof(what), "zone %u order %u %c", e->type, o,
				 mt_letters[mt]);
			list(c, BS_PART_FREE_LIST, BS_PART_REPORTED, what, &e->area[o][mt],
			     &g->area[o][mt]);
		}
		snprintf(what, sizeof(what), "nr_free order %u", o);
		number(c, BS_PART_FREE_LIST, e->type, what, e->nr_free[o], g->nr_free[o]);
	}
	for (unsigned int i = 0; i < e->nr_pcp; i++) {
		const struct bs_state_pcp *p = find_pcp(g, e->pcp[i].cpu);

		if (p)
			compare_pcp(c, e->type, &e->pcp[i], p);
		else
			number(c, BS_PART_PCP, e->type, "per-cpu lists of cpu", e->pcp[i].cpu, -1);
	}
	compare_blocks(c, e, g, pbo);
	compare_stored(c, e, g, pbo);
}

/* Of a dump that has them. */
static void compare_zonelists(struct comparison *c, const struct bs_state *e,
			      const struct bs_state *g)
{
	char what[64];

	for (unsigned int node = 0; node < BS_MAX_NODES; node++)
		for (unsigned int own = 0; own < 2; own++) {
			const struct bs_state_zonelist *el = &e->zonelist[node][own];
			const struct bs_state_zonelist *gl = &g->zonelist[node][own];

			for (unsigned int i = 0; i < el->n; i++) {
				snprintf(what, sizeof(what), "node %u %s entry %u", node,
					 own ? "own zonelist" : "zonelist", i);
				number(c, BS_PART_ZONE, 0, what, el->zone[i],
				       i < gl->n ? gl->zone[i] : -1);
			}
		}
}

unsigned int bs_state_compare(const struct bs_state *expected, const struct bs_state *got,
			      const char *model,
			      void (*differs)(void *arg, const struct bs_state_diff *d), void *arg)
{
	struct comparison c = {differs, arg, 0, true};
	struct kernel_model km;

	if (!mm_kernel_model(model, &km, NULL))
		c.cached_types = km.flush_type == KM_FLUSH_CACHED;
	for (unsigned int i = 0; i < expected->nr_zones; i++) {
		const struct bs_state_zone *e = &expected->zone[i], *g = NULL;

		for (unsigned int k = 0; k < got->nr_zones; k++)
			if (got->zone[k].type == e->type && got->zone[k].node == e->node)
				g = &got->zone[k];
		if (g)
			compare_zone(&c, e, g, (unsigned int)expected->pageblock_order);
		else
			number(&c, BS_PART_ZONE, e->type, "exists", 1, 0);
	}
	compare_zonelists(&c, expected, got);
	return c.n;
}

unsigned int bs_state_compare_zonelists(const struct bs_state *expected, const struct bs_state *got,
					void (*differs)(void *arg, const struct bs_state_diff *d),
					void *arg)
{
	struct comparison c = {differs, arg, 0, true};

	compare_zonelists(&c, expected, got);
	return c.n;
}

/* Pages of @z that count as movable, as runs that neither touch nor overlap. */
static bool next_run(const struct bs_state_zone *z, size_t *i, int64_t *first, int64_t *end)
{
	if (*i == z->nr_lru)
		return false;
	*first = z->lru[*i].first;
	*end = *first + z->lru[*i].count;
	for ((*i)++; *i < z->nr_lru && z->lru[*i].first == *end; (*i)++)
		*end += z->lru[*i].count;
	return true;
}

bool bs_state_lru_equal(const struct bs_state *expected, const struct bs_state *got,
			struct bs_state_diff *d)
{
	for (unsigned int i = 0; i < expected->nr_zones && i < got->nr_zones; i++) {
		const struct bs_state_zone *e = &expected->zone[i], *g = &got->zone[i];
		size_t ei = 0, gi = 0;
		bool more;

		do {
			int64_t ef = -1, ee = -1, gf = -1, ge = -1;

			more = next_run(e, &ei, &ef, &ee);
			if (more == next_run(g, &gi, &gf, &ge) && ef == gf && ee == ge)
				continue;
			d->part = BS_PART_LRU;
			snprintf(d->what, sizeof(d->what), "zone %u pages that count as movable",
				 e->type);
			snprintf(d->expected, sizeof(d->expected), "[%" PRId64 ",%" PRId64 ")", ef,
				 ee);
			snprintf(d->got, sizeof(d->got), "[%" PRId64 ",%" PRId64 ")", gf, ge);
			return false;
		} while (more);
	}
	return true;
}
