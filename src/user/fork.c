// SPDX-License-Identifier: GPL-2.0-or-later
/* fork.c - a child has its parent's pages, and tables of its own. */
#include "user_parts.h"

#include <stdlib.h>
#include <string.h>

static void copy_range(struct bs_space *c, const struct range *from)
{
	struct bs_user *u = c->u;
	struct range *r;

	if (!from->huge && !from->zero_block && !from->present)
		return;
	r = user_range_make(c, from->n);
	if (!r || !(from->huge || from->zero_block ? user_deposit(c, r) : user_table(u, r)))
		return;
	r->zero_block = from->zero_block;
	r->huge = from->huge;
	if (r->huge) {
		r->huge->whole++;
		u->counts.pages += BS_USER_HUGE_PAGES;
		u->counts.huge_pages += BS_USER_HUGE_PAGES;
	}
	if (!from->present || !user_ptes(u, r))
		return;
	memcpy(r->pte, from->pte, BS_USER_HUGE_PAGES * sizeof(*r->pte));
	r->present = from->present;
	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++) {
		if (r->pte[i] >= BS_ZERO_PFN)
			continue;
		user_share(u, r->pte[i]);
		u->counts.pages++;
	}
}

struct bs_space *bs_space_fork(struct bs_space *parent)
{
	struct bs_space *c = bs_space_create(parent->u);

	if (!c)
		return NULL;
	c->map = malloc((parent->nr_maps + 1) * sizeof(*c->map));
	if (!c->map) {
		parent->u->ops->failed(parent->u->arg);
		return c;
	}
	if (parent->nr_maps)
		memcpy(c->map, parent->map, parent->nr_maps * sizeof(*c->map));
	c->nr_maps = parent->nr_maps;
	c->room_maps = parent->nr_maps + 1;
	for (size_t i = 0; i < parent->nr_ranges; i++)
		copy_range(c, &parent->range[i]);
	return c;
}
