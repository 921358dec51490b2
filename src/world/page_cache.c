// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_cache.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "flusher.h"
#include "mm_user.h"
#include "pfn_map.h"
#include "pressure.h"

#define WRITTEN_AT_ONCE 32 /* by whoever needs a clean page, or made too many dirty */
#define NOBODY UINT32_MAX

/* Of a page of the files: where it is (BS_NO_PFN: nowhere). Dirty pages queue by age. */
struct cached {
	bs_pfn pfn;
	uint32_t next, prev;
	bool was, dirty;
	bs_ns since; /* dirty */
};

struct bs_page_cache {
	struct bs_guest *g;
	struct bs_page_cache_setup setup;
	struct bs_reclaim_costs costs;
	struct cached *page;
	struct bs_pfn_map where; /* which page of the files a page has, + 1 */
	uint32_t first_dirty, last_dirty;
	struct bs_flusher flusher;
	struct bs_page_cache_figures f;
};

/* ---- Dirty pages ----------------------------------------------------------------------------- */

static void unlink_dirty(struct bs_page_cache *c, uint32_t i)
{
	struct cached *p = &c->page[i];

	if (p->prev == NOBODY)
		c->first_dirty = p->next;
	else
		c->page[p->prev].next = p->next;
	if (p->next == NOBODY)
		c->last_dirty = p->prev;
	else
		c->page[p->next].prev = p->prev;
	p->dirty = false;
	c->flusher.dirty--;
	c->g->cache_dirty--;
}

static void link_dirty(struct bs_page_cache *c, uint32_t i)
{
	struct cached *p = &c->page[i];

	p->next = NOBODY;
	p->prev = c->last_dirty;
	if (c->last_dirty == NOBODY)
		c->first_dirty = i;
	else
		c->page[c->last_dirty].next = i;
	c->last_dirty = i;
	p->dirty = true;
	p->since = c->g->clock->now;
	c->flusher.dirty++;
	c->g->cache_dirty++;
}

/* It can be moved, and goes nowhere. */
static void leave_queue(struct bs_page_cache *c, bs_pfn pfn)
{
	if (!c->g->pressure)
		return;
	bs_mm_lru_leave(c->g->m, pfn, 0);
	bs_page_set_lru(c->g->m, pfn, 0, true);
}

static void join_queue(struct bs_page_cache *c, bs_pfn pfn)
{
	if (!c->g->pressure)
		return;
	if (bs_mm_lru_join(c->g->m, pfn, BS_MM_LRU_FILE))
		bs_guest_fail_memory(c->g);
}

static uint64_t clean(void *arg, uint64_t most, bs_ns since)
{
	struct bs_page_cache *c = arg;
	uint64_t n = 0;

	for (; n < most && c->first_dirty != NOBODY; n++) {
		const uint32_t i = c->first_dirty;

		if (c->page[i].since > since)
			break;
		unlink_dirty(c, i);
		join_queue(c, c->page[i].pfn);
	}
	c->f.written += n;
	return n;
}

/* Reclaim has nothing clean left. */
static uint64_t write_back(void *arg)
{
	return clean(arg, WRITTEN_AT_ONCE, BS_NO_TIME);
}

/* ---- Pages come and go ----------------------------------------------------------------------- */

static void forget(struct bs_page_cache *c, uint32_t i)
{
	if (c->page[i].dirty)
		unlink_dirty(c, i);
	c->page[i].pfn = BS_NO_PFN;
	c->f.pages--;
	c->g->cache_pages--;
}

static void give(struct bs_page_cache *c, unsigned int cpu, uint32_t i)
{
	const bs_pfn pfn = c->page[i].pfn;

	forget(c, i);
	bs_guest_free(c->g, cpu, pfn, 0, bs_page_word(c->g->m, pfn));
}

static bool evict(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_page_cache *c = arg;
	const uint32_t i = (uint32_t)bs_pfn_map_get(&c->where, pfn) - 1;

	(void)order;
	forget(c, i);
	c->f.reclaimed++;
	c->f.by_kswapd += c->g->pressure->in_kswapd;
	return true;
}

static enum bs_cache_read bring(struct bs_page_cache *c, unsigned int cpu, uint32_t i,
				unsigned int gfp, uint32_t id, struct bs_gfp_use use)
{
	struct cached *p = &c->page[i];
	const bool again = p->was;

	/* Reading ahead can do without a page; who needs it asks again, and may retry. */
	p->pfn = BS_NO_PFN;
	if (gfp & BS_GFP_NORETRY)
		p->pfn = bs_guest_try(c->g, cpu, gfp, 0, id, use);
	if (p->pfn == BS_NO_PFN)
		p->pfn = bs_guest_alloc(c->g, cpu, gfp & ~BS_GFP_NORETRY, 0, id, use);
	if (p->pfn == BS_NO_PFN)
		return BS_CACHE_NONE;
	bs_pfn_map_put(&c->where, p->pfn, (uint64_t)i + 1);
	p->was = true;
	c->g->cache_pages++;
	if (++c->f.pages > c->f.peak)
		c->f.peak = c->f.pages;
	return again ? BS_CACHE_AGAIN : BS_CACHE_READ;
}

