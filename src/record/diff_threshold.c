// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_threshold.c - [CELL/]FIGURE:LIMIT: by how much a figure may change from A to B.
 *
 * LIMIT is a share of A's value ("2%") or an amount in the figure's unit ("64MiB"); behind a + only
 * growth counts, behind a - only decline. What cannot be tested is an error, never a pass.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "json.h"
#include "units.h"

#define DECIMALS 6 /* of a percentage */
#define ONE_PER_CENT UINT64_C(1000000)

struct limit {
	const char *expr;
	char *row; /* NULL: every pair */
	const struct bs_metric *metric;
	char sign; /* '+', '-', or 0: both */
	bool share; /* amount is in 10^-DECIMALS per cent of A's value */
	uint64_t amount;
};

static int no_memory(const char *expr, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, expr, NULL, "cannot be tested");
}

/* ---- Reading ----------------------------------------------------------------------------------- */

/* "2%", "0.25%": @text without its sign. */
static bool read_share(const char *text, uint64_t *amount)
{
	const size_t len = strlen(text);
	uint64_t v = 0;
	unsigned int decimals = 0;
	bool point = false;

	if (len < 2 || text[len - 1] != '%' || !isdigit((unsigned char)*text))
		return false;
	for (size_t i = 0; i < len - 1; i++) {
		if (text[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!isdigit((unsigned char)text[i]) || v > UINT32_MAX || decimals == DECIMALS)
			return false;
		v = v * 10 + (unsigned int)(text[i] - '0');
		decimals += point;
	}
	for (; decimals < DECIMALS; decimals++)
		v *= 10;
	*amount = v;
	return true;
}

static bool read_count(const char *text, uint64_t *amount)
{
	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	*amount = strtoull(text, NULL, 10);
	return !errno;
}

static bool read_amount(enum bs_unit unit, const char *text, uint64_t *amount)
{
	if (unit != BS_UNIT_BYTES && unit != BS_UNIT_NS)
		return read_count(text, amount);
	return !(unit == BS_UNIT_BYTES ? bs_parse_size(text, amount) : bs_parse_time(text, amount));
}

static const char *example_of(enum bs_unit unit)
{
	switch (unit) {
	case BS_UNIT_BYTES:
		return "say 2% of A's value, or a size with its unit: 64MiB";
	case BS_UNIT_NS:
		return "say 2% of A's value, or a time with its unit: 5ms";
	default:
		return "say 2% of A's value, or a whole number in the figure's unit: 100";
	}
}

/* A number without a unit, or with one that there is not, is told what it may have meant. */
static void advise(enum bs_unit unit, const char *digits, char *advice, size_t size)
{
	advice[0] = '\0';
	if (unit == BS_UNIT_BYTES)
		bs_advise_size(digits, advice, size);
	else if (unit == BS_UNIT_NS)
		bs_advise_time(digits, advice, size);
	if (!advice[0])
		snprintf(advice, size, "%s", example_of(unit));
}

static int read_limit(struct limit *l, const char *text, struct bs_error *err)
{
	const char *digits = text;
	char advice[128];

	if (*text == '+' || *text == '-') {
		l->sign = *text;
		digits++;
	}
	l->share = read_share(digits, &l->amount);
	if (l->share || read_amount(l->metric->unit, digits, &l->amount))
		return 0;
	advise(l->metric->unit, digits, advice, sizeof(advice));
	return bs_error_set(err, BS_USAGE, 0, "--threshold", advice,
			    "%s cannot be held against \"%s\"", l->metric->key, text);
}

/* Names may hold ':' and '/' themselves: the last ones count. */
static int read_expression(struct limit *l, const char *expr, struct bs_error *err)
{
	const char *colon = strrchr(expr, ':');
	char *name, *slash;
	int ret = 0;

	*l = (struct limit){.expr = expr};
	if (!colon || colon == expr)
		return bs_error_set(err, BS_USAGE, 0, "--threshold", "say FIGURE:2%",
				    "\"%s\" is not [CELL/]FIGURE:LIMIT", expr);
	name = strndup(expr, (size_t)(colon - expr));
	if (!name)
		return no_memory(expr, err);
	slash = strrchr(name, '/');
	if (slash) {
		*slash = '\0';
		l->row = strdup(name);
	}
	if (slash && !l->row)
		ret = no_memory(expr, err);
	if (!ret) {
		l->metric = bs_metric_find(slash ? slash + 1 : name, err);
		ret = l->metric ? read_limit(l, colon + 1, err) : -EINVAL;
	}
	free(name);
	return ret;
}

/* ---- Testing ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static int cross(struct bs_diff *d, const char *fmt, ...)
{
	char **more = realloc(d->crossed, (d->nr_crossed + 1) * sizeof(*more));
	va_list ap;
	int n;

	if (!more)
		return -ENOMEM;
	d->crossed = more;
	va_start(ap, fmt);
	n = vasprintf(&more[d->nr_crossed], fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	json_array_append_new(json_object_get(d->root, "crossed"),
			      bs_json_text(more[d->nr_crossed++]));
	return 0;
}

static bool is_over(const struct limit *l, uint64_t a, uint64_t b)
{
	const uint64_t change = b > a ? b - a : a - b;

	if (!change || (l->sign == '+' && b < a) || (l->sign == '-' && b > a))
		return false;
	if (!l->share)
		return change > l->amount;
	/* change / a > amount / 100 %, exactly. */
	return (unsigned __int128)change * 100 * ONE_PER_CENT > (unsigned __int128)l->amount * a;
}

