// SPDX-License-Identifier: GPL-2.0-or-later
#include "search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "config.h"
#include "config_json.h"
#include "json.h"
#include "outcome.h"

/*
 * One comparison.
 * @list: its points; @nr of them
 * @found: of each. NULL: into the points themselves
 */
struct round {
	struct bs_search *s;
	const unsigned int *list;
	unsigned int nr;
	struct bs_found *found;
	struct bs_advise_progress progress;
	bool no_memory;
};

/* ---- What a round is told -------------------------------------------------------------------- */

static int begin(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	struct round *r = arg;
	struct bs_search *s = r->s;

	if (s->config)
		return 0;
	s->config = bs_config_json(cfg);
	s->trace = json_object();
	bs_json_put_text(s->trace, "name", bs_base_name(cfg->trace_path));
	bs_json_put_text(s->trace, "sha256", info->sha256);
	bs_json_put_uint(s->trace, "events", info->events);
	bs_json_put_uint(s->trace, "duration_ns", info->duration);
	bs_json_put_uint(s->trace, "peak_bytes", info->peak_pages << info->page_shift);
	bs_window_end(&cfg->window, info, &s->window);
	s->length = s->window - cfg->window.tail;
	s->memory = cfg->guest.machine.memory_bytes;
	s->on = bs_platform_at(cfg->guest.machine.machine);
	s->duration = info->duration;
	s->gap = cfg->window.gap;
	s->repeat = cfg->window.repeat;
	return s->config && s->trace ? 0 : -ENOMEM;
}

static void bound(void *arg, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	(void)arg;
	(void)b;
	(void)refault;
	(void)weight;
}

static uint64_t mean_bytes(uint64_t held_mib_s, bs_ns window)
{
	const unsigned __int128 all = (unsigned __int128)held_mib_s * BS_NS_PER_S << 20;

	return window ? (uint64_t)(all / window) : 0;
}

/* As a row of a comparison's table that stands for the answer. */
static bool is_whole(const struct bs_figures *f)
{
	return !f->unfinished_events && !f->alloc_failed && !f->rescued && !f->pressed.oom_kills &&
	       !f->report.failed_calls && !f->host_errors && !f->device.unzeroed_bytes &&
	       f->cost_ns != BS_NO_TIME;
}

static struct bs_found found_in(const struct bs_outcome *o, bs_ns window)
{
	const struct bs_figures *f = o->f;
	const bool cache = o->cfg->guest.cache == BS_CACHE_COUNTS_HELD;
	const uint64_t held = f->held_mib_s + (cache ? f->cache_mib_s : 0);
	const bs_ns other = f->stall.total + f->device.host_ns;

	return (struct bs_found){
		.ran = true,
		.whole = is_whole(f),
		.stock = !o->policy &&
			 bs_strategy_is_stock(o->strategy, o->params, o->kernel,
					      bs_platform_at(o->cfg->guest.machine.machine)),
		.idle = o->strategy->caps & BS_CAP_IDLE,
		.worth = f->cost_ns != BS_NO_TIME ? f->cost_ns - other : 0,
		.stall = f->stall.total,
		.host = f->device.host_ns,
		.stall_per_minute = f->stall_per_minute,
		.held_mib_s = held,
		.held_bytes = mean_bytes(held, window),
		.t50 = f->settle[0],
		.t90 = f->settle[1],
		.delay_p99 = f->delay.p99,
		.delay_max = f->delay.max,
		.peak_bytes = f->peak_resident_bytes,
		.refault_bytes = f->device.refault_bytes,
		.calls = f->report.calls,
		.alloc_failed = f->alloc_failed,
		.unfinished = f->unfinished_events,
		.failed_calls = f->report.failed_calls,
		.skipped_ranges = f->device.skipped_ranges,
		.host_errors = f->host_errors,
	};
}

