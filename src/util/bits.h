/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bits.h - how many bits of a word are set. */
#ifndef BS_UTIL_BITS_H
#define BS_UTIL_BITS_H

#include <stdint.h>

/* Words of bitmaps over memory are nearly always empty or full; a count of one that is neither takes twenty
 * instructions where the processor may lack one for it. */
static inline unsigned int bs_weight(uint64_t w)
{
	if (!w)
		return 0;
	return w == UINT64_MAX ? 64 : (unsigned int)__builtin_popcountll(w);
}

#endif
