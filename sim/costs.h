/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs.h - presets of costs as files: written by `calibrate`, read by --costs. */
#ifndef BS_SIM_COSTS_H
#define BS_SIM_COSTS_H

#include <buddysim/device.h>

/* 0, or negative with @err. */
int costs_read(const char *path, struct bs_device_costs *out, struct bs_error *err);

#endif
