/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.h - a law broke in a guest, or there is no memory: its clock fails, and who looks on is told. */
#ifndef BS_FAIL_H
#define BS_FAIL_H

#include "parts.h"

void bs_guest_fail(struct bs_guest *g, const struct bs_error *err);
void bs_guest_fail_memory(struct bs_guest *g);

#endif
