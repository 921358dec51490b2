/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_dump.h - a file of dumps and the operations between them. */
#ifndef BS_VERIFY_DUMP_H
#define BS_VERIFY_DUMP_H

#include <buddysim/verify.h>

#include <stdio.h>

/*
 * Replay a file of dumps and operations.
 * @stop_before: 0, or leave operation number @stop_before undone and draw the lists it concerns
 *               into @drawn instead; nothing is noted in @r
 */
int bs_verify_dumps(const char *path, const struct bs_verify_config *cfg,
		    struct bs_verify_result *r, uint64_t stop_before, FILE *drawn,
		    struct bs_error *err);

#endif
