/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_test.h - what every test program includes first: CMocka in the order it wants. */
#ifndef BS_TEST_H
#define BS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <buddysim/buddysim.h>

/* A call that must succeed: on failure the test fails with the library's own message. */
#define assert_ok(call, err)                                                                \
	do {                                                                                \
		int ret_ = (call);                                                          \
		if (ret_ < 0)                                                               \
			fail_msg("%s: %d: %s: %s", #call, ret_, (err)->where, (err)->text); \
	} while (0)

/* @part stands in @text, which is shown if it does not. */
#define assert_says(text, part)                                             \
	do {                                                                \
		if (!strstr((text), (part)))                                \
			fail_msg("'%s' does not say '%s'", (text), (part)); \
	} while (0)

/* What the environment says of @name; nothing: @otherwise. For tests with a long form. */
static inline uint64_t bs_test_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

#endif
