/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_user.h - logs of what processes do with their memory: their script goes through the room user, and
 * what that asks of the allocator, and gives back, must be what the log says next.
 */
#ifndef BS_VERIFY_USER_H
#define BS_VERIFY_USER_H

#include "logrun.h"

/* Before the first line of the series. @before: the lines of the script that stand before it. 0 or negative. */
int bs_verify_user_begin(struct bs_logrun *v, const char *before);
void bs_verify_user_end(struct bs_live *l);
/* A line of such a series, and what of those behind it belongs to it. */
int bs_verify_user_line(struct bs_logrun *v, char *line, bool *known);

#endif