/* A copy, or the one that is there already. */
static int keep_text(char **to, const char *text)
{
	if (!*to)
		*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

/* "linux-6.1+lazy:slack=4" */
static int keep_kernel(struct bs_search *s, const struct bs_outcome *o)
{
	char *both;
	int ret;

	if (!o->policy)
		return keep_text(&s->kernel, o->kernel);
	if (asprintf(&both, "%s+%s", o->kernel, o->policy) < 0)
		return -ENOMEM;
	ret = keep_text(&s->kernel, both);
	free(both);
	return ret;
}

static int cell(void *arg, const struct bs_outcome *o)
{
	struct round *r = arg;
	struct bs_search *s = r->s;
	struct bs_point *p = &s->tried.points.p[r->list[o->index]];
	struct bs_found f = found_in(o, s->window);

	f.late = p->delay > s->length / 5 && !p->fixed_delay && !f.stock;
	if (r->found) {
		r->found[o->index] = f;
		return 0;
	}
	p->f = f;
	if (keep_text(&p->params, o->params ? o->params : ""))
		return -ENOMEM;
	return keep_kernel(s, o) || keep_text(&s->device, o->device_words) ? -ENOMEM : 0;
}

/* ---- Warnings -------------------------------------------------------------------------------- */

static bool is_known(const struct bs_search *s, const char *text)
{
	for (unsigned int i = 0; i < s->nr_warnings; i++)
		if (!strcmp(s->warnings[i], text))
			return true;
	return false;
}

static void keep_warning(struct bs_search *s, const char *text)
{
	char **more;

	if (is_known(s, text))
		return;
	more = realloc(s->warnings, (s->nr_warnings + 1) * sizeof(*more));
	if (!more)
		return;
	s->warnings = more;
	s->warnings[s->nr_warnings] = strdup(text);
	s->nr_warnings += s->warnings[s->nr_warnings] != NULL;
}

static void warn_here(void *arg, const char *text)
{
	struct round *r = arg;

	if (!r->found)
		keep_warning(r->s, text);
}

/* What is said of one setting, of some hundred, is seen from its figures if it is named. */
static void warn(void *arg, const char *label, const char *text)
{
	if (!label)
		warn_here(arg, text);
}

static bool again(void *arg, FILE *f, const struct bs_outcome *o)
{
	(void)arg;
	return bs_again_print(f, o);
}

/* ---- A round --------------------------------------------------------------------------------- */

static void heard(void *arg, const struct bs_progress *p)
{
	struct round *r = arg;
	const struct bs_advise_config *asked = r->s->asked;

	r->progress.done = p->done;
	r->progress.cells = p->cells;
	r->progress.sim = *p;
	asked->progress(asked->progress_arg, &r->progress);
}

static int compare(struct round *r, uint64_t seed, struct bs_error *err)
{
	const struct bs_sink sink = {.arg = r,
				     .begin = begin,
				     .bound = bound,
				     .cell = cell,
				     .warn = warn,
				     .warn_here = warn_here,
				     .again = again};
	const char **labels = calloc(r->nr + 1, sizeof(*labels));
	struct bs_sim_config cfg = *r->s->asked->sim;
	int ret;

	if (!labels)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	for (unsigned int i = 0; i < r->nr; i++)
		labels[i] = r->s->tried.points.p[r->list[i]].label;
	cfg.strategies = labels;
	cfg.nr_strategies = r->nr;
	cfg.seed = seed;
	cfg.output.timeline = false;
	cfg.output.progress = r->s->asked->progress ? heard : NULL;
	cfg.output.progress_arg = r;
	ret = bs_replay_compare(&cfg, &sink, err);
	free(labels);
	return ret;
}

/* Those that have not run. */
static int run_round(struct bs_search *s, unsigned int from, struct bs_error *err)
{
	const unsigned int nr = s->tried.points.nr - from;
	unsigned int *list = calloc(nr + 1, sizeof(*list));
	struct round r = {.s = s, .list = list, .nr = nr};
	int ret;

	if (!list || s->tried.no_memory) {
		free(list);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	}
	for (unsigned int i = 0; i < nr; i++)
		list[i] = from + i;
	r.progress = (struct bs_advise_progress){.round = ++s->rounds, .before = from};
	ret = compare(&r, s->asked->sim->seed, err);
	free(list);
	return ret;
}

int bs_search_again(struct bs_search *s, const unsigned int *list, unsigned int nr, uint64_t seed,
		    struct bs_found *found, struct bs_error *err)
{
	struct round r = {.s = s, .list = list, .nr = nr, .found = found};

	r.progress =
		(struct bs_advise_progress){.round = s->rounds + 1, .before = s->tried.points.nr};
	return compare(&r, seed, err);
}

/* ---- What there is to choose from ------------------------------------------------------------ */

static int open_space(struct bs_search *s, const char *text, struct bs_error *err)
{
	const unsigned int capacity = s->asked->sim->host.device.capacity;
	struct bs_space *space = &s->tried.spaces[s->tried.nr_spaces];
	int ret = bs_space_open(space, text, s->asked->stock, capacity ? capacity : 32,
				bs_platform_at(s->asked->sim->guest.machine.machine), err);

	s->tried.nr_spaces += !ret;
	return ret;
}

static bool is_choosable(const struct bs_search *s, const struct bs_strategy *st)
{
	return !(st->caps & BS_CAP_KNOWS_FUTURE) && (!s->asked->stock || st->caps & BS_CAP_STOCK);
}

/* Those of the user, who may have a reason to hear of one that knows the future; what reports nothing
 * is always there to compare with. */
static int open_asked(struct bs_search *s, struct bs_error *err)
{
	const struct bs_sim_config *sim = s->asked->sim;
	bool idle = false;
	int ret = 0;

	for (unsigned int i = 0; i < sim->nr_strategies && !ret; i++) {
		const struct bs_strategy *st;

		ret = open_space(s, sim->strategies[i], err);
		if (ret)
			break;
		st = s->tried.spaces[s->tried.nr_spaces - 1].spec.s;
		idle |= st->caps & BS_CAP_IDLE;
		if (!is_choosable(s, st))
			ret = bs_error_set(
				err, BS_USAGE, 0, sim->strategies[i], NULL,
				st->caps & BS_CAP_KNOWS_FUTURE
					? "knows the trace: nobody can choose it"
					: "no unpatched kernel offers it: --stock leaves it out");
	}
	if (!ret && !idle)
		ret = open_space(s, bs_strategy_with(BS_CAP_IDLE)->name, err);
	return ret;
}

static int open_with(struct bs_search *s, const char *strategy, const char *agent,
		     struct bs_error *err)
{
	char *text = bs_agent_beside(strategy, agent);
	const int ret = text ? open_space(s, text, err)
			     : bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");

	free(text);
	return ret;
}

static int open_all(struct bs_search *s, struct bs_error *err)
{
	const struct bs_sim_config *sim = s->asked->sim;
	const struct bs_strategy *st;
	int ret = 0;

	for (unsigned int i = 0; (st = bs_strategy_at(i)) && !ret; i++) {
		if (!is_choosable(s, st))
			continue;
		if (!sim->nr_agents)
			ret = open_space(s, st->name, err);
		for (unsigned int k = 0; k < sim->nr_agents && !ret; k++)
			ret = open_with(s, st->name, sim->agents[k], err);
	}
	return ret;
}

static int open_spaces(struct bs_search *s, struct bs_error *err)
{
	const unsigned int agents = s->asked->sim->nr_agents;
	unsigned int room = 1;

	while (bs_strategy_at(room))
		room++;
	room = room * (agents ? agents : 1) + s->asked->sim->nr_strategies + 1;
	s->tried.spaces = calloc(room + 1, sizeof(*s->tried.spaces));
	if (!s->tried.spaces)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	return s->asked->sim->nr_strategies ? open_asked(s, err) : open_all(s, err);
}

int bs_search_run(struct bs_search *s, const struct bs_advise_config *asked, struct bs_error *err)
{
	unsigned int from = 0;
	int ret;

	*s = (struct bs_search){.asked = asked,
				.limits = {.stock = asked->stock,
					   .stall_per_minute = asked->max_stall_per_minute,
					   .held_bytes = asked->max_held_bytes}};
	s->weight = asked->sim->host.weight_ns_per_mib_s;
	ret = open_spaces(s, err);
	if (!ret)
		bs_refine_first(&s->tried);
	while (!ret) {
		ret = run_round(s, from, err);
		from = s->tried.points.nr;
		if (!ret && !bs_refine_next(&s->tried, &s->limits))
			break;
	}
	if (!ret && s->tried.no_memory)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	return ret;
}

bool bs_search_setting(const struct bs_search *s, unsigned int point, struct bs_stock_setting *out)
{
	const struct bs_point *p = &s->tried.points.p[point];

	return bs_strategy_stock_setting(s->tried.spaces[p->space].spec.s, p->params, s->kernel,
					 s->on, s->memory, out);
}

void bs_search_free(struct bs_search *s)
{
	bs_tried_free(&s->tried);
	json_decref(s->trace);
	json_decref(s->config);
	free(s->kernel);
	free(s->device);
	for (unsigned int i = 0; i < s->nr_warnings; i++)
		free(s->warnings[i]);
	free(s->warnings);
	*s = (struct bs_search){0};
}
