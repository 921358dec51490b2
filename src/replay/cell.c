// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bound_run.h"
#include "cell_figures.h"
#include "cell_load.h"
#include "config.h"
#include "follow_steps.h"
#include "host_tick.h"
#include "hostmem.h"
#include "inherit.h"
#include "pressure.h"
#include "progress.h"
#include "reporter.h"
#include "stream.h"
#include "tell.h"
#include "trace_lru.h"
#include "view.h"
#include "violation.h"

/* ---- Who looks on ---------------------------------------------------------------------------- */

static void owned(void *arg, bs_pfn pfn, unsigned int order, bool is)
{
	struct bs_cell *c = arg;

	if (c->lru)
		bs_trace_lru_owned(c->lru, pfn, order, is);
	if (!c->future)
		return;
	if (!is)
		bs_future_free(c->future, pfn, order);
	else if (bs_future_alloc(c->future, pfn, order, c->world->clock.now))
		bs_guest_fail_memory(c->g);
}

static void name_it(const struct bs_cell *c, struct bs_error *err)
{
	if (!err->where[0])
		snprintf(err->where, sizeof(err->where), "%s", c->label);
}

static void broke(void *arg, struct bs_error *err)
{
	struct bs_cell *c = arg;

	name_it(c, err);
	if (err->status == BS_INVARIANT)
		bs_violation_write(c, err);
}

static void refused(void *arg, const struct bs_range *r, unsigned int n)
{
	bs_violation_request(arg, r, n);
}

/* What other cells take and give back meanwhile is the same host's. */
static void look_at_host(struct bs_cell *c, unsigned int when)
{
	if (c->plan->at_once <= 1)
		c->f.host_free[when] = bs_host_free_bytes();
}

static void load_over(void *arg)
{
	struct bs_cell *c = arg;

	bs_ledger_load_end(&c->ledger);
	look_at_host(c, 1);
}

static void heard(void *arg)
{
	struct bs_cell *c = arg;

	bs_progress_hear(bs_progress_of_cell(c), c->index, c->stream.f.events - c->heard_events,
			 c->world->clock.now);
	c->heard_events = c->stream.f.events;
}

/* ---- Building -------------------------------------------------------------------------------- */

static bs_ns next_use(void *arg, bs_pfn pfn, unsigned int order)
{
	return bs_future_next(arg, pfn, order);
}

void bs_cell_write_down(struct bs_cell *c, struct bs_future *f)
{
	c->future = f;
	c->g->watch.owned = owned;
}

/* What a strategy that knows the future goes by: the bound's own rule. */
static int foresee(const struct bs_cell *c, struct bs_foresight *f, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &c->plan->cfg;
	bs_ns refault;
	int ret;

	*f = (struct bs_foresight){0};
	if (!(c->spec->s->caps & BS_CAP_KNOWS_FUTURE))
		return 0;
	ret = bs_refault_price(cfg, &refault, err);
	if (ret)
		return ret;
	f->break_even = bs_bound_held_gap(refault, cfg->host.weight_ns_per_mib_s);
	if (c->future) {
		f->arg = c->future;
		f->next_use = next_use;
	}
	return 0;
}

static int create_guest(struct bs_cell *c, const struct bs_trace_info *info, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &c->plan->cfg;
	struct bs_machine_config machine = cfg->guest.machine;
	struct bs_guest_setup setup = {
		.label = c->label,
		.machine = &machine,
		.wake_latency = cfg->guest.wake_latency,
		.vmstat_busy = cfg->guest.vmstat_busy,
		.vmstat_idle = cfg->guest.vmstat_idle,
		.state = c->plan->state,
		.device = &cfg->host.device,
		.seed = cfg->seed,
		.peak_pages = cfg->guest.resident == BS_RESIDENT_ALL || cfg->guest.state_origin
				      ? 0
				      : info->peak_pages,
		.spec = c->spec,
	};
	int ret = foresee(c, &setup.future, err);

	machine.kernel = c->kernel;
	setup.policy = c->policy;
	c->world = c->first ? c->first->world : &c->own;
	if (!ret && !c->first && bs_world_init(&c->own, &cfg->host, cfg->output.stop))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	if (!ret)
		ret = bs_world_add(c->world, &setup, &c->g, err);
	if (!ret)
		ret = bs_agent_create(c->g, c->spec->agent, &c->agent, err);
	if (ret)
		return ret;
	if (c->plan->reclaims && bs_pressure_begin(c->g, &c->plan->reclaim_costs,
						   cfg->guest.swap_bytes >> c->g->page_shift))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	if (c->plan->contends &&
	    bs_contention_begin(c->g, &c->plan->lock_costs, c->plan->load.kind))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	c->g->watch = (struct bs_watch){.arg = c, .broke = broke, .refused = refused};
	if (c->future)
		bs_cell_write_down(c, c->future);
	return 0;
}

