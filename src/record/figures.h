/* SPDX-License-Identifier: GPL-2.0-or-later */
/* figures.h - how the entries of figures.def become values of the record. */
#ifndef BS_FIGURES_H
#define BS_FIGURES_H

#include <jansson.h>

#include <buddysim/record.h>

/* The source of a figure that this run does not have. */
#define BS_ABSENT UINT64_MAX

/* Put @v (owned by @o from now on) at the dotted @key below the object @o. */
void bs_record_put(json_t *o, const char *key, json_t *v);
/* The value of an entry of figures.def: null for BS_ABSENT, a truth for BS_UNIT_YES_NO. */
json_t *bs_figure_json(enum bs_unit unit, uint64_t value);

#endif
