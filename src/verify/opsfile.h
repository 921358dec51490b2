/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opsfile.h - a guest described and driven by an .ops file (VECTORS.md): the commands that concern
 * the allocator alone; the reporting strategies' are in strategy_commands.c.
 */
#ifndef BS_OPSFILE_H
#define BS_OPSFILE_H

#include "opsguest.h"
#include "opsline.h"

enum bs_ops_result {
	BS_OPS_DONE,
	BS_OPS_UNKNOWN, /* not an allocator command */
	BS_OPS_BAD, /* malformed: @err is filled */
};

/* It describes the guest: such lines come first, all others need one. */
bool bs_ops_describes(const struct bs_ops_line *line);
/* Run one command, writing what it prints to @out. @where: for @err, "file:12". */
enum bs_ops_result bs_ops_command(struct bs_ops_guest *g, const struct bs_ops_line *line, FILE *out,
				  const char *where, struct bs_error *err);

#endif
