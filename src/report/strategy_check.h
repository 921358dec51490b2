/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strategy_check.h - is what somebody declares as a strategy whole and sound? */
#ifndef BS_STRATEGY_CHECK_H
#define BS_STRATEGY_CHECK_H

#include <buddysim/report.h>

/* ABI number, required members, parameter table: 0, or negative with what is wrong in @err.
 * @where: a path or a name. */
int bs_strategy_check(const struct bs_strategy *s, const char *where, struct bs_error *err);

#endif
