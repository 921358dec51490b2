/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options_own.h - the options that are more than a value: each has a reader, as struct bs_option says,
 * and a printer unless it has no place in a command line that runs a cell again.
 */
#ifndef BS_OPTIONS_OWN_H
#define BS_OPTIONS_OWN_H

#include <buddysim/options.h>

#define BS_OPTION_READER(name)                                                        \
	int name(struct bs_options *o, const struct bs_option *opt, const char *text, \
		 struct bs_error *err)
#define BS_OPTION_PRINTER(name) \
	void name(const struct bs_sim_config *c, const struct bs_option *opt, void *file)

/* "A:x=1,y=2,B": an item with '=' and no ':' belongs to the strategy before it. */
BS_OPTION_READER(bs_add_strategies);
/* The same of agents, each beside each strategy. */
BS_OPTION_READER(bs_add_agents);
/* "model:per_request=2us,error_every=3" */
BS_OPTION_READER(bs_set_device);
BS_OPTION_PRINTER(bs_print_device);
/* A preset's name, or a file. */
BS_OPTION_READER(bs_set_costs);
BS_OPTION_PRINTER(bs_print_costs);
/* "5s:pressure=80" */
BS_OPTION_READER(bs_add_host_event);
BS_OPTION_PRINTER(bs_print_host_events);
/* "60s:compact" */
BS_OPTION_READER(bs_add_guest_event);
BS_OPTION_PRINTER(bs_print_guest_events);
/* A file, which sets other options too. */
BS_OPTION_READER(bs_set_scenario);
BS_OPTION_PRINTER(bs_print_scenario);
BS_OPTION_READER(bs_add_fail_if);

#endif
