// SPDX-License-Identifier: GPL-2.0-or-later
#include "lived.h"

#include <buddysim/gfp.h>

#include <errno.h>
#include <stdlib.h>

#include "guest_ask.h"
#include "pressure.h"
#include "reporter.h"

#define AGAIN_NS 2000 /* a page that is read again: 500 us a MiB */

/* ---- Who has what ---------------------------------------------------------------------------- */

static struct bs_lived *of(void *arg)
{
	return ((struct bs_trial *)arg)->step_arg;
}

/* Of the block whose page @pfn is; 0: none of ours. */
static uint32_t number_at(const struct bs_lived *l, bs_pfn at, bs_pfn is, unsigned int order)
{
	const uint32_t number = bs_page_word(l->t.g->m, at);

	return number && number <= l->nr_blocks && l->block[number - 1].pfn == is &&
			       l->block[number - 1].order == order
		       ? number
		       : 0;
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_lived *l = of(arg);

	return !number_at(l, pfn, pfn, order) && !(!order && bs_page_cache_has(l->cache, pfn));
}

static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_lived *l = of(arg);
	const uint32_t number = number_at(l, to, from, order);

	if (number)
		l->block[number - 1].pfn = to;
	else
		bs_page_cache_moved(l->cache, from, to);
	return true;
}

uint32_t bs_lived_take(struct bs_lived *l, unsigned int gfp, unsigned int order, bool tries)
{
	const struct bs_gfp_use use = {.user = gfp & BS_GFP_MOVABLE, .lru = gfp & BS_GFP_MOVABLE};
	struct bs_guest *g = l->t.g;
	uint32_t number;
	bs_pfn pfn;

	if (!l->nr_unused)
		return 0;
	number = l->unused[l->nr_unused - 1];
	pfn = tries ? bs_guest_try(g, 0, gfp, order, number, use)
		    : bs_guest_alloc(g, 0, gfp, order, number, use);
	if (pfn == BS_NO_PFN)
		return 0;
	l->nr_unused--;
	l->block[number - 1] = (struct bs_lived_block){pfn, order};
	return number;
}

void bs_lived_give(struct bs_lived *l, uint32_t number)
{
	struct bs_lived_block *b = &l->block[number - 1];

	bs_guest_free(l->t.g, 0, b->pfn, b->order, number);
	b->pfn = BS_NO_PFN;
	l->unused[l->nr_unused++] = number;
}

void bs_lived_read(struct bs_lived *l, uint64_t first, uint64_t n)
{
	for (uint64_t i = first; i < first + n; i++)
		bs_page_cache_read(l->cache, 0, i, BS_GFP_HIGHUSER_MOVABLE, 0,
				   (struct bs_gfp_use){.lru = true});
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int make(struct bs_lived *l, const struct bs_lived_setup *setup, struct bs_error *err)
{
	struct bs_guest *g = l->t.g;
	const struct bs_page_cache_setup files = {setup->files >> g->page_shift, AGAIN_NS};
	struct bs_reclaim_costs costs;

	bs_reclaim_costs_default(&costs);
	if (bs_pressure_begin(g, &costs, 0))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->spec, NULL, "experiment");
	l->cache = bs_page_cache_create(g, &files);
	l->nr_blocks = l->nr_unused = setup->blocks;
	l->block = calloc(setup->blocks + 1, sizeof(*l->block));
	l->unused = calloc(setup->blocks + 1, sizeof(*l->unused));
	if (!l->cache || !l->block || !l->unused)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->spec, NULL, "experiment");
	for (uint32_t i = 0; i < setup->blocks; i++) {
		l->block[i].pfn = BS_NO_PFN;
		l->unused[i] = setup->blocks - i;
	}
	return bs_agent_create(g, l->t.spec.agent, &l->agent, err);
}

int bs_lived_begin(struct bs_lived *l, const struct bs_experiment *x,
		   const struct bs_lived_setup *setup, struct bs_error *err)
{
	struct bs_experiment on = *x;
	const struct bs_trial_setup trial = {.bytes = setup->bytes,
					     .wake_latency = BS_TRIAL_WAKE_LATENCY,
					     .window = setup->window};
	int ret;

	*l = (struct bs_lived){0};
	on.cfg.kernel = setup->kernel;
	ret = bs_trial_begin(&l->t, &on, setup->spec, &trial, err);
	if (ret)
		return ret;
	ret = make(l, setup, err);
	if (ret)
		return ret;
	l->t.step_arg = l;
	l->t.load.moved = moved;
	l->t.load.stays = stays;
	l->t.g->load = &l->t.load;
	if (setup->defrag)
		bs_guest_ask_now(l->t.g, BS_GUEST_DEFRAG_MODE, 1);
	for (unsigned int i = 0; i < l->t.g->nr_cpus; i++)
		l->t.g->cpus[i].counted_until = setup->window;
	ret = bs_reporter_start(l->t.g, err);
	if (!ret)
		bs_agent_start(l->agent);
	return ret;
}

void bs_lived_end(struct bs_lived *l)
{
	bs_agent_destroy(l->agent);
	bs_trial_end(&l->t);
	free(l->block);
	free(l->unused);
}

/* ---- What came of it ------------------------------------------------------------------------- */

static uint64_t mean(unsigned __int128 byte_ns, bs_ns window)
{
	return window ? (uint64_t)(byte_ns / window) : 0;
}

uint64_t bs_lived_held(const struct bs_lived *l, bs_ns window)
{
	const unsigned __int128 mib_s = bs_timeline_held_mib_s(l->t.ledger.tl);

	return mean(mib_s * BS_MIB * BS_NS_PER_S, window);
}

uint64_t bs_lived_with_cache(const struct bs_lived *l, bs_ns window)
{
	return bs_lived_held(l, window) + mean(l->t.ledger.cache_byte_ns, window);
}
