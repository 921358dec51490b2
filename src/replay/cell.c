// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cell.c - building a cell from its configuration, the state at t0, and the figures at the end.
 */
#include "cell.h"

#include "follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "future.h"
#include "host.h"
#include "hostmem.h"

#define MAX_CALLS 256 /* as many as the deepest queue holds */

static uint64_t now_real_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t bs_strategy_value(const struct bs_strategy *s, const char *text, const char *name,
			   uint64_t fallback)
{
	unsigned int n = bs_param_count(s->params);
	uint64_t *values = calloc(n + 1, sizeof(*values)), v = fallback;

	if (!values)
		return fallback;
	bs_param_defaults(s->params, values);
	if (!bs_param_parse(s->params, s->name, text, values, NULL))
		for (unsigned int i = 0; i < n; i++)
			if (!strcmp(s->params[i].name, name))
				v = values[i];
	free(values);
	return v;
}

static int split_spec(struct bs_cell *c, const char *spec, const char **params,
		      struct bs_error *err)
{
	const char *colon = strchr(spec, ':');

	snprintf(c->label, sizeof(c->label), "%s", spec);
	*params = colon ? colon + 1 : "";
	c->strategy = bs_strategy_find(spec, err);
	return c->strategy ? 0 : -EINVAL;
}

static int create_machine(struct bs_cell *c, struct bs_error *err)
{
	int ret = c->plan->state ? bs_machine_from_state(c->plan->state,
							 c->cfg->guest.machine.kernel, &c->m, err)
				 : bs_machine_create(&c->cfg->guest.machine, &c->m, err);

	if (ret)
		return ret;
	c->nr_cpus = bs_nr_cpus(c->m);
	c->cpus = calloc(c->nr_cpus, sizeof(*c->cpus));
	c->calls = calloc(MAX_CALLS, sizeof(*c->calls));
	c->nr_calls = MAX_CALLS;
	if (!c->cpus || !c->calls || bs_due_reserve(&c->due, 256))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "setting up");
	return 0;
}

static int create_device(struct bs_cell *c, const char *params, struct bs_error *err)
{
	struct bs_device_config dc = c->cfg->host.device;
	struct bs_device_costs costs;
	int ret;

	dc.nr_pages = bs_max_pfn(c->m);
	dc.seed = c->cfg->seed;
	dc.peak_pages =
		c->cfg->guest.resident == BS_RESIDENT_ALL ? dc.nr_pages : c->info->peak_pages;
	if (!dc.capacity)
		dc.capacity = 32;
	dc.report_order = (unsigned int)bs_strategy_value(c->strategy, params, "order", 9);
	/* Only from allocated() can a strategy say that a block is zero, and one that can be told
	 * not to has a parameter for it. */
	dc.zero_once = c->touch && c->strategy->allocated &&
		       bs_strategy_value(c->strategy, params, "zero_once", 1);
	c->capacity = dc.capacity;
	ret = bs_device_create(&dc, &c->dev, err);
	if (ret)
		return ret;
	c->poison = bs_device_poison_mode(c->dev);
	bs_device_config_costs(&dc, &costs, NULL);
	c->zeroes = dc.zero_once || costs.zero_per_mib;
	return 0;
}

static int create_blocks(struct bs_cell *c, struct bs_error *err)
{
	c->block_bytes = (c->info->numbers + 1) * sizeof(*c->block_pfn);
	c->block_pfn = mmap(NULL, c->block_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->block_pfn == MAP_FAILED) {
		c->block_pfn = NULL;
		return bs_error_set(err, BS_RESOURCE, errno, c->label,
				    "cut the trace into shorter ones (buddysim trace cut)",
				    "cannot map a table of %llu blocks",
				    (unsigned long long)c->info->numbers);
	}
	return 0;
}

/* The bound's own rule (semantics.md 7). */
static int break_even(const struct bs_cell *c, struct bs_env *env, struct bs_error *err)
{
	bs_ns refault;
	int ret;

	if (!(c->strategy->caps & BS_CAP_KNOWS_FUTURE))
		return 0;
	ret = bs_future_refault_price(c->cfg, &refault, err);
	if (!ret)
		env->break_even = bs_bound_held_gap(refault, c->cfg->host.weight_ns_per_mib_s);
	return ret;
}

static int bind_strategy(struct bs_cell *c, const char *params, struct bs_error *err)
{
	struct bs_env env;
	int ret;

	bs_cell_env(c, &env);
	ret = break_even(c, &env, err);
	if (ret)
		return ret;
	ret = bs_report_create(c->m, c->strategy, params, &env, &c->rc, err);
	if (!ret)
		bs_report_params(c->rc, c->params, sizeof(c->params));
	return ret;
}

