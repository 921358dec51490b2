/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge_form.h - the forms that a merged sweep is written in: one file each. */
#ifndef BS_MERGE_FORM_H
#define BS_MERGE_FORM_H

#include "group.h"

/* A group as it is told: @record as `compare` would have printed it, without what was measured. */
struct bs_merged {
	const struct bs_sweep *s;
	const struct bs_group *g;
	const json_t *record;
};

/* One form of the whole. @group: called for each in the plan's order; @end: once, whatever came before.
 * All return 0, or negative with @err. */
struct bs_merge_form {
	const char *name;
	int (*begin)(void **to, const struct bs_sweep *s, const char *path, struct bs_error *err);
	int (*group)(void *to, const struct bs_merged *m, struct bs_error *err);
	int (*end)(void *to, bool whole, struct bs_error *err);
};

extern const struct bs_merge_form bs_merge_json, bs_merge_csv, bs_merge_tsv, bs_merge_sqlite;

#endif
