/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc.h - the text of /proc, line by line, whatever stands around it. */
#ifndef BS_PROC_H
#define BS_PROC_H

#include "proc_words.h"

/* One line, which is not changed: 0, or negative with the error. */
int bs_proc_line(struct bs_proc *p, const char *line, const char *path, uint64_t number,
		 struct bs_error *err);
/* A file is over: nothing goes on in the next one. */
void bs_proc_end_of_file(struct bs_proc *p);

#endif
