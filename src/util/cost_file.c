// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost_file.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "outfile.h"

#define MOST BS_NS_PER_S /* of each */

bs_ns *bs_cost_at(const struct bs_cost_list *l, void *costs, unsigned int index, const char **name,
		  const char **about)
{
	if (index >= l->nr)
		return NULL;
	if (name)
		*name = l->rows[index].name;
	if (about)
		*about = l->rows[index].about;
	return (bs_ns *)(void *)((char *)costs + l->rows[index].at);
}

json_t *bs_cost_file_new(const struct bs_cost_schema *s)
{
	json_t *o = json_object();

	bs_json_put_text(o, "schema", s->schema);
	return o;
}

int bs_cost_file_write(json_t *o, const char *path, struct bs_error *err)
{
	struct bs_outfile out;
	int ret = bs_outfile_open(&out, path, err);

	if (!ret) {
		/* What fails to be written is known when it is committed. */
		json_dumpf(o, out.f, JSON_INDENT(2));
		fputc('\n', out.f);
		ret = bs_outfile_commit(&out, err);
	}
	json_decref(o);
	return ret;
}

int bs_cost_file_open(const struct bs_cost_schema *s, const char *path, json_t **file,
		      struct bs_error *err)
{
	json_error_t why;
	json_t *o = json_load_file(path, 0, &why);
	const char *schema = json_string_value(json_object_get(o, "schema"));

	*file = NULL;
	if (!o)
		return bs_error_set(err, BS_INPUT, 0, path, s->instead, "%s: %s", s->none,
				    why.text);
	if (!schema || strcmp(schema, s->schema)) {
		json_decref(o);
		return bs_error_set(err, BS_INPUT, 0, path, s->remake, "%s", s->other);
	}
	*file = o;
	return 0;
}

int bs_cost_list_write(const struct bs_cost_list *l, const void *costs, const char *path,
		       struct bs_error *err)
{
	json_t *o = bs_cost_file_new(&l->file), *of = json_object();

	for (unsigned int i = 0; i < l->nr; i++) {
		const void *at = (const char *)costs + l->rows[i].at;

		bs_json_put_uint(of, l->rows[i].name, *(const bs_ns *)at);
	}
	json_object_set_new(o, "costs_ns", of);
	return bs_cost_file_write(o, path, err);
}

static bool is_cost(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= 0 &&
	       (uint64_t)json_integer_value(v) <= MOST;
}

static int read_rows(const struct bs_cost_list *l, const json_t *of, const char *path, void *costs,
		     struct bs_error *err)
{
	size_t known = 0;

	for (unsigned int i = 0; i < l->nr; i++) {
		const char *name;
		bs_ns *to = bs_cost_at(l, costs, i, &name, NULL);
		const json_t *v = json_object_get(of, name);

		if (!v && l->partial)
			continue;
		if (!is_cost(v))
			return bs_error_set(err, BS_INPUT, 0, path, NULL,
					    "\"%s\" is %sno number of ns up to 1 s", name,
					    l->partial ? "" : "missing or ");
		*to = (bs_ns)json_integer_value(v);
		known++;
	}
	/* Where some may be missing, a slip in a name would go unnoticed. */
	if (l->partial && (!json_is_object(of) || json_object_size(of) != known))
		return bs_error_set(err, BS_INPUT, 0, path, "`buddysim list costs` has the names",
				    "\"costs_ns\" is missing, or has something that is no cost");
	return 0;
}

int bs_cost_list_read(const struct bs_cost_list *l, const char *path, void *costs,
		      struct bs_error *err)
{
	json_t *o;
	int ret = bs_cost_file_open(&l->file, path, &o, err);

	if (!ret)
		ret = read_rows(l, json_object_get(o, "costs_ns"), path, costs, err);
	json_decref(o);
	return ret;
}
