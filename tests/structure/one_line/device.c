// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/device/example.c
// line: src/device/devices.def: BS_DEVICE(example)
/* A host that refuses every third range. */
#include "device_ops.h"

#include <errno.h>

#include "device_params.h"

static int discard(struct bs_device *d, const struct bs_range *r, unsigned int n, uint64_t *failed)
{
	int ret = 0;

	(void)d;
	(void)r;
	for (unsigned int i = 2; i < n; i += 3) {
		failed[i / 64] |= UINT64_C(1) << (i & 63);
		ret = EAGAIN;
	}
	return ret;
}

const struct bs_device_ops bs_device_example = {
	.traits =
		{
			.name = "example",
			.summary = "refuses every third range",
			.preset = "null",
			.params = bs_device_fault_params,
		},
	.discard = discard,
};
