/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h - where memory is: as counts allow, drawn, or as kpageflags has it. */
#ifndef BS_PLACE_H
#define BS_PLACE_H

#include "rng.h"
#include "shape.h"

/* Both: 0, or negative with the error. Every zone of the state gets its lists and pageblock types. */
int bs_place_by_counts(struct bs_shape *s, struct bs_rng *rng);
int bs_place_by_pages(struct bs_shape *s, struct bs_rng *rng);

#endif
