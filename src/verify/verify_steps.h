/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_steps.h - inside alloc_contig_range() and of memory that goes and comes, step by step. */
#ifndef BS_VERIFY_STEPS_H
#define BS_VERIFY_STEPS_H

#include "logrun.h"

/* cr START END; ce RET; kp STEP ARGS. */
int bs_verify_contig_begins(struct bs_logrun *v, char *line);
int bs_verify_contig_ends(struct bs_logrun *v, char *line);
int bs_verify_step(struct bs_logrun *v, char *line);

#endif
