/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user_steps.h - what the lines of a log of processes make the room user do. */
#ifndef BS_USER_STEPS_H
#define BS_USER_STEPS_H

#include "user_log.h"

/* NULL: a process without areas. */
struct bs_space *bs_user_step_space(const struct bs_verify_user *x, unsigned int pid);
/* t PID NAME [softirq|irq]: the lines from here on are of that one. */
void bs_user_step_who(struct bs_verify_user *x, const char *line);
/* A child of @parent comes to be, and has not run yet. */
void bs_user_step_fork(struct bs_verify_user *x, struct bs_space *parent);
/* u TEXT: of the script, or where pages are. */
void bs_user_step_said(struct bs_verify_user *x, const char *line);
/* What the line of the script before wrote is there now. */
void bs_user_step_touched(struct bs_verify_user *x);
/* fa ADDRESS CODE */
void bs_user_step_fault(struct bs_verify_user *x, const char *line);
/* The process that the lines are of ends. */
void bs_user_step_exit(struct bs_verify_user *x);
/* pa ...: if that is khugepaged's, the range is collapsed: true. */
bool bs_user_step_collapse(struct bs_verify_user *x, const char *line);

#endif
