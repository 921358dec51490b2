// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_cache.h"

#include <stdlib.h>

#include "mm_user.h"
#include "pfn_map.h"

#define CHUNK 32 /* pages that are given back at a time */
#define CHUNK_GENERATIONS 64

/* Pages of the same age queue, the oldest first. */
struct queue {
	uint32_t first, last;
};
#define NOBODY UINT32_MAX

/* Of a page of the files: where it is (BS_NO_PFN: nowhere), who is behind it in its queue. */
struct cached {
	bs_pfn pfn;
	uint32_t next;
	bool was;
};

struct bs_page_cache {
	struct bs_guest *g;
	struct bs_page_cache_setup setup;
	struct cached *page;
	struct queue queue[BS_MAX_ZONES];
	struct bs_pfn_map where; /* which page of the files a page has, + 1 */
	bool generations; /* a queue for each zone */
	bool awake; /* kswapd is asked for */
	unsigned int cpu; /* who asked */
	struct bs_page_cache_figures f;
};

static void give(struct bs_page_cache *c, unsigned int cpu, uint32_t page)
{
	struct cached *p = &c->page[page];

	bs_guest_free(c->g, cpu, p->pfn, 0, bs_page_word(c->g->m, p->pfn));
	p->pfn = BS_NO_PFN;
	c->f.pages--;
	c->g->cache_pages--;
}

/* The oldest of a queue; a chunk of the classic LRU leaves youngest first. */
static unsigned int chunk_of(struct bs_page_cache *c, unsigned int cpu, struct queue *q)
{
	uint32_t page[CHUNK_GENERATIONS];
	const unsigned int most = c->generations ? CHUNK_GENERATIONS : CHUNK;
	unsigned int n = 0;

	while (n < most && q->first != NOBODY) {
		page[n++] = q->first;
		q->first = c->page[q->first].next;
	}
	for (unsigned int i = 0; i < n; i++)
		give(c, cpu, page[c->generations ? i : n - 1 - i]);
	return n;
}

/* From the highest zone down. */
static unsigned int chunk(struct bs_page_cache *c, unsigned int cpu)
{
	unsigned int n = 0;

	for (unsigned int z = bs_nr_zones(c->g->m); z-- > 0 && !n;)
		n = chunk_of(c, cpu, &c->queue[c->generations ? z : 0]);
	c->f.reclaimed += n;
	return n;
}

/* A request found nothing. */
static uint64_t reclaim(void *arg, unsigned int cpu)
{
	struct bs_page_cache *c = arg;
	const unsigned int n = chunk(c, cpu);

	bs_cpu_block(&c->g->cpus[cpu], c->g->clock->now, n * c->setup.reclaimed, BS_CAUSE_RECLAIM);
	return n;
}

/* ---- kswapd ---------------------------------------------------------------------------------- */

static void kswapd(void *arg, int unused)
{
	struct bs_page_cache *c = arg;
	unsigned int n = 1;

	(void)unused;
	c->awake = false;
	while (!c->g->ended && n && !bs_mm_any_above(c->g->m, true)) {
		n = chunk(c, c->cpu);
		c->f.by_kswapd += n;
	}
}

