// SPDX-License-Identifier: GPL-2.0-or-later
#include "describe.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <buddysim/options.h>

void describe_verbs(const struct cli_command *c)
{
	for (; c->name; c++)
		printf("verb\t%s\t%s\n", c->name, c->summary);
}

/* What it can be: "text|json" says it itself, else the library's option of that name does. */
static void print_words(const struct bs_option *opt, const char *arg)
{
	const char *word;

	if (arg && strchr(arg, '|') &&
	    !arg[strspn(arg, "abcdefghijklmnopqrstuvwxyz0123456789-|")]) {
		for (; *arg; arg++)
			putchar(*arg == '|' ? ' ' : *arg);
		return;
	}

	for (unsigned int i = 0; opt && opt->word && (word = opt->word(i)); i++)
		printf("%s%s", i ? " " : "", word);
}

static void describe_own(const struct argp_option *o)
{
	const char *heading = "";

	for (; o && (o->name || o->doc); o++) {
		if (!o->name) {
			heading = o->doc;
			continue;
		}
		printf("option\t%s\t%s\t%s\t%s\t%s\t", heading,
		       isgraph(o->key) ? (const char[]){(char)o->key, '\0'} : "", o->name,
		       o->arg ? o->arg : "", o->doc ? o->doc : "");
		print_words(bs_option_find(o->name), o->arg);
		putchar('\n');
	}
}

void describe_options(const struct argp *argp)
{
	printf("args\t%s\n", argp->args_doc ? argp->args_doc : "");
	describe_own(argp->options);
	/* No child of a verb has children. */
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		describe_own(c->argp->options);
}
