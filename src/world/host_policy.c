// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_policy.h"

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

static const struct bs_named *named_at(unsigned int index)
{
	return index < NR ? &policies[index]->is : NULL;
}

static const struct bs_named_list list = {"--host-policy", "host policy", named_at};

int bs_host_policy_parse(const char *text, const struct bs_host_policy **policy, uint64_t **values,
			 struct bs_error *err)
{
	const int index = bs_named_parse(&list, text, values, err);

	*policy = index < 0 ? NULL : policies[index];
	return index < 0 ? index : 0;
}

bool bs_host_policy_name(unsigned int index, const char **name, const char **summary,
			 const struct bs_param **params)
{
	return bs_named_tell(&list, index, name, summary, params);
}

int bs_host_policy_check(const char *text, struct bs_error *err)
{
	return bs_named_check(&list, text, err);
}
