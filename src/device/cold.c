// SPDX-License-Identifier: GPL-2.0-or-later
#include "cold.h"

#include <errno.h>

#include "lazy.h"

int bs_cold_init(struct bs_cold *c, uint64_t regions)
{
	*c = (struct bs_cold){.nr = regions};
	c->links = bs_lazy_map(regions * sizeof(*c->links));
	return c->links ? 0 : -ENOMEM;
}

void bs_cold_destroy(struct bs_cold *c)
{
	bs_lazy_unmap(c->links, c->nr * sizeof(*c->links));
	*c = (struct bs_cold){0};
}

void bs_cold_remove(struct bs_cold *c, uint32_t region)
{
	struct bs_cold_link *l = &c->links[region];

	if (!l->in)
		return;
	if (l->older)
		c->links[l->older - 1].newer = l->newer;
	else
		c->oldest = l->newer;
	if (l->newer)
		c->links[l->newer - 1].older = l->older;
	else
		c->newest = l->older;
	*l = (struct bs_cold_link){0};
}

void bs_cold_note(struct bs_cold *c, uint32_t region, bs_ns now)
{
	struct bs_cold_link *l = &c->links[region];

	if (c->newest == region + 1) {
		l->at = now;
		return;
	}
	bs_cold_remove(c, region);
	*l = (struct bs_cold_link){.older = c->newest, .at = now, .in = true};
	if (c->newest)
		c->links[c->newest - 1].newer = region + 1;
	else
		c->oldest = region + 1;
	c->newest = region + 1;
}
