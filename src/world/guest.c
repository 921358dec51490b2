// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/policy.h>
#include <buddysim/state.h>

#include "page_cache.h"
#include "pressure.h"
#include "reporter.h"
#include "vmstat.h"

#define CAPACITY 32 /* ranges per request, where nothing else was said */

static int create_machine(struct bs_guest *g, const struct bs_guest_setup *setup,
			  struct bs_error *err)
{
	struct bs_machine_config mc = *setup->machine;
	const struct bs_spec *spec = setup->spec;
	int ret;

	if (spec->s->movable)
		mc.movable_bytes =
			spec->s->movable(spec->values, mc.memory_bytes, &mc.movable_unit);
	ret = setup->state ? bs_machine_from_state(setup->state, mc.kernel, &g->m, err)
			   : bs_machine_create(&mc, &g->m, err);

	if (!ret && setup->policy)
		ret = bs_policy_attach(g->m, setup->policy, err);
	if (ret)
		return ret;
	g->page_shift = bs_platform_of(g->m)->page_shift;
	g->nr_cpus = bs_nr_cpus(g->m);
	g->cpus = calloc(g->nr_cpus, sizeof(*g->cpus));
	if (!g->cpus)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->label, NULL, "setting up");
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i].counted_until = BS_NO_TIME;
	return 0;
}

static int create_device(struct bs_guest *g, const struct bs_guest_setup *setup,
			 struct bs_error *err)
{
	struct bs_device_config dc = *setup->device;
	const struct bs_spec *spec = setup->spec;
	struct bs_device_costs costs;
	int ret;

	dc.nr_pages = bs_max_pfn(g->m);
	dc.page_shift = g->page_shift;
	dc.seed = setup->seed;
	dc.peak_pages = setup->peak_pages ? setup->peak_pages : dc.nr_pages;
	if (spec->s->request_ranges)
		dc.capacity = spec->s->request_ranges;
	if (!dc.capacity)
		dc.capacity = CAPACITY;
	g->touch = dc.touch != BS_TOUCH_NONE;
	/* Only from allocated() can a strategy say that a block is zero, and one that can be told
	 * not to has a parameter for it. */
	dc.zero_once =
		g->touch && spec->s->allocated && bs_spec_value_of_role(spec, BS_ROLE_ZERO_ONCE, 1);
	ret = bs_device_create(&dc, &g->dev, err);
	if (!ret)
		ret = bs_device_config_costs(&dc, &costs, err);
	if (ret)
		return ret;
	g->poison = bs_device_poison_mode(g->dev);
	g->zeroes = dc.zero_once || costs.zero_per_mib;
	if (bs_reporter_init(g, setup->wake_latency, dc.capacity))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->label, NULL, "setting up");
	return 0;
}

int bs_guest_bind(struct bs_guest *g, const struct bs_spec *spec, struct bs_error *err)
{
	struct bs_env env;

	bs_report_destroy(g->rc);
	g->rc = NULL;
	g->strategy = spec->s;
	bs_reporter_env(g, &env);
	return bs_report_bind(g->m, spec, &env, &g->rc, err);
}

int bs_guest_create(struct bs_clock *k, const struct bs_guest_setup *setup, struct bs_guest **out,
		    struct bs_error *err)
{
	struct bs_guest *g = calloc(1, sizeof(*g));
	int ret;

	*out = NULL;
	if (!g)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->label, NULL, "setting up");
	g->clock = k;
	g->known_zero.pfn = BS_NO_PFN;
	g->saved.goes = true;
	ret = create_machine(g, setup, err);
	if (!ret)
		ret = create_device(g, setup, err);
	if (ret) {
		bs_guest_destroy(g);
		return ret;
	}
	g->reporter.future = setup->future;
	ret = bs_guest_bind(g, setup->spec, err);
	if (ret) {
		bs_guest_destroy(g);
		return ret;
	}
	bs_vmstat_start(g, setup->vmstat_busy, setup->vmstat_idle);
	*out = g;
	return 0;
}

void bs_guest_destroy(struct bs_guest *g)
{
	if (!g)
		return;
	bs_report_destroy(g->rc);
	bs_device_destroy(g->dev);
	bs_machine_destroy(g->m);
	bs_reporter_free(g);
	free(g->saved.back);
	free(g->contention);
	bs_page_cache_destroy(g->cache);
	bs_pressure_end(g);
	free(g->cpus);
	free(g);
}
