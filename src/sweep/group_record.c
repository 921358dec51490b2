// SPDX-License-Identifier: GPL-2.0-or-later
#include "group_record.h"

#include <errno.h>

#include "answer.h"
#include "batch.h"
#include "json.h"
#include "parts.h"
#include "result.h"
#include "segment.h"

/* What all cells of a group have alike comes from the first one. */
static void take_head(json_t *to, json_t *from)
{
	static const char *const lists[] = {"cells", "failed"};
	json_t *timeline = json_object_get(from, "timeline");

	json_object_update(to, from);
	json_object_del(to, BS_ROW);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_set_new(to, lists[i], json_array());
	if (timeline) {
		timeline = json_copy(timeline);
		json_object_set_new(timeline, "cells", json_array());
		json_object_set_new(to, "timeline", timeline);
	}
}

static void take_cell(json_t *to, json_t *from, json_t *rows)
{
	json_array_append(rows, json_object_get(from, BS_ROW));
	json_array_extend(json_object_get(to, "cells"), json_object_get(from, "cells"));
	json_array_extend(bs_json_at(to, "timeline.cells"), bs_json_at(from, "timeline.cells"));
}

struct group {
	json_t *record, *failed, *rows, *warnings;
};

static void take_warnings(json_t *to, json_t *from)
{
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(from, "warnings"), i, o)
	{
		bs_warning_add(to, o);
	}
}

static int take_result(const struct bs_sweep *s, const struct bs_planned *c, struct group *to,
		       struct bs_error *err)
{
	json_t *result = bs_segments_read(&s->segments, &c->at, err);

	if (!result)
		return -EINVAL;
	take_warnings(to->warnings, result);
	if (c->at.failed) {
		json_object_del(result, "warnings");
		json_array_append(to->failed, result);
	} else {
		if (!json_object_size(to->record))
			take_head(to->record, result);
		take_cell(to->record, result, to->rows);
	}
	json_decref(result);
	return 0;
}

/* Nothing but failures: there is no trace, configuration and bound to be had. */
static void head_of_none(const struct bs_sweep *s, const struct bs_group *g, json_t *to)
{
	const struct bs_sweep_trace *t = bs_group_trace(s, g);
	json_t *trace = json_object();

	bs_json_put_text(to, "schema", BS_RECORD_SCHEMA);
	bs_json_put_text(trace, "name", t->name);
	bs_json_put_text(trace, "sha256", t->sha256);
	json_object_set_new(to, "trace", trace);
	json_object_set_new(to, "cells", json_array());
}

/* What depends on all rows is worked out of them, as if they had run together. */
static int answer(const struct group *to)
{
	struct bs_result *r = bs_result_of_parts(to->record, to->rows);
	const int ret = r ? bs_answer_add(r) : -ENOMEM;

	bs_result_free(r);
	return ret;
}

static int make_record(const struct bs_sweep *s, const struct bs_group *g, struct group *to,
		       uint64_t *missing, struct bs_error *err)
{
	uint64_t none = 0;
	int ret = 0;

	for (uint64_t i = g->first; i < g->first + g->nr && !ret; i++) {
		if (s->cells[i].at.segment)
			ret = take_result(s, &s->cells[i], to, err);
		else
			none++;
	}
	if (ret)
		return ret;
	*missing += none;
	if (!json_object_size(to->record))
		head_of_none(s, g, to->record);
	bs_json_put_bool(to->record, "partial", none > 0);
	json_object_set(to->record, "failed", to->failed);
	json_object_set(to->record, "warnings", to->warnings);
	if (json_array_size(to->rows) && answer(to))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "cannot be merged");
	return 0;
}

json_t *bs_group_record(const struct bs_sweep *s, const struct bs_group *g, uint64_t *missing,
			struct bs_error *err)
{
	struct group to = {json_object(), json_array(), json_array(), json_array()};

	if (make_record(s, g, &to, missing, err)) {
		json_decref(to.record);
		to.record = NULL;
	}
	json_decref(to.failed);
	json_decref(to.rows);
	json_decref(to.warnings);
	return to.record;
}
