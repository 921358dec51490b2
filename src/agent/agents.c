// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BS_AGENT(id) extern const struct bs_agent bs_agent_##id;
#include "agents.def"
#undef BS_AGENT

static const struct bs_agent *const agents[] = {
#define BS_AGENT(id) &bs_agent_##id,
#include "agents.def"
#undef BS_AGENT
};
#define NR (sizeof(agents) / sizeof(agents[0]))

const struct bs_agent *bs_agent_at(unsigned int index)
{
	return index < NR ? agents[index] : NULL;
}

static const struct bs_agent *find(const char *text, struct bs_error *err)
{
	const int len = (int)strcspn(text, ":");
	const char *names[NR + 1] = {NULL};
	char advice[200], given[64];

	snprintf(given, sizeof(given), "%.*s", len < 60 ? len : 60, text);
	for (size_t i = 0; i < NR; i++) {
		names[i] = agents[i]->name;
		if (!strcmp(names[i], given))
			return agents[i];
	}
	bs_nearest_advice("there are", names, given, advice, sizeof(advice));
	bs_error_set(err, BS_USAGE, 0, "--agent", advice, "no agent \"%s\"", given);
	return NULL;
}

int bs_agent_parse(const char *text, const struct bs_agent **agent, uint64_t **values,
		   struct bs_error *err)
{
	const struct bs_agent *a = find(text, err);
	const char *params = strchr(text, ':');
	char owner[64];
	int ret;

	*values = NULL;
	*agent = a;
	if (!a)
		return -EINVAL;
	*values = calloc(bs_param_count(a->params) + 1, sizeof(**values));
	if (!*values)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "--agent", NULL, "cannot be read");
	bs_param_defaults(a->params, *values);
	snprintf(owner, sizeof(owner), "agent %s", a->name);
	ret = bs_param_parse(a->params, owner, params ? params + 1 : NULL, *values, err);
	if (!ret)
		return 0;
	free(*values);
	*values = NULL;
	return ret;
}

bool bs_agent_name(unsigned int index, const char **name, const char **summary,
		   const struct bs_param **params)
{
	if (index >= NR)
		return false;
	*name = agents[index]->name;
	if (summary)
		*summary = agents[index]->summary;
	if (params)
		*params = agents[index]->params;
	return true;
}

int bs_agent_check(const char *text, struct bs_error *err)
{
	const struct bs_agent *a;
	uint64_t *values;
	const int ret = bs_agent_parse(text, &a, &values, err);

	free(values);
	return ret;
}

char *bs_agent_text(const char *text)
{
	const struct bs_agent *a;
	uint64_t *values;
	char *params, *all = NULL;

	if (bs_agent_parse(text, &a, &values, NULL))
		return NULL;
	params = bs_params_text(a->params, values);
	free(values);
	if (!params || asprintf(&all, "%s%s%s", a->name, *params ? ":" : "", params) < 0)
		all = NULL;
	free(params);
	return all;
}

static const struct bs_agent *named(const char *text)
{
	const size_t len = strcspn(text, ":");

	for (size_t i = 0; i < NR; i++)
		if (!strncmp(agents[i]->name, text, len) && !agents[i]->name[len])
			return agents[i];
	return NULL;
}

bool bs_agent_is_idle(const char *text)
{
	const struct bs_agent *a = named(text);

	return a && !a->tick;
}

bool bs_agent_saves(const char *text)
{
	const struct bs_agent *a = named(text);

	return a && a->saves;
}
