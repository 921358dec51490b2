// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include "held_why.h"

/* ---- One look -------------------------------------------------------------------------------- */

struct walk {
	const struct bs_guest *g;
	struct bs_view *v;
};

/* Parts of a block may be told one by one; they are their block's. */
static unsigned int order_of_block(const struct walk *w, bs_pfn pfn, unsigned int order)
{
	bs_pfn head;

	if (order < bs_platform_of(w->g->m)->max_order)
		bs_page_lookup(w->g->m, pfn, &head, &order);
	return order;
}

static void unowned(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	const struct walk *w = arg;
	struct bs_view *v = w->v;
	uint64_t *const of[] = {
		[BS_TO_SMALL] = &v->below, [BS_TO_RAW] = &v->raw,    [BS_TO_TOLD] = &v->told,
		[BS_TO_HANDS] = &v->hands, [BS_TO_GIVEN] = &v->told, [BS_TO_NOBODY] = &v->nobody,
	};

	*of[is] += bs_guest_bytes(w->g, order);
	if (is == BS_TO_TOLD)
		v->told_bytes[order_of_block(w, pfn, order)] += bs_guest_bytes(w->g, order);
}

static void take_memory(const struct bs_cell *c, struct bs_view *v)
{
	const struct bs_guest *g = c->g;
	struct walk w = {g, v};
	struct bs_report_stats rs;
	struct bs_zone_info z;
	uint64_t taken;

	v->memory = bs_managed_pages(g->m) << g->page_shift;
	v->nr_orders = bs_platform_of(g->m)->max_order + 1;
	v->page_bytes = bs_guest_bytes(g, 0);
	v->unit = bs_report_unit(g->rc);
	for (unsigned int i = 0; i < bs_nr_zones(g->m); i++) {
		bs_zone_info(g->m, i, &z);
		v->pcp += z.nr_pcp_pages << g->page_shift;
	}
	bs_nr_free_blocks(g->m, v->free_blocks);
	bs_report_walk(g->rc, BS_NR_ORDERS, unowned, &w);
	/* What a client has allocated is no free block: what is not in its hands any more, the host has. */
	bs_report_stats(g->rc, &rs);
	taken = rs.isolated_bytes + rs.client_bytes;
	if (taken > v->hands)
		v->told += rs.client_bytes < taken - v->hands ? rs.client_bytes : taken - v->hands;
	v->used = v->memory - v->pcp - v->below - v->raw - v->hands - v->told - v->nobody;
}

static void take_host(const struct bs_cell *c, struct bs_view *v)
{
	struct bs_device_stats ds;
	struct bs_held_why why;

	bs_device_stats(c->g->dev, &ds);
	v->resident = ds.resident_bytes + ds.unmapped_bytes;
	v->unmapped = ds.unmapped_bytes;
	v->refaults = ds.refaults;
	v->refault_bytes = ds.refault_bytes;
	v->host_ns = ds.host_ns;
	v->held = bs_held_why_now(c->g, &why);
	v->held_mib_s = bs_timeline_held_mib_s(c->ledger.tl);
	v->why[BS_VIEW_HELD_PCP] = why.pcp;
	v->why[BS_VIEW_HELD_IN_FLIGHT] = why.in_flight;
	v->why[BS_VIEW_HELD_BELOW] = why.below;
	v->why[BS_VIEW_HELD_RAW] = why.raw;
	v->why[BS_VIEW_HELD_KEPT] = why.kept;
	v->why[BS_VIEW_HELD_HUGE_REST] = why.huge_rest;
	v->why[BS_VIEW_HELD_OTHER] = why.other;
}

static void take_stall(const struct bs_cell *c, struct bs_view *v)
{
	const struct bs_guest *g = c->g;
	bs_ns of[BS_NR_CAUSES];

	bs_cpus_blocked(g->cpus, g->nr_cpus, of);
	v->stall[BS_VIEW_FIRST_TOUCH] = of[BS_CAUSE_FIRST_TOUCH];
	v->stall[BS_VIEW_REFAULT] = of[BS_CAUSE_REFAULT] + of[BS_CAUSE_HOST_ZERO];
	v->stall[BS_VIEW_REQUEST] = of[BS_CAUSE_REQUEST];
	v->stall[BS_VIEW_INSTALL] = of[BS_CAUSE_INSTALL];
	v->stall[BS_VIEW_ZERO] = of[BS_CAUSE_ZERO];
	v->stall[BS_VIEW_POISON] = of[BS_CAUSE_POISON];
	v->stall[BS_VIEW_CLIENT] = of[BS_CAUSE_CLIENT];
	v->stall[BS_VIEW_WAIT] = of[BS_CAUSE_WAIT];
	for (unsigned int i = 0; i < BS_VIEW_STALL; i++)
		v->stall[BS_VIEW_STALL] += v->stall[i];
}

