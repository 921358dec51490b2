/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.h - rounds of comparisons on the trace, until nothing new is worth trying. */
#ifndef BS_SEARCH_H
#define BS_SEARCH_H

#include <jansson.h>

#include <buddysim/advise.h>

#include "refine.h"

/*
 * struct bs_search - what was asked, and what was found
 * @trace, @config: of the first round: what the trace is, and what was in force
 * @memory: of the guest, in bytes
 * @length: of all rounds of the trace; @window: with the tail
 * @duration: of one round of it
 */
struct bs_search {
	const struct bs_advise_config *asked;
	struct bs_limits limits;
	struct bs_tried tried;
	json_t *trace, *config;
	char *kernel, *device;
	const struct bs_platform *on;
	uint64_t memory;
	bs_ns duration, length, window, gap, weight;
	unsigned int rounds, repeat;
	char **warnings;
	unsigned int nr_warnings;
};

/* Try everything. 0, or negative with @err. */
int bs_search_run(struct bs_search *s, const struct bs_advise_config *asked, struct bs_error *err);
/* Run @nr points of @list again with another seed; @found has room for them. As above. */
int bs_search_again(struct bs_search *s, const unsigned int *list, unsigned int nr, uint64_t seed,
		    struct bs_found *found, struct bs_error *err);
/* What one types to have a point without a patch; false: it takes one. */
bool bs_search_setting(const struct bs_search *s, unsigned int point, struct bs_stock_setting *out);
void bs_search_free(struct bs_search *s);

#endif
