/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guests_text.h - the guests of the rows that have several, a line each, for people. */
#ifndef BS_GUESTS_TEXT_H
#define BS_GUESTS_TEXT_H

#include <stdio.h>

#include "result.h"

void bs_guests_text(const struct bs_result *r, FILE *f);

#endif
