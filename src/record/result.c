// SPDX-License-Identifier: GPL-2.0-or-later
#include "result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config_json.h"
#include "figures.h"
#include "follow_json.h"
#include "json.h"
#include "measured_json.h"
#include "timeline_json.h"

#define HUGE_SHIFT 21 /* 2 MiB */

static json_t *trace_json(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	json_t *trace = json_object();

#define FIGURE_TRACE(key, unit, source, ...) \
	bs_record_put(trace, key, bs_figure_json(BS_UNIT_##unit, source));
#define PART_TRACE(key, unit, json, ...) bs_record_put(trace, key, json);
#include "figures.def"
	return trace;
}

struct bs_result *bs_result_new(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	struct bs_result *r = calloc(1, sizeof(*r));
	json_t *timeline;

	if (!r)
		return NULL;
	r->trace_path = strdup(cfg->trace_path);
	r->record = json_object();
	bs_json_put_text(r->record, "schema", BS_RECORD_SCHEMA);
	bs_json_put_uint(r->record, "seed", cfg->seed);
	bs_json_put_bool(r->record, "partial", false);
	json_object_set_new(r->record, "config", bs_config_json(cfg));
	json_object_set_new(r->record, "trace", trace_json(cfg, info));
	json_object_set_new(r->record, "cells", json_array());
	json_object_set_new(r->record, "failed", json_array());
	json_object_set_new(r->record, "warnings", json_array());
	json_object_set_new(r->record, "bound", json_null());
	json_object_set_new(r->record, "answer", json_null());
	if (cfg->output.timeline) {
		timeline = json_object();
		json_object_set_new(timeline, "cells", json_array());
		json_object_set_new(r->record, "timeline", timeline);
	}
	r->measured = bs_measured_json();
	if (r->trace_path && r->record && r->measured)
		return r;
	bs_result_free(r);
	return NULL;
}

void bs_result_free(struct bs_result *r)
{
	if (!r)
		return;
	json_decref(r->record);
	json_decref(r->measured);
	for (unsigned int i = 0; i < r->nr_rows; i++) {
		free(r->rows[i].label);
		free(r->rows[i].timeline);
	}
	for (unsigned int i = 0; i < r->nr_failures; i++) {
		free(r->failures[i].label);
		free(r->failures[i].reason);
	}
	for (unsigned int i = 0; i < r->nr_warnings; i++)
		free(r->warnings[i]);
	free(r->rows);
	free(r->failures);
	free(r->warnings);
	free(r->trace_path);
	free(r);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

/* How the model of residency was compared with the host's own account. */
static const char *residency_word(const struct bs_outcome *o)
{
	const struct bs_figures *f = o->f;
	const struct bs_device_config *dc = &o->cfg->host.device;

	if (!f->residency_checked)
		return "not checked";
	if (!f->residency_equal)
		return f->residency_note;
	if (!bs_device_traits(dc->kind)->has_arena)
		return "modelled";
	/* The host takes the memory when it likes. */
	if (dc->advice == BS_ADVICE_FREE || dc->advice == BS_ADVICE_PAGEOUT)
		return "not comparable";
	return o->huge ? "within bounds" : "exact";
}

static const struct bs_platform *machine_of(const struct bs_outcome *o)
{
	return bs_platform_at(o->cfg->guest.machine.machine);
}

static json_t *unusable_json(const uint64_t *nr_free, unsigned int nr_orders)
{
	json_t *a = json_array();

	for (unsigned int order = 0; order < nr_orders; order++)
		json_array_append_new(a, json_integer(bs_unusable_index(nr_free, order)));
	return a;
}

/* Free memory of a huge page's size or more, in huge pages. */
static uint64_t huge_left(const struct bs_outcome *o)
{
	const unsigned int huge = machine_of(o)->pageblock_order;
	uint64_t n = 0;

	for (unsigned int order = huge; order < o->f->nr_orders; order++)
		n += o->f->nr_free[order] << (order - huge);
	return n;
}

/* "linux-6.1+lazy:slack=4" */
static json_t *kernel_json(const struct bs_outcome *o)
{
	return o->policy ? json_sprintf("%s+%s", o->kernel, o->policy) : bs_json_text(o->kernel);
}

/* How to get it without a patch, by where it is typed. */
static json_t *stock_setting_json(const struct bs_outcome *o)
{
	struct bs_stock_setting s;
	json_t *setting;

	if (o->policy ||
	    !bs_strategy_stock_setting(o->strategy, o->params, o->kernel, machine_of(o),
				       o->cfg->guest.machine.memory_bytes, &s))
		return json_null();
	setting = json_object();
	if (*s.host)
		bs_json_put_text(setting, "host", s.host);
	if (*s.monitor)
		bs_json_put_text(setting, "monitor", s.monitor);
	if (*s.boot)
		bs_json_put_text(setting, "boot", s.boot);
	if (*s.running)
		bs_json_put_text(setting, "running", s.running);
	return setting;
}

static json_t *guests_json(const struct bs_outcome *o);

static json_t *cell_json(const struct bs_outcome *o)
{
	const struct bs_figures *f = o->f;
	json_t *cell = json_object();

#define FIGURE_CELL(key, unit, source, ...) \
	bs_record_put(cell, key, bs_figure_json(BS_UNIT_##unit, source));
#define PART_CELL(key, unit, json, ...) bs_record_put(cell, key, json);
#include "figures.def"
	/* In words, so that nobody reads it as 0. */
	if (!f->device.content_checked)
		bs_json_put_text(cell, "content_loss", "not checked");
	return cell;
}

/* What a guest is and runs, and the figures of a cell for it alone. */
static json_t *guest_json(const struct bs_outcome *o)
{
	const struct bs_guest_plan *g = o->guest;
	json_t *guest = cell_json(o);

	bs_json_put_text(guest, "runs",
			 g->trace ? bs_base_name(g->plan->cfg.trace_path) : g->plan->load.label);
	bs_json_put_uint(guest, "memory_bytes", g->plan->cfg.guest.machine.memory_bytes);
	bs_json_put_uint(guest, "start_ns", g->start);
	/* It has none itself. */
	json_object_del(guest, "guests");
	return guest;
}

static json_t *guests_json(const struct bs_outcome *o)
{
	json_t *a = o->nr_guests ? json_array() : json_null();

	for (unsigned int i = 0; i < o->nr_guests; i++)
		json_array_append_new(a, guest_json(&o->guests[i]));
	return a;
}

/* @array with room for one more of @size bytes, which is zeroed, behind @n others; or NULL: out of
 * memory, and @array is as it was. */
static void *grow(void *array, unsigned int n, size_t size)
{
	char *more = realloc(array, (n + 1) * size);

	if (more)
		memset(more + n * size, 0, size);
	return more;
}

/* Does it report parts of huge pages? */
static bool is_below_huge(const struct bs_outcome *o)
{
	const struct bs_platform *on = machine_of(o);
	struct bs_param *params = bs_params_on(o->strategy->params, on);
	const int order = bs_param_of_role(params, BS_ROLE_ORDER);
	uint64_t *values = calloc(bs_param_count(params) + 1, sizeof(*values));
	bool below = false;

	if (params && values && order >= 0) {
		bs_param_defaults(params, values);
		below = !bs_param_parse(params, o->label, o->params, values, NULL) &&
			values[order] + on->page_shift < HUGE_SHIFT;
	}
	free(params);
	free(values);
	return below;
}

static void warn_about(struct bs_result *r, const struct bs_outcome *o)
{
	if (o->f->residency_checked && !o->f->residency_equal) {
		r->unequal = true;
		bs_result_warn(r, o->label, "residency: %s", o->f->residency_note);
	}
	if (o->f->device.unzeroed_bytes)
		bs_result_warn(r, o->label,
			       "%llu KiB were taken for zeroed by the host and were not: old "
			       "content in the hands of a new owner",
			       (unsigned long long)(o->f->device.unzeroed_bytes >> 10));
}

#define TIMELINE_DEPTH 3 /* the record, "timeline", "cells" */

static int add_timeline(struct bs_result_row *row, json_t *timeline, const struct bs_outcome *o)
{
	json_t *stand_in = json_object();

	row->timeline = bs_timeline_json(o, TIMELINE_DEPTH);
	row->stand_in = stand_in;
	bs_json_put_uint(timeline, "interval_ns", o->sample_interval);
	if (json_array_append_new(json_object_get(timeline, "cells"), stand_in) || !row->timeline)
		return -ENOMEM;
	return 0;
}

const char *bs_result_instead(const void *result, const json_t *v)
{
	const struct bs_result *r = result;

	if (!json_is_object(v) || json_object_size(v))
		return NULL;
	for (unsigned int i = 0; i < r->nr_rows; i++)
		if (r->rows[i].stand_in == v)
			return r->rows[i].timeline;
	return NULL;
}

int bs_result_build_timeline(struct bs_result *r)
{
	json_t *cells = bs_json_at(r->record, "timeline.cells");

	for (unsigned int i = 0; cells && i < r->nr_rows; i++) {
		struct bs_result_row *row = &r->rows[i];

		if (!row->timeline)
			continue;
		if (json_array_set_new(cells, i, json_loads(row->timeline, 0, NULL)))
			return -ENOMEM;
		free(row->timeline);
		row->timeline = NULL;
		row->stand_in = NULL;
	}
	return 0;
}

int bs_result_add(struct bs_result *r, const struct bs_outcome *o)
{
	json_t *timeline = json_object_get(r->record, "timeline");
	struct bs_result_row *row, *rows = grow(r->rows, r->nr_rows, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	r->rows = rows;
	row = &rows[r->nr_rows];
	row->label = strdup(o->label);
	row->idle = o->strategy->caps & BS_CAP_IDLE && !o->agent;
	row->knows_future = o->strategy->caps & BS_CAP_KNOWS_FUTURE;
	row->client = o->strategy->caps & BS_CAP_CLIENT;
	row->below_huge = o->huge && is_below_huge(o);
	if (!row->label ||
	    json_array_append_new(json_object_get(r->record, "cells"), cell_json(o))) {
		free(row->label);
		return -ENOMEM;
	}
	r->nr_rows++;
	warn_about(r, o);
	json_array_append_new(json_object_get(r->measured, "cells"), bs_measured_cell_json(o));
	return timeline ? add_timeline(row, timeline, o) : 0;
}

char *bs_failure_reason(const struct bs_error *err)
{
	char *s;

	if (asprintf(&s, "%s%s%s", err->where, *err->where ? ": " : "", err->text) < 0)
		return NULL;
	return s;
}

json_t *bs_failure_json(const char *label, const char *reason, enum bs_status status)
{
	json_t *o = json_object();

	bs_json_put_text(o, "label", label);
	bs_json_put_text(o, "error", reason);
	bs_json_put_uint(o, "status", status);
	return o;
}

void bs_result_fail(struct bs_result *r, const char *label, const struct bs_error *err)
{
	struct bs_result_failure *x, *failures = grow(r->failures, r->nr_failures, sizeof(*x));

	if (!failures)
		return;
	r->failures = failures;
	x = &failures[r->nr_failures];
	x->label = strdup(label);
	x->reason = bs_failure_reason(err);
	if (!x->label || !x->reason) {
		free(x->label);
		free(x->reason);
		return;
	}
	r->nr_failures++;
	json_array_append_new(json_object_get(r->record, "failed"),
			      bs_failure_json(label, x->reason, err->status));
}

void bs_result_bound(struct bs_result *r, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	json_t *bound = json_object();

#define FIGURE_BOUND(key, unit, source, ...) \
	bs_record_put(bound, key, bs_figure_json(BS_UNIT_##unit, source));
#include "figures.def"
	json_object_set_new(r->record, "bound", bound);
}

json_t *bs_warning_json(const char *label, const char *text)
{
	json_t *o = json_object();

	json_object_set_new(o, "label", label ? bs_json_text(label) : json_null());
	bs_json_put_text(o, "text", text);
	return o;
}

void bs_warning_add(json_t *list, json_t *warning)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		if (json_equal(v, warning))
			return;
	}
	json_array_append(list, warning);
}

void bs_result_remark(struct bs_result *r, const char *text)
{
	char **warnings = grow(r->warnings, r->nr_warnings, sizeof(*warnings));

	if (!warnings)
		return;
	r->warnings = warnings;
	warnings[r->nr_warnings] = strdup(text);
	r->nr_warnings += warnings[r->nr_warnings] != NULL;
}

void bs_result_warn(struct bs_result *r, const char *label, const char *fmt, ...)
{
	json_t *list = json_object_get(r->record, "warnings"), *o;
	const size_t before = json_array_size(list);
	char *text, *line = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	o = bs_warning_json(label, text);
	bs_warning_add(list, o);
	json_decref(o);
	if (json_array_size(list) > before &&
	    asprintf(&line, "%s%s%s", label ? label : "", label ? ": " : "", text) >= 0)
		bs_result_remark(r, line);
	free(line);
	free(text);
}

/* ---- Looking up ------------------------------------------------------------------------------ */

const char *bs_result_warning(const struct bs_result *r, unsigned int index)
{
	return index < r->nr_warnings ? r->warnings[index] : NULL;
}

unsigned int bs_result_cells(const struct bs_result *r)
{
	return r->nr_rows;
}

const char *bs_result_label(const struct bs_result *r, unsigned int cell)
{
	return cell < r->nr_rows ? r->rows[cell].label : NULL;
}

bool bs_result_failed(const struct bs_result *r, unsigned int index, const char **label,
		      const char **reason)
{
	if (index >= r->nr_failures)
		return false;
	*label = r->failures[index].label;
	*reason = r->failures[index].reason;
	return true;
}

static int cell_value(const json_t *part, unsigned int cell, const char *key, uint64_t *value)
{
	return bs_json_uint_at(json_array_get(json_object_get(part, "cells"), cell), key, value);
}

int bs_result_metric(const struct bs_result *r, unsigned int cell, const char *key, uint64_t *value)
{
	return cell_value(r->record, cell, key, value);
}

int bs_result_measured(const struct bs_result *r, unsigned int cell, const char *key,
		       uint64_t *value)
{
	return cell_value(r->measured, cell, key, value);
}
