/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe.h - what the program takes as lines for generate.sh, which makes manual and completion of
 * them at build time: what argp parses by and what is written about it cannot differ.
 */
#ifndef BS_SIM_DESCRIBE_H
#define BS_SIM_DESCRIBE_H

#include <argp.h>

struct cli_command {
	const char *name, *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit status */
};

/* Fields with a tab between two: "verb", name, what it does. */
void describe_verbs(const struct cli_command *c);
/* "args", what stands behind the options; then for each option "option", heading, letter, name, value,
 * text, and the names it can be. */
void describe_options(const struct argp *argp);

#endif
