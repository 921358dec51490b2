// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * threshold.c - --fail-if: [ROW/]FIGURE OP VALUE, for CI.
 *
 * All that can be wrong with one is found before anything runs: ROW is one of the strategies that were
 * asked for, FIGURE one that a cell can have, VALUE is read in the figure's unit. What only the run can
 * tell, that a row does not have the figure, is an error too: MEANING.md, records.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threshold.h"

struct threshold {
	const char *row; /* not terminated; NULL: every row */
	size_t row_len;
	const struct bs_metric *metric;
	char op[3];
	uint64_t value;
};

static uint64_t read_bound(const struct bs_metric *m, const char *text)
{
	switch (m->unit) {
	case BS_UNIT_BYTES:
		return cli_size("--fail-if", text);
	case BS_UNIT_NS:
		return cli_time("--fail-if", text);
	default:
		return cli_uint("--fail-if", text, 0, UINT64_MAX);
	}
}

static const struct bs_metric *find_metric(const char *name, size_t len)
{
	char *key = strndup(name, len);
	const struct bs_metric *m;
	struct bs_error err;

	if (!key)
		cli_usage("--fail-if", "out of memory");
	m = bs_metric_find(key, &err);
	if (!m)
		cli_usage("--fail-if", "\"%s\" %s; %s", key, err.text, err.advice);
	free(key);
	return m;
}

/* The operator is the last run of comparison signs, the figure what stands behind the last slash in
 * front of it: a row may hold '=' and '/' itself. */
static void read_threshold(const char *expr, struct threshold *t)
{
	static const char *const ops[] = {"<", "<=", ">", ">=", "==", "=", "!="};
	const char *end = expr + strlen(expr), *op_end, *op, *slash, *name = expr;
	bool known = false;
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
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		known |= !strcmp(t->op, ops[i]);
	if (!known)
		cli_usage("--fail-if", "unknown operator \"%s\" in \"%s\"", t->op, expr);
	while (op > expr && isspace((unsigned char)op[-1]))
		op--;
	for (slash = op; slash > expr && slash[-1] != '/'; slash--)
		;
	if (slash > expr) {
		t->row = expr;
		t->row_len = (size_t)(slash - 1 - expr);
		name = slash;
	}
	t->metric = find_metric(name, (size_t)(op - name));
	while (isspace((unsigned char)*op_end))
		op_end++;
	t->value = read_bound(t->metric, op_end);
}

static bool is_of_row(const struct threshold *t, const char *label)
{
	return !t->row || (strlen(label) == t->row_len && !memcmp(label, t->row, t->row_len));
}

/* On several kernels a row has its kernel's name in front. */
static bool is_of_strategy(const struct threshold *t, const struct bs_sim_config *c,
			   const char *strategy)
{
	const char *kernel = c->guest.machine.kernel;
	struct threshold on = *t;

	if (!t->row || !kernel || bs_kernel_count(kernel) == 1)
		return is_of_row(t, strategy);
	for (;; kernel++) {
		const size_t len = bs_kernel_span(kernel);

		if (t->row_len > len && t->row[len] == '/' && !memcmp(t->row, kernel, len)) {
			on.row = t->row + len + 1;
			on.row_len = t->row_len - len - 1;
			return is_of_row(&on, strategy);
		}
		kernel += len;
		if (!*kernel)
			return false;
	}
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

void threshold_check_syntax(const char *expr)
{
	struct threshold t;

	read_threshold(expr, &t);
}

void threshold_check_rows(const struct bs_options *o)
{
	for (unsigned int i = 0; i < o->program.fail_if.nr; i++) {
		const char *why;
		struct threshold t;
		bool found = false;

		read_threshold(o->program.fail_if.at[i], &t);
		for (unsigned int k = 0; k < o->config.nr_strategies; k++)
			found |= is_of_strategy(&t, &o->config, o->config.strategies[k]);
		if (!found)
			cli_usage("--fail-if",
				  "\"%.*s\" is no row of this comparison: rows are named as "
				  "they are given to -s",
				  (int)t.row_len, t.row);
		why = bs_metric_absent(t.metric, &o->config);
		if (why)
			cli_usage("--fail-if", "no row will have %s: %s", t.metric->key, why);
	}
}

/* Neither crossed nor not: it is another load's. */
static bool means_something(const char *expr, const struct threshold *t, const struct bs_result *r,
			    unsigned int row)
{
	uint64_t left;

	if (bs_metric_of_unfinished(t->metric) ||
	    bs_result_metric(r, row, "unfinished_events", &left) || !left)
		return true;
	fprintf(stderr,
		"buddysim: --fail-if %s: %s did not finish: %" PRIu64
		" events had not happened when "
		"the window closed, and its %s is of a shorter load; test unfinished_events, or use a "
		"longer --tail\n",
		expr, bs_result_label(r, row), left, t->metric->key);
	return false;
}

static int check_one(const char *expr, const struct bs_result *r)
{
	struct threshold t;
	int status = 0;

	read_threshold(expr, &t);
	for (unsigned int i = 0; i < bs_result_cells(r); i++) {
		const char *label = bs_result_label(r, i);
		uint64_t v;

		if (!is_of_row(&t, label))
			continue;
		if (!means_something(expr, &t, r, i))
			return BS_USAGE;
		if (bs_result_metric(r, i, t.metric->key, &v)) {
			fprintf(stderr, "buddysim: --fail-if %s: %s has no %s in this run%s\n",
				expr, label, t.metric->key,
				t.row ? "" : "; name a row that has it: ROW/FIGURE");
			return BS_USAGE;
		}
		if (!holds(&t, v))
			continue;
		fprintf(stderr, "buddysim: --fail-if %s: %s has %s = %" PRIu64 "\n", expr, label,
			t.metric->key, v);
		status = BS_UNEQUAL;
	}
	return status;
}

int threshold_test(const struct bs_options *o, const struct bs_result *r)
{
	int status = 0;

	for (unsigned int i = 0; i < o->program.fail_if.nr; i++) {
		const int one = check_one(o->program.fail_if.at[i], r);

		if (one > status)
			status = one;
	}
	return status;
}