static bool wants_lru(enum bs_lru mode, uint32_t gfp)
{
	return mode == BS_LRU_ALL || (mode == BS_LRU_AUTO && bs_gfp_is_movable_user(gfp));
}

static bs_ns window_end(const struct bs_cell *c)
{
	unsigned int rounds = c->cfg->window.repeat ? c->cfg->window.repeat : 1;

	return c->info->duration * rounds + c->cfg->window.gap * (rounds - 1) + c->cfg->window.tail;
}

static int create_timeline(struct bs_cell *c, struct bs_error *err)
{
	c->end = window_end(c);
	c->tl = bs_timeline_create(c->end);
	if (!c->tl)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "timeline");
	c->sample_interval = c->end / 2000 > 10 * BS_NS_PER_MS ? c->end / 2000 : 10 * BS_NS_PER_MS;
	return 0;
}

int bs_cell_create(const struct bs_plan *plan, const char *spec, struct bs_trace *trace,
		   struct bs_cell **out, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	struct bs_cell *c = calloc(1, sizeof(*c));
	const char *params = "";
	int ret;

	if (!c)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "setting up");
	c->plan = plan;
	c->cfg = cfg;
	c->trace = trace;
	c->info = bs_trace_info(trace);
	c->next_due = BS_NO_TIME;
	c->pass_cpu = -1;
	c->known_zero.pfn = BS_NO_PFN;
	c->next_check = cfg->window.check_every ? cfg->window.check_every : UINT64_MAX;
	c->touch = cfg->host.device.touch != BS_TOUCH_NONE;
	for (unsigned int i = 0; i < c->info->nr_gfp; i++) {
		c->lru[i] = wants_lru(cfg->guest.lru, c->info->gfp[i]);
		c->user[i] = bs_gfp_is_movable_user(c->info->gfp[i]);
	}
	ret = split_spec(c, spec, &params, err);
	if (!ret)
		ret = create_machine(c, err);
	if (!ret)
		ret = create_device(c, params, err);
	if (!ret)
		ret = bind_strategy(c, params, err);
	if (!ret)
		ret = create_blocks(c, err);
	if (!ret)
		ret = create_timeline(c, err);
	if (!ret && plan->state)
		ret = bs_agree_create(c, err);
	if (ret)
		bs_cell_destroy(c);
	else
		*out = c;
	return ret;
}

void bs_cell_destroy(struct bs_cell *c)
{
	if (!c)
		return;
	bs_agree_destroy(c->agree);
	bs_report_destroy(c->rc);
	bs_device_destroy(c->dev);
	bs_machine_destroy(c->m);
	bs_timeline_destroy(c->tl);
	bs_due_free(&c->due);
	if (c->block_pfn)
		munmap(c->block_pfn, c->block_bytes);
	for (unsigned int i = 0; c->cpus && i < c->nr_cpus; i++)
		free(c->cpus[i].ring);
	free(c->cpus);
	free(c->calls);
	free(c);
}

void bs_cell_outcome(const struct bs_cell *c, struct bs_outcome *o)
{
	*o = (struct bs_outcome){
		.cfg = c->cfg,
		.index = c->index,
		.label = c->label,
		.params = c->params,
		.device_words = bs_device_words(c->dev),
		.kernel = bs_kernel_name(c->m),
		.strategy = c->strategy,
		.huge = bs_device_thp(c->dev),
		.f = &c->f,
		.tl = c->tl,
		.sample_interval = c->sample_interval,
		.agreement = c->agree ? bs_agree_result(c->agree) : NULL,
	};
}

/* ---- The state at t0 ------------------------------------------------------------------------- */

static int preset_resident(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct bs_cell *c = arg;

	if (state == BS_PAGE_PCP ||
	    (state == BS_PAGE_FREE && c->cfg->guest.resident == BS_RESIDENT_ALL))
		bs_device_preset_resident(c->dev, pfn, order);
	return 0;
}

/* What the trace frees but never allocates is in use when it begins: allocated before t0, in the
 * order of its first free (semantics.md 3). It stands in front of all other events. */
static int run_prehistory(struct bs_cell *c)
{
	const bool touch = c->touch;
	struct bs_error err;
	int ret = 1;

	c->touch = touch && c->cfg->guest.resident != BS_RESIDENT_NONE;
	while (!c->failed) {
		if (c->i >= c->chunk.n) {
			ret = bs_trace_next(c->trace, &c->chunk, &err);
			c->i = 0;
			if (ret <= 0) {
				c->chunk.n = 0;
				break;
			}
		}
		if (c->chunk.kind[c->i] != BS_EV_PRE)
			break;
		bs_cell_event(c, &(struct bs_deferred){.number = c->number,
						       .kind = BS_EV_PRE,
						       .order = c->chunk.order[c->i],
						       .gfp = c->chunk.gfp[c->i],
						       .cpu = c->chunk.cpu[c->i]});
		c->number++;
		c->i++;
		c->f.events++;
	}
	if (ret < 0 && !c->cfg->window.keep_whole)
		bs_cell_fail(c, &err);
	if (!c->touch)
		c->untouched_below = c->number;
	c->touch = touch;
	if (touch && c->cfg->guest.resident != BS_RESIDENT_NONE)
		bs_machine_walk(c->m, preset_resident, c);
	for (unsigned int i = 0; i < c->nr_cpus; i++)
		c->cpus[i].busy_until = 0;
	return c->failed ? -EIO : 0;
}

