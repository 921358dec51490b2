/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cast.h - the rows of a record as pictures show them: which few stand in front, in colour and with a name,
 * and which in the background.
 */
#ifndef BS_CAST_H
#define BS_CAST_H

#include <jansson.h>

#include <buddysim/picture.h>

#include "stored.h"

struct bs_row {
	const char *label;
	const json_t *cell;
	size_t index; /* in the record */
	uint32_t colour; /* the strategy's, whoever else is there */
	unsigned int variant; /* how many rows before it have the same colour */
	bool finished; /* it did all of the load's work */
	bool idle, knows_future;
	bool in_front;
	char role[96]; /* "kernel default, cheapest"; empty: none */
};

struct bs_cast {
	const struct bs_stored *in;
	struct bs_row *rows; /* as in the record */
	size_t nr_rows;
	struct bs_row *front[BS_HIGHLIGHTS]; /* in the order of their roles */
	size_t nr;
	bool bound; /* is one of those in front */
	/* rows that have a part in the answer; NULL: there is none */
	const struct bs_row *none, *stock_default, *stock, *best;
};

/* @highlight: who is in front (picture.h); NULL: who has a part in the answer. 0, or negative with @err. */
int bs_cast_make(struct bs_cast *f, const struct bs_stored *in, const char *highlight,
		 struct bs_error *err);
void bs_cast_free(struct bs_cast *f);

/* A figure of a row, or NaN. */
double bs_row_figure(const struct bs_row *r, const char *key);
/* The share of what `none` holds that @r does not, in percent; NaN where there is none to compare with. */
double bs_cast_returned(const struct bs_cast *f, const struct bs_row *r);
/* Is there no row in front of which one could say that it is cheaper than reporting nothing, by 1 % or more? */
bool bs_cast_is_tie(const struct bs_cast *f);

#endif
