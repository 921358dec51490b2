// SPDX-License-Identifier: GPL-2.0-or-later
/* sources.c - what the program was made of (cmake/sources.cmake, at every build). */
#include <buddysim/sweep.h>

#include "bs_sources.h"

const char *bs_sources(void)
{
	return BS_SOURCES;
}
