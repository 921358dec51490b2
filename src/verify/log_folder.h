/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_folder.h - the logs that lie beside one. */
#ifndef BS_LOG_FOLDER_H
#define BS_LOG_FOLDER_H

#include <buddysim/types.h>

/* @each is called with every other log's path, in no order, until it returns non-zero, which is then returned. A log
 * from a pipe has none beside it. */
int bs_log_siblings(const char *path,
		    int (*each)(void *arg, const char *path, struct bs_error *err), void *arg,
		    struct bs_error *err);

#endif
