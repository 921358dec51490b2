/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim_options.h - the options that `run`, `compare` and `bench` share: guest, device, window. */
#ifndef BS_SIM_OPTIONS_H
#define BS_SIM_OPTIONS_H

#include "cli.h"

struct sim_options {
	struct bs_sim_config cfg;
	struct bs_device_costs costs;
	char **strategies; /* owned; cfg.strategies points at it */
	enum bs_format format;
	const char *output, *plots;
	struct bs_host_event *host_events; /* owned; cfg.host.events points at it */
	bool has_host_poll;
	const char **fail_if;
	unsigned int nr_fail_if;
	bool no_measured, print_config, quiet;
};

/* argp child holding the shared options; its input is a struct sim_options. */
extern const struct argp sim_options_argp;

void sim_options_init(struct sim_options *o);
void sim_options_free(struct sim_options *o);
/* Add "-s A:x=1,y=2,B": an item with '=' and no ':' belongs to the strategy before it. */
void sim_options_add_strategies(struct sim_options *o, const char *text);
/* A --fail-if expression that makes no sense ends the program, before anything has run ... */
void sim_options_check_syntax(const char *expr);
/* ... and so does one about a row, or about a figure, that this comparison will not have. */
void sim_options_check_rows(const struct sim_options *o);
/* Tests the thresholds of --fail-if on a result; says on stderr which are crossed. Returns BS_UNEQUAL
 * if one is, BS_USAGE if a row does not have the figure, else 0. */
int sim_options_check(const struct sim_options *o, const struct bs_result *r);

#endif
