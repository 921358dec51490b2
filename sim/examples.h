/* SPDX-License-Identifier: GPL-2.0-or-later */
/* examples.h - what a verb's --help and manual page show of it (examples.def). */
#ifndef BS_SIM_EXAMPLES_H
#define BS_SIM_EXAMPLES_H

/* On stdout, for people. Of "sweep", which has verbs of its own, the first one of each. */
void examples_print(const char *verb);
/* On stdout, fields with a tab between two: "example", what it is for, the command. */
void examples_describe(const char *verb);

#endif
