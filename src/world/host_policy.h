/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_policy.h - the policies of a host, by name. */
#ifndef BS_HOST_POLICY_H
#define BS_HOST_POLICY_H

#include "host_view.h"

/* Number @index, NULL behind the last. */
const struct bs_host_policy *bs_host_policy_at(unsigned int index);
/* "psi:tick=500ms": the policy and its values, which are to be free()d. 0, or negative with @err. */
int bs_host_policy_parse(const char *text, const struct bs_host_policy **policy, uint64_t **values,
			 struct bs_error *err);

#endif
