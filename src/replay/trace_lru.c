// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_lru.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

#include "lazy.h"
#include "pressure.h"

/* What a page is, as far as its mask says. */
enum kind { OTHER, CACHE, PROCESS };

/* In bs_stream.gone: what of a block there was. */
enum { DROPPED = 1, SWAPPED };

struct bs_trace_lru {
	struct bs_stream *s;
	/* What was just found for a block, which has no owner yet; BS_NO_PFN: nothing. */
	bs_pfn pfn;
	uint32_t number;
	uint32_t gfp;
};

/* ---- What it is ------------------------------------------------------------------------------ */

static bool has_all(uint32_t gfp, uint32_t bits)
{
	return (gfp & bits) == bits;
}

/* Files are written into (WRITE), read ahead (NORETRY and NOWARN), or read where a file system must not be entered again (no
 * FS). A huge block of a process is asked for without the reserves (NOMEMALLOC); others of that size are hugetlb's, or a
 * file's, of which the LRU has single pages only. */
static enum kind kind_of(const struct bs_guest *g, uint32_t gfp, unsigned int order)
{
	if (!bs_gfp_is_movable_user(gfp))
		return OTHER;
	if (order)
		return order == bs_guest_big(g) && gfp & BS_GFP_NOMEMALLOC ? PROCESS : OTHER;
	if (gfp & BS_GFP_ZERO)
		return PROCESS;
	if (gfp & BS_GFP_WRITE || has_all(gfp, BS_GFP_NORETRY | BS_GFP_NOWARN) ||
	    !(gfp & BS_GFP_FS))
		return CACHE;
	return PROCESS;
}

/* What nobody has touched since before t0 is nowhere to be given back from. */
static bool is_there(const struct bs_stream *s, uint32_t number)
{
	return number >= s->info->pres || s->round || s->cfg->guest.resident != BS_RESIDENT_NONE;
}

/* ---- On the LRU, and off it ------------------------------------------------------------------ */

static void join(struct bs_trace_lru *t, bs_pfn pfn, unsigned int order)
{
	const struct bs_stream *s = t->s;
	const enum bs_lru lru = s->cfg->guest.lru;
	struct bs_guest *g = s->g;
	const enum kind is = is_there(s, t->number) ? kind_of(g, t->gfp, order) : OTHER;

	if (lru == BS_LRU_ALL || (lru == BS_LRU_AUTO && bs_gfp_is_movable_user(t->gfp)))
		bs_page_set_lru(g->m, pfn, order, true);
	if (is == PROCESS)
		bs_guest_joins(g, pfn, order);
	if (is != CACHE)
		return;
	if (bs_mm_lru_join(g->m, pfn, BS_MM_LRU_FILE))
		bs_guest_fail_memory(g);
	g->cache_pages++;
}

/* A page that has moved is told of as well: then its marks are at its new place already. */
void bs_trace_lru_owned(struct bs_trace_lru *t, bs_pfn pfn, unsigned int order, bool owned)
{
	struct bs_guest *g = t->s->g;

	if (!owned) {
		g->cache_pages -= !order && bs_mm_compact_marked(g->m, BS_MM_CACHE, pfn);
		bs_mm_lru_leave(g->m, pfn, order);
	} else if (pfn == t->pfn) {
		t->pfn = BS_NO_PFN;
		join(t, pfn, order);
	}
}

static bool evict(struct bs_trace_lru *t, bs_pfn pfn, uint8_t how)
{
	struct bs_stream *s = t->s;
	const uint32_t number = bs_page_word(s->g->m, pfn);

	s->block_pfn[number] = BS_NO_PFN;
	s->gone[number] = how;
	return true;
}

static bool evict_cache(void *arg, bs_pfn pfn, unsigned int order)
{
	(void)order;
	return evict(arg, pfn, DROPPED);
}

static bool evict_process(void *arg, bs_pfn pfn, unsigned int order)
{
	(void)order;
	return evict(arg, pfn, SWAPPED);
}

/* ---- In place of a recorded kernel ----------------------------------------------------------- */

static bs_pfn take(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
		   unsigned int order)
{
	struct bs_trace_lru *t = arg;

	t->number = number;
	t->gfp = gfp;
	t->pfn = bs_guest_take(t->s->g, cpu, gfp, order);
	return t->pfn;
}

/* What is gone has no page; of swap nobody wants it back. */
static bool place(void *arg, uint32_t number, unsigned int cpu, unsigned int order)
{
	const struct bs_trace_lru *t = arg;

	if (t->s->gone[number] == SWAPPED)
		bs_pressure_unswapped(t->s->g, cpu, UINT64_C(1) << order, false);
	return false;
}

/* All that is in swap is the trace's. */
static int end(void *arg, struct bs_error *err)
{
	const struct bs_trace_lru *t = arg;
	struct bs_stream *s = t->s;

	(void)err;
	bs_pressure_unswapped(s->g, 0, s->g->pressure->swapped, false);
	memset(s->gone, 0, s->number);
	return 0;
}

static const struct bs_follow_ops ops = {
	.alloc = take,
	.place = place,
	.end = end,
};

/* ---- Life ------------------------------------------------------------------------------------ */

int bs_trace_lru_create(struct bs_stream *s, struct bs_trace_lru **out, struct bs_error *err)
{
	struct bs_trace_lru *t = calloc(1, sizeof(*t));

	*out = t;
	if (t)
		s->gone = bs_lazy_map(s->info->numbers + 1);
	if (!t || !s->gone)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	t->s = s;
	t->pfn = BS_NO_PFN;
	s->follow = &ops;
	s->follow_arg = t;
	s->g->pressure->file = (struct bs_lru_owner){t, evict_cache};
	s->g->pressure->anon = (struct bs_lru_owner){t, evict_process};
	return 0;
}

void bs_trace_lru_destroy(struct bs_trace_lru *t)
{
	free(t);
}
