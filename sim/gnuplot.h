/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gnuplot.h - one picture by its script in plots/. */
#ifndef BS_SIM_GNUPLOT_H
#define BS_SIM_GNUPLOT_H

#include <buddysim/buddysim.h>

/* The folder with the scripts: the user's, else the installed one, else the source tree's. NULL with
 * @err: they are nowhere. free() it. */
char *gnuplot_scripts(struct bs_error *err);

/* Is @list, "svg,png", one of formats that pictures can have? 0, or negative with @err. */
int gnuplot_check_formats(const char *list, struct bs_error *err);

/*
 * Draw SCRIPTS/NAME.gp from the TSV files in @dir, as NAME.FORMAT there, once for each of @formats, a list
 * that was checked; NULL: svg. SIGINT, SIGTERM and SIGHUP are blocked by the caller (folder.h); when one comes
 * gnuplot is ended and @err says BS_INTERRUPTED. 0, or negative with @err.
 */
int gnuplot_draw(const char *scripts, const char *name, const char *dir, const char *formats,
		 struct bs_error *err);

#endif
