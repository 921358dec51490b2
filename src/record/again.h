/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BS_AGAIN_H
#define BS_AGAIN_H

#include <stdio.h>

#include "outcome.h"

/* Print the command line, on one line, that runs the cell again: every figure is the same. False,
 * and nothing printed, for a guest that the command line cannot describe (explicit zones). */
bool bs_again_print(FILE *f, const struct bs_outcome *o);

#endif
