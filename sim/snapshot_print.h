/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot_print.h - snapshots of free memory, for people and as JSON. */
#ifndef BS_SNAPSHOT_PRINT_H
#define BS_SNAPSHOT_PRINT_H

#include <buddysim/snapshot.h>

/* @page_size: of the machine. @format: text or JSON. */
void state_print(const struct bs_snapshots *all, uint64_t page_size, enum bs_format format);
/* What a start state holds, in a few lines. */
void state_print_made(const struct bs_state *s, const char *path,
		      const struct bs_state_notes *notes);
/* The counts that two snapshots differ in. Return: how many. */
unsigned int state_print_diff(const struct bs_snapshot *a, const struct bs_snapshot *b,
			      enum bs_format format);

#endif
