// SPDX-License-Identifier: GPL-2.0-or-later
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "measured_json.h"

#define OF_A_ROW(X) X(idle) X(knows_future) X(client) X(below_huge)

json_t *bs_result_row_json(const struct bs_result_row *row)
{
	json_t *o = json_object();

#define PUT(field) bs_json_put_bool(o, #field, row->field);
	OF_A_ROW(PUT)
#undef PUT
	return o;
}

static bool take_row(struct bs_result_row *row, const json_t *cell, const json_t *o)
{
	const char *label = json_string_value(json_object_get(cell, "label"));

#define GET(field) row->field = json_is_true(json_object_get(o, #field));
	OF_A_ROW(GET)
#undef GET
	row->label = strdup(label ? label : "");
	return row->label;
}

struct bs_result *bs_result_of_parts(json_t *record, const json_t *rows)
{
	const json_t *cells = json_object_get(record, "cells");
	const char *trace = json_string_value(bs_json_at(record, "trace.name"));
	struct bs_result *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->record = json_incref(record);
	r->measured = bs_measured_json();
	r->trace_path = strdup(trace ? trace : "");
	r->partial = json_is_true(json_object_get(record, "partial"));
	r->rows = calloc(json_array_size(cells) + 1, sizeof(*r->rows));
	if (r->measured && r->trace_path && r->rows)
		while (r->nr_rows < json_array_size(cells) &&
		       take_row(&r->rows[r->nr_rows], json_array_get(cells, r->nr_rows),
				json_array_get(rows, r->nr_rows)))
			r->nr_rows++;
	if (r->rows && r->nr_rows == json_array_size(cells) && r->measured && r->trace_path)
		return r;
	bs_result_free(r);
	return NULL;
}
