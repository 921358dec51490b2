// SPDX-License-Identifier: GPL-2.0-or-later
#include <buddysim/types.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MAX_WORD 63

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, one row at a time. */
static unsigned int edits(const char *a, const char *b)
{
	unsigned int row[MAX_WORD + 1];
	size_t len = strlen(b);

	for (unsigned int j = 0; j <= len; j++)
		row[j] = j;
	for (unsigned int i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[len];
}

const char *bs_nearest(const char *const *names, const char *word)
{
	const char *best = NULL;
	unsigned int fewest = MAX_WORD;

	if (strlen(word) > MAX_WORD)
		return NULL;
	for (; *names; names++) {
		size_t longer = strlen(*names) > strlen(word) ? strlen(*names) : strlen(word);
		unsigned int n = edits(*names, word);

		if (n < fewest && 3 * n <= longer) {
			fewest = n;
			best = *names;
		}
	}
	return best;
}

int bs_nearest_advice(const char *lead, const char *const *names, const char *word, char *buf,
		      size_t size)
{
	const char *near = bs_nearest(names, word);
	size_t used = 0;

	if (near)
		used = (size_t)snprintf(buf, size, "did you mean \"%s\"? ", near);
	if (used < size)
		used += (size_t)snprintf(buf + used, size - used, "%s", lead);
	for (const char *const *n = names; *n && used < size; n++)
		used += (size_t)snprintf(buf + used, size - used, "%s %s", n == names ? "" : ",",
					 *n);
	return (int)used;
}
