/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_set.h - a machine's policy, and what it remembers, goes with it. */
#ifndef BS_MM_POLICY_SET_H
#define BS_MM_POLICY_SET_H

#include "zone.h"

void mm_policy_destroy(struct bs_machine *m);

#endif
