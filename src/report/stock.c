// SPDX-License-Identifier: GPL-2.0-or-later
/* stock.c - what a user has without changing a kernel. */
#include <buddysim/report.h>

#include <stdlib.h>

#include "kernel_model.h"

/* Does the kernel report free memory by itself? */
static bool kernel_reports(const char *kernel)
{
	struct kernel_model km;

	return !mm_kernel_model(kernel, &km, NULL) && km.reports_free_pages;
}

bool bs_strategy_is_stock(const struct bs_strategy *s, const char *params, const char *kernel)
{
	const unsigned int nr = bs_param_count(s->params);
	uint64_t *values;
	bool stock;

	if (!(s->caps & BS_CAP_STOCK))
		return false;
	/* A driver and doing nothing are in every kernel. */
	if (!(s->caps & (BS_CAP_IDLE | BS_CAP_CLIENT)) && !kernel_reports(kernel))
		return false;
	values = calloc(nr + 1, sizeof(*values));
	if (!values)
		return false;
	bs_param_defaults(s->params, values);
	stock = !bs_param_parse(s->params, s->name, params, values, NULL);
	for (unsigned int i = 0; i < nr; i++)
		stock &= s->params[i].stock || values[i] == s->params[i].def;
	free(values);
	return stock;
}
