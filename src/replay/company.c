// SPDX-License-Identifier: GPL-2.0-or-later
#include "company.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "jobs.h"

/* What a guest takes for each page in use beside the page itself: its descriptor and the device's. */
#define BESIDE_PAGE 32

/* A real arena's figures are measured on the host: alone, unless somebody asked for company. Who looks on
 * looks at one. */
static unsigned int wanted(const struct bs_plan *plan)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	const struct bs_device_traits *t = bs_device_traits(cfg->host.device.kind);
	unsigned int n = cfg->output.jobs;

	if (cfg->output.viewer)
		n = 1;
	if (!n)
		n = t && t->has_arena ? 1 : bs_nr_cores();
	return n < plan->nr_cells ? n : plan->nr_cells;
}

/* How many run at a time changes nothing of what comes out. */
static void warn_room(const struct bs_plan *plan, unsigned int fit, const char *why)
{
	char text[400];

	if (!plan->sink->warn_here)
		return;
	snprintf(text, sizeof(text), "%u of %u cells run at a time: they may need %s", fit,
		 plan->nr_cells, why);
	plan->sink->warn_here(plan->sink->arg, text);
}

/* Each with its peak at the same moment, before the first of them takes a page. */
static unsigned int that_fit(const struct bs_plan *plan, const struct bs_trace_info *info,
			     unsigned int n)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	struct bs_device_config dc = cfg->host.device;
	char why[256];
	unsigned int fit;

	dc.page_shift = bs_platform_at(cfg->guest.machine.machine)->page_shift;
	dc.nr_pages = cfg->guest.machine.memory_bytes >> dc.page_shift;
	dc.peak_pages = cfg->guest.resident == BS_RESIDENT_ALL || cfg->guest.state_origin
				? dc.nr_pages
				: info->peak_pages;
	fit = bs_device_fit(&dc, info->numbers * sizeof(uint32_t) + info->peak_pages * BESIDE_PAGE,
			    n, why, sizeof(why));
	if (fit < n)
		warn_room(plan, fit, why);
	return fit;
}

int bs_company_open(struct bs_company *c, const struct bs_plan *plan, struct bs_trace *t,
		    struct bs_error *err)
{
	unsigned int n = wanted(plan);

	*c = (struct bs_company){0};
	if (n > 1)
		n = that_fit(plan, plan->info, n);
	c->readers = calloc(n + 1, sizeof(*c->readers));
	if (!c->readers)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	c->readers[c->nr++] = t;
	/* A load is its own in every cell. */
	for (; !t && c->nr < n; c->nr++)
		c->readers[c->nr] = NULL;
	while (c->nr < n) {
		int ret = bs_trace_open_again(t, &c->readers[c->nr], err);

		if (ret)
			return ret;
		c->nr++;
	}
	return 0;
}

void bs_company_free(struct bs_company *c)
{
	while (c->nr > 1)
		bs_trace_close(c->readers[--c->nr]);
	free(c->readers);
	*c = (struct bs_company){0};
}
