/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet.h - a picture on its way to gnuplot: one TSV file, NAME.tsv, of which plots/NAME.gp draws all.
 *
 * Texts and thin lines stand at pixels of a picture of 1600 x 900, x to the right and y upwards, so that who
 * places them knows what they cover; gnuplot scales all of it for the format. The file has blocks, which
 * gnuplot knows by the name in the line before: "set" (key, value), "text", "line", and the picture's own.
 */
#ifndef BS_SHEET_H
#define BS_SHEET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <buddysim/types.h>

#include "outfile.h"

#define BS_SHEET_WIDTH 1600
#define BS_SHEET_HEIGHT 900
#define BS_INK 0x202020
#define BS_PALE 0x707070
#define BS_BACKGROUND 0xC4C4C4 /* of curves and points that are not in front */

enum bs_anchor { BS_LEFT, BS_RIGHT, BS_CENTRE, BS_UPWARDS /* centred, turned to read upwards */ };

struct bs_sheet {
	struct bs_outfile out;
	struct {
		char *text;
		size_t size;
		FILE *f;
	} set, text, line; /* until they are written */
	double left, right, bottom, top; /* of what is plotted */
};

/* 0, or negative with @err; then there is nothing to abandon. */
int bs_sheet_open(struct bs_sheet *s, const char *dir, const char *name, struct bs_error *err);
int bs_sheet_commit(struct bs_sheet *s, struct bs_error *err);
void bs_sheet_abandon(struct bs_sheet *s);

/* A setting that the picture's script reads. */
void bs_sheet_set(struct bs_sheet *s, const char *key, double value);
__attribute__((format(printf, 8, 9))) void bs_sheet_text(struct bs_sheet *s, double x, double y,
							 enum bs_anchor anchor, unsigned int size,
							 bool bold, uint32_t colour,
							 const char *fmt, ...);
void bs_sheet_line(struct bs_sheet *s, double x1, double y1, double x2, double y2, uint32_t colour,
		   double width);
/* The next block of the picture's own, written to the file that is returned. Behind all settings, texts and
 * lines that come before it. */
FILE *bs_sheet_block(struct bs_sheet *s, const char *name);
/* Head of the picture: what it says, wrapped as it needs, and in small what it is about. Sets @top. */
void bs_sheet_head(struct bs_sheet *s, const char *title, const char *subject);

/* How wide a text is at most in DejaVu Sans, in pixels. */
double bs_sheet_text_width(const char *text, unsigned int size, bool bold);
/* Copy with '\n' where a line gets wider than @width: at spaces, behind commas. free() it. */
char *bs_sheet_wrap(const char *text, double width, unsigned int size, bool bold);

#endif
