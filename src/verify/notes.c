// SPDX-License-Identifier: GPL-2.0-or-later
/* notes.c - the differences of one file: counted by kind, the first kept as it was found. */
#include "notes.h"

#include <stdio.h>

const char *bs_difference_name(unsigned int diff)
{
	static const char *const names[BS_DIFF_DUMP] = {
		"pfn",	"failure", "random",	 "owner",	"check",  "driver",
		"user", "step",	   "remembered", "consistency", "output",
	};

	if (diff < BS_DIFF_DUMP)
		return names[diff];
	return bs_state_part_name((enum bs_state_part)(diff - BS_DIFF_DUMP));
}

void bs_verify_note(struct bs_verify_result *r, const struct bs_found *f)
{
	r->differences[f->kind]++;
	if (r->total_differences++)
		return;
	r->at = f->at;
	r->line = f->line;
	snprintf(r->what, sizeof(r->what), "%s", f->what);
	snprintf(r->expected, sizeof(r->expected), "%s", f->expected);
	snprintf(r->got, sizeof(r->got), "%s", f->got);
}
