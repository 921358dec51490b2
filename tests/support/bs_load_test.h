/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_load_test.h - a load's tasks without a guest: what they ask for is counted, and nothing makes them wait. */
#ifndef BS_LOAD_TEST_H
#define BS_LOAD_TEST_H

#include "bs_test.h"

#include "loads.h"
#include "tasks.h"

struct bs_load_test {
	struct bs_load_spec spec;
	struct bs_tasks tasks;
	bs_ns now, busy[BS_MAX_CPUS]; /* busy: something else has that CPU until then */
	uint64_t allocated, freed, live, peak; /* pages */
	uint64_t digest; /* of all that happened, and when */
	uint32_t next;
	bool refuses; /* there is no memory */
	bool no_huge; /* ... in large blocks */
	uint64_t most; /* pages that there are; 0: enough */
};

/* Of "name:param=value,..."; fails the test if that cannot be. */
void bs_load_test_begin(struct bs_load_test *t, const char *text, uint64_t seed);
/* One step: false, there is none left. */
bool bs_load_test_step(struct bs_load_test *t);
void bs_load_test_end(struct bs_load_test *t);

#endif
