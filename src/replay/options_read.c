// SPDX-License-Identifier: GPL-2.0-or-later
#include "options_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_WORDS 64 /* that an error lists */

char *bs_words_add(struct bs_words *w, const char *text, size_t len, struct bs_error *err)
{
	char **more = realloc(w->at, (w->nr + 1) * sizeof(*more));
	char *copy = NULL;

	if (more) {
		w->at = more;
		copy = strndup(text, len);
	}
	if (copy)
		w->at[w->nr++] = copy;
	else
		bs_error_set(err, BS_RESOURCE, ENOMEM, "options", NULL, "cannot be read");
	return copy;
}

int bs_option_refuse(const struct bs_option *opt, const char *text, const char *advice,
		     struct bs_error *err)
{
	char where[64];

	snprintf(where, sizeof(where), "--%s", opt->name);
	return bs_error_set(err, BS_USAGE, 0, where, advice, "cannot be \"%s\"", text);
}

int bs_option_value(const struct bs_option *opt, const struct bs_param *p, const char *text,
		    uint64_t *v, struct bs_error *err)
{
	struct bs_param named = *p;
	struct bs_error why;

	named.name = opt->name;
	if (!bs_param_value(&named, "option", text, v, &why))
		return 0;
	return bs_option_refuse(opt, text, why.advice, err);
}

int bs_option_pick(const struct bs_option *opt, const char *(*word)(unsigned int), const char *text,
		   unsigned int *n, struct bs_error *err)
{
	const char *names[MOST_WORDS + 1] = {NULL}, *w;
	char advice[256];

	for (*n = 0; (w = word(*n)); (*n)++) {
		if (!strcasecmp(w, text))
			return 0;
		if (*n < MOST_WORDS)
			names[*n] = w;
	}
	bs_nearest_advice("use one of:", names, text, advice, sizeof(advice));
	return bs_option_refuse(opt, text, advice, err);
}
