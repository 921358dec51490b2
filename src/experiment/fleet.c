// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "reporter.h"
#include "trial.h"

#define WRITE_NS_PER_MIB 97500 /* memset() of memory that is in no cache (device/costs.def) */
#define EXIT_NS_PER_MIB 500 /* bs_trial_free_ns() of a huge page */

char *bs_fleet_hog(uint64_t size, uint64_t base)
{
	const uint64_t mib = size / BS_MIB;
	char *text;

	return asprintf(
		       &text,
		       "memhog:size=%lluMiB,base=%lluMiB,cycles=1,hold=0,pause=0,fill=%lluns,exit=%lluns",
		       (unsigned long long)mib, (unsigned long long)(base / BS_MIB),
		       (unsigned long long)(mib * WRITE_NS_PER_MIB),
		       (unsigned long long)(mib * EXIT_NS_PER_MIB)) < 0
		       ? NULL
		       : text;
}

int bs_fleet_begin(struct bs_fleet *f, const struct bs_experiment *x, const char *strategy,
		   const char *load, uint64_t bytes, uint64_t memory, uint64_t swap,
		   struct bs_error *err)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->bytes = bytes;
	f->host = (struct bs_host_config){
		.shared = true, .memory_bytes = memory, .swap_bytes = swap, .threads = 1};
	bs_cost_preset(BS_FLEET_COSTS, &f->costs);
	ret = bs_world_init(&f->world, &f->host, x->cfg.stop);
	if (ret)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, strategy, NULL, "experiment");
	ret = bs_spec_parse(strategy, NULL, &f->spec, err);
	return ret ? ret : bs_load_parse(load, &f->load, err);
}

void bs_fleet_end(struct bs_fleet *f)
{
	for (unsigned int i = 0; i < f->nr; i++)
		bs_program_destroy(f->guests[i].program);
	bs_world_end(&f->world);
	bs_load_spec_free(&f->load);
	bs_spec_free(&f->spec);
}

static void over(void *arg)
{
	struct bs_fleet_guest *g = arg;

	g->over = true;
	g->over_at = g->g->clock->now;
}

const char *const bs_fleet_strategies[] = {"none",	  "rotation",  "rotation:delay=250ms",
					   "bitmap",	  "bubble",    "boundary",
					   "scatterlist", "hypercall", NULL};

static int add(struct bs_fleet *f, const struct bs_experiment *x, struct bs_error *err)
{
	const bs_pfn pages = (bs_pfn)(f->bytes >> BS_UNIT_SHIFT);
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = pages};
	const struct bs_mem_range range = {.end = pages};
	const struct bs_machine_config mc = {.kernel = x->cfg.kernel,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .seed = x->cfg.seed};
	const struct bs_device_config dc = {.kind = x->device,
					    .touch = BS_TOUCH_PAGE,
					    .thp = BS_THP_ALWAYS,
					    .capacity = BS_TRIAL_CAPACITY,
					    .costs = &f->costs};
	const struct bs_guest_setup gs = {.label = f->spec.label,
					  .machine = &mc,
					  .policy = x->cfg.policy,
					  .wake_latency = BS_TRIAL_WAKE_LATENCY,
					  .vmstat_busy = BS_TRIAL_VMSTAT_BUSY,
					  .vmstat_idle = BS_TRIAL_VMSTAT_IDLE,
					  .device = &dc,
					  .seed = x->cfg.seed,
					  .spec = &f->spec};

	return bs_world_add(&f->world, &gs, &f->guests[f->nr].g, err);
}

static int clock_error(const struct bs_fleet *f, struct bs_error *err)
{
	*err = f->world.clock.err;
	if (!err->where[0])
		snprintf(err->where, sizeof(err->where), "%s", f->spec.label);
	return err->status == BS_INTERRUPTED ? -EINTR : -EUCLEAN;
}

int bs_fleet_launch(struct bs_fleet *f, const struct bs_experiment *x, struct bs_error *err)
{
	struct bs_fleet_guest *g = &f->guests[f->nr];
	struct bs_clock *k = &f->world.clock;
	const struct bs_program_setup ps = {.spec = &f->load,
					    .seed = x->cfg.seed,
					    .start = k->now,
					    .lru = BS_LRU_AUTO,
					    .resident = BS_RESIDENT_USED,
					    .over = over,
					    .over_arg = g};
	int ret = add(f, x, err);

	if (ret)
		return ret;
	f->nr++;
	g->began = k->now;
	bs_host_memory_started(g->g);
	ret = bs_program_create(g->g, &ps, &g->program, err);
	if (!ret)
		ret = bs_program_begin(g->program, BS_NO_TIME, err);
	if (!ret)
		ret = bs_reporter_start(g->g, err);
	if (ret)
		return ret;
	bs_host_memory_changed(g->g, BS_NO_CPU);
	while (!g->over && !g->g->killed && !k->failed && bs_clock_next(k) != BS_NO_TIME)
		bs_clock_run(k, bs_clock_next(k));
	return k->failed ? clock_error(f, err) : 0;
}

int bs_fleet_wait(struct bs_fleet *f, bs_ns ns, struct bs_error *err)
{
	struct bs_clock *k = &f->world.clock;

	bs_clock_run(k, k->now + ns);
	for (unsigned int i = 0; i < f->nr && !k->failed; i++) {
		struct bs_error here;

		if (bs_machine_check(f->guests[i].g->m, &here))
			bs_clock_fail(k, &here);
	}
	return k->failed ? clock_error(f, err) : 0;
}

void bs_fleet_host(const struct bs_fleet *f, struct bs_host_figures *out)
{
	bs_host_counted(&f->world.host, out);
}

bs_ns bs_fleet_took(const struct bs_fleet *f, unsigned int i)
{
	const struct bs_fleet_guest *g = &f->guests[i];

	return i < f->nr && g->over ? g->over_at - g->began : BS_NO_TIME;
}
