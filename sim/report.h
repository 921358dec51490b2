/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - data files and pictures from a record, for `report` and `compare --plots`. */
#ifndef BS_SIM_REPORT_H
#define BS_SIM_REPORT_H

#include <buddysim/buddysim.h>

#include "folder.h"

/* How pictures are wanted; NULL: as usual. Both have been checked. */
struct report_form {
	const char *highlight; /* bs_pictures_open() */
	const char *formats; /* gnuplot_check_formats() */
};

/*
 * Write the record's TSV files into @f and draw there every picture of plots/ that it has the figures for;
 * who is left out is said on stderr. 0, or negative with @err: also if none could be drawn.
 */
int report_plots(const char *record_path, const struct folder *f, const struct report_form *form,
		 struct bs_error *err);

/* Draw picture @name of plots/ in @f from the TSV files that are there already. As above. */
int report_picture(const char *name, const struct folder *f, const struct report_form *form,
		   struct bs_error *err);

#endif
