/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h - what pictures say: numbers for people, whom a picture is about, names at the ends of curves. */
#ifndef BS_WORDS_H
#define BS_WORDS_H

#include "cast.h"
#include "sheet.h"

#define BS_WORD 64

/* "0", "1,234", "0.25"; "1.2 s", "230 ms", "4 us". Into @buf, of BS_WORD bytes, which is returned. */
const char *bs_picture_number(double v, char *buf);
const char *bs_picture_time(double ns, char *buf);

/* "trace T, guest and device, three rounds": what all pictures are about; free() it. */
char *bs_words_subject(const struct bs_cast *f);
/* Refuse to draw @what: 1, with @err. */
int bs_words_lack(const struct bs_cast *f, const char *what, const char *advice,
		  struct bs_error *err);

/* A name at the end of a curve: its row, or NULL for the bound, and the pixel at which it would best stand. */
struct bs_end {
	const char *name, *role;
	uint32_t colour;
	double x, y;
};
/* How much room the names take to the right of the plot. */
double bs_ends_width(const struct bs_end *e, size_t n);
/* Write them there, with a line to each that had to make room, and what the grey ones are below. */
void bs_ends_put(struct bs_sheet *s, const struct bs_end *e, size_t n, const char *rest);
/* "grey: 9 others", or "" where all rows are in front. Into @buf. */
const char *bs_words_rest(const struct bs_cast *f, char *buf);
/* The bound's name and colour. */
struct bs_end bs_end_of_bound(void);
struct bs_end bs_end_of(const struct bs_row *r);

#endif
