/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lived.h - a guest that is lived in for long: beside its load it has page cache, and an agent that looks after its memory;
 * what is in use may be moved.
 */
#ifndef BS_LIVED_H
#define BS_LIVED_H

#include "agent_tick.h"
#include "page_cache.h"
#include "trial.h"

/* A block in use, by its number, which is its word. */
struct bs_lived_block {
	bs_pfn pfn; /* BS_NO_PFN: none */
	unsigned int order;
};

/* @t: the load's step finds it by its argument */
struct bs_lived {
	struct bs_trial t;
	struct bs_agent_run *agent;
	struct bs_page_cache *cache;
	struct bs_lived_block *block;
	uint32_t *unused; /* numbers that no block has */
	uint32_t nr_unused, nr_blocks;
};

/* A machine of @bytes with @spec on @kernel ("rotation+timer"), where files of @files can be read and up to @blocks
 * are in use at once; on. 0, or negative with @err; bs_lived_end() either way. */
struct bs_lived_setup {
	const char *spec, *kernel;
	uint64_t bytes, files;
	uint32_t blocks;
	bs_ns window;
	bool defrag;
};
int bs_lived_begin(struct bs_lived *l, const struct bs_experiment *x,
		   const struct bs_lived_setup *setup, struct bs_error *err);
void bs_lived_end(struct bs_lived *l);
/* Its number; 0: there is no memory. @tries: it can do without. */
uint32_t bs_lived_take(struct bs_lived *l, unsigned int gfp, unsigned int order, bool tries);
void bs_lived_give(struct bs_lived *l, uint32_t number);
/* Pages [@first, @first + @n) of the files are read. */
void bs_lived_read(struct bs_lived *l, uint64_t first, uint64_t n);
/* Held though unused, in the mean over @window; and with page cache. The window is closed. */
uint64_t bs_lived_held(const struct bs_lived *l, bs_ns window);
uint64_t bs_lived_with_cache(const struct bs_lived *l, bs_ns window);

#endif
