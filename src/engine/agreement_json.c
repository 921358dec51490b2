// SPDX-License-Identifier: GPL-2.0-or-later
/* agreement_json.c - what a cell found out about its agreement with a kernel, for the record. */
#include "agreement.h"

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
