/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advise.h - which strategy, order and delay for this load: many settings are tried, and one is named.
 *
 * Coarse steps through the parameters that have a role first, then finer ones around what is on the
 * Pareto front (memory held against time blocked) or cheap. Same trace, options and seed: the same advice,
 * byte for byte, for any number of jobs. MEANING.md, advice.
 */
#ifndef BUDDYSIM_ADVISE_H
#define BUDDYSIM_ADVISE_H

#include <buddysim/record.h>
#include <buddysim/sim.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Layout and meaning of what bs_counsel_print() writes as JSON. */
#define BS_ADVICE_SCHEMA "buddysim-advice-1"

/**
 * struct bs_advise_progress - how far it is
 * @round: from 1: a round is a comparison of its own
 * @done: of @cells of this round; @before: cells of the rounds before
 * @sim: of this round
 */
struct bs_advise_progress {
	unsigned int round, done, cells, before;
	struct bs_progress sim;
};

/**
 * struct bs_advise_config - what is asked
 * @sim: trace, guest, host, window, seed and jobs of every cell. Its strategies are those to choose from,
 *       and what a parameter is given there stays; 0 of them: all that do not know the future
 * @stock: only what an unpatched kernel offers, in the ways in which it can be set there
 * @max_stall_per_minute: most time that the guest's CPUs may be blocked per minute of load, the first
 *       touches included that there are without reporting, too; BS_NO_TIME: any
 * @max_held_bytes: the most that may be held beyond what the guest uses, in the mean over the window;
 *       UINT64_MAX: any
 * @progress: called now and then, never twice at a time; may be NULL
 */
struct bs_advise_config {
	const struct bs_sim_config *sim;
	bool stock;
	bs_ns max_stall_per_minute;
	uint64_t max_held_bytes;
	void (*progress)(void *arg, const struct bs_advise_progress *p);
	void *progress_arg;
};

/** The whole grid, no limits. @sim is left to the caller. */
void bs_advise_defaults(struct bs_advise_config *c);

struct bs_counsel;

/**
 * bs_advise - try, and name one
 *
 * Return: 0; 1: nothing is within the limits, and what comes closest is named; negative with @err: the
 * trace, the options, or a cell broke a law.
 */
int bs_advise(const struct bs_advise_config *config, struct bs_counsel **out, struct bs_error *err);
void bs_counsel_free(struct bs_counsel *a);

/** What is said, line by line, the recommendation first: number @index or NULL. */
const char *bs_counsel_line(const struct bs_counsel *a, unsigned int index);
/** The setting that is named, as -s takes it. */
const char *bs_counsel_choice(const struct bs_counsel *a);
/** Of what an unpatched kernel offers the one that would be named; NULL: none. */
const char *bs_counsel_stock(const struct bs_counsel *a);
/** What reports nothing, which the others are compared with. */
const char *bs_counsel_base(const struct bs_counsel *a);
/** The settings of the table: what reports nothing, the front, what is named: number @index or NULL. */
const char *bs_counsel_finalist(const struct bs_counsel *a, unsigned int index);
/** Warnings of the run, for stderr: number @index or NULL. */
const char *bs_counsel_warning(const struct bs_counsel *a, unsigned int index);

/**
 * bs_counsel_print - TEXT and MARKDOWN are for people; JSON is all of it; CSV and TSV are every cell
 * @headless: CSV and TSV without a line of headings
 *
 * @file is a FILE. 0 or -errno.
 */
int bs_counsel_print(const struct bs_counsel *a, enum bs_format format, bool headless, void *file);
/** The same into a file that appears whole or not at all; "-" is stdout. */
int bs_counsel_write(const struct bs_counsel *a, enum bs_format format, bool headless,
		     const char *path, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
