/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_ops.h - a vector of the allocator: commands and what the kernel's functions answered. */
#ifndef BS_VERIFY_OPS_H
#define BS_VERIFY_OPS_H

#include <buddysim/verify.h>

#include <stdio.h>

/* Replay @ops against one .out file; @stop_before as for bs_verify_dumps(), a line number. */
int bs_verify_vector(const char *ops, const char *out, const char *kernel,
		     const struct bs_verify_config *cfg, struct bs_verify_result *r,
		     uint64_t stop_before, FILE *drawn, struct bs_error *err);

#endif
