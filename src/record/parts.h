/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - the parts that a record is put together from, each made by the file of its name. */
#ifndef BS_PARTS_H
#define BS_PARTS_H

#include <stdio.h>

#include <jansson.h>

#include "outcome.h"

/* timeline.c: a cell's samples, one list per quantity. */
json_t *bs_timeline_json(const struct bs_outcome *o);
/* measured.c: the host, with an empty list of cells; and what it took to run a cell. */
json_t *bs_measured_json(void);
json_t *bs_measured_cell_json(const struct bs_outcome *o);
/* follow_json.c: how far a guest did what the kernel had done; and that part of a cell for people,
 * nothing if it is null. */
json_t *bs_agreement_json(const struct bs_agreement *a);
void bs_agreement_text(const char *label, const json_t *agreement, FILE *f);

#endif
