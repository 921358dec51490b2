/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops_dump.h - the guest's state written the way the .out files have it (VECTORS.md). */
#ifndef BS_OPS_DUMP_H
#define BS_OPS_DUMP_H

#include "opsguest.h"

/* 0, or negative with @err. */
int bs_ops_dump(const struct bs_ops_guest *g, FILE *out, const char *where, struct bs_error *err);
void bs_ops_stat(const struct bs_ops_guest *g, FILE *out);

#endif
