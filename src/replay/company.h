/* SPDX-License-Identifier: GPL-2.0-or-later */
/* company.h - which cells of a comparison run side by side: how many, and what each reads the trace with. */
#ifndef BS_COMPANY_H
#define BS_COMPANY_H

#include "outcome.h"

struct bs_company {
	struct bs_trace **readers; /* of each that runs; the first is the caller's */
	unsigned int nr;
};

/* As many as are wanted and have room; warns if those are fewer. @t: scanned. 0, or negative with @err;
 * bs_company_free() either way. */
int bs_company_open(struct bs_company *c, const struct bs_plan *plan, struct bs_trace *t,
		    struct bs_error *err);
void bs_company_free(struct bs_company *c);

#endif
