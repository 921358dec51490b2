// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs_file.c - a preset of costs as a file: `buddysim calibrate` writes one, --costs reads it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "costs.h"
#include "json.h"
#include "outfile.h"

#define SCHEMA "buddysim-costs-1"

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
	struct bs_outfile out;
	int ret = bs_outfile_open(&out, path, err);
	json_t *o;

	if (ret)
		return ret;
	o = json_object();
	bs_json_put_text(o, "schema", SCHEMA);
	bs_json_put_uint(o, "rounds", k->rounds);
	json_object_set_new(o, "costs_ns", costs_json(&k->median));
	json_object_set_new(o, "p10_ns", costs_json(&k->low));
	json_object_set_new(o, "p90_ns", costs_json(&k->high));
	/* What fails to be written is known when it is committed. */
	json_dumpf(o, out.f, JSON_INDENT(2));
	fputc('\n', out.f);
	json_decref(o);
	return bs_outfile_commit(&out, err);
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
	json_error_t why;
	json_t *o = json_load_file(path, 0, &why), *costs = json_object_get(o, "costs_ns");
	const char *schema = json_string_value(json_object_get(o, "schema")), *name;
	int ret = 0;
	bs_ns *field;

	bs_cost_preset("default", out);
	if (!o)
		return bs_error_set(err, BS_INPUT, 0, path,
				    "use a preset's name (null, default, vm, nested) or its file",
				    "no preset: %s", why.text);
	if (!schema || strcmp(schema, SCHEMA))
		ret = bs_error_set(err, BS_INPUT, 0, path, "buddysim calibrate -o writes one",
				   "not a preset of costs (%s)", SCHEMA);
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
