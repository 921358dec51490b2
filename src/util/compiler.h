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

/*
 * The line of @p is fetched, to be written to. A function that does nothing else has no effect in
 * the eyes of gcc 12, which then drops the calls of it: the empty statement is an effect.
 */
static inline void bs_prefetch(const void *p)
{
	__builtin_prefetch(p, 1);
	__asm__ volatile("");
}

#endif
