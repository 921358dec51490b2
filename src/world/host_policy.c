// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BS_HOST_POLICY(id) extern const struct bs_host_policy bs_host_policy_##id;
#include "host_policies.def"
#undef BS_HOST_POLICY

static const struct bs_host_policy *const policies[] = {
#define BS_HOST_POLICY(id) &bs_host_policy_##id,
#include "host_policies.def"
#undef BS_HOST_POLICY
};
#define NR (sizeof(policies) / sizeof(policies[0]))

const struct bs_host_policy *bs_host_policy_at(unsigned int index)
{
	return index < NR ? policies[index] : NULL;
}

static const struct bs_host_policy *find(const char *name, size_t len, struct bs_error *err)
{
	const char *names[NR + 1] = {NULL};
	char advice[200], given[64];

	for (size_t i = 0; i < NR; i++) {
		names[i] = policies[i]->name;
		if (strlen(names[i]) == len && !strncmp(names[i], name, len))
			return policies[i];
	}
	snprintf(given, sizeof(given), "%.*s", (int)(len < 60 ? len : 60), name);
	bs_nearest_advice("there are", names, given, advice, sizeof(advice));
	bs_error_set(err, BS_USAGE, 0, "--host-policy", advice, "no host policy \"%s\"", given);
	return NULL;
}

int bs_host_policy_parse(const char *text, const struct bs_host_policy **policy, uint64_t **values,
			 struct bs_error *err)
{
	const size_t len = strcspn(text, ":");
	const struct bs_host_policy *p = find(text, len, err);
	char owner[64];
	int ret;

	*values = NULL;
	*policy = p;
	if (!p)
		return -EINVAL;
	*values = calloc(bs_param_count(p->params) + 1, sizeof(**values));
	if (!*values)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "--host-policy", NULL,
				    "cannot be read");
	bs_param_defaults(p->params, *values);
	snprintf(owner, sizeof(owner), "host policy %s", p->name);
	ret = bs_param_parse(p->params, owner, text[len] ? text + len + 1 : NULL, *values, err);
	if (!ret)
		return 0;
	free(*values);
	*values = NULL;
	return ret;
}

bool bs_host_policy_name(unsigned int index, const char **name, const char **summary,
			 const struct bs_param **params)
{
	if (index >= NR)
		return false;
	*name = policies[index]->name;
	if (summary)
		*summary = policies[index]->summary;
	if (params)
		*params = policies[index]->params;
	return true;
}

int bs_host_policy_check(const char *text, struct bs_error *err)
{
	const struct bs_host_policy *p;
	uint64_t *values;
	int ret = bs_host_policy_parse(text, &p, &values, err);

	free(values);
	return ret;
}
