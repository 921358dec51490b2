// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model.c - the device that takes the virtual time a real one was measured to take, without an
 * arena: guests of any size, the same bytes out on every machine.
 */
#include "device_params.h"
#include "device_ops.h"

const struct bs_device_ops bs_device_model = {
	.traits =
		{
			.name = "model",
			.summary = "costs as measured, no arena; residency is modelled",
			.has_costs = true,
			.preset = "default",
			.params = bs_device_all_params,
		},
};
