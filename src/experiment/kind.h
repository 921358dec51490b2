/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kind.h - what every experiment is made of: how its rows, series and answer get into the record.
 *
 * An experiment is a file with a struct bs_experiment_kind and a line in experiments.def. It brings a
 * load of its own to a world with one guest (trial.h), for each strategy, and fills rows (kind.c).
 * This room may call world and what is below it, and knows no trace, no replay and no record of one.
 *
 *   kind <- trial <- release, list_walk, pressure, churn, stall, page_fault <- experiment    kind <- print
 *   kind <- fleet <- density, memhog <- experiment    trial <- lived <- fragmentation, cache <- experiment
 */
#ifndef BS_KIND_H
#define BS_KIND_H

#include <buddysim/experiment.h>

#include <jansson.h>

#define BS_MIB (UINT64_C(1) << 20)

enum bs_column_unit {
	BS_COLUMN_TEXT,
	BS_COLUMN_COUNT,
	BS_COLUMN_BYTES, /* shown in MiB */
	BS_COLUMN_NS, /* shown in s */
	BS_COLUMN_NS_SHORT, /* shown in us */
	BS_COLUMN_MILLI, /* thousandths */
};

/* One column of the table: key of the row, head, unit, what it means. measured: it stands in the measured
 * part. */
struct bs_column {
	const char *key, *head;
	enum bs_column_unit unit;
	bool measured;
	const char *about;
};

struct bs_experiment_kind {
	const char *name, *question;
	bool instant; /* the host answers at once; else it takes time */
	const struct bs_column *columns; /* ends with a NULL key; the first says who */
	const char *const *extra; /* specs besides the registered strategies, or NULL */
	bool only_extra; /* ... or instead of them */
	int (*run)(struct bs_experiment *x, struct bs_error *err);
};

struct bs_experiment {
	const struct bs_experiment_kind *kind;
	struct bs_experiment_config cfg;
	const char *device; /* what the host is */
	bool ci;
	bool kernel_asked; /* for the one in @cfg; else it is for the experiment to say which */
	char **specs; /* of the strategies */
	unsigned int nr_specs;
	unsigned int nr_settings; /* rows of each, for who wants to know how far it is */
	char *left_out; /* who is not among them, and why; NULL: nobody */
	json_t *record, *rows, *setting, *series; /* rows .. series belong to the record */
	json_t *measured, *measured_rows;
	char *answer, *measured_answer; /* the second is all of the line */
	char *text; /* the setting in words */
};

/* New row, which the record owns. */
json_t *bs_experiment_row(struct bs_experiment *x, const char *strategy);
/* A figure that a row certainly has. */
uint64_t bs_row_get(const json_t *row, const char *key);
/* A word of it. */
const char *bs_row_word(const json_t *row, const char *key);
/* The line that answers; set once, when all rows are there. */
void bs_experiment_answers(struct bs_experiment *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* ... with what was measured on this host behind it. */
void bs_experiment_measured_answer(struct bs_experiment *x, const char *text);
/* It runs on several kernels, in words: where one is named. */
void bs_experiment_kernels(struct bs_experiment *x, const char *words);
/* The setting in words. */
void bs_experiment_setting(struct bs_experiment *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
