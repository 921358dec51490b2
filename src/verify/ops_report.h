/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops_report.h - the vectors' command `report`: one whole pass of the kernel's own reporter. */
#ifndef BS_OPS_REPORT_H
#define BS_OPS_REPORT_H

#include "opsguest.h"

/* report CAPACITY ORDER: prints "rep PFN ORDER" for each range. 0, or negative with @err. */
int bs_ops_report(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		  struct bs_error *err);

#endif
