/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_page.h - a page of characters, each in a style: what the live view is drawn on before any
 * terminal sees it. */
#ifndef BS_SIM_WATCH_PAGE_H
#define BS_SIM_WATCH_PAGE_H

#include <stdbool.h>

/* What a character stands for. A terminal may give each a colour; the page is complete without. */
enum watch_style {
	WATCH_PLAIN,
	WATCH_TITLE,
	WATCH_STRONG,
	WATCH_FAINT,
	WATCH_ALERT,
	WATCH_USED,
	WATCH_RAW,
	WATCH_BELOW,
	WATCH_PCP,
	WATCH_HANDS,
	WATCH_TOLD,
	WATCH_KEPT,
	WATCH_REST,
	WATCH_OTHER,
	WATCH_NR_STYLES
};

struct watch_char {
	char c;
	unsigned char style;
};

#define WATCH_MOST_ROWS 128
#define WATCH_MOST_COLS 256

struct watch_page {
	unsigned int rows, cols;
	struct watch_char at[WATCH_MOST_ROWS][WATCH_MOST_COLS];
};

/* Blank, of that size or the most that there is. */
void watch_page_clear(struct watch_page *p, unsigned int rows, unsigned int cols);
/* What is outside of the page is left out, what is no printable ASCII becomes '?'. Returns the column
 * behind it. */
unsigned int watch_put(struct watch_page *p, unsigned int row, unsigned int col,
		       enum watch_style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The same, ending in front of @end. */
void watch_put_right(struct watch_page *p, unsigned int row, unsigned int end,
		     enum watch_style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* At most @room characters of it; the last two are ".." where that is not all. */
void watch_put_cut(struct watch_page *p, unsigned int row, unsigned int col, unsigned int room,
		   enum watch_style style, const char *text);
/* A row in one style from @col to the page's edge. */
void watch_fill(struct watch_page *p, unsigned int row, unsigned int col, unsigned int n, char c,
		enum watch_style style);
/* A row as text, without the blanks at its end, into @buf of WATCH_MOST_COLS + 1 bytes. */
void watch_row_text(const struct watch_page *p, unsigned int row, char *buf);

#endif
