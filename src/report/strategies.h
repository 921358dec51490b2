/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strategies.h - declares what strategies.def lists; every strategy's file includes it. */
#ifndef BS_STRATEGIES_H
#define BS_STRATEGIES_H

#include <buddysim/report.h>

#define BS_STRATEGY(id) extern const struct bs_strategy bs_strategy_##id;
#include "strategies.def"
#undef BS_STRATEGY

#endif
