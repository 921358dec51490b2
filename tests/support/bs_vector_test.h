/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_vector_test.h - replay many golden request sequences and want all of them exact. */
#ifndef BS_VECTOR_TEST_H
#define BS_VECTOR_TEST_H

#include <stddef.h>

/* Every vector that matches @pattern; how many. One that differs fails the test. */
size_t bs_replay_vectors(const char *pattern);

#endif
