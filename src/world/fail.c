// SPDX-License-Identifier: GPL-2.0-or-later
#include "fail.h"

#include <errno.h>

void bs_guest_fail(struct bs_guest *g, const struct bs_error *err)
{
	if (bs_clock_fail(g->clock, err) && g->watch.broke)
		g->watch.broke(g->watch.arg, &g->clock->err);
}

void bs_guest_fail_memory(struct bs_guest *g)
{
	struct bs_error err;

	bs_error_set(&err, BS_RESOURCE, ENOMEM, NULL, NULL, "out of memory");
	bs_guest_fail(g, &err);
}
