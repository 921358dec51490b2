/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin.h - strategies from shared objects: `-s ./mine.so:threshold=64`. */
#ifndef BS_PLUGIN_H
#define BS_PLUGIN_H

#include <buddysim/report.h>

/* The object's `const struct bs_strategy bs_strategy`, checked; NULL and @err otherwise. It stays
 * loaded until the process ends, so what is returned is never taken away. Asking twice is cheap
 * and gives the same pointer. */
const struct bs_strategy *bs_plugin_load(const char *path, struct bs_error *err);

/* Is this a path rather than a name: has it a '/' or does it end in .so? */
bool bs_plugin_is_path(const char *name);

#endif
