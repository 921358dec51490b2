// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry.c - the built-in strategies, from strategies.def.
 */
#include "strategies.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

static const struct bs_strategy *const strategies[] = {
#define BS_STRATEGY(id) &bs_strategy_##id,
#include "strategies.def"
#undef BS_STRATEGY
};

#define NR_STRATEGIES (sizeof(strategies) / sizeof(strategies[0]))

const struct bs_strategy *bs_strategy_at(unsigned int index)
{
	return index < NR_STRATEGIES ? strategies[index] : NULL;
}

unsigned int bs_strategy_place(const char *spec)
{
	const size_t len = strcspn(spec, ":+");
	unsigned int i = 0;

	while (i < NR_STRATEGIES &&
	       (strlen(strategies[i]->name) != len || memcmp(strategies[i]->name, spec, len)))
		i++;
	return i;
}

const struct bs_strategy *bs_strategy_with(unsigned int caps)
{
	for (unsigned int i = 0; i < NR_STRATEGIES; i++)
		if ((strategies[i]->caps & caps) == caps)
			return strategies[i];
	return NULL;
}

static const struct bs_strategy *unknown(const char *name, struct bs_error *err)
{
	const char *names[NR_STRATEGIES + 1] = {NULL};
	char known[320];

	for (unsigned int i = 0; i < NR_STRATEGIES; i++)
		names[i] = strategies[i]->name;
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	if (*name)
		bs_error_set(err, BS_USAGE, 0, name, known, "unknown strategy");
	else
		bs_error_set(err, BS_USAGE, 0, "strategy", known, "no strategy is named");
	return NULL;
}

const struct bs_strategy *bs_strategy_find(const char *spec, struct bs_error *err)
{
	char name[PATH_MAX];

	if (strcspn(spec, ":") >= sizeof(name)) {
		bs_error_set(err, BS_USAGE, ENAMETOOLONG, NULL, NULL, "strategy's path too long");
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(spec, ":"), spec);
	if (bs_plugin_is_path(name))
		return bs_plugin_load(name, err);
	for (unsigned int i = 0; i < NR_STRATEGIES; i++)
		if (!strcmp(strategies[i]->name, name))
			return strategies[i];
	return unknown(name, err);
}
