/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kinds.h - the kinds of devices by name. */
#ifndef BS_DEVICE_KINDS_H
#define BS_DEVICE_KINDS_H

#include "device_ops.h"

/* NULL: no such kind, and @err names those that there are. */
const struct bs_device_ops *bs_device_kind_find(const char *name, struct bs_error *err);

#endif
