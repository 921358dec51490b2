// SPDX-License-Identifier: GPL-2.0-or-later
#include "kinds.h"

#include <stdio.h>
#include <string.h>

#define BS_DEVICE(id) &bs_device_##id,
static const struct bs_device_ops *const kinds[] = {
#include "devices.def"
};
#undef BS_DEVICE
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct bs_device_traits *bs_device_at(unsigned int index)
{
	return index < NR_KINDS ? &kinds[index]->traits : NULL;
}

static const struct bs_device_ops *find(const char *name)
{
	for (unsigned int i = 0; name && i < NR_KINDS; i++)
		if (strcmp(kinds[i]->traits.name, name) == 0)
			return kinds[i];
	return NULL;
}

const struct bs_device_traits *bs_device_traits(const char *kind)
{
	const struct bs_device_ops *ops = find(kind);

	return ops ? &ops->traits : NULL;
}

const struct bs_device_ops *bs_device_kind_find(const char *name, struct bs_error *err)
{
	const struct bs_device_ops *ops = find(name);
	const char *names[NR_KINDS + 1] = {NULL};
	char known[sizeof(err->advice)];

	if (ops)
		return ops;
	for (unsigned int i = 0; i < NR_KINDS; i++)
		names[i] = kinds[i]->traits.name;
	bs_nearest_advice("known:", names, name ? name : "", known, sizeof(known));
	bs_error_set(err, BS_USAGE, 0, "--device", known, "unknown device '%s'", name ? name : "");
	return NULL;
}

static bool is_for(const struct bs_device_traits *t, enum bs_device_use use)
{
	switch (use) {
	case BS_DEVICE_DEFAULT:
		return t->is_default;
	case BS_DEVICE_TIMED:
		return t->has_costs && !t->has_arena;
	case BS_DEVICE_INSTANT:
		return !t->has_costs && !t->has_arena;
	}
	return false;
}

const char *bs_device_for(enum bs_device_use use)
{
	for (unsigned int i = 0; i < NR_KINDS; i++)
		if (is_for(&kinds[i]->traits, use))
			return kinds[i]->traits.name;
	return NULL;
}
