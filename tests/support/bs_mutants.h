/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_mutants.h - built-in strategies with one hook spoilt, each against one law about the series'
 * own state (bs_watch.h). bs_seeded.h has the bugs that can be seen from outside.
 */
#ifndef BS_MUTANTS_H
#define BS_MUTANTS_H

#include "bs_test.h"

struct bs_mutant {
	struct bs_strategy s;
	const char *bug, *params;
	unsigned int law; /* enum bs_law_id: what is broken by it */
};

/* Mutant number @i; false behind the last. */
bool bs_mutant_at(unsigned int i, struct bs_mutant *out);

#endif
