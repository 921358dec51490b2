/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loads.h - from what a user asks for with --load to one of the loads (loads.def), with its values. */
#ifndef BS_LOADS_H
#define BS_LOADS_H

#include "load_spec.h"

/* 0, or negative with @err, and @spec is empty: freeing it does no harm. */
int bs_load_parse(const char *text, struct bs_load_spec *spec, struct bs_error *err);

#endif
