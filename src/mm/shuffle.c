// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shuffle.c - page_alloc.shuffle: blocks of the highest order shuffled at boot, and put at a random end when
 * they are freed (RULES.md, shuffle). One draw per try, one word per 64 placements: the draw order
 * is visible.
 */
#include "shuffle.h"

#include "free_area.h"

#define SHUFFLE_TRIES 10

static uint64_t draw(struct bs_machine *m)
{
	return m->random ? m->random(m->random_arg) : bs_rng_next(&m->rng);
}

bool mm_shuffle_pick_tail(struct bs_machine *m)
{
	bool one;

	if (!m->shuffle_bits) {
		m->shuffle_bits = 64;
		m->shuffle_pool = draw(m);
	}
	one = m->shuffle_pool & 1;
	m->shuffle_pool >>= 1;
	m->shuffle_bits--;
	return m->km.shuffle_one == KM_SHUFFLE_TAIL ? one : !one;
}

static bool valid_block(const struct bs_machine *m, const struct zone *z, bs_pfn pfn)
{
	return !(pfn & ((1u << m->max_order) - 1)) && pfn < z->end &&
	       is_buddy(m, z, pfn, m->max_order);
}

/* Exchange two positions, not two types: they may stand on different lists. */
static void swap_blocks(struct bs_machine *m, struct zone *z, bs_pfn a, bs_pfn b)
{
	struct page *pa = bs_page(m, a, m->max_order), *pb = bs_page(m, b, m->max_order);
	struct page_list *la = &z->area[m->max_order][pa->list_type];
	struct page_list *lb = &z->area[m->max_order][pb->list_type];
	const unsigned int ta = pa->list_type, tb = pb->list_type;
	bs_pfn next_a, next_b;

	/* Neighbours: taking one out and putting it in front of the other's place is enough. */
	if (pb->next == a) {
		const bs_pfn t = a;

		a = b;
		b = t;
		pa = bs_page(m, a, m->max_order);
		pb = bs_page(m, b, m->max_order);
	}
	next_a = pa->next == b ? a : pa->next;
	next_b = pb->next;
	mm_list_del(m, la, a, m->max_order);
	mm_list_del(m, lb, b, m->max_order);
	if (next_a == a) {
		mm_list_insert(m, la, a, next_b, m->max_order);
		mm_list_insert(m, la, b, a, m->max_order);
	} else {
		mm_list_insert(m, la, b, next_a, m->max_order);
		mm_list_insert(m, lb, a, next_b, m->max_order);
	}
	pa->list_type = tb & 0xf;
	pb->list_type = ta & 0xf;
}

void mm_shuffle_zone(struct bs_machine *m, struct zone *z)
{
	const bs_pfn first = (z->start + (1u << m->max_order) - 1) & ~((1u << m->max_order) - 1);

	for (bs_pfn i = first; i < z->end; i += 1u << m->max_order) {
		bs_pfn j = BS_NO_PFN;
		bool found = false;

		if (!valid_block(m, z, i))
			continue;
		for (unsigned int t = 0; t < SHUFFLE_TRIES && !found; t++) {
			j = z->start + (bs_pfn)(draw(m) % (z->end - z->start) &
						~(uint64_t)((1u << m->max_order) - 1));
			found = valid_block(m, z, j) && j != i;
		}
		if (found && pageblock_type(m, i) == pageblock_type(m, j))
			swap_blocks(m, z, i, j);
	}
}

void bs_machine_set_random(struct bs_machine *m, uint64_t (*next)(void *arg), void *arg)
{
	m->random = next;
	m->random_arg = arg;
	m->shuffle_bits = 0;
}

void bs_machine_set_shuffle(struct bs_machine *m, bool on)
{
	m->shuffle = on;
}
