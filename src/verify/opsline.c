// SPDX-License-Identifier: GPL-2.0-or-later
#include "opsline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool bs_ops_split(const char *text, struct bs_ops_line *line)
{
	char *save = NULL, *w;

	line->n = 0;
	if (*text == '#')
		return true;
	if (strlen(text) >= sizeof(line->text))
		return false;
	strcpy(line->text, text);
	for (w = strtok_r(line->text, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
		if (line->n == BS_OPS_MAX_ARGS)
			return false;
		line->word[line->n++] = w;
	}
	return true;
}

uint64_t bs_ops_number(const struct bs_ops_line *line, unsigned int i)
{
	uint64_t v;
	char *end;

	if (i >= line->n)
		return 0;
	if (line->word[i][0] < '0' || line->word[i][0] > '9')
		return UINT64_MAX;
	errno = 0;
	v = strtoull(line->word[i], &end, 10);
	return errno || *end ? UINT64_MAX : v;
}

bool bs_ops_all_numbers(const struct bs_ops_line *line)
{
	for (unsigned int i = 1; i < line->n; i++)
		if (bs_ops_number(line, i) == UINT64_MAX)
			return false;
	return true;
}

int bs_ops_malformed(struct bs_error *err, const char *where, const char *form, const char *text)
{
	char advice[128];

	if (form)
		snprintf(advice, sizeof(advice), "write: %s", form);
	return bs_error_set(err, BS_INPUT, 0, where,
			    form ? advice : "a vector is documented in src/verify/VECTORS.md", "%s",
			    text);
}
