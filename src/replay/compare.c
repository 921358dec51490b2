// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c - one trace, many strategies: every cell starts from the same guest and sees the same
 * events; the bound is computed from the trace alone. Cells share nothing that changes, and so may run
 * side by side. What comes out goes to the sink (outcome.h), in the order of the cells.
 *
 * This room replays recorded traces in the room world, and may call it and mm, report, device, trace
 * and stats below it. It knows no record: that is made by whoever listens.
 *
 *   ring <- event <- stream      follow <- follow_known <- follow_steps      future
 *   tell, progress, held_why <- view <- violation <- cell <- two_runs <- compare
 *   start, bound_run, bound_law, config, company
 */
#include "bound_law.h"
#include "bound_run.h"
#include "cell.h"
#include "company.h"
#include "config.h"
#include "figures_sum.h"
#include "guests.h"
#include "jobs.h"
#include "progress.h"
#include "start.h"
#include "tell.h"
#include "two_runs.h"

#include <errno.h>
#include <stdlib.h>

/* ---- A cell's own thread --------------------------------------------------------------------- */

/*
 * What became of a cell. It is told when its turn comes, and waits for that without its guest.
 * @c: NULL: it could not be built
 * @ran: to the end of the window, and was checked; @left_out: it is none for a load
 * @end: the state to be written, or NULL
 */
struct row {
	struct bs_cell *c;
	bool begun, ran, left_out;
	struct bs_state *end;
	int ret;
	struct bs_error err;
};

struct comparison {
	const struct bs_plan *plan;
	const struct bs_bound *bound;
	struct bs_start *start;
	struct bs_company company;
	struct row *rows; /* of each cell */
	int stopped; /* the user wants no more of them to begin; any thread's */
	int ret; /* of the whole */
	struct bs_error *err;
};

static int run_created(struct row *r, const struct comparison *k)
{
	struct bs_cell *c = r->c;
	int ret = bs_cell_run(c, &r->err), rest;

	if (!ret)
		r->ran = true;
	for (struct bs_cell *g = c; g && !ret; g = g->next)
		ret = bs_bound_law(g, k->bound, &r->err);
	if (!ret && c->next)
		bs_figures_sum(c);
	if (!ret)
		ret = bs_start_take(k->start, c->g->m, c->label, &r->end, &r->err);
	rest = bs_cell_rest(c, ret ? NULL : &r->err);
	return ret ? ret : rest;
}

static int run_cell(struct row *r, const struct comparison *k, unsigned int index,
		    struct bs_trace *t)
{
	const struct bs_cell_name *name = &k->plan->cells[index];
	struct bs_cell_setup setup = {.spec = name->spec,
				      .label = name->label,
				      .kernel = name->kernel,
				      .policy = name->policy,
				      .index = index};
	int ret = bs_first_run(k->plan, &setup, t, &r->err);

	if (!ret)
		ret = bs_cell_create(k->plan, &setup, t, &r->c, &r->err);
	if (!ret)
		ret = run_created(r, k);
	bs_future_destroy(setup.future);
	return ret;
}

/* What a load will do depends on what it waits for: nobody can know it. */
static bool is_left_out(const struct bs_plan *plan, const struct bs_spec *spec)
{
	return (plan->load.kind || plan->nr_guests) && spec->s->caps & BS_CAP_KNOWS_FUTURE;
}

static void tell_left_out(const struct comparison *k, unsigned int index)
{
	const struct bs_sink *sink = k->plan->sink;
	struct bs_error err;

	bs_error_set(&err, BS_USAGE, 0, NULL, NULL,
		     "needs a recorded trace of one guest: what a load will do, or several guests, "
		     "depends on what they wait for");
	if (sink->failed)
		sink->failed(sink->arg, k->plan->cells[index].label, &err);
}

static void work(void *arg, unsigned int index, unsigned int worker)
{
	struct comparison *k = arg;
	struct row *r = &k->rows[index];

	r->left_out = is_left_out(k->plan, k->plan->cells[index].spec);
	r->begun = !__atomic_load_n(&k->stopped, __ATOMIC_RELAXED);
	if (!r->begun || r->left_out)
		return;
	r->ret = run_cell(r, k, index, k->company.readers[worker]);
	if (r->ret && r->err.status == BS_INTERRUPTED)
		__atomic_store_n(&k->stopped, 1, __ATOMIC_RELAXED);
	bs_progress_done(k->plan->progress, index);
}

/* Its trace is gone through twice (two_runs.h). */
static bool is_long(void *arg, unsigned int index)
{
	const struct comparison *k = arg;

	return k->plan->cells[index].spec->s->caps & BS_CAP_KNOWS_FUTURE;
}

/* ---- In the order of the cells --------------------------------------------------------------- */

/* To who looks on. */
static void show_row(const struct comparison *k, unsigned int index, const struct bs_outcome *o,
		     const struct bs_error *err)
{
	const struct bs_viewer *v = k->plan->cfg.output.viewer;
	struct bs_view_row row = {.cell = index, .label = k->plan->cells[index].label};

	/* One that was interrupted is not over. */
	if (!v || !v->row || (!o && err->status == BS_INTERRUPTED))
		return;
	row.cost = o ? o->f->cost_ns : BS_NO_TIME;
	row.held_mib_s = o ? o->f->held_mib_s : 0;
	row.failed = o ? NULL : err->text;
	v->row(v->arg, &row);
}

