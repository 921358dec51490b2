/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - `--watch`: a comparison is looked at on the terminal while it runs. It runs in its own thread
 * as ever, and waits where it is looked at; another one draws, and hears what is typed.
 */
#ifndef BS_SIM_WATCH_H
#define BS_SIM_WATCH_H

#include <buddysim/sim.h>

struct watch;

/* 0, or the exit status: stderr has been told that there is no terminal for it. */
int watch_check(void);
/* @verb: what was typed. NULL: no memory. */
struct watch *watch_create(const char *verb);
void watch_destroy(struct watch *w);
/*
 * The comparison that @config is about begins: it looks on from now on (output.viewer, .progress). 0, or
 * negative with @err. @stop: set by those who want it to end; the viewer sets it too, by SIGINT.
 */
int watch_begin(struct watch *w, struct bs_sim_config *config, const volatile int *stop,
		struct bs_error *err);
/* It is over: the terminal is as it was. */
void watch_end(struct watch *w);

#endif
