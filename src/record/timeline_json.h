/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline_json.h - a cell's samples, one list per quantity. */
#ifndef BS_TIMELINE_JSON_H
#define BS_TIMELINE_JSON_H

#include <jansson.h>

#include "outcome.h"

json_t *bs_timeline_json(const struct bs_outcome *o);

#endif
