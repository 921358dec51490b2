// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "mm_report.h"

/* What a reader can still tell apart; of a larger guest a cell is several pageblocks. */
#define MOST_CELLS 4096

/* What is counted of a cell, in pages. */
struct cell {
	uint32_t free, resident; /* without an owner; of that with the host */
	uint32_t small, raw, kept, told, hands, given, nobody, pcp;
};

enum map_is {
	MAP_USED,
	MAP_PART_HELD,
	MAP_PART,
	MAP_RAW,
	MAP_SMALL,
	MAP_PCP,
	MAP_HANDS,
	MAP_KEPT,
	MAP_TOLD,
	MAP_UNTOUCHED,
	MAP_OTHER,
	MAP_NOTHING,
	NR_MAP_IS
};

static const struct {
	char letter;
	const char *is;
} words[NR_MAP_IS] = {
	[MAP_USED] = {'u', "all of it in use"},
	[MAP_PART_HELD] = {'m', "part in use, of the rest the host holds something"},
	[MAP_PART] = {'p', "part in use, the host holds nothing of the rest"},
	[MAP_RAW] = {'r', "free, held, not reported"},
	[MAP_SMALL] = {'s', "free, held, in blocks smaller than are reported"},
	[MAP_PCP] = {'c', "free, held, on per-cpu lists"},
	[MAP_HANDS] = {'i', "isolated: in the reporter's hands"},
	[MAP_KEPT] = {'k', "reported, held all the same"},
	[MAP_TOLD] = {'g', "reported, given back"},
	[MAP_UNTOUCHED] = {'n', "free, not with the host"},
	[MAP_OTHER] = {'o', "free, held, isolated by another than the reporter"},
	[MAP_NOTHING] = {'x', "no memory there"},
};

const char *bs_memory_map_letter(unsigned int i, char *letter)
{
	if (i >= NR_MAP_IS)
		return NULL;
	*letter = words[i].letter;
	return words[i].is;
}

/* ---- One look -------------------------------------------------------------------------------- */

struct walk {
	const struct bs_guest *g;
	struct cell *cells;
	unsigned int cell_order;
	size_t nr_cells;
};

static struct cell *cell_of(const struct walk *w, bs_pfn pfn, unsigned int order)
{
	const size_t i = pfn >> w->cell_order;
	struct cell *c = &w->cells[i < w->nr_cells ? i : w->nr_cells - 1];

	c->free += 1u << order;
	c->resident +=
		(uint32_t)(bs_device_resident_bytes(w->g->dev, pfn, order) >> w->g->page_shift);
	return c;
}

static void on_pcp_list(void *arg, bs_pfn pfn, unsigned int order)
{
	cell_of(arg, pfn, order)->pcp += 1u << order;
}

static void unowned(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	const struct walk *w = arg;
	struct cell *c = cell_of(w, pfn, order);
	uint32_t *const of[] = {
		[BS_TO_SMALL] = &c->small, [BS_TO_RAW] = &c->raw,     [BS_TO_TOLD] = &c->told,
		[BS_TO_HANDS] = &c->hands, [BS_TO_GIVEN] = &c->given, [BS_TO_NOBODY] = &c->nobody,
	};

	/* To the reporter it is as if it had never reported it. */
	if (is == BS_TO_RAW && bs_device_kept_bytes(w->g->dev, pfn, order))
		c->kept += 1u << order;
	else
		*of[is] += 1u << order;
}

/* Which of them it is that has most of the cell. */
static enum map_is most_of(const struct cell *c)
{
	const bool held = c->resident;
	const struct {
		uint32_t pages;
		enum map_is is;
	} of[] = {
		{c->hands, MAP_HANDS},
		{c->raw, held ? MAP_RAW : MAP_UNTOUCHED},
		{c->small, held ? MAP_SMALL : MAP_UNTOUCHED},
		{c->pcp, held ? MAP_PCP : MAP_UNTOUCHED},
		{c->kept + c->told + c->given, held ? MAP_KEPT : MAP_TOLD},
		{c->nobody, held ? MAP_OTHER : MAP_UNTOUCHED},
	};
	size_t most = 0;

	/* What is in flight is gone at the next look, if nobody shows it. */
	if (c->hands)
		return MAP_HANDS;
	for (size_t i = 1; i < sizeof(of) / sizeof(of[0]); i++)
		if (of[i].pages > of[most].pages)
			most = i;
	return of[most].is;
}