/* ---- The end of the window ------------------------------------------------------------------- */

void bs_cell_end_window(struct bs_cell *c)
{
	struct bs_figures *f = &c->f;

	bs_cell_set_time(c, c->end);
	bs_timeline_end(c->tl, c->end);
	c->ended = true;
	f->allocations += c->number - c->info->pres;
	for (unsigned int i = 0; i < c->nr_cpus; i++)
		f->unfinished_events += c->cpus[i].n;
	bs_report_stats(c->rc, &f->report);
	bs_device_stats(c->dev, &f->device);
	bs_machine_counters(c->m, &f->machine);
	bs_nr_free_blocks(c->m, f->nr_free);
	f->left_raw_bytes = bs_report_raw_bytes(c->rc);
	f->held_mib_s = bs_timeline_held_mib_s(c->tl);
	f->used_mib_s = bs_timeline_used_mib_s(c->tl);
	f->peak_resident_bytes = bs_timeline_peak_resident(c->tl);
	for (unsigned int i = 0; i < 3; i++)
		f->settle[i] = bs_timeline_settle(c->tl, (const unsigned int[]){50, 90, 99}[i]);
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

static int final_checks(struct bs_cell *c, struct bs_error *err)
{
	struct bs_device_stats now;
	int ret;

	bs_report_stop(c->rc);
	if (c->agree && bs_agree_end(c, err))
		return -EIO;
	ret = bs_machine_check(c->m, err);
	if (ret) {
		bs_cell_fail(c, err);
		*err = c->err;
		return ret;
	}
	if (!c->touch)
		return 0;
	ret = bs_device_check(c->dev, err);
	if (ret < 0)
		return ret;
	bs_device_real_rss(c->dev);
	bs_device_stats(c->dev, &now);
	measured_from(&c->f.device, &now);
	c->f.residency_checked = true;
	c->f.residency_equal = !ret && !now.residency_mismatches;
	if (!c->f.residency_equal)
		snprintf(c->f.residency_note, sizeof(c->f.residency_note), "%.200s",
			 ret && err ? err->text : "a check during the run found a difference");
	return 0;
}

static int cannot_start(const struct bs_cell *c, int ret, struct bs_error *err)
{
	if (ret != -ENOSPC)
		return bs_error_set(err, BS_RESOURCE, -ret, c->label, NULL, "cannot start");
	return bs_error_set(
		err, BS_RESOURCE, 0, c->label, "use a larger --capacity",
		"cannot start: it needs more than the %u ranges that a request may carry",
		c->capacity);
}

int bs_cell_run(struct bs_cell *c, struct bs_error *err)
{
	uint64_t begin, cpu, heap;
	int ret;

	ret = bs_trace_rewind(c->trace, err);
	if (ret < 0)
		return ret;
	if (run_prehistory(c)) {
		*err = c->err;
		return -EIO;
	}
	bs_device_stats(c->dev, &c->f.device);
	c->f.resident_at_start = c->f.device.resident_bytes + c->f.device.unmapped_bytes;
	c->f.first_touch_at_start = c->f.device.first_touch_bytes;
	/* The last instant belongs to the window: it closes behind all that happens in it. */
	bs_cell_push(c, c->end + 1, BS_DUE_END, 0);
	ret = bs_report_start(c->rc);
	if (ret)
		return cannot_start(c, ret, err);
	bs_host_start(c);
	heap = c->cfg->output.allocated ? c->cfg->output.allocated() : 0;
	c->f.host_free[0] = bs_host_free_bytes();
	begin = now_real_ns(CLOCK_MONOTONIC);
	cpu = now_real_ns(CLOCK_THREAD_CPUTIME_ID);
	bs_cell_advance(c, &c->ended);
	c->f.cpu_ns = now_real_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	c->f.wall_ns = now_real_ns(CLOCK_MONOTONIC) - begin;
	c->f.host_free[2] = bs_host_free_bytes();
	c->f.loop_alloc_bytes = c->cfg->output.allocated ? c->cfg->output.allocated() - heap : 0;
	if (c->failed) {
		*err = c->err;
		return -EIO;
	}
	return final_checks(c, err);
}
