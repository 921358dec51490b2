// SPDX-License-Identifier: GPL-2.0-or-later
/* none.c - nobody looks after it, as in most guests. */
#include "agent.h"

const struct bs_agent bs_agent_none = {
	.is.name = "none",
	.is.summary = "nobody looks after the guest's memory",
};
