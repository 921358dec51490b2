// SPDX-License-Identifier: GPL-2.0-or-later
/* load_kit.c - what loads share: masks, sequences, limits (task.h). */
#include "task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "units.h"

unsigned int bs_load_user_gfp(unsigned int order)
{
	if (order >= 9)
		return BS_GFP_TRANSHUGE;
	return BS_GFP_HIGHUSER_MOVABLE | BS_GFP_COMP | BS_GFP_ZERO;
}

uint32_t *bs_load_sequence(uint64_t n, bool shuffle, struct bs_rng *rng, struct bs_error *err)
{
	uint32_t *seq = malloc((n ? n : 1) * sizeof(*seq));

	if (!seq) {
		bs_error_set(err, BS_RESOURCE, ENOMEM, "load", NULL, "no memory for its blocks");
		return NULL;
	}
	for (uint64_t i = 0; i < n; i++)
		seq[i] = (uint32_t)i;
	for (uint64_t i = n; shuffle && i > 1; i--) {
		const uint64_t j = bs_rng_below(rng, i);
		const uint32_t last = seq[i - 1];

		seq[i - 1] = seq[j];
		seq[j] = last;
	}
	return seq;
}

int bs_load_check_time(const char *load, uint64_t n, bs_ns each, const char *advice,
		       struct bs_error *err)
{
	char owner[64], limit[32];

	if ((unsigned __int128)n * each < BS_LOAD_LONGEST)
		return 0;
	snprintf(owner, sizeof(owner), "load %s", load);
	bs_format_time(BS_LOAD_LONGEST / BS_NS_PER_S * BS_NS_PER_S, limit, sizeof(limit));
	return bs_error_set(err, BS_USAGE, 0, owner, advice,
			    "it could take longer than a load may (%s)", limit);
}
