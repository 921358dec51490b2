// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_registry.c - the built-in policies, from policies.def, and a user's own from a shared object. */
#include "policies.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "each_once.h"
#include "named.h"
#include "param_check.h"
#include "shared_object.h"

static const struct bs_policy *const policies[] = {
#define BS_POLICY(id) &bs_policy_##id,
#include "policies.def"
#undef BS_POLICY
};

#define NR_POLICIES (sizeof(policies) / sizeof(policies[0]))

const struct bs_policy *bs_policy_at(unsigned int index)
{
	return index < NR_POLICIES ? policies[index] : NULL;
}

int bs_policy_check(const struct bs_policy *p, const char *where, struct bs_error *err)
{
	const char *missing = NULL;

	/* Before anything else: in another ABI the other members may lie elsewhere. */
	if (p->abi != BS_POLICY_ABI)
		return bs_error_set(err, BS_USAGE, 0, where,
				    "compile it against this version's buddysim/policy.h",
				    "policy ABI %u, this program has %u", p->abi, BS_POLICY_ABI);
	if (!p->name)
		missing = "name";
	else if (!p->summary)
		missing = "summary";
	else if (!p->origin)
		missing = "origin";
	if (missing)
		return bs_error_set(
			err, BS_USAGE, 0, where,
			"name, summary and origin are for `list policies` and the record",
			"required member \"%s\" of struct bs_policy is missing", missing);
	if (!bs_name_is_sound(p->name))
		return bs_error_set(err, BS_USAGE, 0, where,
				    "they separate parameters in --policy A:name=value,B",
				    "a policy's name has no ' ', ',', ':' or '=' and is not empty");
	return bs_params_check(p->params, "policy", where, err);
}

static int check_object(const void *table, const char *path, struct bs_error *err)
{
	return bs_policy_check(table, path, err);
}

static const struct bs_policy *unknown(const char *name, struct bs_error *err)
{
	const char *names[NR_POLICIES + 1] = {NULL};
	char known[320];

	for (unsigned int i = 0; i < NR_POLICIES; i++)
		names[i] = policies[i]->name;
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	if (*name)
		bs_error_set(err, BS_USAGE, 0, name, known, "unknown policy \"%s\"", name);
	else
		bs_error_set(err, BS_USAGE, 0, "policy", known, "no policy is named");
	return NULL;
}

const struct bs_policy *bs_policy_find(const char *spec, struct bs_error *err)
{
	static const struct bs_object_kind kind = {
		.kind = "policy",
		.symbol = "bs_policy",
		.define = "define: const struct bs_policy bs_policy = { ... };",
		.check = check_object,
	};
	char name[PATH_MAX];

	if (strcspn(spec, ":") >= sizeof(name)) {
		bs_error_set(err, BS_USAGE, ENAMETOOLONG, NULL, NULL, "policy's path too long");
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(spec, ":"), spec);
	if (bs_object_is_path(name))
		return bs_object_load(name, &kind, err);
	for (unsigned int i = 0; i < NR_POLICIES; i++)
		if (!strcmp(policies[i]->name, name))
			return policies[i];
	return unknown(name, err);
}

/* The policy, and its parameters' values: to be free()d. */
static int read_spec(const char *spec, const struct bs_policy **p, uint64_t **values,
		     struct bs_error *err)
{
	const char *colon = strchr(spec, ':');

	*values = NULL;
	*p = bs_policy_find(spec, err);
	if (!*p)
		return -EINVAL;
	return bs_named_values("policy", (*p)->name, (*p)->params, colon ? colon + 1 : NULL, spec,
			       values, err);
}

static int check_one(const char *spec, struct bs_error *err)
{
	const struct bs_policy *p;
	uint64_t *values;
	const int ret = read_spec(spec, &p, &values, err);

	free(values);
	return ret;
}

int bs_policies_check(const char *list, struct bs_error *err)
{
	return bs_each_once(list, bs_kernel_span, check_one, err);
}

int bs_policy_attach(struct bs_machine *m, const char *spec, struct bs_error *err)
{
	const struct bs_policy *p;
	uint64_t *values;
	int ret = read_spec(spec, &p, &values, err);

	if (!ret)
		ret = bs_machine_set_policy(m, p, values, err);
	free(values);
	return ret;
}
