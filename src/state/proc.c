// SPDX-License-Identifier: GPL-2.0-or-later
/* proc.c - a line is asked of each form in turn; what none takes may say when the next sample was. */
#include "proc.h"
#include "proc_forms.h"

#include <string.h>

/* A zone's words mean a figure to one form and a header to another: those that know more of the line
 * come first. */
static int (*const forms[])(struct bs_proc *p, const char *line) = {
	bs_proc_zoneinfo, bs_proc_pagetype, bs_proc_showmem, bs_proc_buddy, bs_proc_vmstat,
};

int bs_proc_line(struct bs_proc *p, const char *line, const char *path, uint64_t number,
		 struct bs_error *err)
{
	bs_ns time = BS_NO_TIME;
	char when[48];

	p->path = path;
	p->number = number;
	p->err = err;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const bool in_row = p->row.on;
		const int ret = forms[i](p, line);

		if (ret == BS_PROC_OTHER)
			continue;
		if (ret < 0)
			return ret;
		/* Only the line right behind goes on with a row. */
		if (in_row && forms[i] != bs_proc_buddy && forms[i] != bs_proc_pagetype)
			p->row.on = false;
		p->taken++;
		return 0;
	}
	p->row.on = false;
	if (bs_proc_time(line, when, sizeof(when), &time)) {
		memcpy(p->when, when, sizeof(when));
		p->time = time;
		p->info.on = false;
		p->nr_columns = 0;
	}
	return 0;
}

void bs_proc_end_of_file(struct bs_proc *p)
{
	p->row.on = p->info.on = false;
	p->nr_columns = 0;
	p->pageblock_order = 0;
	p->when[0] = '\0';
	p->time = BS_NO_TIME;
}