static int follow(struct bs_cell *c, struct bs_error *err)
{
	if (!c->plan->state && c->plan->reclaims) {
		c->g->watch.owned = owned;
		return bs_trace_lru_create(&c->stream, &c->lru, err);
	}
	if (!c->plan->state)
		return 0;
	if (c->plan->state->origin[0]) {
		c->stream.follow = &bs_inherit_ops;
		if (bs_inherit_create(&c->stream, c->plan->state, &c->inherit, err))
			return -EIO;
		c->stream.follow_arg = c->inherit;
		return 0;
	}
	c->stream.follow = &bs_follow_ops;
	c->g->follows = true;
	if (bs_follow_create(&c->stream, c->plan->state, c->plan->end_state, &c->follow, err))
		return -EIO;
	c->stream.follow_arg = c->follow;
	return 0;
}

static int create_stream(struct bs_cell *c, struct bs_trace *trace, struct bs_error *err)
{
	int ret = bs_stream_init(&c->stream, c->g, trace, &c->plan->cfg, err);

	bs_trace_leave_pfns(trace, !c->plan->state);
	c->stream.over = load_over;
	c->stream.over_arg = c;
	c->stream.heard = bs_progress_of_cell(c) ? heard : NULL;
	c->stream.heard_arg = c;
	return ret;
}

static int create(struct bs_cell *c, struct bs_trace *trace, struct bs_error *err)
{
	const struct bs_trace_info *info = trace ? bs_trace_info(trace) : c->plan->info;
	int ret = create_guest(c, info, err);

	if (!ret)
		ret = trace ? create_stream(c, trace, err) : bs_cell_load_create(c, load_over, err);
	if (ret)
		return ret;
	c->params = bs_spec_params_text(c->spec);
	if (c->spec->agent && !bs_agent_is_idle(c->spec->agent))
		c->agent_words = bs_agent_text(c->spec->agent);
	if (!c->params || (c->spec->agent && !bs_agent_is_idle(c->spec->agent) && !c->agent_words))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	if (!bs_plan_end(c->plan, info, &c->end))
		return bs_error_set(err, BS_USAGE, 0, c->label, NULL, "the window is too long");
	if (bs_ledger_begin(&c->ledger, c->g, c->end, true) ||
	    (c->plan->cfg.output.map && bs_ledger_map(&c->ledger, c->end)))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "timeline");
	c->stream.ledger = &c->ledger;
	if (c->plan->cfg.output.viewer && !c->first)
		bs_view_begin(c);
	return trace ? follow(c, err) : 0;
}

/* Of several guests each is called by the row's name and its own. */
static int name_guest(struct bs_cell *c, struct bs_error *err)
{
	if (asprintf(&c->own_label, "%s/%s", c->label, c->guest->name) < 0) {
		c->own_label = NULL;
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	}
	c->label = c->own_label;
	return 0;
}

static int create_one(const struct bs_plan *plan, const struct bs_cell_setup *setup,
		      struct bs_trace *trace, struct bs_cell **out, struct bs_error *err)
{
	struct bs_cell *c = calloc(1, sizeof(*c));
	struct bs_error here = {0};
	int ret = 0;

	if (!c)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->label, NULL, "setting up");
	c->plan = plan;
	c->spec = setup->spec;
	c->label = c->row_label = setup->label;
	c->kernel = setup->kernel ? setup->kernel : plan->cfg.guest.machine.kernel;
	c->policy = setup->policy;
	c->index = setup->index;
	c->future = setup->future;
	c->first = setup->first;
	c->row_spec = setup->row;
	c->guest = setup->guest;
	if (c->guest)
		ret = name_guest(c, &here);
	if (!ret && c->guest && c->guest->trace)
		ret = bs_trace_open_again(c->guest->trace, &c->reader, &here);
	if (!ret)
		ret = create(c, c->guest ? c->reader : trace, &here);
	if (!ret) {
		*out = c;
		return 0;
	}
	name_it(c, &here);
	if (err)
		*err = here;
	bs_cell_destroy(c);
	return ret;
}

int bs_cell_create(const struct bs_plan *plan, const struct bs_cell_setup *setup,
		   struct bs_trace *trace, struct bs_cell **out, struct bs_error *err)
{
	struct bs_cell *first = NULL, **next = &first;
	int ret = plan->nr_guests ? 0 : create_one(plan, setup, trace, &first, err);

