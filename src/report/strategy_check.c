// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_check.h"

#include "param_check.h"

int bs_strategy_check(const struct bs_strategy *s, const char *where, struct bs_error *err)
{
	const char *missing = NULL;

	/* Before anything else: in another ABI the other members may lie elsewhere. */
	if (s->abi != BS_STRATEGY_ABI)
		return bs_error_set(err, BS_USAGE, 0, where,
				    "compile it against this version's buddysim/report.h",
				    "strategy ABI %u, this program has %u", s->abi,
				    BS_STRATEGY_ABI);
	if (!s->name)
		missing = "name";
	else if (!s->summary)
		missing = "summary";
	else if (!s->origin)
		missing = "origin";
	else if (!s->pass && !(s->caps & BS_CAP_NO_WORKER))
		missing = "pass";
	if (missing)
		return bs_error_set(err, BS_USAGE, 0, where,
				    "a strategy without pass() declares BS_CAP_NO_WORKER",
				    "required member \"%s\" of struct bs_strategy is missing",
				    missing);
	if (!bs_name_is_sound(s->name))
		return bs_error_set(err, BS_USAGE, 0, where,
				    "they separate parameters in -s A:name=value,B",
				    "a strategy's name has no ' ', ',', ':' or '=' and is not "
				    "empty");
	return bs_params_check(s->params, "strategy", where, err);
}
