/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_user_test.h - the room user on a backend that writes down, in words, what it is asked for. */
#ifndef BS_USER_TEST_H
#define BS_USER_TEST_H

#include "user.h"

struct bs_user_test {
	struct bs_user *u;
	bs_pfn next, next_huge; /* small ones from 1 on, huge ones from 10 * 512 on */
	unsigned int no_huge; /* requests for huge pages that fail from now on */
	unsigned int swapped_in, swap_gone; /* pages that were in swap: came back, were given up */
	char text[65536];
};

void bs_user_test_begin(struct bs_user_test *t, const char *kernel);
void bs_user_test_end(struct bs_user_test *t);
/* What has been written since is @text; then it is forgotten. */
void bs_user_test_is(struct bs_user_test *t, const char *text);

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

#endif
