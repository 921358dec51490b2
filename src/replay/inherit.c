// SPDX-License-Identifier: GPL-2.0-or-later
#include "inherit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

/* Where the search for a block of an order goes on, in a list of pageblocks. */
struct cursor {
	size_t at;
	bs_pfn inside;
};

struct bs_inherit {
	struct bs_stream *s;
	const struct bs_state *state;
	bool places; /* the state says where memory was: recorded pfns mean something */
	bool over;
	unsigned int pbo;
	/* Pageblocks by their first page, in an order drawn at random: of other types, movable ones. */
	bs_pfn *block[2];
	size_t nr_blocks[2];
	struct cursor cursor[2][BS_NR_ORDERS];
};

static int collect(struct bs_inherit *h, const struct bs_state *state)
{
	size_t n = 0;

	for (unsigned int i = 0; i < state->nr_zones; i++)
		n += state->zone[i].nr_blocks;
	h->block[0] = malloc((n + 1) * sizeof(*h->block[0]));
	h->block[1] = malloc((n + 1) * sizeof(*h->block[1]));
	if (!h->block[0] || !h->block[1])
		return -ENOMEM;
	for (unsigned int i = 0; i < state->nr_zones; i++) {
		const struct bs_state_zone *z = &state->zone[i];

		for (size_t k = 0; k < z->nr_blocks; k++) {
			const bool movable = z->block_type[k] == BS_MIGRATE_MOVABLE;

			if (z->block_type[k] != BS_STATE_HOLE)
				h->block[movable][h->nr_blocks[movable]++] =
					z->first_block + ((bs_pfn)k << h->pbo);
		}
	}
	return 0;
}

int bs_inherit_create(struct bs_stream *s, const struct bs_state *state, struct bs_inherit **out,
		      struct bs_error *err)
{
	struct bs_inherit *h = calloc(1, sizeof(*h));
	struct bs_rng rng;

	*out = h;
	if (!h)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "start state");
	h->s = s;
	h->state = state;
	h->pbo = (unsigned int)state->pageblock_order;
	h->places = !strncmp(state->origin, "pages", 5);
	if (collect(h, state))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "start state");
	bs_rng_seed(&rng, s->cfg->seed);
	for (unsigned int i = 0; i < 2; i++)
		bs_rng_shuffle(h->block[i], h->nr_blocks[i], &rng);
	return 0;
}

void bs_inherit_destroy(struct bs_inherit *h)
{
	if (!h)
		return;
	free(h->block[0]);
	free(h->block[1]);
	free(h);
}

/* The next block of the order in pageblocks of a kind that is in use as a whole. */
static bs_pfn search(struct bs_inherit *h, bool movable, unsigned int order)
{
	struct cursor *c = &h->cursor[movable][order];
	const bs_pfn size = (bs_pfn)1 << order, end = (bs_pfn)1 << h->pbo;

	for (; c->at < h->nr_blocks[movable]; c->at++, c->inside = 0) {
		while (c->inside < end) {
			const bs_pfn pfn = h->block[movable][c->at] + c->inside;

			c->inside += size;
			if (!(pfn & (size - 1)) && !bs_machine_adopt(h->s->g->m, pfn, order))
				return pfn;
		}
	}
	return BS_NO_PFN;
}

/* Before the trace: where it was, if that is known, else somewhere in memory of its kind. */
static bs_pfn adopt(struct bs_inherit *h, unsigned int gfp, unsigned int order)
{
	const struct bs_trace_chunk *k = &h->s->chunk;
	const bool movable = bs_gfp_migratetype(gfp) == BS_MIGRATE_MOVABLE;
	bs_pfn pfn = k->pfn && h->s->i < k->n ? k->pfn[h->s->i] : BS_NO_PFN;

	if (h->places && pfn < bs_max_pfn(h->s->g->m) && !bs_machine_adopt(h->s->g->m, pfn, order))
		return pfn;
	pfn = search(h, movable, order);
	return pfn != BS_NO_PFN ? pfn : search(h, !movable, order);
}

static bs_pfn inherit_alloc(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
			    unsigned int order)
{
	struct bs_inherit *h = arg;
	struct bs_guest *g = h->s->g;
	bs_pfn pfn = BS_NO_PFN;

	if (!h->over && number < h->s->info->pres)
		pfn = adopt(h, gfp, order);
	if (pfn == BS_NO_PFN)
		pfn = bs_alloc_pages(g->m, cpu, gfp, order);
	return pfn != BS_NO_PFN ? pfn : bs_guest_alloc_late(g, cpu, gfp, order);
}

/* What else is in use has no owner that the trace knows. It is there, and so no part of what is held. */
static void begin(void *arg)
{
	struct bs_inherit *h = arg;
	struct bs_guest *g = h->s->g;

	for (unsigned int i = 0; i < h->state->nr_zones; i++) {
		const struct bs_state_zone *z = &h->state->zone[i];

		for (int64_t pfn = z->start; pfn < z->start + z->spanned; pfn++) {
			if (bs_page_state(g->m, (bs_pfn)pfn) != BS_PAGE_RESERVED)
				continue;
			bs_device_preset_resident(g->dev, (bs_pfn)pfn, 0);
			g->used_bytes += bs_guest_bytes(g, 0);
		}
	}
}

/* What a later round starts with is allocated: the memory in use has been given back. */
static int end(void *arg, struct bs_error *err)
{
	struct bs_inherit *h = arg;

	(void)err;
	h->over = true;
	return 0;
}

const struct bs_follow_ops bs_inherit_ops = {
	.alloc = inherit_alloc,
	.begin = begin,
	.end = end,
};
