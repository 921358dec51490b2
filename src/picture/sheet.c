// SPDX-License-Identifier: GPL-2.0-or-later
#include "sheet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TITLE 26
#define SUBJECT 15

int bs_sheet_open(struct bs_sheet *s, const char *dir, const char *name, struct bs_error *err)
{
	char *path = NULL;
	int ret;

	*s = (struct bs_sheet){.left = 120, .right = BS_SHEET_WIDTH - 40, .bottom = 90, .top = 780};
	if (asprintf(&path, "%s/%s.tsv", dir, name) < 0)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "cannot write");
	ret = bs_outfile_open(&s->out, path, err);
	free(path);
	if (ret)
		return ret;
	s->set.f = open_memstream(&s->set.text, &s->set.size);
	s->text.f = open_memstream(&s->text.text, &s->text.size);
	s->line.f = open_memstream(&s->line.text, &s->line.size);
	if (s->set.f && s->text.f && s->line.f)
		return 0;
	bs_sheet_abandon(s);
	return bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "cannot write");
}

static void drop_parts(struct bs_sheet *s)
{
	FILE *f[] = {s->set.f, s->text.f, s->line.f};

	for (int i = 0; i < 3; i++)
		if (f[i])
			fclose(f[i]);
	free(s->set.text);
	free(s->text.text);
	free(s->line.text);
}

void bs_sheet_abandon(struct bs_sheet *s)
{
	drop_parts(s);
	bs_outfile_abandon(&s->out);
}

/* gnuplot tells blocks apart by two empty lines, and knows one by the comment before it. */
static void name_block(FILE *f, const char *name)
{
	fprintf(f, "\n\n# %s\n", name);
}

int bs_sheet_commit(struct bs_sheet *s, struct bs_error *err)
{
	bs_sheet_set(s, "left", s->left);
	bs_sheet_set(s, "right", s->right);
	bs_sheet_set(s, "bottom", s->bottom);
	bs_sheet_set(s, "top", s->top);
	/* No block may be empty. */
	bs_sheet_line(s, 0, 0, 0, 0, 0xFFFFFF, 0);
	fflush(s->set.f);
	fflush(s->text.f);
	fflush(s->line.f);
	name_block(s->out.f, "set");
	fputs(s->set.text, s->out.f);
	name_block(s->out.f, "text");
	fputs(s->text.text, s->out.f);
	name_block(s->out.f, "line");
	fputs(s->line.text, s->out.f);
	drop_parts(s);
	return bs_outfile_commit(&s->out, err);
}

FILE *bs_sheet_block(struct bs_sheet *s, const char *name)
{
	name_block(s->out.f, name);
	return s->out.f;
}

void bs_sheet_set(struct bs_sheet *s, const char *key, double value)
{
	fprintf(s->set.f, "%s\t%.9g\n", key, value);
}

/* A field must not end the field, the line, or begin or end a string. */
static void put_text(FILE *f, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fputc((unsigned char)text[i] < ' ' ? ' ' : text[i] == '"' ? '\'' : text[i], f);
}

void bs_sheet_text(struct bs_sheet *s, double x, double y, enum bs_anchor anchor, unsigned int size,
		   bool bold, uint32_t colour, const char *fmt, ...)
{
	char *text = NULL, *line;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	/* Line by line: gnuplot would not know how far they are apart here. */
	for (line = text; line; y -= 1.25 * size) {
		const size_t len = strcspn(line, "\n");

		fprintf(s->text.f, "%.1f\t%.1f\t%d\t%u\t%d\t%u\t", x, y, anchor, size, bold,
			colour);
		put_text(s->text.f, line, len);
		fputc('\n', s->text.f);
		line = line[len] ? line + len + 1 : NULL;
	}
	free(text);
}

void bs_sheet_line(struct bs_sheet *s, double x1, double y1, double x2, double y2, uint32_t colour,
		   double width)
{
	fprintf(s->line.f, "%.1f\t%.1f\t%.1f\t%.1f\t%u\t%.1f\n", x1, y1, x2, y2, colour, width);
}

double bs_sheet_text_width(const char *text, unsigned int size, bool bold)
{
	double n = 0;

	/* Characters, not bytes; wide ones wide. */
	for (; *text; text++) {
		if (((unsigned char)*text & 0xC0) == 0x80)
			continue;
		n += strchr("mwMWGOQ%@", *text)		 ? 0.92
		     : strchr("iljftI.,:;'|!() ", *text) ? 0.38
							 : 0.62;
	}
	return n * size * (bold ? 1.12 : 1.0);
}

/* Behind a space or a comma, but a number keeps its unit: "4.2 s", "76 %". */
static bool may_break(const char *text, size_t i)
{
	if (text[i] != ' ')
		return text[i] == ',';
	return !i || text[i - 1] < '0' || text[i - 1] > '9' ||
	       !(text[i + 1] == '%' || (text[i + 1] >= 'a' && text[i + 1] <= 'z') ||
		 text[i + 1] == 'M');
}

/* How much of @text fits: up to and with its last place to break, or all of it. */
static size_t fitting(const char *text, double width, unsigned int size, bool bold)
{
	const size_t len = strlen(text);
	size_t fit = 0;

	for (size_t i = 0; i <= len; i++) {
		char *part;
		bool fits;

		if (i < len && !may_break(text, i))
			continue;
		/* Where nothing fits, as much as there is up to the first place. */
		part = strndup(text, i + (text[i] == ','));
		fits = part && bs_sheet_text_width(part, size, bold) <= width;
		free(part);
		if (!fits && fit)
			return fit;
		fit = i < len ? i + 1 : len;
		if (!fits)
			return fit;
	}
	return fit;
}

char *bs_sheet_wrap(const char *text, double width, unsigned int size, bool bold)
{
	char *copy = NULL;
	size_t n;
	FILE *f = open_memstream(&copy, &n);

	while (f && *text) {
		size_t fit = fitting(text, width, size, bold), end = fit;

		while (end && text[end - 1] == ' ')
			end--;
		fwrite(text, 1, end, f);
		text += fit;
		if (*text)
			fputc('\n', f);
	}
	if (f && fclose(f)) {
		free(copy);
		copy = NULL;
	}
	return copy;
}

static unsigned int lines_of(const char *text)
{
	unsigned int n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

void bs_sheet_head(struct bs_sheet *s, const char *title, const char *subject)
{
	char *t = bs_sheet_wrap(title, BS_SHEET_WIDTH - 80, TITLE, true);
	char *w = bs_sheet_wrap(subject, BS_SHEET_WIDTH - 80, SUBJECT, false);
	double y = BS_SHEET_HEIGHT - 32;

	if (t && w) {
		bs_sheet_text(s, 40, y, BS_LEFT, TITLE, true, BS_INK, "%s", t);
		y -= 1.25 * TITLE * lines_of(t);
		bs_sheet_text(s, 40, y, BS_LEFT, SUBJECT, false, BS_PALE, "%s", w);
		y -= 1.25 * SUBJECT * lines_of(w);
	}
	s->top = y - 20;
	free(t);
	free(w);
}
