/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h - why the allocator decides as it does, for `--explain`. */
#ifndef BS_MM_EXPLAIN_H
#define BS_MM_EXPLAIN_H

#include "zone.h"

/* One line about a decision, for `--explain`; costs one predictable branch where it is off. */
void mm_explain_line(struct bs_machine *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#define mm_explain(m, ...)                               \
	do {                                             \
		if (unlikely((m)->explain != NULL))      \
			mm_explain_line(m, __VA_ARGS__); \
	} while (0)

#endif
