// SPDX-License-Identifier: GPL-2.0-or-later
/* lock_costs.c - the costs of the model of contention by name, as a preset and as a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <buddysim/contention.h>

#include "json.h"
#include "outfile.h"

#define SCHEMA "buddysim-lock-costs-1"
#define MOST BS_NS_PER_S /* of each */

void bs_lock_costs_default(struct bs_lock_costs *out)
{
	*out = (struct bs_lock_costs){
#define BS_LOCK_COST(field, ns, measurable, about) .field = ns,
#include "lock_costs.def"
	};
}

bs_ns *bs_lock_cost_field(struct bs_lock_costs *c, unsigned int index, const char **name,
			  const char **about, bool *measurable)
{
	static const struct {
		const char *name, *about;
		bool measurable;
		size_t at;
	} fields[] = {
#define BS_LOCK_COST(field, ns, is_measurable, text) \
	{#field, text, is_measurable, offsetof(struct bs_lock_costs, field)},
#include "lock_costs.def"
	};

	if (index >= sizeof(fields) / sizeof(fields[0]))
		return NULL;
	if (name)
		*name = fields[index].name;
	if (about)
		*about = fields[index].about;
	if (measurable)
		*measurable = fields[index].measurable;
	return (bs_ns *)(void *)((char *)c + fields[index].at);
}

int bs_lock_costs_write(const struct bs_lock_costs *c, const char *path, struct bs_error *err)
{
	struct bs_lock_costs copy = *c;
	struct bs_outfile out;
	int ret = bs_outfile_open(&out, path, err);
	json_t *o, *costs;
	const char *name;
	bs_ns *field;

	if (ret)
		return ret;
	o = json_object();
	costs = json_object();
	bs_json_put_text(o, "schema", SCHEMA);
	for (unsigned int i = 0; (field = bs_lock_cost_field(&copy, i, &name, NULL, NULL)); i++)
		bs_json_put_uint(costs, name, *field);
	json_object_set_new(o, "costs_ns", costs);
	/* What fails to be written is known when it is committed. */
	json_dumpf(o, out.f, JSON_INDENT(2));
	fputc('\n', out.f);
	json_decref(o);
	return bs_outfile_commit(&out, err);
}

static int read_fields(const json_t *costs, const char *path, struct bs_lock_costs *out,
		       struct bs_error *err)
{
	const char *name;
	bs_ns *field;

	for (unsigned int i = 0; (field = bs_lock_cost_field(out, i, &name, NULL, NULL)); i++) {
		const json_t *v = json_object_get(costs, name);

		if (!json_is_integer(v) || json_integer_value(v) < 0 ||
		    (uint64_t)json_integer_value(v) > MOST)
			return bs_error_set(err, BS_INPUT, 0, path, NULL,
					    "\"%s\" is missing or no number of ns up to 1 s", name);
		*field = (bs_ns)json_integer_value(v);
	}
	return 0;
}

int bs_lock_costs_read(const char *path, struct bs_lock_costs *out, struct bs_error *err)
{
	json_error_t why;
	json_t *o = json_load_file(path, 0, &why);
	const char *schema = json_string_value(json_object_get(o, "schema"));
	int ret;

	if (!o)
		return bs_error_set(err, BS_INPUT, 0, path,
				    "use \"model\", or a file that `buddysim calibrate "
				    "--contention` wrote",
				    "no costs of contention: %s", why.text);
	if (!schema || strcmp(schema, SCHEMA))
		ret = bs_error_set(err, BS_INPUT, 0, path,
				   "`buddysim calibrate --contention -o FILE` writes one",
				   "no costs of contention (%s)", SCHEMA);
	else
		ret = read_fields(json_object_get(o, "costs_ns"), path, out, err);
	json_decref(o);
	return ret;
}
