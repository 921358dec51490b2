// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * again.c - the command line that does what a cell did: the same trace, strategy, guest, host and
 * window, whatever presets, files and defaults they came from.
 */
#include <buddysim/options.h>

#include <stdlib.h>

#include "again.h"
#include "options_combine.h"
#include "shell.h"

/* Of what the host asked of all, what was asked of this one; the rest would be refused. */
static struct bs_host_event *keep_heard(struct bs_sim_config *c)
{
	struct bs_host_event *heard = calloc(c->host.nr_events + 1, sizeof(*heard));
	unsigned int n = 0;

	for (unsigned int i = 0; heard && i < c->host.nr_events; i++)
		if (bs_host_event_is_heard(c, &c->host.events[i]))
			heard[n++] = c->host.events[i];
	c->host.events = heard;
	c->host.nr_events = n;
	return heard;
}

static bool is_wanted(const struct bs_sim_config *c, const struct bs_option *opt)
{
	/* What becomes of the result changes nothing in it. */
	return opt->group != BS_OPTIONS_OUTPUT && opt->group != BS_OPTIONS_PROGRAM &&
	       !(opt->of_state && c->guest.state_path) && !bs_option_is_idle(c, opt) &&
	       !(opt->needs && bs_option_is_idle(c, bs_option_find(opt->needs)));
}

bool bs_again_print(FILE *f, const struct bs_outcome *o)
{
	const struct bs_sim_config *cfg = o->cfg;
	struct bs_sim_config alone = *cfg;
	struct bs_host_event *heard;
	const struct bs_option *opt;

	if (!cfg->guest.state_path && (cfg->guest.machine.nr_ranges || cfg->guest.machine.nr_zones))
		return false;
	fputs("buddysim run", f);
	if (!cfg->load) {
		fputc(' ', f);
		bs_shell_put(f, cfg->trace_path);
	}
	fputs(" -s ", f);
	bs_shell_put(f, o->words);
	alone.strategies = &o->words;
	alone.nr_strategies = 1;
	alone.guest.machine.kernel = o->kernel;
	alone.guest.policy = o->policy;
	heard = keep_heard(&alone);
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (is_wanted(&alone, opt))
			bs_option_print(&alone, opt, f);
	free(heard);
	fputc('\n', f);
	return true;
}
