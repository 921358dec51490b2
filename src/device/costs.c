// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs.c - virtual costs by name, and the named presets of them.
 */
#include "costs.h"

#include <string.h>

static const char *const preset_names[] = {"null", "default", NULL};

#define BS_COST(field, def, text) .field = def,
static const struct bs_device_costs presets[] = {
	{0},
	{
#include "costs.def"
	},
};
#undef BS_COST

bool bs_cost_preset(const char *name, struct bs_device_costs *out)
{
	for (unsigned int i = 0; preset_names[i]; i++) {
		if (strcmp(name, preset_names[i]) == 0) {
			*out = presets[i];
			return true;
		}
	}
	return false;
}

const char *const *bs_cost_preset_names(void)
{
	return preset_names;
}

bs_ns *bs_cost_field(struct bs_device_costs *c, unsigned int index, const char **name)
{
#define BS_COST(field, def, text) {#field, &c->field},
	const struct {
		const char *name;
		bs_ns *value;
	} fields[] = {
#include "costs.def"
	};
#undef BS_COST

	if (index >= sizeof(fields) / sizeof(fields[0]))
		return NULL;
	if (name)
		*name = fields[index].name;
	return fields[index].value;
}

int bs_costs_check(const struct bs_device_costs *c, const char *owner, struct bs_error *err)
{
	struct bs_device_costs copy = *c;
	const char *name;
	bs_ns *field;

	for (unsigned int i = 0; (field = bs_cost_field(&copy, i, &name)); i++)
		if (*field > BS_COST_MAX)
			return bs_error_set(err, BS_USAGE, 0, owner, "use a value from 0ns to 24h",
					    "%s cannot be %lluns", name,
					    (unsigned long long)*field);
	return 0;
}
