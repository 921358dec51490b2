/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_request.h - the operations of a log: allocations, frees, check lines. */
#ifndef BS_VERIFY_REQUEST_H
#define BS_VERIFY_REQUEST_H

#include "logrun.h"

/* a ID ORDER KIND PFN|- [cCPU] [nNODE[t]] [sBITS]; f ID [cCPU] [sBITS]; ck OP Z key=... */
int bs_verify_allocate(struct bs_logrun *v, char *line);
int bs_verify_release(struct bs_logrun *v, char *line);
int bs_verify_check(struct bs_logrun *v, const char *line);
/* Forget which ids stand for which blocks. */
void bs_verify_forget(struct bs_logrun *v);

#endif