	for (unsigned int i = 0; i < plan->nr_guests && !ret; i++) {
		const struct bs_guest_plan *guest = &plan->guests[i];
		struct bs_cell_setup one = *setup;

		one.first = first;
		one.guest = guest;
		one.row = setup->spec;
		if (guest->spec)
			one.spec = guest->spec;
		if (guest->own_kernel)
			one.kernel = guest->plan->cfg.guest.machine.kernel;
		if (guest->own_policy)
			one.policy = guest->plan->cfg.guest.policy;
		ret = create_one(guest->plan, &one, NULL, next, err);
		if (!ret)
			next = &(*next)->next;
	}
	if (!ret)
		*out = first;
	else
		bs_cell_destroy(first);
	return ret;
}

static void let_go(struct bs_cell *c)
{
	bs_stream_free(&c->stream);
	bs_agent_destroy(c->agent);
	c->agent = NULL;
	if (!c->first)
		bs_world_end(&c->own);
	c->g = NULL;
	c->at_rest = true;
}

/* What is to be said of each guest, and of all of them. */
static int rest_all(struct bs_cell *c, struct bs_error *err)
{
	struct bs_outcome *told;
	unsigned int nr = 0;
	int ret = bs_cell_rest(c->next, err);

	for (const struct bs_cell *g = c; g; g = g->next)
		nr++;
	told = c->told = calloc(nr, sizeof(*told));
	if (ret || !told)
		return ret ? ret : bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	for (const struct bs_cell *g = c; g; g = g->next) {
		*told = g->outcome;
		told->label = g->guest->name;
		told->guest = g->guest;
		told++;
	}
	c->row_params = bs_spec_params_text(c->row_spec);
	if (!c->row_params)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	c->outcome.strategy = c->row_spec->s;
	c->outcome.words = c->row_spec->label;
	c->outcome.params = c->row_params;
	c->outcome.f = &c->sum;
	c->outcome.label = c->row_label;
	c->outcome.guests = c->told;
	c->outcome.nr_guests = nr;
	return 0;
}

int bs_cell_rest(struct bs_cell *c, struct bs_error *err)
{
	struct bs_outcome o;
	char *kernel, *words;
	int ret;

	bs_cell_outcome(c, &o);
	o.kernel = kernel = strdup(o.kernel);
	o.device_words = words = strdup(o.device_words);
	c->outcome = o;
	ret = kernel && words ? 0
			      : bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	if (!ret && c->next)
		ret = c->first ? bs_cell_rest(c->next, err) : rest_all(c, err);
	let_go(c);
	return ret;
}

static void free_text(const char *text)
{
	free((char *)(uintptr_t)text);
}

/* The others first: it is their world that ends with it. */
void bs_cell_destroy(struct bs_cell *c)
{
	if (!c)
		return;
	bs_cell_destroy(c->next);
	bs_trace_close(c->reader);
	bs_follow_destroy(c->follow);
	bs_inherit_destroy(c->inherit);
	bs_trace_lru_destroy(c->lru);
	bs_program_destroy(c->program);
	bs_ledger_free(&c->ledger);
	if (!c->at_rest)
		let_go(c);
	free_text(c->outcome.kernel);
	free_text(c->outcome.device_words);
	free(c->params);
	free(c->agent_words);
	free(c->own_label);
	free(c->row_params);
	free(c->told);
	if (c->violation.f)
		bs_outfile_abandon(&c->violation);
	free(c);
}

/* ---- The end of the window ------------------------------------------------------------------- */

static void end_window(void *arg, int unused)
{
	struct bs_cell *c = arg;

	(void)unused;
	c->closed = true;
	bs_ledger_close(&c->ledger, c->end);
	c->f.host_counts = bs_host_counted(&c->world->host, &c->f.host);
	if (c->program)
		bs_cell_load_close(c);
	else
		bs_stream_close(&c->stream);
	bs_cell_take_window(c);
	if (c->plan->cfg.output.viewer && !c->first)
		bs_view_end(c);
}

/* What was read off the host, by the check behind the window too. */
static void measured_from(struct bs_device_stats *to, const struct bs_device_stats *from)
{
	to->real_madvise_ns = from->real_madvise_ns;
	to->real_touch_ns = from->real_touch_ns;
	to->real_rss_bytes = from->real_rss_bytes;
	to->real_anon_huge_bytes = from->real_anon_huge_bytes;
	to->real_lazyfree_bytes = from->real_lazyfree_bytes;
	to->residency_checks = from->residency_checks;
	to->residency_mismatches = from->residency_mismatches;
}

