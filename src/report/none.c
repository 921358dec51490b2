// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * none.c - the unmodified kernel: nothing is ever reported (STRATEGIES.md, none).
 *
 * The baseline of every comparison: what the guest once touched stays with it. Also the smallest
 * strategy there is, to copy from when writing one: add a pass(), drop BS_CAP_NO_WORKER.
 */
#include "strategies.h"

static void stock_setting(const uint64_t *values, const char *kernel, uint64_t memory,
			  struct bs_stock_setting *out)
{
	(void)values;
	(void)kernel;
	(void)memory;
	/* Off is QEMU's default, too. */
	snprintf(out->host, sizeof(out->host), "-device virtio-balloon,free-page-reporting=off");
}

const struct bs_strategy bs_strategy_none = {
	.name = "none",
	.summary = "reports nothing: the unmodified kernel",
	.origin = "baseline of all comparisons",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_NO_WORKER | BS_CAP_IDLE | BS_CAP_STOCK,
	.stock_setting = stock_setting,
};
