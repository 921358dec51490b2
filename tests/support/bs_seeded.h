/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_seeded.h - a plain strategy into which one bug at a time can be put: what the laws must
 * see. */
#ifndef BS_SEEDED_H
#define BS_SEEDED_H

#include <buddysim/report.h>

/* "seeded:bug=none" keeps every law; the other names of parameter "bug" break one each. */
extern const struct bs_strategy bs_seeded;
extern const char *const bs_seeded_bugs[]; /* NULL-terminated; the first is "none" */

#endif
