// SPDX-License-Identifier: GPL-2.0-or-later
#include "describe.h"

#include <ctype.h>
#include <stdio.h>

#include <buddysim/buddysim.h>

static void print_words(const struct bs_option *opt)
{
	const char *word;

	for (unsigned int i = 0; opt && opt->word && (word = opt->word(i)); i++)
		printf("%s%s", i ? " " : "", word);
}

void describe_options(const struct argp *argp)
{
	const char *heading = "";

	for (const struct argp_option *o = argp->options; o && (o->name || o->doc); o++) {
		if (!o->name) {
			heading = o->doc;
			continue;
		}
		printf("%s\t%s\t%s\t%s\t%s\t", heading,
		       isgraph(o->key) ? (const char[]){(char)o->key, '\0'} : "", o->name,
		       o->arg ? o->arg : "", o->doc ? o->doc : "");
		print_words(bs_option_find(o->name));
		putchar('\n');
	}
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		describe_options(c->argp);
}
