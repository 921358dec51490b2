/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.h - a comparison's configuration: what is left open is taken from the trace, and what cannot
 * be is found before a cell runs. */
#ifndef BS_CONFIG_H
#define BS_CONFIG_H

#include "outcome.h"

/* What can be said without the trace: parse the strategies into plan->specs, and the load. 0, or negative with
 * @err; bs_config_free() either way. */
int bs_config_check(struct bs_plan *plan, struct bs_error *err);
/* When the window closes, of a plan with that trace. False: never, or too late. */
bool bs_plan_end(const struct bs_plan *plan, const struct bs_trace_info *info, bs_ns *end);
/* One of several guests: its kernel, its memory and CPUs, with what its trace or load says. 0, or negative with
 * @err. */
int bs_config_guest(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err);
/* ... now that the whole of @base is known, and its sink has begun. */
void bs_config_guest_begun(struct bs_plan *plan, const struct bs_plan *base);
/* There is a load and no trace: what a trace would say of itself. */
void bs_config_of_load(struct bs_plan *plan);
/* The strategies alone, again: the machine is another one than it was. */
int bs_config_specs(struct bs_plan *plan, struct bs_error *err);
/* The kernel, if none was asked for: the one that the trace's header names, else the default. */
int bs_config_kernel(struct bs_plan *plan, struct bs_error *err);
/*
 * The rest, with the trace, which is scanned (NULL: there is none): the guest's size and CPUs, the host's huge
 * pages, the window's length. Tells the sink that it begins, and warns.
 */
int bs_config_complete(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err);
void bs_config_free(struct bs_plan *plan);

#define BS_WINDOW_MAX (UINT64_C(1) << 63) /* ns */
/* How long the window is, from t0 to its end; false: longer than can be. */
bool bs_window_end(const struct bs_window_config *w, const struct bs_trace_info *info, bs_ns *end);

#endif
