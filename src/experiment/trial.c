// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <buddysim/gfp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "reporter.h"

/* ---- The load -------------------------------------------------------------------------------- */

static bs_ns next_step(void *arg)
{
	const struct bs_trial *t = arg;
	const bs_ns busy = t->g->cpus[0].busy_until;
	const bs_ns ready = (busy > t->stepped ? busy : t->stepped) + t->pause.work;

	if (!t->step)
		return BS_NO_TIME;
	return ready > t->pause.not_before ? ready : t->pause.not_before;
}

static void run_step(void *arg, bs_ns until)
{
	struct bs_trial *t = arg;
	struct bs_clock *k = &t->world.clock;
	const bs_ns at = next_step(t);

	(void)until;
	if (at > k->now)
		bs_clock_set_time(k, at);
	t->stepped = k->now;
	t->pause = t->step(t);
	if (!t->pause.over)
		return;
	t->step = NULL;
	t->load_end = k->now;
}

void bs_trial_load(struct bs_trial *t, struct bs_pause (*step)(struct bs_trial *t), void *arg)
{
	t->step = step;
	t->step_arg = arg;
	t->pause = (struct bs_pause){0};
	t->stepped = bs_trial_now(t);
}

void bs_trial_run(struct bs_trial *t, bs_ns until)
{
	bs_clock_run(&t->world.clock, until);
}

void bs_trial_run_load(struct bs_trial *t)
{
	while (t->step && !t->world.clock.failed)
		bs_trial_run(t, bs_clock_next(&t->world.clock));
}

bs_pfn bs_trial_alloc(struct bs_trial *t, unsigned int gfp, unsigned int order)
{
	return bs_guest_alloc(t->g, 0, gfp, order, 0, (struct bs_gfp_use){.user = true});
}

void bs_trial_free(struct bs_trial *t, bs_pfn pfn, unsigned int order)
{
	bs_guest_free(t->g, 0, pfn, order, 0);
}

/* ---- A process that exits -------------------------------------------------------------------- */

bs_ns bs_trial_free_ns(unsigned int order)
{
	return order ? BS_NS_PER_US : 50;
}

int bs_trial_fill(struct bs_trial *t, struct bs_trial_release *r, uint64_t bytes,
		  unsigned int order, struct bs_error *err)
{
	const unsigned int gfp = order ? BS_GFP_TRANSHUGE : BS_GFP_HIGHUSER_MOVABLE;

	*r = (struct bs_trial_release){.order = order, .step = bs_trial_free_ns(order)};
	r->n = bytes >> t->g->page_shift >> order;
	r->pfn = malloc((r->n + 1) * sizeof(*r->pfn));
	for (size_t i = 0; r->pfn && i < r->n; i++) {
		r->pfn[i] = bs_trial_alloc(t, gfp, order);
		if (r->pfn[i] == BS_NO_PFN) {
			free(r->pfn);
			r->pfn = NULL;
		}
	}
	/* It was in use for long when the experiment begins: nobody waits for its first touches. */
	t->g->cpus[0].busy_until = 0;
	if (r->pfn)
		return 0;
	return bs_error_set(err, BS_RESOURCE, ENOMEM, t->spec.label, NULL,
			    "the experiment's guest cannot hold %llu MiB",
			    (unsigned long long)(bytes >> 20));
}

struct bs_pause bs_trial_release_one(struct bs_trial *t)
{
	struct bs_trial_release *r = t->step_arg;

	if (r->next < r->n)
		bs_trial_free(t, r->pfn[r->next++], r->order);
	if (r->next < r->n)
		return (struct bs_pause){.work = r->step};
	/* Linux flushes the per-cpu lists of an idle CPU within seconds (vmstat); here at once, so
	 * that nothing is left there that no strategy could see. */
	bs_drain_pages(t->g->m, BS_ALL_CPUS);
	return (struct bs_pause){.over = true};
}

/* ---- The device ------------------------------------------------------------------------------ */

void bs_trial_arm(struct bs_trial *t, const struct bs_trial_faults *faults)
{
	t->faults = *faults;
	t->fault_calls = 0;
}

void bs_trial_note_walk(struct bs_trial *t)
{
	struct bs_report_stats rs;

	bs_report_stats(t->g->rc, &rs);
	if (rs.nodes_walked - t->nodes_at_call > t->longest_walk)
		t->longest_walk = rs.nodes_walked - t->nodes_at_call;
	t->nodes_at_call = rs.nodes_walked;
}