static int tell_row(const struct row *r, const struct comparison *k, struct bs_error *err)
{
	const struct bs_sink *sink = k->plan->sink;
	struct bs_outcome o;

	if (r->c)
		bs_cell_warn_before(r->c);
	if (r->ran)
		bs_cell_warn_after(r->c);
	*err = r->err;
	if (r->ret) {
		show_row(k, (unsigned int)(r - k->rows), NULL, err);
		return r->ret;
	}
	bs_start_write(k->start, r->end);
	bs_cell_outcome(r->c, &o);
	show_row(k, o.index, &o, NULL);
	if (sink->cell(sink->arg, &o))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, r->c->label, NULL, "record");
	return 0;
}

static void forget(struct row *r)
{
	bs_cell_destroy(r->c);
	bs_state_free(r->end);
	*r = (struct row){0};
}

/* Nothing that the other cells would meet too, whatever they are. */
static bool is_of_one_cell(const struct bs_error *err)
{
	return err->status == BS_RESOURCE || err->status == BS_INVARIANT;
}

/* A cell that fails loses nobody's row; the first one's error is the comparison's. Of an interrupted
 * comparison those that are whole are told, also those behind one that is not. */
static bool tell(void *arg, unsigned int index)
{
	struct comparison *k = arg;
	struct row *r = &k->rows[index];
	const struct bs_sink *sink = k->plan->sink;
	struct bs_error here;
	bool goes_on;
	int one;

	if (!r->begun)
		return true;
	if (r->left_out) {
		tell_left_out(k, index);
		return true;
	}
	one = tell_row(r, k, &here);
	forget(r);
	goes_on = !one || is_of_one_cell(&here);
	if (one && goes_on && sink->failed)
		sink->failed(sink->arg, k->plan->cells[index].label, &here);
	if (one && (!k->ret || (!goes_on && k->err->status != BS_INTERRUPTED))) {
		k->ret = one;
		*k->err = here;
	}
	return goes_on || here.status == BS_INTERRUPTED;
}

static int run_cells(struct bs_plan *plan, struct bs_trace *t, const struct bs_bound *b,
		     struct bs_start *start, struct bs_error *err)
{
	struct comparison k = {.plan = plan, .bound = b, .start = start, .err = err};
	struct bs_jobs jobs = {
		.nr = plan->nr_cells, .work = work, .is_long = is_long, .tell = tell, .arg = &k};
	int ret = bs_company_open(&k.company, plan, t, err);
	bs_ns end;

	k.rows = calloc(jobs.nr + 1, sizeof(*k.rows));
	if (!ret && !k.rows)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	if (!ret) {
		jobs.at_once = plan->at_once = k.company.nr;
		if (!bs_plan_end(plan, plan->info, &end))
			end = 0;
		plan->progress = bs_progress_create(plan, plan->info, end);
		ret = bs_jobs_run(&jobs, err);
		bs_progress_destroy(plan->progress);
		plan->progress = NULL;
	}
	for (unsigned int i = 0; k.rows && i < jobs.nr; i++)
		forget(&k.rows[i]);
	free(k.rows);
	bs_company_free(&k.company);
	return ret ? ret : k.ret;
}

static int run(struct bs_plan *plan, struct bs_trace *t, struct bs_start *start,
	       struct bs_error *err)
{
	struct bs_bound *b;
	bs_ns refault;
	int ret = bs_bound_run(&plan->cfg, t, &b, &refault, err);

	bs_reading_end(t);
	/* In a closed loop each row has a used(t) of its own, and there is none to make a bound of. */
	if (!ret && t && !plan->nr_guests)
		plan->sink->bound(plan->sink->arg, b, refault, plan->cfg.host.weight_ns_per_mib_s);
	plan->bound = b;
	if (!ret)
		ret = run_cells(plan, t, b, start, err);
	plan->bound = NULL;
	bs_bound_destroy(b);
	return ret;
}

/* ---- A comparison ---------------------------------------------------------------------------- */

static int compare_trace(struct bs_plan *plan, struct bs_trace *t, bool running,
			 struct bs_error *err)
{
	struct bs_reading_of reading;
	struct bs_start start;
	int ret = bs_config_kernel(plan, err);

	if (ret)
		return ret;
	ret = bs_start_open(&start, plan, err);
	bs_reading_begin(&reading, plan, t);
	if (!ret)
		ret = bs_guests_make(plan, t, err);
	if (!ret)
		ret = bs_config_complete(plan, t, err);
	if (!ret)
		bs_guests_begun(plan);
	if (!ret && running)
		ret = run(plan, t, &start, err);
	bs_reading_end(t);
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
	struct bs_trace *t = NULL;
	int ret;

	err = err ? err : &local;
	bs_guests_share(&plan.cfg);
	if (!running)
		plan.cfg.output.dump_path = NULL;
	ret = bs_config_check(&plan, err);
	if (!ret && bs_guests_differ(config))
		bs_guests_stand_in(&plan);
	else if (!ret && plan.load.kind)
		bs_config_of_load(&plan);
	else if (!ret)
		ret = bs_trace_open(plan.cfg.trace_path, &t, err);
	if (!ret && t)
		plan.info = bs_trace_info(t);
	if (!ret)
		ret = compare_trace(&plan, t, running, err);
	bs_guests_free(&plan);
	bs_trace_close(t);
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
