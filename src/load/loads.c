// SPDX-License-Identifier: GPL-2.0-or-later
/* loads.c - the loads, from loads.def, and what is asked of one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loads.h"
#include "task.h"

#define BS_LOAD(id) extern const struct bs_load_kind bs_load_kind_##id;
#include "loads.def"
#undef BS_LOAD

static const struct bs_load_kind *const loads[] = {
#define BS_LOAD(id) &bs_load_kind_##id,
#include "loads.def"
#undef BS_LOAD
};

#define NR_LOADS (sizeof(loads) / sizeof(loads[0]))

/* ---- The registry --------------------------------------------------------------------------- */

const struct bs_load_kind *bs_load_at(unsigned int index)
{
	return index < NR_LOADS ? loads[index] : NULL;
}

const struct bs_load_kind *bs_load_find(const char *name, struct bs_error *err)
{
	const char *names[NR_LOADS + 1] = {NULL};
	char known[256];

	for (size_t i = 0; i < NR_LOADS; i++) {
		if (!strcmp(loads[i]->name, name))
			return loads[i];
		names[i] = loads[i]->name;
	}
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	bs_error_set(err, BS_USAGE, 0, "load", known, "no load \"%s\"", name);
	return NULL;
}

/* ---- What is asked of one -------------------------------------------------------------------- */

static int no_memory(const char *text, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "load");
}

static int check_common(const struct bs_load_spec *s, const char *owner, struct bs_error *err)
{
	const uint64_t *v = s->values;

	if (v[BS_LOAD_SPREAD] > 1 && !v[BS_LOAD_BASE])
		return bs_error_set(err, BS_USAGE, 0, owner, "say base=SIZE, or leave spread out",
				    "nothing is in use before it that could be spread");
	return s->kind->check ? s->kind->check(v, err) : 0;
}

static int read_values(struct bs_load_spec *s, const char *params, struct bs_error *err)
{
	char owner[64];
	int ret;

	s->values = calloc(bs_param_count(s->kind->params) + 1, sizeof(*s->values));
	if (!s->values)
		return no_memory(s->label, err);
	snprintf(owner, sizeof(owner), "load %s", s->kind->name);
	bs_param_defaults(s->kind->params, s->values);
	ret = bs_param_parse(s->kind->params, owner, params, s->values, err);
	return ret ? ret : check_common(s, owner, err);
}

int bs_load_parse(const char *text, struct bs_load_spec *spec, struct bs_error *err)
{
	const size_t len = strcspn(text, ":");
	char *name = strndup(text, len);
	int ret = -EINVAL;

	*spec = (struct bs_load_spec){.label = strdup(text)};
	if (!name || !spec->label)
		ret = no_memory(text, err);
	else
		spec->kind = bs_load_find(name, err);
	free(name);
	if (spec->kind)
		ret = read_values(spec, text[len] ? text + len + 1 : NULL, err);
	if (ret)
		bs_load_spec_free(spec);
	return ret;
}

int bs_load_check(const char *text, struct bs_error *err)
{
	struct bs_load_spec spec;
	int ret = bs_load_parse(text, &spec, err);

	bs_load_spec_free(&spec);
	return ret;
}
