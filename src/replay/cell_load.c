// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_load.h"

#include "page_cache.h"
#include "progress.h"
#include "user.h"

#define HEARD_EVERY 0x200 /* instants */

static void heard(void *arg, bs_ns t)
{
	struct bs_cell *c = arg;
	const uint64_t steps = c->program->f.steps;

	(void)t;
	if (++c->unheard < HEARD_EVERY)
		return;
	c->unheard = 0;
	bs_progress_hear(bs_progress_of_cell(c), c->index, steps - c->heard_events,
			 c->world->clock.now);
	c->heard_events = steps;
}

int bs_cell_load_create(struct bs_cell *c, void (*over)(void *arg), struct bs_error *err)
{
	const struct bs_sim_config *cfg = &c->plan->cfg;
	const struct bs_program_setup setup = {
		.spec = &c->plan->load,
		.seed = cfg->seed,
		.start = c->guest ? c->guest->start : 0,
		.lru = cfg->guest.lru,
		.resident = cfg->guest.resident,
		.check_every = cfg->window.check_every,
		.over = over,
		.over_arg = c,
	};

	if (bs_progress_of_cell(c)) {
		c->hearing = (struct bs_meter){.until = heard, .arg = c};
		bs_clock_add_meter(&c->world->clock, &c->hearing);
	}
	return bs_program_create(c->g, &setup, &c->program, err);
}

/* Until the last task was over, or the window's end. */
static void take_cycles(struct bs_cell *c)
{
	const struct bs_program *p = c->program;
	const struct bs_histogram *h = &p->cycle_ns;
	const bs_ns until = p->f.over_at == BS_NO_TIME ? c->end : p->f.over_at;
	const bs_ns lead = c->plan->load.values[BS_LOAD_LEAD] + p->setup.start;

	c->f.cycles = (struct bs_cycles){
		.counted = true,
		.done = p->f.cycles,
		.each = p->f.cycles ? (until - lead - p->f.stood) / p->f.cycles : BS_NO_TIME,
		.p50 = bs_histogram_percentile(h, 500),
		.p90 = bs_histogram_percentile(h, 900),
		.p99 = bs_histogram_percentile(h, 990),
		.max = h->max,
	};
}

static void take_huge(struct bs_cell *c)
{
	const struct bs_tasks *s = &c->program->tasks;
	struct bs_user_counts n;

	c->f.huge.share = BS_NO_TIME;
	if (!bs_tasks_user_counts(s, &n))
		return;
	c->f.huge = (struct bs_huge_figures){
		.counted = true,
		.alloc = n.thp_alloc,
		.failed = n.thp_failed,
		.collapsed = n.collapse_alloc,
		.collapse_failed = n.collapse_failed,
		.split = n.split_page,
		.tables = n.tables_peak,
		.share = bs_tasks_huge_share(s),
	};
}

static void take_cache(struct bs_cell *c)
{
	struct bs_page_cache_figures n;

	if (!c->g->cache)
		return;
	bs_page_cache_figures(c->g->cache, &n);
	c->f.cache = (struct bs_cache_figures){true,	    n.read, n.again, n.reclaimed,
					       n.by_kswapd, n.peak, n.pages};
}

void bs_cell_load_close(struct bs_cell *c)
{
	const struct bs_program_figures *f = &c->program->f;
	const bs_ns length = c->plan->info->duration + c->program->setup.start + f->stood;
	struct bs_stream_figures *s = &c->stream.f;

	bs_program_close(c->program);
	s->events = f->steps;
	s->allocations = f->allocations;
	s->refused = f->refused;
	s->unfinished = f->unfinished;
	s->late_end = f->over_at == BS_NO_TIME ? BS_NO_TIME
		      : f->over_at > length    ? f->over_at - length
					       : 0;
	take_cycles(c);
	take_huge(c);
	take_cache(c);
}
