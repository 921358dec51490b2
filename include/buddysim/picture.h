/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture.h - a record's pictures: what each of them shows, made ready for the gnuplot scripts in plots/.
 */
#ifndef BUDDYSIM_PICTURE_H
#define BUDDYSIM_PICTURE_H

#include <buddysim/record.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** More than these cannot be told apart in one picture. */
#define BS_HIGHLIGHTS 5

/** Picture number @index, in the order in which they are drawn: NAME.tsv is drawn by plots/NAME.gp, as
 *  NAME.svg; NULL behind the last. */
const char *bs_picture_at(unsigned int index);

struct bs_pictures;
/**
 * bs_pictures_open - look at a record for its pictures
 * @in: the record (bs_record_read()), which is kept by the caller
 * @highlight: "LABEL,LABEL,...", at most BS_HIGHLIGHTS rows by their labels or their strategies' names,
 *             "bound" among them, that stand in front, in colour and with a name. NULL: those that have a part
 *             in the answer: no reporting, the kernel's default, the cheapest that a stock kernel can be set
 *             to, the cheapest of all, the bound
 *
 * Return: 0, or negative with @err.
 */
int bs_pictures_open(const struct bs_stored *in, const char *highlight, struct bs_pictures **out,
		     struct bs_error *err);
void bs_pictures_close(struct bs_pictures *p);
/** Write what picture number @index shows as NAME.tsv into the folder @dir. 0; 1: the record does not have
 *  what it takes, @err says what, and nothing is written; negative with @err. */
int bs_pictures_write(const struct bs_pictures *p, unsigned int index, const char *dir,
		      struct bs_error *err);
/** Would such rows have all that @highlight names? 0, or negative with @err, which names the nearest. */
int bs_highlight_check(const char *highlight, const char *const *labels, size_t nr,
		       struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
