/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_verify_test.h - run the verifier over many files and want all of them exact. */
#ifndef BS_VERIFY_TEST_H
#define BS_VERIFY_TEST_H

#include <stdint.h>

struct bs_verified {
	unsigned int results, without_operations;
	uint64_t operations, pfns, failures, checks, dumps;
};

/* Every file that matches @pattern; adds to @sum. A file that differs or cannot be read, or a
 * pattern that matches nothing, fails the test with what the verifier said. */
void bs_verify_glob(const char *pattern, struct bs_verified *sum);

#endif
