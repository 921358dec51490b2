// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * address_ordered.c - each list in the order of addresses, the lowest first (POLICIES.md, address-ordered).
 * Where a block belongs is looked for from where the last one went.
 */
#include "policies.h"

struct zone_state {
	bs_pfn hint[BS_NR_ORDERS][BS_MIGRATE_TYPES];
};

static bool is_on(struct bs_policy_ctx *c, bs_pfn pfn, const struct bs_block *like)
{
	struct bs_block b;

	return bs_policy_block(c, pfn, &b) && b.zone == like->zone && b.order == like->order &&
	       b.list_mt == like->list_mt;
}

/* The block of the list that @b goes in front of; BS_NO_PFN: it is the last. */
static bs_pfn behind(struct bs_policy_ctx *c, const struct bs_block *b, bs_pfn from)
{
	bs_pfn at = from, before;

	if (at == b->pfn || !is_on(c, at, b))
		at = bs_policy_first(c, b->zone, b->order, b->list_mt);
	while (at != BS_NO_PFN && at <= b->pfn)
		at = bs_policy_next(c, b->order, at);
	if (at == BS_NO_PFN)
		return at;
	while ((before = bs_policy_prev(c, b->order, at)) != BS_NO_PFN && before > b->pfn)
		at = before;
	return at;
}

static void place(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	struct zone_state *z = bs_policy_zone_state(c, b->zone);
	bs_pfn *hint = &z->hint[b->order][b->list_mt];

	(void)why;
	at->before = behind(c, b, *hint);
	at->tail = true;
	*hint = b->pfn;
}

/* What boot, or a dump, has left in another order. */
static void sort(struct bs_policy_ctx *c, unsigned int zone, unsigned int order, unsigned int mt)
{
	bs_pfn pfn = bs_policy_first(c, zone, order, mt), last = 0, next;

	for (; pfn != BS_NO_PFN; pfn = next) {
		struct bs_spot at = {.before = bs_policy_first(c, zone, order, mt)};

		next = bs_policy_next(c, order, pfn);
		if (pfn >= last) {
			last = pfn;
			continue;
		}
		while (at.before < pfn)
			at.before = bs_policy_next(c, order, at.before);
		bs_policy_move(c, pfn, order, &at);
	}
}

static int begin(struct bs_policy_ctx *c)
{
	const struct bs_machine *m = bs_policy_machine(c);

	for (unsigned int zone = 0; zone < bs_nr_zones(m); zone++)
		for (unsigned int order = 0; order <= bs_platform_of(m)->max_order; order++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				sort(c, zone, order, mt);
	return 0;
}

const struct bs_policy bs_policy_address_ordered = {
	.abi = BS_POLICY_ABI,
	.name = "address-ordered",
	.summary = "lists in the order of addresses, the lowest is taken first",
	.origin =
		"address-ordered first fit: P. R. Wilson et al., \"Dynamic Storage Allocation: A Survey\", 1995",
	.zone_bytes = sizeof(struct zone_state),
	.begin = begin,
	.place = place,
};
