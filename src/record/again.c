// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * again.c - the command line that does what a cell did: the same trace, strategy, guest, host and
 * window, whatever presets, files and defaults they came from.
 */
#include <buddysim/options.h>

#include "again.h"
#include "shell.h"

bool bs_again_print(FILE *f, const struct bs_outcome *o)
{
	const struct bs_sim_config *cfg = o->cfg;
	const struct bs_option *opt;

	if (!cfg->guest.state_path && (cfg->guest.machine.nr_ranges || cfg->guest.machine.nr_zones))
		return false;
	fputs("buddysim run ", f);
	bs_shell_put(f, cfg->trace_path);
	fputs(" -s ", f);
	bs_shell_put(f, o->label);
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++) {
		/* What becomes of the result changes nothing in it. */
		if (opt->group == BS_OPTIONS_OUTPUT || opt->group == BS_OPTIONS_PROGRAM)
			continue;
		if (!opt->of_state || !cfg->guest.state_path)
			bs_option_print(cfg, opt, f);
	}
	fputc('\n', f);
	return true;
}
