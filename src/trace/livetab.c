// SPDX-License-Identifier: GPL-2.0-or-later
#include "livetab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

#define ORDER 0x0f

void bs_livetab_free(struct bs_livetab *t)
{
	free(t->state);
	free(t->partial);
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

int bs_livetab_reserve(struct bs_livetab *t, unsigned int n)
{
	uint64_t cap = t->cap ? t->cap : 65536;
	uint8_t *bigger;

	while (cap - t->nr < n)
		cap *= 2;
	if (cap == t->cap)
		return 0;
	bigger = realloc(t->state, cap);
	if (!bigger)
		return -ENOMEM;
	t->state = bigger;
	t->cap = cap;
	return 0;
}

int bs_livetab_add(struct bs_livetab *t, unsigned int order, bool live)
{
	if (t->nr == t->cap && bs_livetab_reserve(t, 1))
		return -ENOMEM;
	t->state[t->nr++] = (uint8_t)(order | (live ? BS_LIVE : 0));
	t->pages += live ? UINT64_C(1) << order : 0;
	return 0;
}

/* ---- Blocks that are live in part ----------------------------------------------------------- */

static uint32_t *bucket_of(const struct bs_livetab *t, uint64_t number)
{
	return &t->bucket[(number * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (t->nr_buckets - 1)];
}

static struct bs_partial *find_partial(const struct bs_livetab *t, uint64_t number)
{
	uint32_t i = *bucket_of(t, number);

	while (t->partial[i - 1].number != number)
		i = t->partial[i - 1].slot_next;
	return &t->partial[i - 1];
}

/* Twice the room; every block moves to its new bucket. */
static int grow_partial(struct bs_livetab *t)
{
	uint32_t cap = t->cap_partial ? t->cap_partial * 2 : 256;
	struct bs_partial *bigger = realloc(t->partial, cap * sizeof(*bigger));
	uint32_t *bucket;

	if (!bigger)
		return -ENOMEM;
	t->partial = bigger;
	bucket = calloc(cap, sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	free(t->bucket);
	t->bucket = bucket;
	t->nr_buckets = t->cap_partial = cap;
	/* Called when all are in use: none is on the free list. */
	for (uint32_t i = 0; i < t->nr_partial; i++) {
		uint32_t *b = bucket_of(t, t->partial[i].number);

		t->partial[i].slot_next = *b;
		*b = i + 1;
	}
	return 0;
}

static struct bs_partial *add_partial(struct bs_livetab *t, uint64_t number, unsigned int order)
{
	const unsigned int nr_pages = 1u << order;
	struct bs_partial *p;
	uint32_t i, *b;

	if (!t->free_partial && t->nr_partial == t->cap_partial && grow_partial(t))
		return NULL;
	if (t->free_partial) {
		i = t->free_partial;
		t->free_partial = t->partial[i - 1].slot_next;
	} else {
		i = ++t->nr_partial;
	}
	p = &t->partial[i - 1];
	memset(p, 0, sizeof(*p));
	p->number = number;
	if (nr_pages < 64)
		p->live[0] = (UINT64_C(1) << nr_pages) - 1;
	else
		memset(p->live, 0xff, nr_pages / 8);
	b = bucket_of(t, number);
	p->slot_next = *b;
	*b = i;
	t->state[number] |= BS_PARTIAL;
	return p;
}

static void remove_partial(struct bs_livetab *t, struct bs_partial *p)
{
	uint32_t *link = bucket_of(t, p->number), i = (uint32_t)(p - t->partial) + 1;

	while (*link != i)
		link = &t->partial[*link - 1].slot_next;
	*link = p->slot_next;
	p->slot_next = t->free_partial;
	t->free_partial = i;
}

/* Bits of an aligned range within one word, or of whole words. */
static uint64_t word_mask(unsigned int offset, unsigned int order)
{
	return order >= 6 ? UINT64_MAX : ((UINT64_C(1) << (1u << order)) - 1) << (offset % 64);
}

static bool range_is_live(const struct bs_partial *p, unsigned int offset, unsigned int order)
{
	const uint64_t mask = word_mask(offset, order);
	const unsigned int words = order > 6 ? 1u << (order - 6) : 1;

	for (unsigned int i = 0; i < words; i++)
		if ((p->live[offset / 64 + i] & mask) != mask)
			return false;
	return true;
}

/* Clears the range; true when nothing of the block is left. */
static bool clear_range(struct bs_partial *p, unsigned int offset, unsigned int order)
{
	const uint64_t mask = word_mask(offset, order);
	const unsigned int words = order > 6 ? 1u << (order - 6) : 1;
	uint64_t left = 0;

	for (unsigned int i = 0; i < words; i++)
		p->live[offset / 64 + i] &= ~mask;
	for (unsigned int i = 0; i < sizeof(p->live) / sizeof(p->live[0]); i++)
		left |= p->live[i];
	return !left;
}

/* ---- Freeing -------------------------------------------------------------------------------- */

static const char *__attribute__((noinline))
release_part(struct bs_livetab *t, uint64_t number, unsigned int offset, unsigned int order,
	     int *ret)
{
	struct bs_partial *p;
	unsigned int whole;

	whole = t->state[number] & ORDER;
	if (!(t->state[number] & BS_LIVE))
		return "frees a block that is not live";
	if (order > whole || offset >= 1u << whole || offset & ((1u << order) - 1))
		return "frees a part that is not within the block, or not aligned";
	p = t->state[number] & BS_PARTIAL ? find_partial(t, number) : add_partial(t, number, whole);
	if (!p) {
		*ret = -ENOMEM;
		return NULL;
	}
	if (!range_is_live(p, offset, order))
		return "frees a part that is not live";
	t->pages -= UINT64_C(1) << order;
	if (clear_range(p, offset, order)) {
		remove_partial(t, p);
		t->state[number] &= ORDER;
	}
	return NULL;
}

const char *bs_livetab_release(struct bs_livetab *t, uint64_t number, unsigned int offset,
			       unsigned int order, int *ret)
{
	*ret = 0;
	if (unlikely(number >= t->nr))
		return "frees a block that was not allocated";
	/* Nearly every free is one of a block that is live as a whole. */
	if (unlikely(offset || t->state[number] - (unsigned int)BS_LIVE != order))
		return release_part(t, number, offset, order, ret);
	t->state[number] = (uint8_t)order;
	t->pages -= UINT64_C(1) << order;
	return NULL;
}

/* ---- Looking -------------------------------------------------------------------------------- */

bool bs_livetab_piece(const struct bs_livetab *t, uint64_t number, unsigned int *offset,
		      unsigned int *order)
{
	const unsigned int whole = t->state[number] & ORDER, nr_pages = 1u << whole;
	const struct bs_partial *p;
	unsigned int at = *offset, o = 0;

	if (!(t->state[number] & BS_LIVE) || at >= nr_pages)
		return false;
	if (!(t->state[number] & BS_PARTIAL)) {
		*order = whole;
		return at == 0;
	}
	p = find_partial(t, number);
	while (at < nr_pages && !range_is_live(p, at, 0))
		at++;
	if (at == nr_pages)
		return false;
	while (o < whole && !(at & ((2u << o) - 1)) && range_is_live(p, at, o + 1))
		o++;
	*offset = at;
	*order = o;
	return true;
}

unsigned int bs_livetab_order(const struct bs_livetab *t, uint64_t number)
{
	return t->state[number] & ORDER;
}