enum bs_cache_read bs_page_cache_read(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				      unsigned int gfp, uint32_t id, struct bs_gfp_use use)
{
	enum bs_cache_read is;

	if (c->page[page].pfn != BS_NO_PFN) {
		if (c->g->pressure && !c->page[page].dirty)
			bs_mm_lru_used(c->g->m, c->page[page].pfn);
		return BS_CACHE_HIT;
	}
	use.cache = true;
	is = bring(c, cpu, (uint32_t)page, gfp, id, use);
	if (is == BS_CACHE_NONE)
		return is;
	c->f.read++;
	if (is != BS_CACHE_AGAIN)
		return is;
	c->f.again++;
	bs_cpu_block(&c->g->cpus[cpu], c->g->clock->now,
		     c->setup.again ? c->setup.again : c->costs.read, BS_CAUSE_REFILL);
	return is;
}

enum bs_cache_read bs_page_cache_write(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				       unsigned int gfp, uint32_t id, struct bs_gfp_use use)
{
	enum bs_cache_read is = BS_CACHE_HIT;
	struct cached *p = &c->page[page];

	if (unlikely(bs_flusher_throttles(&c->flusher, c->f.pages))) {
		const uint64_t n = write_back(c);

		bs_cpu_block(&c->g->cpus[cpu], c->g->clock->now, n * c->costs.write,
			     BS_CAUSE_WRITEBACK);
	}
	if (p->pfn == BS_NO_PFN) {
		use.cache = false;
		is = bring(c, cpu, (uint32_t)page, gfp, id, use);
		if (is == BS_CACHE_NONE)
			return is;
	} else if (!p->dirty) {
		leave_queue(c, p->pfn);
	}
	if (!p->dirty)
		link_dirty(c, (uint32_t)page);
	bs_flusher_note(&c->flusher, c->f.pages);
	return is;
}

void bs_page_cache_drop(struct bs_page_cache *c, unsigned int cpu)
{
	for (uint64_t i = 0; i < c->setup.pages; i++)
		if (c->page[i].pfn != BS_NO_PFN)
			give(c, cpu, (uint32_t)i);
}

uint64_t bs_page_cache_drop_clean(struct bs_page_cache *c, unsigned int cpu)
{
	const unsigned int most = bs_mm_lru_batch(c->g->m);
	const bool reversed = !bs_mm_lru_generations(c->g->m);
	uint32_t portion[64];
	unsigned int n = 0;
	uint64_t all = 0;

	for (uint64_t i = 0; i <= c->setup.pages; i++) {
		if (i < c->setup.pages && c->page[i].pfn != BS_NO_PFN && !c->page[i].dirty)
			portion[n++] = (uint32_t)i;
		if (n < most && n < 64 && i < c->setup.pages)
			continue;
		for (unsigned int k = 0; k < n; k++)
			give(c, cpu, portion[reversed ? n - 1 - k : k]);
		all += n;
		n = 0;
	}
	c->f.dropped += all;
	return all;
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
	bs_reclaim_costs_default(&c->costs);
	c->first_dirty = c->last_dirty = NOBODY;
	c->page = calloc(setup->pages + 1, sizeof(*c->page));
	if (!c->page) {
		bs_page_cache_destroy(c);
		return NULL;
	}
	for (uint64_t i = 0; i < setup->pages; i++)
		c->page[i].pfn = BS_NO_PFN;
	g->cache = c;
	if (g->pressure)
		c->costs = g->pressure->costs;
	c->flusher = (struct bs_flusher){g, c->costs.write, clean, c, 0, false, false, 0};
	if (!g->pressure)
		return c;
	if (!begin_where(c))
		return NULL;
	g->pressure->file = (struct bs_lru_owner){c, evict};
	g->pressure->write_back = write_back;
	g->pressure->write_arg = c;
	return c;
}

void bs_page_cache_destroy(struct bs_page_cache *c)
{
	if (!c)
		return;
	free(c->page);
	bs_pfn_map_free(&c->where);
	free(c);
}

void bs_page_cache_figures(const struct bs_page_cache *c, struct bs_page_cache_figures *out)
{
	*out = c->f;
	out->dirty = c->flusher.dirty;
	out->flusher_ns = c->flusher.ns;
}