static int check_residency(struct bs_cell *c, struct bs_error *err)
{
	struct bs_device_stats now;
	int ret = bs_device_check(c->g->dev, err);

	if (ret < 0)
		return ret;
	bs_device_real_rss(c->g->dev);
	bs_device_stats(c->g->dev, &now);
	measured_from(&c->f.device, &now);
	c->f.residency_checked = true;
	c->f.residency_equal = !ret && !now.residency_mismatches;
	if (!c->f.residency_equal)
		snprintf(c->f.residency_note, sizeof(c->f.residency_note), "%.200s",
			 ret ? err->text : "a check during the run found a difference");
	return 0;
}

static int final_checks(struct bs_cell *c, struct bs_error *err)
{
	int ret;

	bs_report_stop(c->g->rc);
	if (c->follow && bs_follow_ops.end(c->follow, err))
		return -EIO;
	ret = bs_machine_check(c->g->m, err);
	if (ret) {
		bs_guest_fail(c->g, err);
		*err = c->world->clock.err;
		return ret;
	}
	return c->g->touch ? check_residency(c, err) : 0;
}

/* ---- Running --------------------------------------------------------------------------------- */

static uint64_t now_real_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void run_measured(struct bs_cell *c)
{
	uint64_t (*const allocated)(void) = c->plan->cfg.output.allocated;
	const uint64_t heap = allocated ? allocated() : 0;
	uint64_t begin, cpu;

	c->f.at_once = c->plan->at_once;
	look_at_host(c, 0);
	begin = now_real_ns(CLOCK_MONOTONIC);
	cpu = now_real_ns(CLOCK_THREAD_CPUTIME_ID);
	bs_clock_advance(&c->world->clock, &c->closed);
	c->f.cpu_ns = now_real_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	c->f.wall_ns = now_real_ns(CLOCK_MONOTONIC) - begin;
	look_at_host(c, 2);
	c->f.loop_alloc_bytes = allocated ? allocated() - heap : 0;
}

static int begin_load(struct bs_cell *c, struct bs_error *err)
{
	if (c->program)
		return bs_program_begin(c->program, c->end, err);
	if (c->guest)
		c->stream.base = c->guest->start;
	if (!bs_stream_begin(&c->stream))
		return 0;
	*err = c->world->clock.err;
	return -EIO;
}

static int begin(struct bs_cell *c, struct bs_error *err)
{
	int ret;

	/* It is a guest before it has anything: if there is no room for what it has, it is one too many. */
	bs_host_memory_started(c->g);
	ret = begin_load(c, err);
	bs_host_memory_changed(c->g, BS_NO_CPU);
	if (!ret)
		ret = bs_reporter_start(c->g, err);
	if (!ret)
		bs_agent_start(c->agent);
	return ret;
}

static void begin_later(void *arg, int unused)
{
	struct bs_cell *c = arg;
	struct bs_error err;

	(void)unused;
	if (begin(c, &err))
		bs_clock_fail(&c->world->clock, &err);
}

/* All guests, the first one last: with the end of its window the cell's is over. */
static int begin_all(struct bs_cell *c, struct bs_error *err)
{
	int ret = c->next ? begin_all(c->next, err) : 0;

	if (ret)
		return ret;
	/* The last instant belongs to the window: it closes behind all that happens in it. */
	bs_clock_push(&c->world->clock, c->end + 1, BS_DUE_END, end_window, c, 0);
	if (!c->guest || !c->guest->start)
		return begin(c, err);
	bs_clock_push(&c->world->clock, c->guest->start, BS_DUE_HOST, begin_later, c, 0);
	return 0;
}

static int finish(struct bs_cell *c, struct bs_error *err)
{
	int ret = 0;

	for (; c && !ret; c = c->next) {
		bs_cell_take_counts(c);
		ret = final_checks(c, err);
	}
	return ret;
}

static int run(struct bs_cell *c, struct bs_error *err)
{
	struct bs_clock *k = &c->world->clock;
	int ret = begin_all(c, err);

	if (!ret) {
		bs_host_start(&c->world->host, c->end);
		ret = bs_host_tick_start(&c->world->host, err);
	}
	if (!ret && bs_guest_asks_start(&c->world->asks, c->world->guests,
					c->plan->cfg.guest.events, c->plan->cfg.guest.nr_events))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	if (!ret) {
		run_measured(c);
	}
	if (k->failed) {
		bs_cell_take_counts(c);
		*err = k->err;
		return -EIO;
	}
	return ret ? ret : finish(c, err);
}

int bs_cell_run(struct bs_cell *c, struct bs_error *err)
{
	struct bs_error here = {0};
	int ret = run(c, &here);

	if (!ret)
		return 0;
	name_it(c, &here);
	bs_violation_close(c, &here);
	if (err)
		*err = here;
	return ret;
}
