// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct bs_grid *g)
{
	const size_t room = g->room ? 2 * g->room : 64;
	char **more;

	if (g->nr < g->room)
		return true;
	more = realloc(g->cells, room * sizeof(*more));
	if (!more)
		return false;
	g->cells = more;
	g->room = room;
	return true;
}

void bs_grid_add(struct bs_grid *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!make_room(g) || vasprintf(&g->cells[g->nr], fmt, ap) < 0)
		g->no_memory = true;
	else
		g->nr++;
	va_end(ap);
}

/* As people see it: the bytes that go on with a character of UTF-8 take no place. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static size_t column_width(const struct bs_grid *g, size_t column)
{
	size_t widest = 0;

	for (size_t i = column; i < g->nr; i += g->columns) {
		const size_t n = width_of(g->cells[i]);

		widest = n > widest ? n : widest;
	}
	return widest;
}

static void put_blanks(size_t n, FILE *f)
{
	while (n--)
		fputc(' ', f);
}

/* Blanks are owed until something stands behind them. */
static void print_row(const struct bs_grid *g, char **row, size_t n, size_t owed, FILE *f)
{
	for (size_t c = 0; c < n; c++) {
		const size_t blanks = column_width(g, c) - width_of(row[c]);
		const bool left = g->left[c] == 'l';

		owed += c ? 2 : 0;
		if (*row[c]) {
			put_blanks(owed + (left ? 0 : blanks), f);
			fputs(row[c], f);
			owed = left ? blanks : 0;
		} else {
			owed += blanks;
		}
	}
	fputc('\n', f);
}

void bs_grid_print(const struct bs_grid *g, unsigned int indent, FILE *f)
{
	for (size_t i = 0; i < g->nr; i += g->columns)
		print_row(g, g->cells + i, g->nr - i < g->columns ? g->nr - i : g->columns, indent,
			  f);
}

void bs_grid_clear(struct bs_grid *g)
{
	for (size_t i = 0; i < g->nr; i++)
		free(g->cells[i]);
	free(g->cells);
	g->cells = NULL;
	g->nr = g->room = 0;
}

const char *bs_grouped_digits(const char *digits, char *buf)
{
	const size_t n = strlen(digits);
	char *to = buf;

	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buf;
}

const char *bs_grouped(uint64_t v, char *buf)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return bs_grouped_digits(digits, buf);
}
