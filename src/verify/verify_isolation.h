/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_isolation.h - operations on ranges and on whole per-cpu lists: iso, uniso, da, dl. */
#ifndef BS_VERIFY_ISOLATION_H
#define BS_VERIFY_ISOLATION_H

#include "logrun.h"

/* Do @line, if it is one of these: *@known says whether. As bs_log_differ(), or negative. */
int bs_verify_isolation(struct bs_logrun *v, char *line, bool *known);

#endif
