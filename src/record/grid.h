/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid.h - rows of text in columns as wide as what is in them. */
#ifndef BS_GRID_H
#define BS_GRID_H

#include <stdbool.h>
#include <stdio.h>

#include <buddysim/types.h>

struct bs_grid {
	size_t columns;
	const char *left; /* one letter for each column: l is left-aligned, r right-aligned */
	char **cells;
	size_t nr, room;
	bool no_memory;
};

/* The next cell, row by row. What there is no memory for is missing, and no_memory is set. */
void bs_grid_add(struct bs_grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Every row behind @indent blanks, two blanks between columns, none at a row's end. */
void bs_grid_print(const struct bs_grid *g, unsigned int indent, FILE *f);
/* Free the cells; columns and alignment stay. */
void bs_grid_clear(struct bs_grid *g);

/* "12,345,678" in @buf, which has room for BS_GROUPED; returns @buf. */
#define BS_GROUPED 32
const char *bs_grouped(uint64_t v, char *buf);
/* The same of a number that is there as at most 20 digits. */
const char *bs_grouped_digits(const char *digits, char *buf);

#endif
