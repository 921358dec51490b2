/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace_plots.h - what a trace has allocated over its time, drawn by plots/trace_live.gp. */
#ifndef BS_SIM_TRACE_PLOTS_H
#define BS_SIM_TRACE_PLOTS_H

#include <buddysim/buddysim.h>

/*
 * Write trace_live.tsv and trace_live.FORMAT into @dir, which is made if it is not there; @formats as
 * gnuplot_draw() takes them. 0, or negative with @err, and nothing new is in @dir.
 */
int trace_plots(const struct bs_trace_info *info, const char *path, const char *dir,
		const char *formats, struct bs_error *err);

#endif
