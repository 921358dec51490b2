/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep.h - thousands of cells: a grid of traces, strategies and options is planned once, run in any
 * order on any number of machines, and merged to the same bytes whoever ran what.
 *
 * A plan is a folder. It holds a manifest (plan.json), a copy of every file that the cells read
 * (inputs/), and what came of the cells (results/). A cell is known by its id, a hash of the program's
 * sources, the configuration and the content of what it reads: a plan that was changed keeps the results
 * of the cells that it did not change. src/sweep/SCALE.md says how far that goes.
 */
#ifndef BUDDYSIM_SWEEP_H
#define BUDDYSIM_SWEEP_H

#include <buddysim/options.h>
#include <buddysim/record.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Layout and meaning of plan.json and of a grid. */
#define BS_PLAN_SCHEMA "buddysim-plan-1"
#define BS_GRID_SCHEMA "buddysim-grid-1"

/** What a cell's id says of the program: a hash of the sources that it was made of, 16 digits. */
const char *bs_sources(void);

/* ---- A grid: what shall be run ---------------------------------------------------------------- */

struct bs_sweep_grid;

/** An empty one; NULL when out of memory. */
struct bs_sweep_grid *bs_sweep_grid_new(void);
void bs_sweep_grid_free(struct bs_sweep_grid *g);
/** Read a grid file (buddysim-grid(5)) into @g; traces named in it are looked for beside it. 0, or negative
 *  with @err. */
int bs_sweep_grid_read(struct bs_sweep_grid *g, const char *path, struct bs_error *err);
/** One more trace; a pattern with * or ? stands for all files that match. 0, or negative with @err. */
int bs_sweep_grid_trace(struct bs_sweep_grid *g, const char *pattern, struct bs_error *err);
/**
 * bs_sweep_grid_option - an axis: the values that an option takes
 * @text: "1..4", "linux-6.1,linux-6.12", "rotation:order=0..10,delay=100ms|2s"; NULL for a flag
 *
 * Given again, an option has the values of both. 0, or negative with @err.
 */
int bs_sweep_grid_option(struct bs_sweep_grid *g, const struct bs_option *opt, const char *text,
			 struct bs_error *err);

/** Keep each cell's samples over time, too; without, a result is a few kilobytes. */
void bs_sweep_grid_timeline(struct bs_sweep_grid *g, bool keep);
/** Keep what each pageblock is at up to 60 times, and the samples: as --map of a comparison. */
void bs_sweep_grid_map(struct bs_sweep_grid *g, bool keep);

/* ---- A plan ------------------------------------------------------------------------------------ */

struct bs_sweep;

/**
 * bs_sweep_plan - write the plan of a grid
 * @dir: made if it is not there; a plan that is there is replaced, results stay
 *
 * Every option, strategy and trace is checked, nothing is run. Return: 0, or negative with @err.
 */
int bs_sweep_plan(const struct bs_sweep_grid *g, const char *dir, struct bs_error *err);
/** Open a plan and look which results are there. 0, or negative with @err. */
int bs_sweep_open(const char *dir, struct bs_sweep **out, struct bs_error *err);
void bs_sweep_close(struct bs_sweep *s);

/**
 * bs_sweep_idle_rule - a rule of what the grid excludes that fits none of its cells
 *
 * Number @index of them as a JSON object, to be free()d; NULL behind the last. Such a rule is most likely
 * misspelt; it is no error, as a grid file may be planned with fewer values.
 */
char *bs_sweep_idle_rule(const struct bs_sweep *s, unsigned int index);

/** How far a plan, or a part of it, has come. */
struct bs_sweep_counts {
	uint64_t cells, done, failed; /* failed ones are not done */
	uint64_t traces,
		groups; /* no traces: its cells run loads; a group: cells that differ in their strategy only */
	uint64_t segments, bytes; /* of results */
	uint64_t torn; /* segments that end in a part of a result: whoever wrote it was killed */
};
void bs_sweep_count(const struct bs_sweep *s, struct bs_sweep_counts *c);

/**
 * struct bs_sweep_cell - one cell, as bs_sweep_cell_at() tells of it
 * @id: 64 digits; @command: that runs it, from within the plan's folder
 * @error: why it failed, or NULL
 * All text is the caller's to free (bs_sweep_cell_free()).
 */
struct bs_sweep_cell {
	char id[65], *command, *error;
	bool done, failed;
};
/** Cell number @index in the plan's order: 0, -ENOENT behind the last, or another negative with @err. */
int bs_sweep_cell_at(const struct bs_sweep *s, uint64_t index, struct bs_sweep_cell *cell,
		     struct bs_error *err);
void bs_sweep_cell_free(struct bs_sweep_cell *cell);

/**
 * bs_sweep_needs - what a plan asks of the machines that run it, before any of them has
 * @seconds: of one core, for what is not done yet; an estimate, on the safe side
 * @bytes: most memory that one cell takes
 */
void bs_sweep_needs(const struct bs_sweep *s, double *seconds, uint64_t *bytes);

/* ---- Running ------------------------------------------------------------------------------------ */

/**
 * struct bs_sweep_run_config - how to run what is not there yet
 * @jobs: cells side by side, 0: one for each core; fewer run at once where memory is short
 * @shard, @shards: only part @shard (from 1) of @shards; 0 of 0: all. Parts have no cell in common
 * @retry: run those that failed, too
 * @stop: polled; non-zero ends the run with BS_INTERRUPTED
 * @progress: called after each cell, from any thread, never twice at a time; may be NULL
 */
struct bs_sweep_run_config {
	unsigned int jobs, shard, shards;
	bool retry;
	const volatile int *stop;
	void (*progress)(void *arg, uint64_t done, uint64_t failed, uint64_t of);
	void *progress_arg;
};
/** Run them: 0; 1: cells failed, each with its message in its result; negative with @err: nothing more
 *  could be written, or it was interrupted. What is done is kept in any case. */
int bs_sweep_run(struct bs_sweep *s, const struct bs_sweep_run_config *config,
		 struct bs_error *err);

/* ---- Putting it together ------------------------------------------------------------------------ */

enum bs_sweep_form { BS_SWEEP_JSON, BS_SWEEP_CSV, BS_SWEEP_TSV, BS_SWEEP_SQLITE };
/** "json", "csv", "tsv", "sqlite": number @index, NULL behind the last; in the enum's order. */
const char *bs_sweep_form_name(unsigned int index);
/**
 * bs_sweep_merge - write all results in the plan's order
 * @path: "-": stdout, not for SQLITE
 * @partial: write what is there if cells are missing; else that is an error
 * @ear: is told of cells; may be NULL
 *
 * JSON: a record for each group, as `compare --no-measured --format json` prints it. The same plan and
 * the same program give the same bytes. Return: 0; 1: cells failed or are missing; negative with @err.
 */
int bs_sweep_merge(struct bs_sweep *s, enum bs_sweep_form form, const char *path, bool partial,
		   const struct bs_ear *ear, struct bs_error *err);

/**
 * bs_sweep_diff - two plans cell by cell, by trace, options and strategy
 * @limit: a change of at most this share of A's value is none: 0.02
 * @format: TEXT or JSON; @file is a FILE
 *
 * For each figure that differs: in how many cells, and where most. Return: 0: all cells are in both and
 * alike; 1: not so; negative with @err.
 */
int bs_sweep_diff(const struct bs_sweep *a, const struct bs_sweep *b, double limit,
		  enum bs_format format, void *file, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
