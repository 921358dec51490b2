// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/policy/example.c
// line: src/policy/policies.def: BS_POLICY(example)
/* The last block of a list, not the first. */
#include "policies.h"

static bool choose(struct bs_policy_ctx *c, const struct bs_policy_want *w, struct bs_range *block)
{
	const unsigned int orders = bs_policy_orders(c, w->zone, w->mt) >> w->order << w->order;

	block->order = (uint8_t)__builtin_ctz(orders);
	block->pfn = bs_policy_last(c, w->zone, block->order, w->mt);
	return true;
}

const struct bs_policy bs_policy_example = {
	.abi = BS_POLICY_ABI,
	.name = "example",
	.summary = "the last of a list is taken",
	.origin = "a test",
	.choose = choose,
};
