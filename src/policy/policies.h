/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policies.h - the policies of this room. Each is a file that knows include/buddysim/policy.h and nothing
 * else of the allocator; POLICIES.md says where it is from.
 */
#ifndef BS_POLICIES_H
#define BS_POLICIES_H

#include <buddysim/policy.h>

#define BS_POLICY(id) extern const struct bs_policy bs_policy_##id;
#include "policies.def"
#undef BS_POLICY

#endif