static void look(struct bs_page_cache *c, unsigned int cpu)
{
	if (c->awake || bs_mm_any_above(c->g->m, false))
		return;
	c->awake = true;
	c->cpu = cpu;
	bs_clock_push(c->g->clock, c->g->clock->now, BS_DUE_BACKGROUND, kswapd, c, 0);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void append(struct bs_page_cache *c, uint32_t page)
{
	struct queue *q =
		&c->queue[c->generations ? (unsigned int)bs_pfn_zone(c->g->m, c->page[page].pfn)
					 : 0];

	c->page[page].next = NOBODY;
	if (q->first == NOBODY)
		q->first = page;
	else
		c->page[q->last].next = page;
	q->last = page;
}

enum bs_cache_read bs_page_cache_read(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				      unsigned int gfp, uint32_t id, struct bs_gfp_use use)
{
	struct cached *p = &c->page[page];
	const bool again = p->was;

	if (p->pfn != BS_NO_PFN)
		return BS_CACHE_HIT;
	p->pfn = bs_guest_alloc(c->g, cpu, gfp, 0, id, use);
	if (p->pfn == BS_NO_PFN)
		return BS_CACHE_NONE;
	p->was = true;
	bs_pfn_map_put(&c->where, p->pfn, page + 1);
	append(c, (uint32_t)page);
	c->f.read++;
	c->f.again += again;
	c->g->cache_pages++;
	if (++c->f.pages > c->f.peak)
		c->f.peak = c->f.pages;
	if (again)
		bs_cpu_block(&c->g->cpus[cpu], c->g->clock->now, c->setup.again, BS_CAUSE_REFILL);
	look(c, cpu);
	return again ? BS_CACHE_AGAIN : BS_CACHE_READ;
}

static void empty_queues(struct bs_page_cache *c)
{
	for (unsigned int i = 0; i < BS_MAX_ZONES; i++)
		c->queue[i].first = NOBODY;
}

uint64_t bs_page_cache_reclaim(struct bs_page_cache *c, unsigned int cpu, uint64_t pages)
{
	uint64_t got = 0;
	unsigned int n;

	while (got < pages && (n = chunk(c, cpu)))
		got += n;
	bs_cpu_block(&c->g->cpus[cpu], c->g->clock->now, got * c->setup.reclaimed,
		     BS_CAUSE_RECLAIM);
	return got;
}

void bs_page_cache_drop(struct bs_page_cache *c, unsigned int cpu)
{
	for (uint64_t i = 0; i < c->setup.pages; i++)
		if (c->page[i].pfn != BS_NO_PFN)
			give(c, cpu, (uint32_t)i);
	empty_queues(c);
}

/* ---- Pages that move ------------------------------------------------------------------------- */

static bool begin_where(struct bs_page_cache *c)
{
	if (c->where.at)
		return true;
	if (!bs_pfn_map_init(&c->where, bs_max_pfn(c->g->m))) {
		bs_guest_fail_memory(c->g);
		return false;
	}
	for (uint64_t i = 0; i < c->setup.pages; i++)
		bs_pfn_map_put(&c->where, c->page[i].pfn, i + 1);
	return true;
}

bool bs_page_cache_has(struct bs_page_cache *c, bs_pfn pfn)
{
	const uint64_t page = begin_where(c) ? bs_pfn_map_get(&c->where, pfn) : 0;

	return page && c->page[page - 1].pfn == pfn;
}

void bs_page_cache_moved(struct bs_page_cache *c, bs_pfn from, bs_pfn to)
{
	const uint64_t page = bs_pfn_map_get(&c->where, from);

	c->page[page - 1].pfn = to;
	bs_pfn_map_put(&c->where, to, page);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct bs_page_cache *bs_page_cache_create(struct bs_guest *g,
					   const struct bs_page_cache_setup *setup)
{
	struct bs_page_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->g = g;
	c->setup = *setup;
	c->generations = bs_mm_lru_generations(g->m);
	c->page = calloc(setup->pages + 1, sizeof(*c->page));
	if (!c->page) {
		free(c);
		return NULL;
	}
	for (uint64_t i = 0; i < setup->pages; i++)
		c->page[i].pfn = BS_NO_PFN;
	empty_queues(c);
	g->reclaim = reclaim;
	g->reclaim_arg = c;
	g->cache = c;
	return c;
}

void bs_page_cache_destroy(struct bs_page_cache *c)
{
	if (!c)
		return;
	bs_pfn_map_free(&c->where);
	free(c->page);
	free(c);
}

const struct bs_page_cache_figures *bs_page_cache_figures(const struct bs_page_cache *c)
{
	return &c->f;
}
