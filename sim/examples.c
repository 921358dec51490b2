// SPDX-License-Identifier: GPL-2.0-or-later
#include "examples.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct example {
	const char *verb, *purpose, *command;
} examples[] = {
#define EXAMPLE(verb, purpose, command) {verb, purpose, command},
#include "examples.def"
};

#define NR_EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static bool is_of(const struct example *e, const char *verb)
{
	const size_t len = strlen(verb);

	if (strncmp(e->verb, verb, len))
		return false;
	return !e->verb[len] ||
	       (e->verb[len] == ' ' && (e == examples || strcmp(e[-1].verb, e->verb) != 0));
}

void examples_print(const char *verb)
{
	const char *heading = "\nExamples:\n";

	for (const struct example *e = examples; e < examples + NR_EXAMPLES; e++) {
		if (!is_of(e, verb))
			continue;
		printf("%s  # %s\n  %s\n", heading, e->purpose, e->command);
		heading = "";
	}
}

void examples_describe(const char *verb)
{
	for (const struct example *e = examples; e < examples + NR_EXAMPLES; e++)
		if (!strcmp(e->verb, verb))
			printf("example\t%s\t%s\n", e->purpose, e->command);
}
