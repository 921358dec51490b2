/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.h - memory comes to the allocator. */
#ifndef BS_MM_BOOT_H
#define BS_MM_BOOT_H

#include "zone.h"

int mm_boot(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err);

#endif
