// SPDX-License-Identifier: GPL-2.0-or-later
#include "named.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 64 /* names that are listed for who has found none */

static int unknown(const struct bs_named_list *l, const char *text, int len, struct bs_error *err)
{
	const char *names[MOST + 1] = {NULL};
	char advice[200], given[64];

	for (unsigned int i = 0; i < MOST && l->at(i); i++)
		names[i] = l->at(i)->name;
	snprintf(given, sizeof(given), "%.*s", len < 60 ? len : 60, text);
	bs_nearest_advice("there are", names, given, advice, sizeof(advice));
	bs_error_set(err, BS_USAGE, 0, l->option, advice, "no %s \"%s\"", l->kind, given);
	return -EINVAL;
}

int bs_named_find(const struct bs_named_list *l, const char *text, struct bs_error *err)
{
	const size_t len = strcspn(text, ":");
	const struct bs_named *is;

	for (unsigned int i = 0; (is = l->at(i)); i++)
		if (strlen(is->name) == len && !strncmp(is->name, text, len))
			return (int)i;
	return unknown(l, text, (int)len, err);
}

int bs_named_values(const char *kind, const char *name, const struct bs_param *params,
		    const char *text, const char *where, uint64_t **values, struct bs_error *err)
{
	char owner[320];
	int ret;

	*values = calloc(bs_param_count(params) + 1, sizeof(**values));
	if (!*values)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "parameters");
	bs_param_defaults(params, *values);
	snprintf(owner, sizeof(owner), "%s %s", kind, name);
	ret = bs_param_parse(params, owner, text, *values, err);
	if (!ret)
		return 0;
	free(*values);
	*values = NULL;
	return ret;
}

int bs_named_parse(const struct bs_named_list *l, const char *text, uint64_t **values,
		   struct bs_error *err)
{
	const int index = bs_named_find(l, text, err);
	const char *colon = strchr(text, ':');
	const struct bs_named *is;
	int ret;

	*values = NULL;
	if (index < 0)
		return index;
	is = l->at((unsigned int)index);
	ret = bs_named_values(l->kind, is->name, is->params, colon ? colon + 1 : NULL, l->option,
			      values, err);
	return ret ? ret : index;
}

int bs_named_check(const struct bs_named_list *l, const char *text, struct bs_error *err)
{
	uint64_t *values;
	const int ret = bs_named_parse(l, text, &values, err);

	free(values);
	return ret < 0 ? ret : 0;
}

char *bs_named_text(const struct bs_named_list *l, const char *text)
{
	uint64_t *values;
	const int index = bs_named_parse(l, text, &values, NULL);
	const struct bs_named *is;
	char *params, *all = NULL;

	if (index < 0)
		return NULL;
	is = l->at((unsigned int)index);
	params = bs_params_text(is->params, values);
	free(values);
	if (!params || asprintf(&all, "%s%s%s", is->name, *params ? ":" : "", params) < 0)
		all = NULL;
	free(params);
	return all;
}

bool bs_named_tell(const struct bs_named_list *l, unsigned int index, const char **name,
		   const char **summary, const struct bs_param **params)
{
	const struct bs_named *is = l->at(index);

	if (!is)
		return false;
	*name = is->name;
	if (summary)
		*summary = is->summary;
	if (params)
		*params = is->params;
	return true;
}
