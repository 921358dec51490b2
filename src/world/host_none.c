// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_view.h"

static const struct bs_param params[] = {BS_HOST_COMMON, {0}};

const struct bs_host_policy bs_host_policy_none = {
	.is.name = "none",
	.is.summary = "leaves its guests alone",
	.is.params = params,
};
