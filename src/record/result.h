/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.h - the record of a comparison while it is being made (semantics.md 9). It is kept as the
 * JSON it will be printed as: table, CSV and --fail-if read the same values that a user sees.
 */
#ifndef BS_RESULT_H
#define BS_RESULT_H

#include <jansson.h>

#include "outcome.h"

struct bs_result {
	json_t *record; /* everything that is reproducible */
	json_t *measured; /* what this host did */
	bool unequal, partial;
	char trace_name[256];
	char **warnings;
	unsigned int nr_warnings;
};

struct bs_result *bs_result_new(const struct bs_sim_config *cfg, const struct bs_trace_info *info);
/* Add a cell that has run. 0 or -ENOMEM. */
int bs_result_add(struct bs_result *r, const struct bs_outcome *c);
void bs_result_bound(struct bs_result *r, const struct bs_bound *b, bs_ns refault, bs_ns weight);
void bs_result_warn(struct bs_result *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* table.c: the record for people, and as CSV. 0 or -errno. */
int bs_result_text(const struct bs_result *r, FILE *f);
int bs_result_csv(const struct bs_result *r, FILE *f);

/* The record's part "config": options in force. */
json_t *bs_config_json(const struct bs_sim_config *cfg);

/* Integer at a dotted path below @o ("refault_bytes.total"), yes and no being 1 and 0: 0, -ENOENT,
 * -ENODATA (not a number). */
int bs_json_int(const json_t *o, const char *path, int64_t *value);

/* The block `agreement` of a cell's record. */
struct bs_agreement;
json_t *bs_agreement_json(const struct bs_agreement *a);
/* That block for people; nothing if it is null. */
void bs_agreement_text(const char *label, const json_t *agreement, FILE *f);

#endif
