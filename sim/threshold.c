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

static void refuse_row(const struct bs_options *o, const struct threshold *t)
{
	const unsigned int nr = o->config.nr_strategies;
	const char **names = cli_memory(calloc(nr + 1, sizeof(*names))), *near;
	char word[128], guess[160] = "";

	memcpy(names, o->config.strategies, nr * sizeof(*names));
	snprintf(word, sizeof(word), "%.*s", (int)t->row_len, t->row);
	near = bs_nearest(names, word);
	if (near)
		snprintf(guess, sizeof(guess), "; did you mean \"%.120s\"?", near);
	free(names);
	cli_usage("--fail-if",
		  "\"%s\" is no row of this comparison%s: rows are named as they are given to -s",
		  word, guess);
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
			refuse_row(o, &t);
		why = bs_metric_absent(t.metric, &o->config);
		if (why)
			cli_usage("--fail-if", "no row will have %s: %s", t.metric->key, why);
	}
}

/* Why the figure of this row says nothing: it is another load's, or there is none. NULL: it does.
 * To be free()d. */
static char *says_nothing(const struct threshold *t, const struct bs_result *r, unsigned int row)
{
	const char *label = bs_result_label(r, row);
	uint64_t v;
	char *why;
	int len;

	if (!bs_metric_of_unfinished(t->metric) &&
	    !bs_result_metric(r, row, "unfinished_events", &v) && v)
		len = asprintf(&why,
			       "%s did not finish: %" PRIu64 " events had not happened when the "
			       "window closed, and its %s is of a shorter load; test "
			       "unfinished_events, or use a longer --tail",
			       label, v, t->metric->key);
	else if (bs_result_metric(r, row, t->metric->key, &v))
		len = asprintf(&why, "%s has no %s in this run%s", label, t->metric->key,
			       t->row ? "" : "; name a row that has it: ROW/FIGURE");
	else
		return NULL;
	return cli_memory(len < 0 ? NULL : why);
}

/* One expression on one row: passed, crossed, or it cannot be told; *why, to be free()d, says what. */
static enum junit_verdict check_row(const struct threshold *t, const struct bs_result *r,
				    unsigned int row, char **why)
{
	uint64_t v;

	*why = says_nothing(t, r, row);
	if (*why)
		return JUNIT_ERROR;
	bs_result_metric(r, row, t->metric->key, &v);
	if (!holds(t, v))
		return JUNIT_PASSED;
	if (asprintf(why, "%s has %s = %" PRIu64, bs_result_label(r, row), t->metric->key, v) < 0)
		*why = NULL;
	cli_memory(*why);
	return JUNIT_FAILED;
}

static void add_case(struct junit *j, const char *trace, const char *label, const char *expr,
		     enum junit_verdict verdict, const char *why)
{
	const char *slash = strrchr(trace, '/');
	char *name;

	if (asprintf(&name, "%s: %s", label, expr) < 0)
		name = NULL;
	junit_case(j, verdict, slash ? slash + 1 : trace, cli_memory(name), why);
	free(name);
}

static int check_one(const struct bs_sim_config *c, const char *expr, const struct bs_result *r,
		     struct junit *j)
{
	struct threshold t;
	int status = 0;

	read_threshold(expr, &t);
	for (unsigned int i = 0; i < bs_result_cells(r) && status != BS_USAGE; i++) {
		enum junit_verdict verdict;
		char *why;

		if (!is_of_row(&t, bs_result_label(r, i)))
			continue;
		verdict = check_row(&t, r, i, &why);
		add_case(j, c->trace_path, bs_result_label(r, i), expr, verdict, why);
		if (verdict != JUNIT_PASSED) {
			fprintf(stderr, "buddysim: --fail-if %s: %s\n", expr, why);
			status = verdict == JUNIT_ERROR ? BS_USAGE : BS_UNEQUAL;
		}
		free(why);
	}
	return status;
}

int threshold_test(const struct bs_options *o, const struct bs_result *r, struct junit *j)
{
	int status = 0;

	for (unsigned int i = 0; i < o->program.fail_if.nr; i++) {
		const int one = check_one(&o->config, o->program.fail_if.at[i], r, j);

		if (one > status)
			status = one;
	}
	return status;
}
