/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment_int.h - what the experiments share: how rows, series and the answer get into the
 * record. experiment.c is the public side, experiment_print.c the output, experiment_lab.c the
 * guest; one file per experiment has the rest.
 */
#ifndef BS_EXPERIMENT_INT_H
#define BS_EXPERIMENT_INT_H

#include <buddysim/experiment.h>

#include <jansson.h>

#include "lab.h"

#define BS_LAB_MIB (UINT64_C(1) << 20)

enum bs_lab_unit {
	BS_LAB_TEXT,
	BS_LAB_COUNT,
	BS_LAB_BYTES, /* shown in MiB */
	BS_LAB_NS, /* shown in s */
	BS_LAB_NS_SHORT, /* shown in us */
	BS_LAB_MILLI, /* thousandths */
};

/* One column of the table: key of the row, head, unit. measured: it stands in the measured part. */
struct bs_lab_column {
	const char *key, *head;
	enum bs_lab_unit unit;
	bool measured;
};

struct bs_lab_kind {
	const char *name, *question;
	const char *device; /* what the host is: "model", or "null" where it answers at once */
	const struct bs_lab_column *columns; /* ends with a NULL key; the first says who */
	const char *const *extra; /* specs besides the registered strategies, or NULL */
	bool only_extra; /* ... or instead of them */
	int (*run)(struct bs_experiment *x, struct bs_error *err);
};

extern const struct bs_lab_kind bs_lab_kind_release, bs_lab_kind_list_walk, bs_lab_kind_pressure,
	bs_lab_kind_churn, bs_lab_kind_stall;

struct bs_experiment {
	const struct bs_lab_kind *kind;
	struct bs_experiment_config cfg;
	bool ci;
	const char *specs[64]; /* of the strategies; the user's, or string constants */
	unsigned int nr_specs;
	json_t *record, *rows, *setting, *series; /* rows .. series belong to the record */
	json_t *measured, *measured_rows;
	char answer[640], measured_answer[1024]; /* the second is all of the line */
	char text[400]; /* the setting in words */
};

/* New row, which the record owns. */
json_t *bs_lab_row(struct bs_experiment *x, const char *strategy);
void bs_lab_put(json_t *o, const char *key, uint64_t v);
void bs_lab_put_time(json_t *o, const char *key, bs_ns t); /* BS_NO_TIME: null */
void bs_lab_put_text(json_t *o, const char *key, const char *text);
/* A figure that a row certainly has. */
uint64_t bs_lab_get(const json_t *row, const char *key);
/* The line that answers; set once, when all rows are there. */
void bs_lab_answer(struct bs_experiment *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* experiment_print.c */
int bs_lab_print(const struct bs_experiment *x, enum bs_format format, bool measured, FILE *f);

/* Of what is left raw, what no threshold of the strategy's own rule explains (spec reporting.md
 * 13.1 missed_bytes, 14.2 row 18); BS_NO_TIME for a strategy that never reports. */
uint64_t bs_lab_missed(const struct bs_lab *lab, uint64_t left_raw);

#endif
