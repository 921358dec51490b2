/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_snapshot_test.h - texts of /proc in tests: read from a string, and printed as a kernel would. */
#ifndef BS_SNAPSHOT_TEST_H
#define BS_SNAPSHOT_TEST_H

#include "bs_test.h"

#include <buddysim/snapshot.h>

#include <stdio.h>

/* A path that @text can be read from, until the program ends. */
const char *path_of(const void *text, size_t size);
/* What @text says; fails the test if it cannot be read. The caller frees it. */
struct bs_snapshots *snapshots_of(const char *text);
/* The error of reading @text, which must be of bad input. */
void refused_text(const char *text, struct bs_error *err);
/* Free blocks of @zone in snapshot @i, as "1 2 3". */
const char *counts_of(const struct bs_snapshots *all, size_t i, unsigned int node,
		      const char *zone);

/* What a kernel in that state would show. */
void print_buddyinfo(const struct bs_state *s, FILE *f);
void print_pagetypeinfo(const struct bs_state *s, FILE *f);
void print_zoneinfo(const struct bs_state *s, FILE *f);

#endif
