// SPDX-License-Identifier: GPL-2.0-or-later
/* agreement_json.c - what a cell found out about its agreement with a kernel: for the record, and
 * out of the record for people. */
#include "follow.h"

#include <inttypes.h>
#include <stdio.h>

#include "result.h"

static void put_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static json_t *counts_json(const struct bs_agree_count *n)
{
	json_t *o = json_object();

	put_int(o, "strict", n->strict);
	put_int(o, "inferred", n->inferred);
	put_int(o, "total", n->total);
	return o;
}

static json_t *first_lost_json(const struct bs_agreement *a)
{
	json_t *o;

	if (!a->first_request)
		return json_null();
	o = json_object();
	put_int(o, "request", a->first_request);
	put_int(o, "time_ns", a->first_time);
	put_int(o, "order", a->first_order);
	put_int(o, "expected", a->first_expected);
	json_object_set_new(o, "got",
			    a->first_got == BS_NO_PFN ? json_null() : json_integer(a->first_got));
	json_object_set_new(o, "why", json_string(bs_lost_name(a->first_why)));
	return o;
}

static void put_final_state(json_t *o, const struct bs_agreement *a)
{
	json_t *parts = json_object();
	char text[640];

	json_object_set_new(o, "final_state_equal",
			    a->compared ? json_boolean(!a->differences) : json_null());
	for (unsigned int i = 0; i < BS_NR_PARTS; i++)
		if (a->differs[i])
			put_int(parts, bs_state_part_name((enum bs_state_part)i), a->differs[i]);
	json_object_set_new(o, "final_state_differs", parts);
	snprintf(text, sizeof(text), "%s: kernel %s, guest %s", a->first_difference.what,
		 a->first_difference.expected, a->first_difference.got);
	json_object_set_new(o, "final_state_first",
			    a->differences ? json_string(text) : json_null());
}

json_t *bs_agreement_json(const struct bs_agreement *a)
{
	json_t *o = counts_json(&a->all), *sub = json_object();

	json_object_set_new(o, "followed", json_boolean(a->followed));
	put_int(o, "inferred_pages", a->inferred_pages);
	put_int(o, "untraced_pages", a->untraced_pages);
	put_int(o, "unexplained_frees", a->unexplained_frees);
	put_int(o, "forced", a->forced);
	for (unsigned int i = 0; i < BS_NR_LOST; i++)
		if (a->lost[i])
			put_int(sub, bs_lost_name((enum bs_lost)i), a->lost[i]);
	json_object_set_new(o, "lost", sub);
	json_object_set_new(o, "first_lost", first_lost_json(a));
	sub = json_array();
	for (unsigned int i = 0; i < BS_NR_ORDERS; i++)
		json_array_append_new(sub, counts_json(&a->order[i]));
	json_object_set_new(o, "orders", sub);
	put_final_state(o, a);
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
