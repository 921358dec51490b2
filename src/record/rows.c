// SPDX-License-Identifier: GPL-2.0-or-later
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "json.h"
#include "wrap.h"

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

struct table {
	const struct bs_result *r;
	struct bs_shown *columns;
	unsigned int *order, nr;
	int *width, label; /* of the columns; of what stands in front of them */
};

static const json_t *cell_at(const struct bs_result *r, unsigned int i)
{
	return json_array_get(json_object_get(r->record, "cells"), i);
}

/* ---- Cells ------------------------------------------------------------------------------------- */

static const char *cell_text(const struct table *t, unsigned int row, unsigned int c, char *buf)
{
	double v = 0;
	const bool there = bs_column_value(t->r, &t->columns[c], cell_at(t->r, row), &v);

	return bs_column_text(&t->columns[c], there, v, buf);
}

/* Of what the bound does not know there is nothing to say. */
static const char *bound_text(const struct table *t, unsigned int c, char *buf)
{
	double v;

	return bs_column_bound(t->r, &t->columns[c], &v)
		       ? bs_column_text(&t->columns[c], true, v, buf)
		       : "";
}

/* "*": a stock kernel offers it; "!": it is no answer. */
static const char *mark_of(const struct bs_result *r, unsigned int row)
{
	const json_t *cell = cell_at(r, row);

	if (!bs_row_whole(cell))
		return " !";
	return json_is_true(json_object_get(cell, "stock")) ? " *" : "";
}

/* The first word of a heading, and the rest, which stands in the line below. */
static size_t first_word(const char *heading)
{
	return strcspn(heading, " ");
}

static const char *second_word(const char *heading)
{
	const char *rest = heading + first_word(heading);

	return *rest ? rest + 1 : rest;
}

/* ---- Widths ------------------------------------------------------------------------------------ */

static int text_width(const char *text)
{
	return (int)bs_text_width(text, strlen(text));
}

static void widen(int *width, int n)
{
	if (n > *width)
		*width = n;
}

static void measure_columns(struct table *t)
{
	char buf[BS_VALUE];

	for (unsigned int c = 0; c < t->nr; c++) {
		const char *heading = t->columns[c].column.heading;

		widen(&t->width[c], (int)first_word(heading));
		widen(&t->width[c], (int)strlen(second_word(heading)));
		widen(&t->width[c], (int)strlen(t->columns[c].unit));
		widen(&t->width[c], (int)strlen(bound_text(t, c, buf)));
		for (unsigned int i = 0; i < t->r->nr_rows; i++)
			widen(&t->width[c], (int)strlen(cell_text(t, i, c, buf)));
	}
}

/* A label that would make the table wider than it may be gets a line of its own. */
static void measure_labels(struct table *t)
{
	int left = BS_TABLE_WIDTH;

	t->label = text_width("strategy");
	for (unsigned int c = 0; c < t->nr; c++)
		left -= 2 + t->width[c];
	for (unsigned int i = 0; i < t->r->nr_rows; i++) {
		const int n = text_width(t->r->rows[i].label) + (int)strlen(mark_of(t->r, i));

		if (n <= left)
			widen(&t->label, n);
	}
}

/* ---- Text -------------------------------------------------------------------------------------- */

static void colour(const struct table *t, const char *code, FILE *f)
{
	if (t->r->form.colour && code)
		fputs(code, f);
}

/* Line @line of the heads: the first word of each, the rest of it, the units. */
static const char *head_of(const struct table *t, unsigned int c, unsigned int line, int *len)
{
	const char *heading = t->columns[c].column.heading;
	const char *text = !line ? heading : line == 1 ? second_word(heading) : t->columns[c].unit;

	*len = (int)(line ? strlen(text) : first_word(heading));
	return text;
}

/* Nothing stands behind the last word of a line, and no line is empty. */
static void print_heads(const struct table *t, FILE *f)
{
	colour(t, BOLD, f);
	for (unsigned int line = 0; line < 3; line++) {
		unsigned int end = 0;
		int len;

		for (unsigned int c = 0; c < t->nr; c++)
			end = *head_of(t, c, line, &len) ? c + 1 : end;
		if (line && !end)
			continue;
		fprintf(f, "%s%-*s", line ? "\n" : "", end ? t->label : 0, line ? "" : "strategy");
		for (unsigned int c = 0; c < end; c++) {
			const char *text = head_of(t, c, line, &len);

			fprintf(f, "  %*.*s", t->width[c], len, text);
		}
	}
	colour(t, PLAIN, f);
	fputc('\n', f);
}

static void print_label(const struct table *t, const char *label, const char *mark, FILE *f)
{
	const int n = text_width(label) + (int)strlen(mark);

	fprintf(f, "%s%s", label, mark);
	if (n > t->label)
		fprintf(f, "\n%*s", t->label, "");
	else
		fprintf(f, "%*s", t->label - n, "");
}