static bool is_of_row(const struct limit *l, const struct bs_diff_pair *p)
{
	return !l->row || !strcmp(l->row, bs_diff_label(p->cell[0])) ||
	       !strcmp(l->row, bs_diff_label(p->cell[1]));
}

/* Both values, or an error that says which is not there, and why. */
static int values_of(const struct bs_diff *d, const struct limit *l, const struct bs_diff_pair *p,
		     uint64_t *v, struct bs_error *err)
{
	for (unsigned int side = 0; side < 2; side++) {
		if (!bs_json_uint_at(p->cell[side], l->metric->key, &v[side]))
			continue;
		return bs_error_set(err, BS_USAGE, 0, d->side[side]->path,
				    l->row ? "" : "name a cell that has it: CELL/FIGURE:LIMIT",
				    "%s has no %s in %c%s", bs_diff_label(p->cell[side]),
				    l->metric->key, side ? 'B' : 'A',
				    bs_stored_knows(d->side[side], l->metric->key)
					    ? ": that run does not have it"
					    : ": its schema does not know it");
	}
	return 0;
}

static int test_pair(struct bs_diff *d, const struct limit *l, const struct bs_diff_pair *p,
		     struct bs_error *err)
{
	char share[32] = "";
	uint64_t v[2];
	int ret = values_of(d, l, p, v, err);

	if (ret || !is_over(l, v[0], v[1]))
		return ret;
	if (v[0])
		snprintf(share, sizeof(share), " (%+.3g %%)",
			 ((double)v[1] - (double)v[0]) * 100 / (double)v[0]);
	if (cross(d, "%s: %s: %s was %" PRIu64 ", is %" PRIu64 "%s", l->expr,
		  bs_diff_label(p->cell[1]), l->metric->key, v[0], v[1], share))
		return no_memory(l->expr, err);
	return 0;
}

/* A cell that is gone cannot be within any limit. One that is new has none. */
static int test_gone(struct bs_diff *d, const struct limit *l, bool *found, struct bs_error *err)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(d->root, "only_a"), i, row)
	{
		const char *label = json_string_value(json_object_get(row, "label"));

		if (l->row && strcmp(l->row, label))
			continue;
		*found = true;
		if (cross(d, "%s: %s is not in B", l->expr, label))
			return no_memory(l->expr, err);
	}
	return 0;
}

static int test_all(struct bs_diff *d, const struct limit *l, struct bs_error *err)
{
	bool found = false;
	int ret = 0;

	for (size_t i = 0; i < d->nr_pairs && !ret; i++) {
		if (!is_of_row(l, &d->pairs[i]))
			continue;
		found = true;
		ret = test_pair(d, l, &d->pairs[i], err);
	}
	if (!ret)
		ret = test_gone(d, l, &found, err);
	if (ret || found)
		return ret;
	return bs_diff_no_cell(d, 0, l->row, err);
}

int bs_diff_threshold(struct bs_diff *d, const char *expression, struct bs_error *err)
{
	const size_t before = d->nr_crossed;
	struct limit l;
	int ret;

	if (!json_object_get(d->root, "crossed"))
		json_object_set_new(d->root, "crossed", json_array());
	ret = read_expression(&l, expression, err);
	if (!ret)
		ret = test_all(d, &l, err);
	free(l.row);
	return ret ? ret : d->nr_crossed > before;
}
