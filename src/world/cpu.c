// SPDX-License-Identifier: GPL-2.0-or-later
#include "cpu.h"

#include <string.h>

const char *bs_cause_name(enum bs_cause cause)
{
	static const char *const names[BS_NR_CAUSES] = {
		[BS_CAUSE_FIRST_TOUCH] = "first_touch",
		[BS_CAUSE_REFAULT] = "refault",
		[BS_CAUSE_HOST_ZERO] = "host_zero",
		[BS_CAUSE_REQUEST] = "request",
		[BS_CAUSE_INSTALL] = "install",
		[BS_CAUSE_ZERO] = "zero",
		[BS_CAUSE_POISON] = "poison",
		[BS_CAUSE_CLIENT] = "client",
		[BS_CAUSE_WAIT] = "wait",
		[BS_CAUSE_SWAP] = "swap",
		[BS_CAUSE_RECLAIM] = "reclaim",
		[BS_CAUSE_REFILL] = "refill",
		[BS_CAUSE_COMPACT] = "compact",
		[BS_CAUSE_WRITEBACK] = "writeback",
		[BS_CAUSE_GUEST_SWAP] = "guest_swap",
		[BS_CAUSE_RESTORE] = "restore",
	};

	return (unsigned int)cause < BS_NR_CAUSES ? names[cause] : "?";
}

bs_ns bs_cpus_blocked(const struct bs_cpu *cpus, unsigned int n, bs_ns by_cause[BS_NR_CAUSES])
{
	bs_ns cut = 0;

	memset(by_cause, 0, BS_NR_CAUSES * sizeof(*by_cause));
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int c = 0; c < BS_NR_CAUSES; c++)
			by_cause[c] += cpus[i].blocked_ns[c];
		cut += cpus[i].cut_ns;
	}
	return cut;
}
