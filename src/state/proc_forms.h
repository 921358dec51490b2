/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_forms.h - the forms of text in /proc: each is a file with a function that takes a line or leaves
 * it. */
#ifndef BS_PROC_FORMS_H
#define BS_PROC_FORMS_H

#include "proc_words.h"

/* The forms. @line: as it is. */
int bs_proc_buddy(struct bs_proc *p, const char *line);
int bs_proc_pagetype(struct bs_proc *p, const char *line);
int bs_proc_zoneinfo(struct bs_proc *p, const char *line);
int bs_proc_vmstat(struct bs_proc *p, const char *line);
int bs_proc_showmem(struct bs_proc *p, const char *line);
/* The time in @line, which may stand anywhere in it: false if it has none. */
bool bs_proc_time(const char *line, char *when, size_t size, bs_ns *time);

#endif
