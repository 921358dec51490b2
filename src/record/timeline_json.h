/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline_json.h - a cell's samples, one list per quantity. They are most of a record, and so they are
 * made as the text that is printed, and never as values.
 */
#ifndef BS_TIMELINE_JSON_H
#define BS_TIMELINE_JSON_H

#include "outcome.h"

/* To be free()d; NULL without memory. Its lines are those of a value within @depth objects and arrays. */
char *bs_timeline_json(const struct bs_outcome *o, unsigned int depth);

#endif
