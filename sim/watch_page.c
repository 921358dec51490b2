// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void watch_page_clear(struct watch_page *p, unsigned int rows, unsigned int cols)
{
	p->rows = rows < WATCH_MOST_ROWS ? rows : WATCH_MOST_ROWS;
	p->cols = cols < WATCH_MOST_COLS ? cols : WATCH_MOST_COLS;
	for (unsigned int r = 0; r < p->rows; r++)
		watch_fill(p, r, 0, p->cols, ' ', WATCH_PLAIN);
}

void watch_fill(struct watch_page *p, unsigned int row, unsigned int col, unsigned int n, char c,
		enum watch_style style)
{
	for (unsigned int i = col; row < p->rows && i < col + n && i < p->cols; i++)
		p->at[row][i] = (struct watch_char){c, (unsigned char)style};
}

static unsigned int put_text(struct watch_page *p, unsigned int row, unsigned int col,
			     enum watch_style style, const char *text)
{
	for (; *text; text++, col++)
		watch_fill(p, row, col, 1, *text >= ' ' && *text <= '~' ? *text : '?', style);
	return col;
}

unsigned int watch_put(struct watch_page *p, unsigned int row, unsigned int col,
		       enum watch_style style, const char *fmt, ...)
{
	char text[WATCH_MOST_COLS + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return put_text(p, row, col, style, text);
}

void watch_put_right(struct watch_page *p, unsigned int row, unsigned int end,
		     enum watch_style style, const char *fmt, ...)
{
	char text[WATCH_MOST_COLS + 1];
	unsigned int n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = (unsigned int)strlen(text);
	put_text(p, row, end > n ? end - n : 0, style, text);
}

void watch_put_cut(struct watch_page *p, unsigned int row, unsigned int col, unsigned int room,
		   enum watch_style style, const char *text)
{
	const bool cut = strlen(text) > room;

	watch_put(p, row, col, style, "%.*s", (int)room, text);
	if (cut && room > 2)
		watch_put(p, row, col + room - 2, style, "..");
}

void watch_row_text(const struct watch_page *p, unsigned int row, char *buf)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->cols; i++) {
		buf[i] = p->at[row][i].c;
		if (buf[i] != ' ')
			n = i + 1;
	}
	buf[n] = '\0';
}
