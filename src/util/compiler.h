/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compiler.h - what the compiler is told beside the language. */
#ifndef BS_COMPILER_H
#define BS_COMPILER_H

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#endif
