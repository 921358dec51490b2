/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture_kinds.h - what a picture is: a function that writes what is shown, from the rows of a record.
 *
 * This room makes pictures of records, and knows of a strategy only its place in the registry and its
 * capabilities. Texts that could meet are placed here, where that can be tested; gnuplot only draws.
 *
 *   curve, labels, axis <- words <- resident, guests, cost, held_split, delay, orders <- pictures
 *   sheet, cast        <-/
 */
#ifndef BS_PICTURE_KINDS_H
#define BS_PICTURE_KINDS_H

#include "cast.h"

/* 0; 1: nothing to be shown, @err says why; 2: it is not about records like this one; negative with @err. */
typedef int bs_picture_fn(const struct bs_cast *f, const char *dir, const char *name,
			  struct bs_error *err);

#define BS_PICTURE(id) bs_picture_fn bs_picture_##id;
#include "pictures.def"
#undef BS_PICTURE

#endif
