// SPDX-License-Identifier: GPL-2.0-or-later
/* reclaim_costs.c - the costs of a guest's reclaim and compaction by name, as a preset and from a file. */
#include <buddysim/reclaim.h>

#include "cost_file.h"

#define SCHEMA "buddysim-reclaim-costs-1"

void bs_reclaim_costs_default(struct bs_reclaim_costs *out)
{
	*out = (struct bs_reclaim_costs){
#define BS_RECLAIM_COST(field, ns, about, source) .field = ns,
#include "reclaim_costs.def"
	};
}

static const struct bs_cost_row rows[] = {
#define BS_RECLAIM_COST(field, ns, about, source) \
	{#field, about, offsetof(struct bs_reclaim_costs, field)},
#include "reclaim_costs.def"
};

static const char *const sources[] = {
#define BS_RECLAIM_COST(field, ns, about, source) source,
#include "reclaim_costs.def"
};

/* What a file does not say is the preset's. */
static const struct bs_cost_list list = {
	.file = {SCHEMA, "no costs of reclaim", "use \"model\", \"off\", or a file of costs",
		 "no costs of reclaim", "its \"schema\" must be \"" SCHEMA "\""},
	.rows = rows,
	.nr = sizeof(rows) / sizeof(rows[0]),
	.partial = true,
};

bs_ns *bs_reclaim_cost_field(struct bs_reclaim_costs *c, unsigned int index, const char **name,
			     const char **about, const char **source)
{
	bs_ns *field = bs_cost_at(&list, c, index, name, about);

	if (field && source)
		*source = sources[index];
	return field;
}

int bs_reclaim_costs_read(const char *path, struct bs_reclaim_costs *out, struct bs_error *err)
{
	bs_reclaim_costs_default(out);
	return bs_cost_list_read(&list, path, out, err);
}
