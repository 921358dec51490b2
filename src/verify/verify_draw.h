/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_draw.h - the lists as they were when something differed. */
#ifndef BS_VERIFY_DRAW_H
#define BS_VERIFY_DRAW_H

#include <buddysim/machine.h>

#include <stdio.h>

/* "zone 1 (DMA32): pcp L1[7,6] o0 M:[8,64r,..+12] o3 U:[0]": the lists that a request of @order and
 * @mt looks at; at most a few blocks of each. */
void bs_verify_draw(const struct bs_machine *m, unsigned int cpu, unsigned int order,
		    unsigned int mt, FILE *f);

#endif
