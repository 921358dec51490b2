/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_vmem.h - a series in which virtio-mem's driver was at work. */
#ifndef BS_VERIFY_VMEM_H
#define BS_VERIFY_VMEM_H

#include "logrun.h"

struct bs_verify_vmem;

/* @begin: the line of that name, which says what the host asks for. NULL: short of memory. */
struct bs_verify_vmem *bs_verify_vmem_new(const char *begin);
void bs_verify_vmem_free(struct bs_verify_vmem *x);
/* The pages of the dump @s, and what the device had plugged by then. 0 or negative with v->err. */
int bs_verify_vmem_start(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_state *s);
/* An event of the log; one of another sort is nothing. */
int bs_verify_vmem_event(struct bs_verify_vmem *x, struct bs_logrun *v, const char *line);
/* The log is over. */
int bs_verify_vmem_end(struct bs_verify_vmem *x, struct bs_logrun *v);

#endif
