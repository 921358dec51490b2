// SPDX-License-Identifier: GPL-2.0-or-later
/* threshold.c - --fail-if: [STRATEGY/]METRIC OP VALUE, for CI. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_options.h"

struct threshold {
	char strategy[128], metric[64], op[3];
	uint64_t value;
};

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && !strcmp(s + n - t, tail);
}

static uint64_t read_bound(const char *metric, const char *text)
{
	if (ends_with(metric, "_bytes") || !strncmp(metric, "refault_bytes", 13) ||
	    !strncmp(metric, "meta_bytes", 10))
		return cli_size("--fail-if", text);
	if (ends_with(metric, "_ns") || !strncmp(metric, "settle_ns", 9))
		return cli_time("--fail-if", text);
	return cli_uint("--fail-if", text, 0, UINT64_MAX);
}

/* The operator is the last run of comparison signs: a label may hold '=' itself. */
static void read_threshold(const char *expr, struct threshold *t)
{
	const char *end = expr + strlen(expr), *op_end, *op, *slash, *name = expr;
	size_t len;

	memset(t, 0, sizeof(*t));
	for (op_end = end; op_end > expr && !strchr("<>=!", op_end[-1]); op_end--)
		;
	for (op = op_end; op > expr && strchr("<>=!", op[-1]); op--)
		;
	len = (size_t)(op_end - op);
	if (op == expr || !len || len > 2 || op_end == end)
		cli_usage("--fail-if", "\"%s\" is not [STRATEGY/]METRIC OP VALUE", expr);
	memcpy(t->op, op, len);
	while (op > expr && isspace((unsigned char)op[-1]))
		op--;
	for (slash = op; slash > expr && slash[-1] != '/'; slash--)
		;
	if (slash > expr) {
		snprintf(t->strategy, sizeof(t->strategy), "%.*s", (int)(slash - 1 - expr), expr);
		name = slash;
	}
	snprintf(t->metric, sizeof(t->metric), "%.*s", (int)(op - name), name);
	while (isspace((unsigned char)*op_end))
		op_end++;
	t->value = read_bound(t->metric, op_end);
	if (strcmp(t->op, "<") && strcmp(t->op, "<=") && strcmp(t->op, ">") &&
	    strcmp(t->op, ">=") && strcmp(t->op, "==") && strcmp(t->op, "=") && strcmp(t->op, "!="))
		cli_usage("--fail-if", "unknown operator \"%s\" in \"%s\"", t->op, expr);
}

static bool holds(const struct threshold *t, uint64_t v)
{
	switch (t->op[0]) {
	case '<':
		return t->op[1] ? v <= t->value : v < t->value;
	case '>':
		return t->op[1] ? v >= t->value : v > t->value;
	case '!':
		return v != t->value;
	}
	return v == t->value;
}

void sim_options_check_syntax(const char *expr)
{
	const struct bs_metric *m;
	struct threshold t;

	read_threshold(expr, &t);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (m->cell && !strcmp(m->key, t.metric))
			return;
	cli_usage("--fail-if", "unknown metric \"%s\"; see `buddysim list metrics`", t.metric);
}

static int check_one(const char *expr, const struct bs_result *r)
{
	struct threshold t;
	int crossed = 0;
	bool matched = false;

	read_threshold(expr, &t);
	for (unsigned int i = 0; i < bs_result_cells(r); i++) {
		const char *label = bs_result_label(r, i);
		uint64_t v;
		int ret;

		if (t.strategy[0] && strcmp(t.strategy, label))
			continue;
		matched = true;
		/* A figure that does not exist in this run ("not checked") crosses nothing. */
		ret = bs_result_metric(r, i, t.metric, &v);
		if (ret || !holds(&t, v))
			continue;
		fprintf(stderr, "buddysim: --fail-if %s: %s has %s = %" PRIu64 "\n", expr, label,
			t.metric, v);
		crossed = BS_UNEQUAL;
	}
	if (!matched)
		cli_usage("--fail-if", "no strategy \"%s\" in this comparison", t.strategy);
	return crossed;
}

int sim_options_check(const struct sim_options *o, const struct bs_result *r)
{
	int status = 0;

	for (unsigned int i = 0; i < o->nr_fail_if; i++)
		if (check_one(o->fail_if[i], r))
			status = BS_UNEQUAL;
	return status;
}
