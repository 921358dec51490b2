/* SPDX-License-Identifier: GPL-2.0-or-later */
/* looks.h - what a file looks like that cannot be imported, and what to do with it. */
#ifndef BS_TRACE_LOOKS_H
#define BS_TRACE_LOOKS_H

#include <stddef.h>

#include <buddysim/types.h>

/* By its first bytes. 0: it may be text; else negative, and @err. */
int bs_looks_binary(const char *path, const char *first, size_t len, struct bs_error *err);
/* By a line of a text in which no event was. NULL: like nothing that is known; *@advice says what to do. */
const char *bs_looks_like(const char *line, const char **advice);

#endif