static enum bs_reporter_does does(const struct bs_guest *g, unsigned int in_flight)
{
	const struct bs_reporter *r = &g->reporter;

	if (g->ended)
		return BS_REPORTER_ENDED;
	if (g->strategy->caps & BS_CAP_IDLE)
		return BS_REPORTER_NOTHING;
	if (in_flight)
		return BS_REPORTER_AT_DEVICE;
	if (r->pass_running)
		return BS_REPORTER_IN_PASS;
	if (r->paused)
		return BS_REPORTER_PAUSED;
	if (g->strategy->caps & BS_CAP_NO_WORKER)
		return BS_REPORTER_NO_WORKER;
	return r->wake_armed ? BS_REPORTER_WAITING : BS_REPORTER_IDLE;
}

static void take_reporter(const struct bs_cell *c, struct bs_view *v)
{
	const struct bs_viewing *w = &c->viewing;
	const struct bs_reporter *r = &c->g->reporter;
	struct bs_report_stats rs;

	bs_report_stats(c->g->rc, &rs);
	for (unsigned int i = 0; i < r->nr_calls; i++)
		v->in_flight += r->calls[i].used && !r->calls[i].done;
	v->does = does(c->g, v->in_flight);
	v->wake_at = r->wake_at;
	v->pass_at = w->pass_at;
	v->pass_ns = w->pass_ns;
	v->pass_bytes = w->pass_bytes;
	v->pass_requests = w->pass_requests;
	if (r->pass_running) {
		v->pass_ns = v->now - w->pass_at;
		v->pass_bytes = rs.reported_bytes - w->pass_bytes;
		v->pass_requests = rs.calls - w->pass_requests;
	}
	v->passes = rs.passes;
	v->aborted_passes = rs.aborted_passes;
	v->requests = rs.calls;
	v->failed_requests = rs.failed_calls;
	v->blocks = rs.ranges;
	v->reported = rs.reported_bytes;
}

static void look(struct bs_cell *c, bs_ns until)
{
	const struct bs_plan *all = c->plan->of ? c->plan->of : c->plan;
	const struct bs_viewer *viewer = all->cfg.output.viewer;
	struct bs_view v = {
		.cell = c->index,
		.cells = all->nr_cells,
		.guests = all->nr_guests ? all->nr_guests : 1,
		.label = c->label,
		.strategy = c->g->strategy->name,
		.params = c->params,
		.kernel = bs_kernel_name(c->g->m),
		.now = c->world->clock.now,
		.until = until,
		.load_end = c->end - c->plan->cfg.window.tail,
		.end = c->end,
		.ended = c->g->ended,
		.events = c->program ? c->program->f.steps : c->stream.f.events,
		.cost = BS_NO_TIME,
	};
	struct bs_machine_counters k;

	bs_machine_counters(c->g->m, &k);
	v.allocs = k.allocs;
	v.frees = k.frees;
	take_memory(c, &v);
	take_host(c, &v);
	take_stall(c, &v);
	take_reporter(c, &v);
	if (all->bound)
		v.cost = bs_bound_row_cost_ns(all->bound, c->ledger.tl, v.stall[BS_VIEW_STALL],
					      v.host_ns);
	c->viewing.next = viewer->look(viewer->arg, &v);
}

/* ---- While it runs --------------------------------------------------------------------------- */

static unsigned int wants(const struct bs_cell *c)
{
	return __atomic_load_n(c->plan->cfg.output.viewer->wants, __ATOMIC_RELAXED);
}

static void until(void *arg, bs_ns t)
{
	struct bs_cell *c = arg;

	if (t > c->world->clock.now && (c->viewing.next <= t || wants(c) & BS_VIEW_NOW))
		look(c, t);
}

static void pass(void *arg, bool begins)
{
	struct bs_cell *c = arg;
	struct bs_viewing *w = &c->viewing;
	struct bs_report_stats rs;

	bs_report_stats(c->g->rc, &rs);
	if (begins) {
		w->pass_at = c->world->clock.now;
		w->pass_bytes = rs.reported_bytes;
		w->pass_requests = rs.calls;
		if (wants(c) & BS_VIEW_PASS)
			w->next = w->pass_at;
		return;
	}
	w->pass_ns = c->world->clock.now - w->pass_at;
	w->pass_bytes = rs.reported_bytes - w->pass_bytes;
	w->pass_requests = rs.calls - w->pass_requests;
}

void bs_view_begin(struct bs_cell *c)
{
	c->viewing =
		(struct bs_viewing){.meter = {.until = until, .arg = c}, .pass_at = BS_NO_TIME};
	bs_clock_add_meter(&c->world->clock, &c->viewing.meter);
	c->g->watch.pass = pass;
}

void bs_view_end(struct bs_cell *c)
{
	bs_clock_drop_meter(&c->world->clock, &c->viewing.meter);
	c->g->watch.pass = NULL;
	look(c, c->end);
}
