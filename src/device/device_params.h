/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device_params.h - the parameters behind the colon of "--device model:per_request=2us,...". */
#ifndef BS_DEVICE_PARAMS_H
#define BS_DEVICE_PARAMS_H

#include <buddysim/device.h>

#include "faults.h"

/* Faults and the queue; the same followed by the costs. */
extern const struct bs_param bs_device_fault_params[], bs_device_all_params[];

/* What a text said. */
struct bs_device_settings {
	struct bs_device_costs costs;
	struct bs_faults faults;
	unsigned int depth; /* 0: not said */
	enum bs_poison poison;
	uint8_t poison_byte;
	char *changed; /* the parameters that are not as by default: "error_every=3"; free() it */
};

/* @costs: what they are unless @text says otherwise; @seed: of the faults, likewise.
 * 0, or negative with @err and nothing to free. */
int bs_device_params_parse(const struct bs_param *table, const char *kind, const char *text,
			   const struct bs_device_costs *costs, uint64_t seed,
			   struct bs_device_settings *out, struct bs_error *err);

#endif
