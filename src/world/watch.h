/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - somebody who looks on at one guest: who writes down the future, who leaves a file behind
 * when a law breaks, an experiment whose device misbehaves. Every function may be NULL.
 */
#ifndef BS_WATCH_H
#define BS_WATCH_H

#include <buddysim/types.h>

/*
 * @owned: these pages have an owner from now on, or no longer
 * @broke: the guest's clock has failed, with this error, of which the advice may be changed
 * @refused: the request with which a law broke, or one that is made behind that
 * @sending: a request is about to go out. It takes *@extra longer; negative: it never gets there, and
 *           this is its result
 * @sent: it is out until @until; @waits: only for the CPU that made it, and has been served already
 * @served: the device has served one, now
 * @pass: the reporter's pass begins, or has ended
 */
struct bs_watch {
	void *arg;
	void (*owned)(void *arg, bs_pfn pfn, unsigned int order, bool owned);
	void (*broke)(void *arg, struct bs_error *err);
	void (*refused)(void *arg, const struct bs_range *r, unsigned int n);
	int (*sending)(void *arg, bs_ns *extra);
	void (*sent)(void *arg, bs_ns until, bool waits);
	void (*served)(void *arg);
	void (*pass)(void *arg, bool begins);
};

#endif