static enum map_is what_is(const struct cell *c, uint32_t pages)
{
	if (!pages)
		return MAP_NOTHING;
	if (!c->free)
		return MAP_USED;
	if (c->free < pages && !c->hands)
		return c->resident ? MAP_PART_HELD : MAP_PART;
	return most_of(c);
}

/* Pages of a cell that are memory: zones may overlap with nothing in them. */
static uint32_t pages_of(const struct bs_guest *g, size_t cell, unsigned int cell_order)
{
	const bs_pfn first = (bs_pfn)(cell << cell_order), end = first + (1u << cell_order);
	uint32_t pages = 0;
	struct bs_zone_info z;

	for (unsigned int i = 0; i < bs_nr_zones(g->m); i++) {
		bs_pfn from, to;

		bs_zone_info(g->m, i, &z);
		from = z.start > first ? z.start : first;
		to = z.start + z.spanned < end ? z.start + z.spanned : end;
		if (to > from)
			pages += to - from;
	}
	return pages;
}

static void count(const struct walk *w)
{
	const struct bs_guest *g = w->g;
	const unsigned int big = bs_guest_big(g);

	bs_report_walk(g->rc, big, unowned, (void *)(uintptr_t)w);
	for (bs_pfn p = 0; p < bs_max_pfn(g->m); p += 1u << big)
		bs_report_walk_at(g->rc, p, big, unowned, (void *)(uintptr_t)w);
	bs_mm_pcp_each(g->m, on_pcp_list, (void *)(uintptr_t)w);
}

static void put_runs(const struct bs_memory_map *map, const struct walk *w, FILE *f)
{
	size_t run = 0;
	char letter = 0;

	for (size_t i = 0; i <= w->nr_cells; i++) {
		const uint32_t pages = i < w->nr_cells ? pages_of(w->g, i, map->cell_order) : 0;
		const char now = i < w->nr_cells ? words[what_is(&w->cells[i], pages)].letter : 0;

		if (now == letter) {
			run++;
			continue;
		}
		if (run > 1)
			fprintf(f, "%c%zu", letter, run);
		else if (run)
			fputc(letter, f);
		letter = now;
		run = 1;
	}
}

static char *look(const struct bs_memory_map *map)
{
	struct walk w = {.g = map->g, .cell_order = map->cell_order, .nr_cells = map->nr_cells};
	char *text = NULL;
	size_t size;
	FILE *f;

	w.cells = calloc(w.nr_cells, sizeof(*w.cells));
	f = w.cells ? open_memstream(&text, &size) : NULL;
	if (f) {
		count(&w);
		put_runs(map, &w, f);
		if (fclose(f)) {
			free(text);
			text = NULL;
		}
	}
	free(w.cells);
	return text;
}

/* ---- Over a window --------------------------------------------------------------------------- */

int bs_memory_map_begin(struct bs_memory_map *map, struct bs_guest *g, bs_ns window)
{
	const bs_pfn pages = bs_max_pfn(g->m);

	*map = (struct bs_memory_map){.g = g, .cell_order = bs_guest_big(g)};
	if (bs_pageblock_order(g->m) > map->cell_order)
		map->cell_order = bs_pageblock_order(g->m);
	while (pages >> map->cell_order > MOST_CELLS)
		map->cell_order++;
	map->nr_cells = ((pages - 1) >> map->cell_order) + 1;
	map->interval = window / BS_MAP_LOOKS ? window / BS_MAP_LOOKS : 1;
	map->looks = calloc(BS_MAP_LOOKS + 2, sizeof(*map->looks));
	return map->looks ? 0 : -ENOMEM;
}

static void keep(struct bs_memory_map *map, bs_ns t)
{
	char *text = look(map);

	if (!text) {
		bs_guest_fail_memory(map->g);
		map->next = BS_NO_TIME;
		return;
	}
	map->looks[map->nr++] = (struct bs_map_look){t, text};
}

/* Of a stretch in which nothing happens one look is kept: whoever shows it goes on with what it was. */
void bs_memory_map_look(struct bs_memory_map *map, bs_ns t)
{
	const bs_ns first = map->next;

	map->next = first + ((t - first) / map->interval + 1) * map->interval;
	if (map->nr <= BS_MAP_LOOKS)
		keep(map, first);
}

void bs_memory_map_close(struct bs_memory_map *map, bs_ns end)
{
	map->next = BS_NO_TIME;
	keep(map, end);
}

void bs_memory_map_free(struct bs_memory_map *map)
{
	for (size_t i = 0; map->looks && i < map->nr; i++)
		free(map->looks[i].text);
	free(map->looks);
	map->looks = NULL;
}
