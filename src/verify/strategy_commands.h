/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy_commands.h - a strategy that an .ops file drives (VECTORS.md), and the commands that
 * concern it. What else happens while a request is in flight is up to the file.
 */
#ifndef BS_STRATEGY_COMMANDS_H
#define BS_STRATEGY_COMMANDS_H

#include <buddysim/report.h>

#include <stdio.h>

#include "opsguest.h"
#include "opsline.h"
#include "vector_kinds.h"

#define BS_VECTOR_FAILS 64

/* "during K CMD": waits for request K of the next pass. */
struct bs_vector_queued {
	uint64_t call;
	char *text;
};

struct bs_vector_run {
	struct bs_ops_guest guest;
	struct bs_report_ctx *rc;
	char name[64]; /* of the series, as the file has it */
	struct bs_vector_kind kind;
	bool started, on_before;
	bool in_pass; /* a command that a request in flight runs must start no other */
	FILE *out; /* what the current command prints */

	struct bs_vector_queued *queue;
	unsigned int nr_queued;
	uint64_t fail[BS_VECTOR_FAILS];
	unsigned int nr_fails;
	uint64_t call; /* of the running pass, from 1 */

	uint64_t requests, quiet_pgfree;
	char where[300]; /* file:line */
	struct bs_error *err;
	int failed;
};

/* Run one line of the file; the guest is there and the strategy bound to it, unless the line is one
 * that describes the guest. 0, or negative with err. */
int bs_vector_command(struct bs_vector_run *v, const char *text);
void bs_vector_forget_queue(struct bs_vector_run *v);

#endif
