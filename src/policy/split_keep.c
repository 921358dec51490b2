// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * split_keep.c - what is left of a reported block that is split stays reported (POLICIES.md, split-keep).
 * Whether a reporter can take that is the reporter's to say.
 */
#include "policies.h"

static void split(struct bs_policy_ctx *c, const struct bs_block *b, unsigned int order,
		  struct bs_policy_cut *cut)
{
	(void)c;
	(void)b;
	(void)order;
	cut->keep_mark = true;
}

const struct bs_policy bs_policy_split_keep = {
	.abi = BS_POLICY_ABI,
	.name = "split-keep",
	.summary = "halves of a reported block stay reported",
	.origin =
		"M. S. Tsirkin, \"mm/virtio: skip redundant zeroing of host-zeroed reported pages\", "
		"RFC of April 2026",
	.split = split,
};
