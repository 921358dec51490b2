/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu_array.h - state of percpu-array, shown to the tests. */
#ifndef BS_PERCPU_ARRAY_H
#define BS_PERCPU_ARRAY_H

#include <buddysim/types.h>

struct bs_percpu_global {
	bs_pfn *arrays; /* of all CPUs, one behind the other */
};

struct bs_percpu_array {
	bs_pfn *pfn;
	unsigned int n;
	uint64_t dropped; /* blocks that found the array full: never told */
};

#endif
