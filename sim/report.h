/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - data files and pictures from a record, for `report` and `compare --plots`. */
#ifndef BS_SIM_REPORT_H
#define BS_SIM_REPORT_H

#include <buddysim/buddysim.h>

#include "folder.h"

/*
 * Write the record's TSV files into @f and draw every picture of plots/ there, as SVG and PNG. The
 * record must hold a timeline. 0, or negative with @err.
 */
int report_plots(const char *record_path, const struct folder *f, struct bs_error *err);

/* Draw picture @name of plots/ in @f from the TSV files that are there already. As above. */
int report_picture(const char *name, const struct folder *f, struct bs_error *err);

#endif
