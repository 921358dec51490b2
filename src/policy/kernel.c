// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel.c - no change: what others are compared with. */
#include "policies.h"

const struct bs_policy bs_policy_kernel = {
	.abi = BS_POLICY_ABI,
	.name = "kernel",
	.summary = "the kernel model as it is",
	.origin = "the guest's kernel model (src/mm/RULES.md)",
};
