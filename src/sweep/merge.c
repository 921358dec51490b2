// SPDX-License-Identifier: GPL-2.0-or-later
/* merge.c - every group in the plan's order, in one form. */
#include <errno.h>

#include "group_record.h"
#include "merge_form.h"

static const struct bs_merge_form *const forms[] = {
	[BS_SWEEP_JSON] = &bs_merge_json,
	[BS_SWEEP_CSV] = &bs_merge_csv,
	[BS_SWEEP_TSV] = &bs_merge_tsv,
	[BS_SWEEP_SQLITE] = &bs_merge_sqlite,
};

#define NR_FORMS (sizeof(forms) / sizeof(forms[0]))

const char *bs_sweep_form_name(unsigned int index)
{
	return index < NR_FORMS ? forms[index]->name : NULL;
}

/* ---- All of them -------------------------------------------------------------------------------------- */

static int merge_groups(const struct bs_sweep *s, const struct bs_merge_form *form, void *to,
			const struct bs_ear *ear, struct bs_error *err)
{
	uint64_t missing = 0;
	int ret = 0;

	for (uint64_t i = 0; i < s->nr_groups && !ret; i++) {
		struct bs_merged m = {.s = s, .g = &s->groups[i]};
		json_t *record = bs_group_record(s, m.g, &missing, err);

		m.record = record;
		ret = record ? form->group(to, &m, err) : -EINVAL;
		json_decref(record);
		if (ear)
			ear->tell(ear->arg, m.g->first + m.g->nr, s->nr_cells);
	}
	return ret;
}

int bs_sweep_merge(struct bs_sweep *s, enum bs_sweep_form form, const char *path, bool partial,
		   const struct bs_ear *ear, struct bs_error *err)
{
	struct bs_sweep_counts c;
	struct bs_error second;
	void *to;
	int ret, end;

	bs_sweep_count(s, &c);
	if (c.done + c.failed < c.cells && !partial)
		return bs_error_set(err, BS_UNEQUAL, 0, s->dir,
				    "run them, or merge what is there with --partial",
				    "%llu of %llu cells have no result yet",
				    (unsigned long long)(c.cells - c.done - c.failed),
				    (unsigned long long)c.cells);
	ret = forms[form]->begin(&to, s, path, err);
	if (ret)
		return ret;
	ret = merge_groups(s, forms[form], to, ear, err);
	end = forms[form]->end(to, !ret, ret ? &second : err);
	if (ret || end)
		return ret ? ret : end;
	return c.done < c.cells;
}
