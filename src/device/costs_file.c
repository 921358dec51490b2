// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs_file.c - a preset of costs as a file: `buddysim calibrate` writes one, --costs reads it.
 */
#include <errno.h>

#include "cost_file.h"
#include "costs.h"
#include "json.h"

#define SCHEMA "buddysim-costs-1"

static const struct bs_cost_schema file = {
	SCHEMA, "no preset", "use a preset's name (null, default, vm, nested) or its file",
	"not a preset of costs (" SCHEMA ")", "buddysim calibrate -o writes one"};

static json_t *costs_json(const struct bs_device_costs *c)
{
	struct bs_device_costs copy = *c;
	json_t *o = json_object();
	const char *name;
	bs_ns *field;

	for (unsigned int i = 0; (field = bs_cost_field(&copy, i, &name)); i++)
		bs_json_put_uint(o, name, *field);
	return o;
}

int bs_calibration_write(const struct bs_calibration *k, const char *path, struct bs_error *err)
{
	json_t *o = bs_cost_file_new(&file);

	bs_json_put_uint(o, "rounds", k->rounds);
	json_object_set_new(o, "costs_ns", costs_json(&k->median));
	json_object_set_new(o, "p10_ns", costs_json(&k->low));
	json_object_set_new(o, "p90_ns", costs_json(&k->high));
	return bs_cost_file_write(o, path, err);
}

/* Known only since later versions: in older files they are as in the presets. */
static bool may_be_missing(const struct bs_device_costs *c, const bs_ns *field)
{
	const bs_ns *const later[] = {
		&c->zero_per_mib,      &c->swap_out_per_mib, &c->swap_in_per_mib, &c->round_trip,
		&c->take_per_range,    &c->take_per_mib,     &c->per_drop,	  &c->split,
		&c->host_zero_per_mib, &c->move_per_mib,     &c->restore_per_mib};

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (field == later[i])
			return true;
	return false;
}

/* @value: what it is if it may be missing. */
static int read_field(const json_t *costs, const char *name, bool optional, bs_ns *value)
{
	const json_t *v = json_object_get(costs, name);

	if (!v && optional)
		return 0;
	return json_is_integer(v) && json_integer_value(v) >= 0 && bs_json_get_uint(v, value) ? 0
											      : -1;
}

int bs_costs_read(const char *path, struct bs_device_costs *out, struct bs_error *err)
{
	json_t *o;
	int ret = bs_cost_file_open(&file, path, &o, err);
	const json_t *costs = json_object_get(o, "costs_ns");
	const char *name;
	bs_ns *field;

	bs_cost_preset("default", out);
	for (unsigned int i = 0; !ret && (field = bs_cost_field(out, i, &name)); i++)
		if (read_field(costs, name, may_be_missing(out, field), field))
			ret = bs_error_set(err, BS_INPUT, 0, path, NULL,
					   "\"%s\" is missing or no number of ns", name);
	json_decref(o);
	if (!ret && bs_costs_check(out, path, err)) {
		if (err)
			err->status = BS_INPUT;
		ret = -EINVAL;
	}
	return ret;
}
