/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compiler.h - what the compiler is told beside the language. */
#ifndef BS_COMPILER_H
#define BS_COMPILER_H

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/*
 * assert() is in release builds too: what it guards against would else go on as a wrong figure. Only what
 * is asked at each allocation and each free, and what a device that models residency and every debug build
 * find as well, is for builds with debugging alone: BS_DEBUG, which the build sets unless it is a release.
 */
#ifdef BS_DEBUG
#include <assert.h>
#define bs_hot_assert(x) assert(x)
#else
#define bs_hot_assert(x) ((void)sizeof(x))
#endif

#endif
