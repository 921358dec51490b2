/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user_log.h - a log of processes as the room user sees it: its backend takes from the log what comes next. */
#ifndef BS_USER_LOG_H
#define BS_USER_LOG_H

#include "logrun.h"
#include "user.h"

#define BS_USER_PROCS 32

/* Pages whose number is not known yet: the room user has numbers of its own for them. */
#define BS_USER_UNKNOWN 0x400000u /* behind a guest of 16 GiB */

/* @foreign: a fault elsewhere than in the areas is under way; @in_area: one in them was the last thing */
struct bs_user_proc {
	unsigned int pid;
	struct bs_space *s;
	bool foreign, in_area;
};

struct bs_verify_user {
	struct bs_logrun *v;
	int (*line)(struct bs_logrun *v, char *line,
		    bool *known); /* that is nobody's to wait for */
	struct bs_user *u;
	struct bs_user_proc proc[BS_USER_PROCS];
	unsigned int nr_procs;
	unsigned int pid, last; /* who the lines are of; the process that was last */
	bool soft, daemon; /* ... in a softirq; it is one of the kernel's own */
	bool blind; /* nothing is taken from the log, numbers are made up */
	bool lost; /* a difference: what follows is not compared any more */
	unsigned int at_work; /* the backend looks for what comes next */
	struct bs_user_proc nobody; /* for whoever has no areas */
	struct bs_space *unborn; /* of a child that has not run yet */
	bool leaving; /* a process ends, of which not all is known */
	struct bs_page_set known; /* pages that processes have */
	bs_pfn *bound; /* page of each made up number; BS_NO_PFN: not known yet */
	size_t nr_bound, room_bound;
	struct bs_user_page *later; /* tables that are still to be freed */
	size_t nr_later, room_later;
	uint64_t offset[26]; /* of each area */
	uint64_t touch_at, touch_len, touch_step; /* what the process writes now */
	bool touches, writes;
	const char *before; /* lines of the script that stand before the log */
	const char *doing; /* the line of the script */
	int ret; /* of the line that the backend is at work for */
	struct bs_user_counts counts; /* when the log's counters were first said */
	uint64_t said[4];
	bool has_said;
	bool daemon_works; /* kswapd, up to this zone, for boosts that it found */
	unsigned int daemon_hz;
	uint64_t boosts[BS_MAX_ZONES];
	bs_pfn zero; /* the page of zeros; BS_NO_PFN: not known yet */
};

extern const struct bs_user_ops bs_user_log_ops;

/* Of the process that the lines are of. */
struct bs_user_proc *bs_user_log_proc(struct bs_verify_user *x);
/* The page behind a made up number; BS_NO_PFN: not known yet. */
bs_pfn bs_user_log_real(const struct bs_verify_user *x, bs_pfn pfn);
void bs_user_log_bind(struct bs_verify_user *x, bs_pfn made_up, bs_pfn pfn);
bool bs_user_log_knows(const struct bs_verify_user *x, bs_pfn pfn);
/* Note a difference, and compare no more. */
void bs_user_log_differs(struct bs_verify_user *x, const char *expected, const char *got);
/* The line belongs to the process that the lines are of: not to an interrupt. */
bool bs_user_log_gfp(const struct bs_verify_user *x, unsigned int order, unsigned int gfp);

#endif
