// SPDX-License-Identifier: GPL-2.0-or-later
#include "repage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define NONE UINT32_MAX
#define MOST_MORE 4 /* from 4 to 64 KiB */
#define CLASSES 2048 /* a power of two, at least twice gfp masks times sizes */

/* A block of the trace that is read. @at: its number in the new trace, or of a small one its page.
 * @left: of a small one, pages that are still in use; of a large one that was freed in parts smaller than
 * a new page, its counters + 1. */
struct block {
	uint32_t at, left;
	uint8_t order, slot;
	bool small;
};

/* A new page that small blocks share. @free: bit per slot. */
struct shared {
	uint32_t number, class, next, prev;
	uint16_t free;
};

/* Small blocks of one order and gfp mask; the pages of it that have room, the latest first. */
struct class
{
	uint32_t gfp, room;
	uint8_t order;
	bool used;
};

struct table {
	void *at;
	size_t n, cap;
};

struct bs_repage {
	unsigned int more;
	int (*emit)(void *arg, const struct bs_trace_event *ev);
	void *arg;
	uint64_t numbers; /* that were given in the new trace */
	struct table blocks, pages, counters;
	uint32_t spare; /* a page's entry that is used no more */
	struct class class[CLASSES];
};

static void *grow(struct table *t, size_t size)
{
	if (t->n == t->cap) {
		const size_t cap = t->cap ? t->cap * 2 : 1024;
		void *bigger = realloc(t->at, cap * size);

		if (!bigger)
			return NULL;
		t->at = bigger;
		t->cap = cap;
	}
	return (char *)t->at + t->n++ * size;
}

struct bs_repage *bs_repage_create(unsigned int more,
				   int (*emit)(void *arg, const struct bs_trace_event *ev),
				   void *arg)
{
	struct bs_repage *r = more <= MOST_MORE ? calloc(1, sizeof(*r)) : NULL;

	if (!r)
		return NULL;
	r->more = more;
	r->emit = emit;
	r->arg = arg;
	r->spare = NONE;
	return r;
}

void bs_repage_destroy(struct bs_repage *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->counters.n; i++)
		free(((uint8_t **)r->counters.at)[i]);
	free(r->counters.at);
	free(r->pages.at);
	free(r->blocks.at);
	free(r);
}

static struct shared *page_at(const struct bs_repage *r, uint32_t i)
{
	return (struct shared *)r->pages.at + i;
}

/* ---- What comes out -------------------------------------------------------------------------- */

static int put(struct bs_repage *r, const struct bs_trace_event *as, unsigned int order)
{
	struct bs_trace_event ev = *as;

	ev.order = (uint8_t)order;
	ev.pfn = BS_NO_PFN;
	r->numbers += bs_ev_takes_number(ev.kind);
	return r->emit(r->arg, &ev);
}

static int put_free(struct bs_repage *r, const struct bs_trace_event *as, uint32_t number,
		    unsigned int offset, unsigned int order)
{
	struct bs_trace_event ev = *as;

	ev.arg = (uint32_t)(r->numbers - number);
	ev.offset = offset;
	return put(r, &ev, order);
}

/* ---- Pages that are shared ------------------------------------------------------------------- */

static uint32_t class_of(struct bs_repage *r, uint32_t gfp, unsigned int order)
{
	uint32_t i = (gfp * UINT32_C(2654435761) + order * 7919) & (CLASSES - 1);

	while (r->class[i].used && (r->class[i].gfp != gfp || r->class[i].order != order))
		i = (i + 1) & (CLASSES - 1);
	if (!r->class[i].used)
		r->class[i] = (struct class){
			.gfp = gfp, .order = (uint8_t)order, .room = NONE, .used = true};
	return i;
}

static uint16_t all_slots(const struct bs_repage *r, unsigned int order)
{
	return (uint16_t)((1u << (1u << (r->more - order))) - 1);
}

static void has_room(struct bs_repage *r, uint32_t i)
{
	struct shared *p = page_at(r, i);
	struct class *c = &r->class[p->class];

	p->prev = NONE;
	p->next = c->room;
	if (p->next != NONE)
		page_at(r, p->next)->prev = i;
	c->room = i;
}