static void print_row(const struct table *t, unsigned int row, bool best, FILE *f)
{
	const bool whole = bs_row_whole(cell_at(t->r, row));
	const char *code = !whole ? RED : best ? GREEN : NULL;
	char buf[BS_VALUE];

	colour(t, code, f);
	print_label(t, t->r->rows[row].label, mark_of(t->r, row), f);
	for (unsigned int c = 0; c < t->nr; c++)
		fprintf(f, "  %*s", t->width[c], cell_text(t, row, c, buf));
	colour(t, code ? PLAIN : NULL, f);
	fputc('\n', f);
}

static void print_bound(const struct table *t, FILE *f)
{
	unsigned int end = 0;
	char buf[BS_VALUE];

	if (!json_is_object(json_object_get(t->r->record, "bound")))
		return;
	for (unsigned int c = 0; c < t->nr; c++)
		end = *bound_text(t, c, buf) ? c + 1 : end;
	print_label(t, "bound", "", f);
	for (unsigned int c = 0; c < end; c++)
		fprintf(f, "  %*s", t->width[c], bound_text(t, c, buf));
	fputc('\n', f);
}

static void print_marks(const struct table *t, FILE *f)
{
	bool stock = false, partial = false;

	for (unsigned int i = 0; i < t->r->nr_rows; i++) {
		stock |= !strcmp(mark_of(t->r, i), " *");
		partial |= !strcmp(mark_of(t->r, i), " !");
	}
	if (stock)
		fputs("* an unpatched kernel offers it\n", f);
	if (partial)
		fputs("! is no answer: it did not do all that the trace asks for, or something failed\n",
		      f);
}

/* Is it the answer's? */
static bool is_best(const struct table *t, unsigned int row)
{
	uint64_t best;

	return !bs_json_uint_at(t->r->record, "answer.best.cell", &best) && best == row;
}

static void print_text(const struct table *t, FILE *f)
{
	measure_columns((struct table *)(uintptr_t)t);
	measure_labels((struct table *)(uintptr_t)t);
	print_heads(t, f);
	for (unsigned int i = 0; i < t->r->nr_rows; i++)
		print_row(t, t->order[i], is_best(t, t->order[i]), f);
	for (unsigned int i = 0; i < t->r->nr_failures; i++)
		fprintf(f, "%-*s  did not run: %s\n", t->label, t->r->failures[i].label,
			t->r->failures[i].reason);
	print_bound(t, f);
	print_marks(t, f);
}

/* ---- Markdown ---------------------------------------------------------------------------------- */

void bs_put_markdown(FILE *f, const char *text)
{
	bool code = false;

	for (; *text; text++) {
		code ^= *text == '`';
		if (!code && strchr("|\\*_<", *text))
			fputc('\\', f);
		fputc(*text, f);
	}
}

static void print_markdown(const struct table *t, FILE *f)
{
	char buf[BS_VALUE];

	fputs("| strategy |", f);
	for (unsigned int c = 0; c < t->nr; c++)
		fprintf(f, " %s%s%s |", t->columns[c].column.heading,
			*t->columns[c].unit ? ", " : "", t->columns[c].unit);
	fputs("\n|---|", f);
	for (unsigned int c = 0; c < t->nr; c++)
		fputs("---:|", f);
	for (unsigned int i = 0; i < t->r->nr_rows; i++) {
		fputs("\n| ", f);
		bs_put_markdown(f, t->r->rows[t->order[i]].label);
		bs_put_markdown(f, mark_of(t->r, t->order[i]));
		for (unsigned int c = 0; c < t->nr; c++)
			fprintf(f, " | %s", cell_text(t, t->order[i], c, buf));
		fputs(" |", f);
	}
	if (json_is_object(json_object_get(t->r->record, "bound"))) {
		fputs("\n| bound", f);
		for (unsigned int c = 0; c < t->nr; c++)
			fprintf(f, " | %s", bound_text(t, c, buf));
		fputs(" |", f);
	}
	fputs("\n", f);
}

static int print(const struct bs_result *r, void (*how)(const struct table *, FILE *), FILE *f)
{
	struct table t = {.r = r};
	bool ok;

	t.columns = bs_columns_shown(r, false, &t.nr);
	t.order = bs_rows_order(r, true);
	t.width = calloc(t.nr + 1, sizeof(*t.width));
	ok = t.columns && t.order && t.width;
	if (ok)
		how(&t, f);
	free(t.columns);
	free(t.order);
	free(t.width);
	return ok ? 0 : -ENOMEM;
}

int bs_rows_text(const struct bs_result *r, FILE *f)
{
	return print(r, print_text, f);
}

int bs_rows_markdown(const struct bs_result *r, FILE *f)
{
	return print(r, print_markdown, f);
}
