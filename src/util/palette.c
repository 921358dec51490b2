// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * palette.c - Okabe and Ito's colours and Tol's "muted" ones: also who sees no difference between red and
 * green tells them apart, most of them by hue and the others by their lightness. Yellow is left out, for it is
 * not seen on white; black and light grey are for what is no strategy.
 */
#include "palette.h"

uint32_t bs_palette(unsigned int place)
{
	static const uint32_t colours[] = {
		0xD55E00, /* vermilion */
		0xCC79A7, /* pink */
		0x009E73, /* green */
		0xE69F00, /* orange */
		0x999933, /* olive */
		0x882255, /* wine */
		0x332288, /* indigo */
		0x56B4E9, /* sky blue */
		0x8C564B, /* brown */
		0x0072B2, /* blue */
		0x44AA99, /* teal */
		0x117733, /* dark green */
		0xAA4499, /* purple */
		0x5A5A5A, /* dark grey */
	};

	return colours[place % (sizeof(colours) / sizeof(colours[0]))];
}
