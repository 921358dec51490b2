/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.h - the record of a comparison while it is being made. It is kept as the JSON it will be
 * printed as: table, CSV and --fail-if read the same values that a user sees. MEANING.md, records.
 *
 * This room makes the record out of what the replay tells (outcome.h) and gives it in every form. It may
 * call replay (run.c does, to start a comparison), report, device, trace, stats and util. Nobody calls it
 * but the program, through include/buddysim/record.h and sim.h.
 */
#ifndef BS_RESULT_H
#define BS_RESULT_H

#include <jansson.h>

#include <buddysim/record.h>

#include "outcome.h"

/* A row of the table: what is not in the record, or not as it was given. */
struct bs_result_row {
	char *label; /* as the user gave it, whatever bytes it is made of */
	char *timeline; /* its part of the record's timeline, as it is printed; or NULL */
	const json_t *
		stand_in; /* what the record has in its place: an empty object, and this very one */
	bool idle, knows_future; /* others are compared with it; it is not to be chosen */
	bool client; /* a driver of the guest's: it takes pages, and reports none that are free */
	bool below_huge; /* it reports less than a huge page where there are such */
};

struct bs_result_failure {
	char *label, *reason;
};

struct bs_result {
	json_t *record; /* everything that is reproducible */
	json_t *measured; /* what this host did */
	bool unequal, partial;
	struct bs_table_form form;
	char *trace_path;
	struct bs_result_row *rows; /* of the record's cells */
	unsigned int nr_rows;
	struct bs_result_failure *failures;
	unsigned int nr_failures;
	char **warnings;
	unsigned int nr_warnings;
};

/* NULL when out of memory. */
struct bs_result *bs_result_new(const struct bs_sim_config *cfg, const struct bs_trace_info *info);
/* Add a cell that has run. 0 or -ENOMEM. */
int bs_result_add(struct bs_result *r, const struct bs_outcome *o);
/* From now on the record has all of its timeline as values. 0 or -ENOMEM. */
int bs_result_build_timeline(struct bs_result *r);
/* What is to be printed in place of @v, a part of the record, or NULL: @v. @result: of that. */
const char *bs_result_instead(const void *result, const json_t *v);
/* Add one that could not; without memory it is left out, whatever the error says. */
void bs_result_fail(struct bs_result *r, const char *label, const struct bs_error *err);
/* "where: text" of it, to be free()d; NULL without memory. And that as the record has it. */
char *bs_failure_reason(const struct bs_error *err);
json_t *bs_failure_json(const char *label, const char *reason, enum bs_status status);
void bs_result_bound(struct bs_result *r, const struct bs_bound *b, bs_ns refault, bs_ns weight);
/* Once, however often it is said. @label: of that row, or NULL: of all of them. */
void bs_result_warn(struct bs_result *r, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same of this machine and this moment: it is in no record. */
void bs_result_remark(struct bs_result *r, const char *text);
/* A warning as the record has it; and @list with it, unless it is in there. */
json_t *bs_warning_json(const char *label, const char *text);
void bs_warning_add(json_t *list, json_t *warning);

#endif
