/* SPDX-License-Identifier: GPL-2.0-or-later */
/* describe.h - the program's options as lines for the build, which makes manual and completion of them. */
#ifndef BS_SIM_DESCRIBE_H
#define BS_SIM_DESCRIBE_H

#include <argp.h>

/* An option per line: heading, letter, name, value, text, and the names it can be; a tab between two. */
void describe_options(const struct argp *argp);

#endif
