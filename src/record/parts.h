/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - a result made of cells that were told one by one, perhaps elsewhere and long ago. */
#ifndef BS_PARTS_H
#define BS_PARTS_H

#include "result.h"

/* What the table and the answer know of a row beside its cell, to be kept with it. */
json_t *bs_result_row_json(const struct bs_result_row *row);
/*
 * A result of @record, which is shared, not copied: its cells with @rows, as bs_result_row_json() made them, for
 * each. It can be printed, and answered. NULL when out of memory.
 */
struct bs_result *bs_result_of_parts(json_t *record, const json_t *rows);

#endif
