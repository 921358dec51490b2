/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_print.h - a dump as text, beside other records. */
#ifndef BS_STATE_PRINT_H
#define BS_STATE_PRINT_H

#include <buddysim/state.h>

#include <stdio.h>

void bs_state_print(const struct bs_state *s, FILE *f);

#endif
