/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reporter.h - how the strategy of a guest reaches the world: its clock, its wakes and passes, its
 * requests. The one struct bs_env that there is.
 *
 * A pass takes no virtual time; only waiting for the device does. While it waits, everything else
 * that happens in the world happens, nested, so that a straight-line pass() serves.
 */
#ifndef BS_REPORTER_H
#define BS_REPORTER_H

#include "parts.h"

/* 0 or -ENOMEM. */
int bs_reporter_init(struct bs_guest *g, bs_ns wake_latency, unsigned int capacity);
void bs_reporter_free(struct bs_guest *g);
/* What the strategy's context is made with. */
void bs_reporter_env(struct bs_guest *g, struct bs_env *env);

/* Switch it on: 0, or negative with @err, which says what it needs. */
int bs_reporter_start(struct bs_guest *g, struct bs_error *err);
/* Switch it off as the kernel does: at once, or when the pass that is running has ended. */
void bs_reporter_stop(struct bs_guest *g);
/* The guest stands still, and so do the worker and its timers; and goes on. */
void bs_reporter_pause(struct bs_guest *g);
void bs_reporter_resume(struct bs_guest *g);
/* Another percentage of the host's memory is in use than was last told. */
void bs_reporter_pressure(struct bs_guest *g, unsigned int percent);
/* Will @cpu run a pass as soon as it may? */
bool bs_reporter_wants_cpu(const struct bs_guest *g, unsigned int cpu);

#endif
