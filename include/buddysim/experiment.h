/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.h - experiments on reporting strategies that need no trace, in virtual time.
 *
 * Each builds a guest, a device and a load of its own, runs every strategy through it and returns
 * one record (schema buddysim-experiment-1): the answer in one line, the figures in rows, series
 * for a picture. Same name, size, strategies and seed: the same record, byte for byte, apart from
 * its "measured" part.
 */
#ifndef BUDDYSIM_EXPERIMENT_H
#define BUDDYSIM_EXPERIMENT_H

#include <buddysim/platform.h>
#include <buddysim/sim.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define BS_EXPERIMENT_SCHEMA "buddysim-experiment-1"

enum bs_experiment_size {
	BS_EXPERIMENT_FULL, /* what a guest of some GiB does */
	BS_EXPERIMENT_CI, /* small: seconds even with sanitizers */
};

/**
 * bs_experiment_at - what there is
 * @index: from 0
 * @question: receives what the experiment is to answer, one clause
 *
 * Return: its name ("release", "list-walk", ...), NULL behind the last.
 */
const char *bs_experiment_at(unsigned int index, const char **question);

/** A column of an experiment's table: key of a row, heading (with the unit it is shown in), meaning. */
struct bs_experiment_column {
	const char *key, *heading, *about;
};
/** Column number @column of experiment number @index; false behind the last. */
bool bs_experiment_column_at(unsigned int index, unsigned int column,
			     struct bs_experiment_column *out);

/**
 * struct bs_experiment_config - one experiment
 * @name: as bs_experiment_at() says
 * @strategies: "rotation:order=9,delay=2s" each, or "all"; who is named twice takes part once. Who
 *              knows the future is refused, for a load that is not recorded has none. 0 of them = the
 *              experiment's own choice: every registered strategy that works inside the guest; who is
 *              left out, and why, is in the record
 * @kernel: kernel model, NULL = "linux-6.1"
 * @policy: "lazy:slack=4": of the guests' allocator, one (bs_policy_find()); NULL = the kernel model's own
 * @machine: what the guests are
 * @seed: of every random choice, 0 = 1
 * @repeats: of what is measured in real time (list-walk), at most 1000; 0 = the size's own
 * @stop: polled while it runs; non-zero ends it with status BS_INTERRUPTED; may be NULL
 * @ear: is told of rows; may be NULL
 */
struct bs_experiment_config {
	const char *name;
	enum bs_experiment_size size;
	const char *const *strategies;
	unsigned int nr_strategies;
	const char *kernel, *policy;
	enum bs_machine_kind machine;
	uint64_t seed;
	unsigned int repeats;
	const volatile int *stop;
	const struct bs_ear *ear;
};

struct bs_experiment;

/**
 * bs_experiment_run - run it for every strategy
 *
 * Return: 0 and the result (caller owns it); negative with @err: BS_USAGE an unknown experiment,
 * strategy, policy or parameter, BS_RESOURCE, or BS_INVARIANT when a law of the guest, the strategy or the
 * device broke.
 */
int bs_experiment_run(const struct bs_experiment_config *config, struct bs_experiment **out,
		      struct bs_error *err);
void bs_experiment_free(struct bs_experiment *x);

/** The answer: the first line of the text. @measured adds what this host's clock showed. */
const char *bs_experiment_answer(const struct bs_experiment *x, bool measured);
/** Number of rows, and one figure of a row by its key: 0; -ENOENT unknown; -ENODATA no number. */
unsigned int bs_experiment_rows(const struct bs_experiment *x);
int bs_experiment_value(const struct bs_experiment *x, unsigned int row, const char *key,
			uint64_t *value);
/** A word of a row ("strategy", "pattern"), or NULL. */
const char *bs_experiment_word(const struct bs_experiment *x, unsigned int row, const char *key);

/** Write table, record or CSV; @measured false leaves the measured parts out. The file appears
 *  whole or not at all; "-" is stdout. */
int bs_experiment_write(const struct bs_experiment *x, enum bs_format format, bool measured,
			const char *path, struct bs_error *err);
/** TSV files for plots/experiment_*.gp into the folder @dir, which exists. */
int bs_experiment_data(const struct bs_experiment *x, const char *dir, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
