/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measured_json.h - the part of a record that is another on each machine. */
#ifndef BS_MEASURED_JSON_H
#define BS_MEASURED_JSON_H

#include <jansson.h>

#include "outcome.h"

/* The host, with an empty list of cells. */
json_t *bs_measured_json(void);
/* What it took to run a cell. */
json_t *bs_measured_cell_json(const struct bs_outcome *o);

#endif
