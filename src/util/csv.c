// SPDX-License-Identifier: GPL-2.0-or-later
#include "csv.h"

#include <string.h>

#include <buddysim/record.h>

void bs_csv_put(FILE *f, const char *text)
{
	if (!text)
		return;
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, f);
		return;
	}
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', f);
		fputc(*text, f);
	}
	fputc('"', f);
}

void bs_field_put(FILE *f, char sep, const char *text)
{
	if (sep == ',') {
		bs_csv_put(f, text);
		return;
	}
	for (; text && *text; text++)
		fputc(*text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text, f);
}

void bs_text_csv(void *file, const char *text)
{
	bs_csv_put(file, text);
}
