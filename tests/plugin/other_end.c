// SPDX-License-Identifier: GPL-2.0-or-later
/* other_end.c - freed blocks go to the other end of their list.
 * cc -shared -fPIC -o other_end.so other_end.c */
#include <buddysim/policy.h>

enum { ORDER };
static const struct bs_param params[] = {
	{.name = "order", .type = BS_PARAM_ORDER, .max = BS_MAX_ORDER, .help = "from this order on"},
	{.name = NULL},
};

static void place(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	if (why == BS_FREE && b->order >= bs_policy_param(c, ORDER))
		at->tail = !at->tail;
}

const struct bs_policy bs_policy = {
	.abi = BS_POLICY_ABI, .name = "other-end", .origin = "README",
	.summary = "freed blocks go to the other end of their list",
	.params = params, .place = place,
};
