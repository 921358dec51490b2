/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h - which figures a table shows, in which order and units. */
#ifndef BS_COLUMNS_H
#define BS_COLUMNS_H

#include "result.h"
#include "row_fault.h"

#define BS_VALUE 48 /* room for a value as people read it */

struct bs_shown {
	struct bs_table_column column;
	const char *unit; /* of what is printed; "" for what is counted */
	double per; /* one of that unit, in the figure's own */
	int decimals;
};

/* The columns that @r's form asks for (all figures if it asks for none and @all), *@nr of them, to be
 * free()d. NULL: out of memory. */
struct bs_shown *bs_columns_shown(const struct bs_result *r, bool all, unsigned int *nr);
/* The figure of a cell, or of the bound where it has a like one, in its own unit. False: absent. */
bool bs_column_value(const struct bs_result *r, const struct bs_shown *s, const json_t *cell,
		     double *value);
bool bs_column_bound(const struct bs_result *r, const struct bs_shown *s, double *value);
/* At most four digits that count, thousands apart; "-" for what is absent. Returns @buf. */
const char *bs_column_text(const struct bs_shown *s, bool there, double value, char *buf);

/* Has it none of those? */
bool bs_row_whole(const json_t *cell);
/* The idle row that others are compared with: the last one that is whole, or nr_rows. */
unsigned int bs_row_base(const struct bs_result *r);
/* The same, of those on that cell's kernel. */
unsigned int bs_row_base_of(const struct bs_result *r, const json_t *cell);
/* Row numbers in the order in which a table shows them: what is idle, then by --sort or cost, then who
 * is not whole; to be free()d. With !@sorted as they are. NULL: out of memory. */
unsigned int *bs_rows_order(const struct bs_result *r, bool sorted);

#endif
