/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_hooks.h - a policy hears what the machine's listener hears, and before it. */
#ifndef BS_MM_POLICY_HOOKS_H
#define BS_MM_POLICY_HOOKS_H

#include "policy_ask.h"

/* The hooks of a machine whose policy has some of its own; the argument is its context. */
extern const struct bs_hooks mm_policy_hooks;
/* Which these are: 0, and there is nobody between the allocator and the listener. */
uint32_t mm_policy_hook_mask(const struct bs_policy_ctx *c);

#endif
