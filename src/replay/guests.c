// SPDX-License-Identifier: GPL-2.0-or-later
#include "guests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "loads.h"
#include "spec.h"

static bool all_named(const struct bs_sim_config *cfg)
{
	for (unsigned int i = 0; i < cfg->nr_guest_list; i++)
		if (!cfg->guest_list[i].strategy)
			return false;
	return cfg->nr_guest_list;
}

void bs_guests_share(struct bs_sim_config *cfg)
{
	if (cfg->guests < 2 && !cfg->nr_guest_list)
		return;
	cfg->host.shared = true;
	if (!cfg->host.threads)
		cfg->host.threads = 1;
	/* It is a modelled host's memory that they share. */
	if (bs_device_traits(cfg->host.device.kind)->has_arena) {
		cfg->host.device.kind = bs_device_for(BS_DEVICE_TIMED);
		cfg->host.device.params = NULL;
	}
	/* There is one row, and it is called by the first one's. */
	if (!all_named(cfg))
		return;
	cfg->strategies = &cfg->guest_list[0].strategy;
	cfg->nr_strategies = 1;
}

bool bs_guests_differ(const struct bs_sim_config *cfg)
{
	return cfg->nr_guest_list;
}

void bs_guests_stand_in(struct bs_plan *plan)
{
	plan->of_load = (struct bs_trace_info){.source = "scenario"};
	plan->info = &plan->of_load;
	plan->cfg.trace_path = plan->cfg.scenario;
	plan->cfg.guest.machine.nr_cpus = 1;
	plan->of_load.page_shift = bs_platform_at(plan->cfg.guest.machine.machine)->page_shift;
}

/* As if the guest were the only one. */
static int make_plan(struct bs_guest_plan *g, const struct bs_plan *base,
		     const struct bs_scenario_guest *s, struct bs_error *err)
{
	struct bs_plan *p = calloc(1, sizeof(*p));

	if (!p)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, g->name, NULL, "setting up");
	*p = *base;
	g->plan = p;
	p->of = base;
	p->guests = NULL;
	p->nr_guests = 0;
	p->specs = NULL;
	p->cells = NULL;
	p->load = (struct bs_load_spec){0};
	if (s->memory_bytes)
		p->cfg.guest.machine.memory_bytes = s->memory_bytes;
	if (s->nr_cpus)
		p->cfg.guest.machine.nr_cpus = s->nr_cpus;
	g->own_kernel = s->kernel;
	if (s->kernel)
		p->cfg.guest.machine.kernel = s->kernel;
	g->own_policy = s->policy;
	if (s->policy)
		p->cfg.guest.policy = s->policy;
	return 0;
}

static int give_strategy(struct bs_guest_plan *g, const char *text, struct bs_error *err)
{
	g->spec = calloc(1, sizeof(*g->spec));
	if (!g->spec)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, g->name, NULL, "setting up");
	return bs_spec_parse(text, bs_platform_at(g->plan->cfg.guest.machine.machine), g->spec,
			     err);
}

static int give_load(struct bs_guest_plan *g, const char *text, struct bs_error *err)
{
	int ret = bs_load_parse(text, &g->plan->load, err);

	if (!ret)
		bs_config_of_load(g->plan);
	return ret;
}

static int give_trace(struct bs_guest_plan *g, const char *path, struct bs_trace *all,
		      struct bs_error *err)
{
	int ret = path ? bs_trace_open(path, &g->trace, err)
		       : bs_trace_open_again(all, &g->trace, err);

	if (ret)
		return ret;
	if (path)
		g->plan->cfg.trace_path = path;
	g->plan->info = bs_trace_info(g->trace);
	return 0;
}

/* When its load is over, if nothing makes it wait. */
static int note_length(struct bs_plan *plan, const struct bs_guest_plan *g, struct bs_error *err)
{
	bs_ns end;

	if (!bs_window_end(&g->plan->cfg.window, g->plan->info, &end) ||
	    g->start > BS_WINDOW_MAX - end)
		return bs_error_set(err, BS_USAGE, 0, g->name,
				    "let it start earlier, or be shorter",
				    "its window would be longer than the limit");
	end += g->start - g->plan->cfg.window.tail;
	if (end > plan->longest)
		plan->longest = end;
	return 0;
}

static int make(struct bs_plan *plan, unsigned int i, const struct bs_scenario_guest *s,
		struct bs_trace *all, struct bs_error *err)
{
	struct bs_guest_plan *g = &plan->guests[i];
	const char *load = s->load ? s->load : s->trace_path ? NULL : plan->cfg.load;
	int ret;

	g->start = s->start;
	g->name = s->name ? strdup(s->name) : NULL;
	if (!g->name && (s->name || asprintf(&g->name, "guest %u", i + 1) < 0)) {
		g->name = NULL;
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	}
	ret = make_plan(g, plan, s, err);
	if (!ret && s->strategy)
		ret = give_strategy(g, s->strategy, err);
	if (!ret)
		ret = load ? give_load(g, load, err) : give_trace(g, s->trace_path, all, err);
	if (!ret)
		ret = bs_config_guest(g->plan, g->trace, err);
	return ret ? ret : note_length(plan, g, err);
}

int bs_guests_make(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	const unsigned int nr = cfg->nr_guest_list ? cfg->nr_guest_list : cfg->guests;
	int ret = 0;

	if (!cfg->nr_guest_list && nr < 2)
		return 0;
	plan->guests = calloc(nr, sizeof(*plan->guests));
	if (!plan->guests)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	for (unsigned int i = 0; i < nr && !ret; i++) {
		const struct bs_scenario_guest one = {.start = i * cfg->stagger};

		plan->nr_guests++;
		/* One scan is enough for all. */
		ret = make(plan, i, cfg->nr_guest_list ? &cfg->guest_list[i] : &one,
			   i && !cfg->nr_guest_list ? plan->guests[0].trace : t, err);
	}
	for (unsigned int i = 0; i < nr && !ret; i++)
		plan->guests[i].plan->longest = plan->longest;
	if (plan->info == &plan->of_load)
		plan->of_load.duration = plan->longest;
	return ret;
}

void bs_guests_begun(struct bs_plan *plan)
{
	for (unsigned int i = 0; i < plan->nr_guests; i++)
		bs_config_guest_begun(plan->guests[i].plan, plan);
}

void bs_guests_free(struct bs_plan *plan)
{
	for (unsigned int i = 0; i < plan->nr_guests; i++) {
		struct bs_guest_plan *g = &plan->guests[i];

		if (g->plan)
			bs_load_spec_free(&g->plan->load);
		free(g->plan);
		free(g->name);
		if (g->spec)
			bs_spec_free(g->spec);
		free(g->spec);
		bs_trace_close(g->trace);
	}
	free(plan->guests);
	plan->guests = NULL;
	plan->nr_guests = 0;
}
