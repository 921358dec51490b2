// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c - one trace, many strategies: every cell starts from the same guest and sees the same
 * events; the bound is computed from the trace alone. What comes out goes to the sink (outcome.h).
 *
 * This room replays recorded traces in the room world, and may call it and mm, report, device, trace
 * and stats below it. It knows no record: that is made by whoever listens.
 *
 *   ring <- event <- stream      follow <- follow_known <- follow_steps      future
 *   tell <- violation <- cell <- two_runs <- compare            start, bound_run, config
 */
#include "bound_run.h"
#include "cell.h"
#include "config.h"
#include "start.h"
#include "tell.h"
#include "two_runs.h"

#include <errno.h>

/* What the cell held and faulted in, priced as the bound prices it. */
static void price(struct bs_cell *c, const struct bs_bound *b)
{
	const struct bs_figures *f = &c->f;

	c->f.cost_ns = bs_bound_row_cost_ns(b, c->ledger.tl, f->resident_at_start,
					    f->device.refault_bytes + f->device.first_touch_bytes -
						    f->first_touch_at_start);
}

static int run_created(struct bs_cell *c, const struct bs_bound *b, struct bs_start *start,
		       struct bs_error *err)
{
	const struct bs_sink *sink = c->plan->sink;
	struct bs_outcome o;
	int ret;

	bs_cell_warn_before(c);
	ret = bs_cell_run(c, err);
	if (ret)
		return ret;
	bs_cell_warn_after(c);
	ret = bs_start_dump(start, c->g->m, c->label, err);
	if (ret)
		return ret;
	price(c, b);
	bs_cell_outcome(c, &o);
	if (sink->cell(sink->arg, &o))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	return 0;
}

static int run_cell(const struct bs_plan *plan, unsigned int index, struct bs_trace *t,
		    const struct bs_bound *b, struct bs_start *start, struct bs_error *err)
{
	const struct bs_spec *spec = &plan->specs[index];
	struct bs_cell_setup setup = {.spec = spec, .label = spec->label, .index = index};
	struct bs_cell *c;
	int ret = bs_first_run(plan, &setup, t, err);

	if (!ret)
		ret = bs_cell_create(plan, &setup, t, &c, err);
	if (!ret) {
		ret = run_created(c, b, start, err);
		bs_cell_destroy(c);
	}
	bs_future_destroy(setup.future);
	return ret;
}

/* Nothing that the other cells would meet too, whatever they are. */
static bool is_of_one_cell(const struct bs_error *err)
{
	return err->status == BS_RESOURCE || err->status == BS_INVARIANT;
}

/* A cell that fails loses nobody's row; the first one's error is the comparison's. */
static int run_cells(const struct bs_plan *plan, struct bs_trace *t, const struct bs_bound *b,
		     struct bs_start *start, struct bs_error *err)
{
	const struct bs_sink *sink = plan->sink;
	int ret = 0;

	for (unsigned int i = 0; i < plan->cfg.nr_strategies; i++) {
		struct bs_error here = {0};
		int one = run_cell(plan, i, t, b, start, &here);
		const bool goes_on = !one || is_of_one_cell(&here);

		if (one && goes_on && sink->failed)
			sink->failed(sink->arg, plan->specs[i].label, &here);
		if (one && (!ret || !goes_on)) {
			ret = one;
			*err = here;
		}
		if (!goes_on)
			break;
	}
	return ret;
}

static int run(const struct bs_plan *plan, struct bs_trace *t, struct bs_start *start,
	       struct bs_error *err)
{
	struct bs_bound *b;
	bs_ns refault;
	int ret = bs_bound_run(&plan->cfg, t, &b, &refault, err);

	if (!ret) {
		plan->sink->bound(plan->sink->arg, b, refault, plan->cfg.host.weight_ns_per_mib_s);
		ret = run_cells(plan, t, b, start, err);
	}
	bs_bound_destroy(b);
	return ret;
}

static int compare_trace(struct bs_plan *plan, struct bs_trace *t, bool running,
			 struct bs_error *err)
{
	struct bs_start start;
	int ret = bs_config_kernel(plan, t, err);

	if (ret)
		return ret;
	ret = bs_start_open(&start, plan, err);
	if (!ret)
		ret = bs_config_complete(plan, t, err);
	if (!ret && running)
		ret = run(plan, t, &start, err);
	if (!ret)
		return bs_start_close(&start, true, err);
	/* The cells that are whole are kept, whatever became of the others. */
	bs_start_close(&start, start.written, NULL);
	return ret;
}

static int compare(const struct bs_sim_config *config, const struct bs_sink *sink, bool running,
		   struct bs_error *err)
{
	struct bs_plan plan = {.cfg = *config, .sink = sink};
	struct bs_error local;
	struct bs_trace *t;
	int ret;

	err = err ? err : &local;
	if (!running)
		plan.cfg.output.dump_path = NULL;
	ret = bs_config_check(&plan, err);
	if (!ret)
		ret = bs_trace_open(plan.cfg.trace_path, &t, err);
	if (!ret) {
		ret = compare_trace(&plan, t, running, err);
		bs_trace_close(t);
	}
	bs_config_free(&plan);
	return ret;
}

int bs_replay_compare(const struct bs_sim_config *config, const struct bs_sink *sink,
		      struct bs_error *err)
{
	return compare(config, sink, true, err);
}

int bs_replay_check(const struct bs_sim_config *config, const struct bs_sink *sink,
		    struct bs_error *err)
{
	return compare(config, sink, false, err);
}
