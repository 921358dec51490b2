// SPDX-License-Identifier: GPL-2.0-or-later
/* follow_json.c - what a cell found out about its agreement with a kernel: for the record, and out of
 * the record for people. */
#include "follow_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "figures.h"
#include "follow.h"
#include "json.h"

static json_t *orders_json(const struct bs_agreement *a)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < a->nr_orders; i++) {
		json_t *o = json_object();

		bs_json_put_uint(o, "strict", a->order[i].strict);
		bs_json_put_uint(o, "inferred", a->order[i].inferred);
		bs_json_put_uint(o, "total", a->order[i].total);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *lost_json(const struct bs_agreement *a)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < BS_NR_LOST; i++)
		if (a->lost[i])
			bs_json_put_uint(o, bs_lost_name((enum bs_lost)i), a->lost[i]);
	return o;
}

static json_t *first_lost_json(const struct bs_agreement *a)
{
	json_t *o;

	if (!a->first_request)
		return json_null();
	o = json_object();
	bs_json_put_uint(o, "request", a->first_request);
	bs_json_put_uint(o, "time_ns", a->first_time);
	bs_json_put_uint(o, "order", a->first_order);
	bs_json_put_uint(o, "expected", a->first_expected);
	json_object_set_new(o, "got",
			    a->first_got == BS_NO_PFN ? json_null() : json_integer(a->first_got));
	bs_json_put_text(o, "why", bs_lost_name(a->first_why));
	return o;
}

static json_t *differs_json(const struct bs_agreement *a)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < BS_NR_PARTS; i++)
		if (a->differs[i])
			bs_json_put_uint(o, bs_state_part_name((enum bs_state_part)i),
					 a->differs[i]);
	return o;
}

static json_t *first_difference_json(const struct bs_agreement *a)
{
	char *text;
	json_t *v;

	if (!a->differences || asprintf(&text, "%s: kernel %s, guest %s", a->first_difference.what,
					a->first_difference.expected, a->first_difference.got) < 0)
		return json_null();
	v = bs_json_text(text);
	free(text);
	return v;
}

json_t *bs_agreement_json(const struct bs_agreement *a)
{
	json_t *o = json_object();

#define FIGURE_AGREEMENT(key, unit, source, ...) \
	bs_record_put(o, key, bs_figure_json(BS_UNIT_##unit, source));
#define PART_AGREEMENT(key, unit, json, ...) bs_record_put(o, key, json);
#include "figures.def"
	return o;
}

/* ---- For people ------------------------------------------------------------------------------ */

static int64_t value_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void print_counts(const json_t *o, const char *name, int width, FILE *f)
{
	const int64_t strict = value_of(o, "strict"), inferred = value_of(o, "inferred");

	fprintf(f,
		"  %-10s %*" PRId64 " of %*" PRId64 " requests: %" PRId64 " strict, %" PRId64
		" inferred\n",
		name, width, strict + inferred, width, value_of(o, "total"), strict, inferred);
}

static void print_lost(const json_t *a, FILE *f)
{
	const json_t *first = json_object_get(a, "first_lost"), *n;
	const char *why;

	if (!json_is_object(first))
		return;
	fprintf(f,
		"  first lost at request %" PRId64 ", %" PRId64 ".%06" PRId64 " s, order %" PRId64
		": kernel %" PRId64 ", guest %" PRId64 " (%s)\n  lost:",
		value_of(first, "request"), value_of(first, "time_ns") / 1000000000,
		value_of(first, "time_ns") % 1000000000 / 1000, value_of(first, "order"),
		value_of(first, "expected"), value_of(first, "got"),
		json_string_value(json_object_get(first, "why")));
	json_object_foreach(json_object_get(a, "lost"), why, n)
		fprintf(f, " %s %" PRId64, why, (int64_t)json_integer_value(n));
	fprintf(f, "; %" PRId64 " recorded pages taken by force\n", value_of(a, "forced"));
}

static void print_final_state(const json_t *a, FILE *f)
{
	const json_t *equal = json_object_get(a, "final_state_equal"), *n;
	const char *part;

	if (json_is_null(equal)) {
		fputs("  final state: no dump of the trace's end to compare with\n", f);
		return;
	}
	if (json_is_true(equal)) {
		fputs("  final state: identical with the kernel's\n", f);
		return;
	}
	fputs("  final state differs:", f);
	json_object_foreach(json_object_get(a, "final_state_differs"), part, n)
		fprintf(f, " %s %" PRId64, part, (int64_t)json_integer_value(n));
	fprintf(f, "\n    %s\n", json_string_value(json_object_get(a, "final_state_first")));
}

void bs_agreement_text(const char *label, const json_t *a, FILE *f)
{
	const json_t *o;
	size_t order;

	if (!json_is_object(a))
		return;
	fprintf(f, "\nagreement with the kernel, %s%s:\n", label,
		json_is_true(json_object_get(a, "followed")) ? "" : " (guest left alone)");
	print_counts(a, "all", 8, f);
	json_array_foreach(json_object_get(a, "orders"), order, o)
	{
		char name[16];

		snprintf(name, sizeof(name), "order %zu", order);
		if (value_of(o, "total"))
			print_counts(o, name, 8, f);
	}
	if (json_is_true(json_object_get(a, "followed"))) {
		fprintf(f,
			"  %" PRId64 " pages of untraced bulk requests inferred, %" PRId64
			" of them freed in the trace; %" PRId64 " untraced frees unexplained\n",
			value_of(a, "inferred_pages"), value_of(a, "untraced_pages"),
			value_of(a, "unexplained_frees"));
		print_lost(a, f);
	}
	print_final_state(a, f);
}