static void no_room(struct bs_repage *r, uint32_t i)
{
	const struct shared *p = page_at(r, i);

	if (p->prev == NONE)
		r->class[p->class].room = p->next;
	else
		page_at(r, p->prev)->next = p->next;
	if (p->next != NONE)
		page_at(r, p->next)->prev = p->prev;
}

static uint32_t new_page(struct bs_repage *r, uint32_t class)
{
	uint32_t i = r->spare;

	if (i != NONE)
		r->spare = page_at(r, i)->next;
	else if (grow(&r->pages, sizeof(struct shared)))
		i = (uint32_t)r->pages.n - 1;
	else
		return NONE;
	*page_at(r, i) = (struct shared){.number = (uint32_t)r->numbers,
					 .class = class,
					 .free = all_slots(r, r->class[class].order)};
	has_room(r, i);
	return i;
}

static int alloc_small(struct bs_repage *r, struct block *b, const struct bs_trace_event *ev)
{
	const uint32_t class = class_of(r, ev->gfp, ev->order);
	uint32_t i = r->class[class].room;
	int ret = 0;

	if (i == NONE) {
		i = new_page(r, class);
		if (i == NONE)
			return -ENOMEM;
		ret = put(r, ev, 0);
	}
	b->small = true;
	b->at = i;
	b->left = 1u << ev->order;
	b->slot = (uint8_t)__builtin_ctz(page_at(r, i)->free);
	page_at(r, i)->free &= (uint16_t) ~(1u << b->slot);
	if (!page_at(r, i)->free)
		no_room(r, i);
	return ret;
}

static int free_small(struct bs_repage *r, struct block *b, const struct bs_trace_event *ev)
{
	struct shared *p = page_at(r, b->at);

	b->left -= 1u << ev->order;
	if (b->left)
		return 0;
	if (!p->free)
		has_room(r, b->at);
	p->free |= (uint16_t)(1u << b->slot);
	if (p->free != all_slots(r, b->order))
		return 0;
	no_room(r, b->at);
	p->next = r->spare;
	r->spare = b->at;
	return put_free(r, ev, p->number, 0, 0);
}

/* ---- Blocks that are new pages, or more ------------------------------------------------------ */

/* Parts of a new page, until all of it is free. */
static int free_part(struct bs_repage *r, struct block *b, const struct bs_trace_event *ev)
{
	const unsigned int page = ev->offset >> r->more;
	uint8_t **counters;

	if (!b->left) {
		counters = grow(&r->counters, sizeof(*counters));
		if (!counters)
			return -ENOMEM;
		*counters = calloc((size_t)1 << (b->order - r->more), 1);
		if (!*counters)
			return -ENOMEM;
		b->left = (uint32_t)r->counters.n;
	}
	counters = r->counters.at;
	counters += b->left - 1;
	(*counters)[page] = (uint8_t)((*counters)[page] + (1u << ev->order));
	return (*counters)[page] < 1u << r->more ? 0 : put_free(r, ev, b->at, page, 0);
}

static int take(struct bs_repage *r, const struct bs_trace_event *ev)
{
	struct block *b = grow(&r->blocks, sizeof(*b));

	if (!b)
		return -ENOMEM;
	*b = (struct block){.at = (uint32_t)r->numbers, .order = ev->order};
	if (ev->kind == BS_EV_FAILED)
		return put(r, ev, ev->order > r->more ? ev->order - r->more : 0);
	return ev->order < r->more ? alloc_small(r, b, ev) : put(r, ev, ev->order - r->more);
}

static int give_back(struct bs_repage *r, const struct bs_trace_event *ev)
{
	struct block *b = (struct block *)r->blocks.at + (r->blocks.n - ev->arg);

	if (b->small)
		return free_small(r, b, ev);
	if (ev->order < r->more)
		return free_part(r, b, ev);
	return put_free(r, ev, b->at, ev->offset >> r->more, ev->order - r->more);
}

int bs_repage_event(struct bs_repage *r, const struct bs_trace_event *ev, struct bs_error *err)
{
	int ret;

	if (bs_ev_takes_number(ev->kind))
		ret = take(r, ev);
	else if (ev->kind == BS_EV_FREE)
		ret = give_back(r, ev);
	else
		ret = put(r, ev, 0);
	if (ret == -ENOMEM)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL,
				    "converting a trace to larger pages");
	return ret;
}
