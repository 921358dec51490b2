// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs.c - virtual costs by name, and the named presets of them.
 */
#include "costs.h"

#include <string.h>

static const char *const preset_names[] = {"null", "default", "vm", "nested", NULL};

static const struct bs_device_costs presets[] = {
	{0},
	{
#define BS_COST(field, def, vm, nested, text, source) .field = def,
#include "costs.def"
	},
	{
#define BS_COST(field, def, vm, nested, text, source) .field = vm,
#include "costs.def"
	},
	{
#define BS_COST(field, def, vm, nested, text, source) .field = nested,
#include "costs.def"
	},
};

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

const char *bs_cost_preset_of(const struct bs_device_costs *c)
{
	for (unsigned int i = 0; preset_names[i]; i++)
		if (!memcmp(&presets[i], c, sizeof(*c)))
			return preset_names[i];
	return NULL;
}

bs_ns *bs_cost_field(struct bs_device_costs *c, unsigned int index, const char **name)
{
	const struct {
		const char *name;
		bs_ns *value;
	} fields[] = {
#define BS_COST(field, def, vm, nested, text, source) {#field, &c->field},
#include "costs.def"
	};

	if (index >= sizeof(fields) / sizeof(fields[0]))
		return NULL;
	if (name)
		*name = fields[index].name;
	return fields[index].value;
}

bool bs_cost_about(unsigned int index, const char **about, const char **source)
{
	static const struct {
		const char *about, *source;
	} texts[] = {
#define BS_COST(field, def, vm, nested, text, source) {text, source},
#include "costs.def"
	};

	if (index >= sizeof(texts) / sizeof(texts[0]))
		return false;
	*about = texts[index].about;
	*source = texts[index].source;
	return true;
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
