// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin.c - a user's own strategy from a shared object. strategy_template.c is what to start from. */
#include "plugin.h"

#include "shared_object.h"
#include "strategy_check.h"

static int check(const void *table, const char *path, struct bs_error *err)
{
	return bs_strategy_check(table, path, err);
}

bool bs_plugin_is_path(const char *name)
{
	return bs_object_is_path(name);
}

const struct bs_strategy *bs_plugin_load(const char *path, struct bs_error *err)
{
	static const struct bs_object_kind kind = {
		.kind = "strategy",
		.symbol = "bs_strategy",
		.define = "define: const struct bs_strategy bs_strategy = { ... };",
		.check = check,
	};

	return bs_object_load(path, &kind, err);
}
