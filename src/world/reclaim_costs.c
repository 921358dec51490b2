// SPDX-License-Identifier: GPL-2.0-or-later
/* reclaim_costs.c - the costs of a guest's reclaim and compaction by name, as a preset and from a file. */
#include <string.h>

#include <buddysim/reclaim.h>

#include "json.h"

#define SCHEMA "buddysim-reclaim-costs-1"
#define MOST BS_NS_PER_S /* of each */

void bs_reclaim_costs_default(struct bs_reclaim_costs *out)
{
	*out = (struct bs_reclaim_costs){
#define BS_RECLAIM_COST(field, ns, about, source) .field = ns,
#include "reclaim_costs.def"
	};
}

bs_ns *bs_reclaim_cost_field(struct bs_reclaim_costs *c, unsigned int index, const char **name,
			     const char **about, const char **source)
{
	static const struct {
		const char *name, *about, *source;
		size_t at;
	} fields[] = {
#define BS_RECLAIM_COST(field, ns, text, from) \
	{#field, text, from, offsetof(struct bs_reclaim_costs, field)},
#include "reclaim_costs.def"
	};

	if (index >= sizeof(fields) / sizeof(fields[0]))
		return NULL;
	if (name)
		*name = fields[index].name;
	if (about)
		*about = fields[index].about;
	if (source)
		*source = fields[index].source;
	return (bs_ns *)(void *)((char *)c + fields[index].at);
}

/* What a file does not say is the preset's. */
static int read_fields(const json_t *costs, const char *path, struct bs_reclaim_costs *out,
		       struct bs_error *err)
{
	const char *name;
	bs_ns *field;
	size_t known = 0;

	for (unsigned int i = 0; (field = bs_reclaim_cost_field(out, i, &name, NULL, NULL)); i++) {
		const json_t *v = json_object_get(costs, name);

		if (!v)
			continue;
		if (!json_is_integer(v) || json_integer_value(v) < 0 ||
		    (uint64_t)json_integer_value(v) > MOST)
			return bs_error_set(err, BS_INPUT, 0, path, NULL,
					    "\"%s\" is no number of ns up to 1 s", name);
		*field = (bs_ns)json_integer_value(v);
		known++;
	}
	if (!json_is_object(costs) || json_object_size(costs) != known)
		return bs_error_set(err, BS_INPUT, 0, path, "`buddysim list costs` has the names",
				    "\"costs_ns\" is missing, or has something that is no cost");
	return 0;
}

int bs_reclaim_costs_read(const char *path, struct bs_reclaim_costs *out, struct bs_error *err)
{
	json_error_t why;
	json_t *o = json_load_file(path, 0, &why);
	const char *schema = json_string_value(json_object_get(o, "schema"));
	int ret;

	if (!o)
		return bs_error_set(err, BS_INPUT, 0, path,
				    "use \"model\", \"off\", or a file of costs",
				    "no costs of reclaim: %s", why.text);
	bs_reclaim_costs_default(out);
	if (!schema || strcmp(schema, SCHEMA))
		ret = bs_error_set(err, BS_INPUT, 0, path, "its \"schema\" must be \"" SCHEMA "\"",
				   "no costs of reclaim");
	else
		ret = read_fields(json_object_get(o, "costs_ns"), path, out, err);
	json_decref(o);
	return ret;
}
