/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jobs.h - things that do not depend on each other, done side by side, and told in their order. */
#ifndef BS_JOBS_H
#define BS_JOBS_H

#include <buddysim/types.h>

/*
 * struct bs_jobs - @nr jobs, at most @at_once of them at a time
 * @work: do job number @job. @worker, below @at_once, has nothing else to do meanwhile: what may be
 *        used by one job at a time can be kept for each worker
 * @is_long: it takes far longer than most: it is begun before those that do not, so that nobody waits for it
 *        alone at the end. Otherwise they are begun in their order. May be NULL
 * @tell: @job is done, and so are all before it: called for each in turn, while later ones run, by the
 *        thread that called bs_jobs_run(). False: no more is begun, and no more is told
 *
 * With @at_once 1 all of it is done by the caller's thread, each told before the next one begins. Where
 * there are fewer threads to be had than asked for, fewer work.
 */
struct bs_jobs {
	unsigned int nr, at_once;
	void (*work)(void *arg, unsigned int job, unsigned int worker);
	bool (*is_long)(void *arg, unsigned int job);
	bool (*tell)(void *arg, unsigned int job);
	void *arg;
};

/* Returns when none is running any more: 0, or -ENOMEM with @err before the first one. */
int bs_jobs_run(const struct bs_jobs *j, struct bs_error *err);
/* CPUs that this process may run on. */
unsigned int bs_nr_cores(void);

#endif
