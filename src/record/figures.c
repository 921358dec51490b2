// SPDX-License-Identifier: GPL-2.0-or-later
/* figures.c - figures.def as a table, for help, documentation and --fail-if. */
#include "figures.h"

#include <string.h>

#include <buddysim/sim.h>

#include "json.h"

#define ROW(unit, heading, key, definition, cell)              \
	{                                                      \
		key, heading, definition, BS_UNIT_##unit, cell \
	}

static const struct bs_metric metrics[] = {
#define PART_RECORD(key, unit, json, doc) ROW(unit, NULL, key, doc, false),
#define FIGURE_TRACE(key, unit, source, heading, doc) ROW(unit, heading, "trace." key, doc, false),
#define PART_TRACE(key, unit, json, doc) ROW(unit, NULL, "trace." key, doc, false),
#define FIGURE_CELL(key, unit, source, heading, doc) ROW(unit, heading, key, doc, true),
#define PART_CELL(key, unit, json, doc) ROW(unit, NULL, key, doc, false),
#define FIGURE_AGREEMENT(key, unit, source, heading, doc) \
	ROW(unit, heading, "agreement." key, doc, true),
#define PART_AGREEMENT(key, unit, json, doc) ROW(unit, NULL, "agreement." key, doc, false),
#define FIGURE_BOUND(key, unit, source, heading, doc) ROW(unit, heading, "bound." key, doc, false),
#define FIGURE_TIMELINE(key, unit, source, heading, doc) \
	ROW(unit, heading, "timeline." key, doc, false),
#define PART_TIMELINE(key, unit, json, doc) ROW(unit, NULL, "timeline." key, doc, false),
#define FIGURE_MEASURED(key, unit, source, heading, doc) \
	ROW(unit, heading, "measured." key, doc, false),
#define PART_MEASURED(key, unit, json, doc) ROW(unit, NULL, "measured." key, doc, false),
#include "figures.def"
};
#define NR_METRICS (sizeof(metrics) / sizeof(metrics[0]))

static const char *const units[BS_NR_UNITS] = {
#define NAME(unit, name) name,
	BS_UNITS(NAME)
#undef NAME
};

const char *bs_unit_name(enum bs_unit unit)
{
	return unit < BS_NR_UNITS ? units[unit] : "";
}

const struct bs_metric *bs_metric_at(unsigned int index)
{
	return index < NR_METRICS ? &metrics[index] : NULL;
}

const struct bs_metric *bs_metric_find(const char *key, struct bs_error *err)
{
	const char *names[NR_METRICS + 1], *near;
	unsigned int n = 0;

	for (unsigned int i = 0; i < NR_METRICS; i++) {
		if (!metrics[i].cell)
			continue;
		if (!strcmp(metrics[i].key, key))
			return &metrics[i];
		names[n++] = metrics[i].key;
	}
	names[n] = NULL;
	near = bs_nearest(names, key);
	bs_error_set(err, BS_USAGE, 0, key, "`buddysim list metrics` prints all of them",
		     "is no figure of a cell%s%s%s", near ? "; did you mean " : "",
		     near ? near : "", near ? "?" : "");
	return NULL;
}

const char *bs_metric_absent(const struct bs_metric *m, const struct bs_sim_config *config)
{
	if (!strncmp(m->key, "agreement.", strlen("agreement.")) &&
	    (!config->guest.state_path || config->guest.state_origin))
		return "only a guest that starts from a kernel's dump (--state) has it";
	if (!strcmp(m->key, "content_loss") && config->host.device.touch == BS_TOUCH_NONE)
		return "pages are not touched (--touch none): nothing is checked";
	return NULL;
}

bool bs_metric_of_unfinished(const struct bs_metric *m)
{
	static const char *const keys[] = {
		"finished",	  "unfinished_events", "failed_calls",	   "skipped_ranges",
		"skipped_bytes",  "host_errors",       "alloc_failed",	   "false_oom",
		"unzeroed_bytes", "content_loss",      "unanswered_calls", "rescued_allocs",
		"oom_kills",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(m->key, keys[i]))
			return true;
	return false;
}

void bs_record_put(json_t *o, const char *key, json_t *v)
{
	const char *dot;

	for (; (dot = strchr(key, '.')); key = dot + 1) {
		json_t *sub = json_object_getn(o, key, (size_t)(dot - key));

		if (!sub) {
			sub = json_object();
			json_object_setn_new(o, key, (size_t)(dot - key), sub);
		}
		o = sub;
	}
	json_object_set_new(o, key, v);
}

json_t *bs_figure_json(enum bs_unit unit, uint64_t value)
{
	if (value == BS_ABSENT)
		return json_null();
	return unit == BS_UNIT_YES_NO ? json_boolean(value) : bs_json_uint(value);
}
