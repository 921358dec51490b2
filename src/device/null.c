// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * null.c - the device that accepts everything and costs nothing: what is left is the strategy's
 * own cost. Residency is modelled as for every device; there is no arena behind it.
 */
#include "device_params.h"
#include "device_ops.h"

const struct bs_device_ops bs_device_null = {
	.traits =
		{
			.name = "null",
			.summary = "accepts everything, costs nothing; residency is modelled",
			.preset = "null",
			.params = bs_device_fault_params,
		},
};
