/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options_combine.h - what of a configuration does nothing: left out where it is written down. */
#ifndef BS_OPTIONS_COMBINE_H
#define BS_OPTIONS_COMBINE_H

#include <buddysim/options.h>

/* Does any of @c's strategies listen? */
bool bs_host_event_is_heard(const struct bs_sim_config *c, const struct bs_host_event *e);
/* Would @opt be refused or warned about, whatever it is set to, for what else is in @c? */
bool bs_option_is_idle(const struct bs_sim_config *c, const struct bs_option *opt);

#endif
