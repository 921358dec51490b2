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

/* ---- One page with all of it -------------------------------------------------------------------- */

/** No page is larger: what there is no room for is left out, the rows in front last. */
#define BS_PAGE_BYTES 3000000

struct bs_page;
/**
 * bs_page_open - a page of HTML that shows records: answer, table, pictures, the map of memory
 * @records: kept by the caller; of several traces, or of a sweep
 * @highlight: as for bs_pictures_open(), for each of them
 *
 * Return: 0, or negative with @err.
 */
int bs_page_open(struct bs_stored *const *records, size_t nr, const char *highlight,
		 struct bs_page **out, struct bs_error *err);
void bs_page_close(struct bs_page *p);
/** Put a picture of record number @record on it, an SVG file. 0; 1: there is no room for more; negative with
 *  @err. */
int bs_page_picture(struct bs_page *p, size_t record, const char *name, const char *path,
		    struct bs_error *err);
/** Write it into one file that needs no other, whole or not at all; "-" is stdout. @parts: the folder with
 *  report.html.in, report.css and report.js. 0, or negative with @err. */
int bs_page_write(struct bs_page *p, const char *parts, const char *path, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