/* A request that fails never gets to the host. */
static int sending(void *arg, bs_ns *extra)
{
	struct bs_trial *t = arg;

	bs_trial_note_walk(t);
	t->fault_calls++;
	if (t->fault_calls == t->faults.stall_call)
		*extra = t->faults.stall;
	return t->faults.error_every && t->fault_calls % t->faults.error_every == 0 ? -EIO : 0;
}

static void sent(void *arg, bs_ns until, bool waits)
{
	struct bs_trial *t = arg;

	if (t->fault_calls == t->faults.stall_call)
		t->stall_end = until;
	if (!waits && t->during)
		t->during(t, t->fault_calls);
}

static void served(void *arg)
{
	struct bs_trial *t = arg;

	t->last_discard = bs_trial_now(t);
}

/* ---- What is left, and what broke ------------------------------------------------------------ */

uint64_t bs_trial_missed(const struct bs_trial *t, uint64_t left_raw)
{
	const uint64_t allowed = bs_report_may_leave(t->g->rc);

	if (t->g->strategy->caps & BS_CAP_IDLE)
		return BS_NO_TIME;
	return left_raw > allowed ? left_raw - allowed : 0;
}

int bs_trial_check(struct bs_trial *t, struct bs_error *err)
{
	struct bs_error here;

	if (!t->world.clock.failed && bs_machine_check(t->g->m, &here))
		bs_clock_fail(&t->world.clock, &here);
	if (!t->world.clock.failed)
		return 0;
	*err = t->world.clock.err;
	if (!err->where[0])
		snprintf(err->where, sizeof(err->where), "%s", t->spec.label);
	return err->status == BS_RESOURCE      ? -ENOMEM
	       : err->status == BS_INTERRUPTED ? -EINTR
					       : -EUCLEAN;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int add_guest(struct bs_trial *t, const struct bs_experiment *x,
		     const struct bs_trial_setup *setup, struct bs_error *err)
{
	const bs_pfn pages = (bs_pfn)(setup->bytes >> bs_platform_at(x->cfg.machine)->page_shift);
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = pages};
	const struct bs_mem_range range = {.end = pages};
	const struct bs_machine_config mc = {.kernel = x->cfg.kernel,
					     .machine = x->cfg.machine,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .seed = x->cfg.seed};
	struct bs_device_costs costs;
	const bool own = setup->costs && bs_cost_preset(setup->costs, &costs);
	const struct bs_device_config dc = {
		.kind = x->device,
		.costs = own ? &costs : NULL,
		.advice = setup->advice,
		.touch = setup->instant ? BS_TOUCH_NONE : BS_TOUCH_PAGE,
		.thp = BS_THP_ALWAYS,
		.capacity = BS_TRIAL_CAPACITY,
	};
	const struct bs_guest_setup gs = {.label = t->spec.label,
					  .machine = setup->machine ? setup->machine : &mc,
					  .policy = x->cfg.policy,
					  .wake_latency = setup->wake_latency,
					  .vmstat_busy = BS_TRIAL_VMSTAT_BUSY,
					  .vmstat_idle = BS_TRIAL_VMSTAT_IDLE,
					  .device = &dc,
					  .seed = x->cfg.seed,
					  .spec = &t->spec};

	return bs_world_add(&t->world, &gs, &t->g, err);
}

int bs_trial_begin(struct bs_trial *t, const struct bs_experiment *x, const char *spec,
		   const struct bs_trial_setup *setup, struct bs_error *err)
{
	int ret;

	*t = (struct bs_trial){.load = {.next = next_step, .run = run_step, .arg = t}};
	ret = bs_spec_parse(spec, bs_platform_at(x->cfg.machine), &t->spec, err);
	if (!ret && bs_world_init(&t->world, NULL, x->cfg.stop))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	if (!ret)
		ret = add_guest(t, x, setup, err);
	if (!ret && bs_ledger_begin(&t->ledger, t->g, setup->window, false))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "timeline");
	if (ret) {
		bs_trial_end(t);
		return ret;
	}
	bs_clock_add_load(&t->world.clock, &t->load);
	t->g->watch =
		(struct bs_watch){.arg = t, .sending = sending, .sent = sent, .served = served};
	return 0;
}

void bs_trial_end(struct bs_trial *t)
{
	bs_ledger_free(&t->ledger);
	bs_world_end(&t->world);
	bs_spec_free(&t->spec);
}
