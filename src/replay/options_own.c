// SPDX-License-Identifier: GPL-2.0-or-later
#include "options_own.h"

#include <buddysim/report.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_read.h"
#include "shell.h"

/* ---- The device and its costs ---------------------------------------------------------------- */

BS_OPTION_READER(bs_set_device)
{
	struct bs_device_config *dc = &o->config.host.device;
	const size_t len = strcspn(text, ":");
	const char *kind = bs_words_add(&o->texts, text, len, err);
	unsigned int n;
	int ret;

	if (!kind)
		return -ENOMEM;
	ret = bs_option_pick(opt, opt->word, kind, &n, err);
	if (ret)
		return ret;
	dc->kind = opt->word(n);
	dc->params = NULL;
	if (text[len]) {
		dc->params = bs_words_add(&o->texts, text + len + 1, strlen(text + len + 1), err);
		if (!dc->params)
			return -ENOMEM;
	}
	/* Now, not after the trace was read. */
	return bs_device_check_params(dc->kind, dc->params, err);
}

BS_OPTION_READER(bs_set_costs)
{
	(void)opt;
	o->config.host.device.costs = &o->costs;
	if (bs_cost_preset(text, &o->costs))
		return 0;
	return bs_costs_read(text, &o->costs, err);
}

BS_OPTION_PRINTER(bs_print_costs)
{
	const struct bs_device_costs *costs = c->host.device.costs;
	const char *preset = costs ? bs_cost_preset_of(costs) : NULL;

	if (preset)
		fprintf(file, " --%s %s", opt->name, preset);
}

/* Does @params, "a=1,b=2" or NULL, set @name? */
static bool sets(const char *params, const char *name)
{
	const size_t len = strlen(name);

	for (const char *p = params; p && *p; p += strcspn(p, ","), p += *p == ',')
		if (!strncmp(p, name, len) && p[len] == '=')
			return true;
	return false;
}

/* Costs from a file stand in front of what was said of the device, which goes over them. */
BS_OPTION_PRINTER(bs_print_device)
{
	const struct bs_device_config *dc = &c->host.device;
	const bool of_file =
		dc->costs && !bs_cost_preset_of(dc->costs) && bs_device_traits(dc->kind)->has_costs;
	struct bs_device_costs costs = of_file ? *dc->costs : (struct bs_device_costs){0};
	char *words = NULL;
	const char *name;
	size_t size;
	FILE *f = open_memstream(&words, &size);
	const bs_ns *ns;
	char sep = ':';

	if (!f)
		return;
	fputs(dc->kind, f);
	for (unsigned int i = 0; of_file && (ns = bs_cost_field(&costs, i, &name)); i++) {
		if (sets(dc->params, name))
			continue;
		fprintf(f, "%c%s=%lluns", sep, name, (unsigned long long)*ns);
		sep = ',';
	}
	if (dc->params && *dc->params)
		fprintf(f, "%c%s", sep, dc->params);
	if (!fclose(f)) {
		fprintf(file, " --%s ", opt->name);
		bs_shell_put(file, words);
	}
	free(words);
}

/* ---- Thresholds ------------------------------------------------------------------------------ */

/* The program knows the grammar. */
BS_OPTION_READER(bs_add_fail_if)
{
	(void)opt;
	return bs_words_add(&o->program.fail_if, text, strlen(text), err) ? 0 : -ENOMEM;
}
