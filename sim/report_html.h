/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_html.h - records as one page of HTML. */
#ifndef BS_SIM_REPORT_HTML_H
#define BS_SIM_REPORT_HTML_H

#include <buddysim/buddysim.h>

/* Into @path, "-" being stdout. Without gnuplot the page has no pictures of it, which is said on stderr. 0, or
 * negative with @err. */
int report_html(struct bs_stored *const *records, size_t nr, const char *highlight,
		const char *path, struct bs_error *err);

#endif
