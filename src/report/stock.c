// SPDX-License-Identifier: GPL-2.0-or-later
/* stock.c - what a user has without changing a kernel, and how he gets it. */
#include <buddysim/report.h>

#include <stdlib.h>
#include <string.h>

#include "kernel_model.h"

/* Doing nothing is in every kernel, a driver in those since it came; reporting is in those that have it. */
#define BY_RELEASE (BS_CAP_IDLE | BS_CAP_CLIENT)

static bool has_order_set(const struct kernel_model *km)
{
	return km->report_order_set != KM_REPORT_ORDER_FIXED;
}

static bool offers(const struct bs_strategy *s, const char *kernel, const struct kernel_model *km)
{
	if (!(s->caps & BS_CAP_STOCK) || (s->since && !mm_kernel_has(kernel, s->since)))
		return false;
	return (s->caps & BY_RELEASE) || km->reports_free_pages;
}

/* Can a user of the kernel set this one? */
static bool may_set(const struct bs_param *p, const struct kernel_model *km)
{
	return p->stock && (p->role != BS_ROLE_ORDER || has_order_set(km));
}

/* The values of @params, to be free()d; NULL: they are none, or out of memory. */
static uint64_t *values_of(const struct bs_strategy *s, const struct bs_param *table,
			   const char *params)
{
	uint64_t *values = table ? calloc(bs_param_count(table) + 1, sizeof(*values)) : NULL;

	if (!values)
		return NULL;
	bs_param_defaults(table, values);
	if (!bs_param_parse(table, s->name, params, values, NULL))
		return values;
	free(values);
	return NULL;
}

/* Are all parameters at their defaults, those aside that a user of @km can set? @km NULL: all. */
static bool is_as_it_comes(const struct bs_strategy *s, const char *params,
			   const struct kernel_model *km, const struct bs_platform *on)
{
	struct bs_param *table = bs_params_on(s->params, on);
	uint64_t *values = values_of(s, table, params);
	bool same = values;

	for (unsigned int i = 0; same && i < bs_param_count(table); i++) {
		const struct bs_param *p = &table[i];

		same = values[i] == p->def || (km && may_set(p, km));
	}
	free(values);
	free(table);
	return same;
}

bool bs_strategy_is_stock(const struct bs_strategy *s, const char *params, const char *kernel,
			  const struct bs_platform *on)
{
	struct kernel_model km;

	return !mm_kernel_model(kernel, &km, NULL) && offers(s, kernel, &km) &&
	       is_as_it_comes(s, params, &km, on);
}

/* What reports in a kernel is not changed by a policy that stands behind its name. */
static bool reports_itself(const char *kernel)
{
	char *name = strndup(kernel, strcspn(kernel, "+"));
	struct kernel_model km;
	const bool does = name && !mm_kernel_model(name, &km, NULL) && km.reports_free_pages;

	free(name);
	return does;
}

const struct bs_strategy *bs_strategy_of_kernel(const char *kernel)
{
	const struct bs_strategy *s;

	if (!reports_itself(kernel))
		return NULL;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
		if ((s->caps & BS_CAP_STOCK) && !(s->caps & BY_RELEASE))
			return s;
	return NULL;
}

bool bs_strategy_is_default(const struct bs_strategy *s, const char *params, const char *kernel,
			    const struct bs_platform *on)
{
	return s == bs_strategy_of_kernel(kernel) && is_as_it_comes(s, params, NULL, on);
}

bool bs_strategy_stock_setting(const struct bs_strategy *s, const char *params, const char *kernel,
			       const struct bs_platform *on, uint64_t memory,
			       struct bs_stock_setting *out)
{
	struct bs_param *table;
	uint64_t *values;

	if (!s->stock_setting || !bs_strategy_is_stock(s, params, kernel, on))
		return false;
	table = bs_params_on(s->params, on);
	values = values_of(s, table, params);
	*out = (struct bs_stock_setting){.on = on};
	if (values)
		s->stock_setting(values, kernel, memory, out);
	free(table);
	if (!values)
		return false;
	free(values);
	return true;
}
