/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_agreement_test.h - a replay from a dumped state, and how far it agrees with the kernel. */
#ifndef BS_AGREEMENT_TEST_H
#define BS_AGREEMENT_TEST_H

#include <stdint.h>

enum bs_agreed_state { BS_AGREED_UNKNOWN, BS_AGREED_EQUAL, BS_AGREED_DIFFERS };

struct bs_agreed {
	uint64_t strict, inferred, total, inferred_pages, forced, unexplained_frees;
	uint64_t lost, reasons; /* not strict and not inferred; the sum of the counted reasons */
	uint64_t alloc_failed, skipped_frees;
	enum bs_agreed_state final_state;
};

/* Replay @trace from the dump @state with a null device; a failure fails the test. */
void bs_agree_on(const char *trace, const char *state, const char *strategy, struct bs_agreed *a);

#endif
