/* SPDX-License-Identifier: GPL-2.0-or-later */
/* palette.h - the colours of things that have a fixed place in a list: the same in every picture. */
#ifndef BS_PALETTE_H
#define BS_PALETTE_H

#include <stdint.h>

/* 0xRRGGBB of what stands at @place. Places less than 14 apart have different ones. */
uint32_t bs_palette(unsigned int place);

#endif
