// SPDX-License-Identifier: GPL-2.0-or-later
/* lock_costs.c - the costs of the model of contention by name, as a preset and as a file. */
#include <buddysim/contention.h>

#include "cost_file.h"

#define SCHEMA "buddysim-lock-costs-1"

void bs_lock_costs_default(struct bs_lock_costs *out)
{
	*out = (struct bs_lock_costs){
#define BS_LOCK_COST(field, ns, measurable, about) .field = ns,
#include "lock_costs.def"
	};
}

static const struct bs_cost_row rows[] = {
#define BS_LOCK_COST(field, ns, measurable, about) \
	{#field, about, offsetof(struct bs_lock_costs, field)},
#include "lock_costs.def"
};

static const bool can_be_measured[] = {
#define BS_LOCK_COST(field, ns, measurable, about) measurable,
#include "lock_costs.def"
};

static const struct bs_cost_list list = {
	.file = {SCHEMA, "no costs of contention",
		 "use \"model\", or a file that `buddysim calibrate --contention` wrote",
		 "no costs of contention (" SCHEMA ")",
		 "`buddysim calibrate --contention -o FILE` writes one"},
	.rows = rows,
	.nr = sizeof(rows) / sizeof(rows[0]),
};

bs_ns *bs_lock_cost_field(struct bs_lock_costs *c, unsigned int index, const char **name,
			  const char **about, bool *measurable)
{
	bs_ns *field = bs_cost_at(&list, c, index, name, about);

	if (field && measurable)
		*measurable = can_be_measured[index];
	return field;
}

int bs_lock_costs_write(const struct bs_lock_costs *c, const char *path, struct bs_error *err)
{
	return bs_cost_list_write(&list, c, path, err);
}

int bs_lock_costs_read(const char *path, struct bs_lock_costs *out, struct bs_error *err)
{
	return bs_cost_list_read(&list, path, out, err);
}
