// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c - one trace, many strategies: every cell starts from the same guest and sees the same
 * events; the bound is computed from the trace alone.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "future.h"
#include "host.h"
#include "outcome.h"
#include "start.h"

#define TRUST_MIN 9000 /* in 1/10000; semantics.md 10 */
#define ROUND_TO (UINT64_C(128) << 20)
/* Where QEMU's pc machine has no memory: below 4 GiB (semantics.md 3, layout qemu-pc). */
#define HOLE_START (UINT64_C(3) << 30)
#define HOLE_END (UINT64_C(4) << 30)

void bs_sim_defaults(struct bs_sim_config *c)
{
	*c = (struct bs_sim_config){
		.seed = 1,
		.guest = {.machine = {.kernel = "linux-6.1", .layout = BS_LAYOUT_QEMU_PC},
			  .wake_latency = 20 * BS_NS_PER_US},
		.host = {.device = {.kind = bs_device_for(BS_DEVICE_DEFAULT),
				    .touch = BS_TOUCH_PAGE,
				    .verify = BS_VERIFY_SAMPLE},
			 .poll = BS_NS_PER_S,
			 .weight_ns_per_mib_s = 100 * BS_NS_PER_US},
		.window = {.tail = 30 * BS_NS_PER_S, .repeat = 1},
	};
}

static void warn(const struct bs_plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(const struct bs_plan *plan, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		plan->sink->warn(plan->sink->arg, text);
	free(text);
}

static uint64_t round_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

/* The guest's size: asked for, else the traced machine's, else what the recorded pfns need, else
 * room for the trace's peak (semantics.md 3). */
static uint64_t guess_memory(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	uint64_t bytes;

	if (cfg->guest.machine.memory_bytes)
		return cfg->guest.machine.memory_bytes;
	if (info->memory_bytes)
		return info->memory_bytes;
	if (info->max_pfn) {
		bytes = round_up((uint64_t)info->max_pfn << BS_PAGE_SHIFT, ROUND_TO);
		if (cfg->guest.machine.layout == BS_LAYOUT_QEMU_PC && bytes > HOLE_END)
			bytes -= HOLE_END - HOLE_START;
		return bytes;
	}
	bytes = info->peak_pages << BS_PAGE_SHIFT;
	return round_up(bytes + bytes / 4 + (UINT64_C(256) << 20), ROUND_TO);
}

static int check_trust(const struct bs_sim_config *cfg, const struct bs_trace_info *info,
		       struct bs_error *err)
{
	unsigned int trust = bs_trace_trust(info);

	if (trust >= TRUST_MIN || cfg->window.allow_lossy)
		return 0;
	return bs_error_set(err, BS_INPUT, 0, cfg->trace_path,
			    "`buddysim trace info` says why; use --allow-lossy to run it all the "
			    "same",
			    "trust is %u.%02u %%, below 90 %%", trust / 100, trust % 100);
}

/* A bad strategy or parameter is found before the first cell runs, not after an hour. */
static int check_strategies(const struct bs_sim_config *cfg, struct bs_error *err)
{
	for (unsigned int i = 0; i < cfg->nr_strategies; i++) {
		const char *spec = cfg->strategies[i], *colon = strchr(spec, ':');
		const struct bs_strategy *s;
		char owner[80];
		uint64_t *values;
		int ret;

		s = bs_strategy_find(spec, err);
		if (!s)
			return -EINVAL;
		values = calloc(bs_param_count(s->params) + 1, sizeof(*values));
		if (!values)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "parameters");
		snprintf(owner, sizeof(owner), "strategy %s", s->name);
		ret = bs_param_parse(s->params, owner, colon ? colon + 1 : "", values, err);
		free(values);
		if (ret)
			return ret;
	}
	return 0;
}

/* used(t) of the trace alone, without a guest: what the bound is made from. */
static uint64_t used_after(const struct bs_trace_chunk *k, unsigned int i, uint64_t used)
{
	const uint64_t bytes = BS_PAGE_SIZE << k->order[i];

	if (k->kind[i] == BS_EV_ALLOC || k->kind[i] == BS_EV_PRE)
		return used + bytes;
	return k->kind[i] == BS_EV_FREE && used >= bytes ? used - bytes : used;
}

static int run_bound(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_bound *b,
		     struct bs_error *err)
{
	const struct bs_trace_info *info = bs_trace_info(t);
	struct bs_trace_chunk k;
	bs_ns base = 0, last = 0;
	int ret = 0;

	for (unsigned int round = 0; round < cfg->window.repeat; round++) {
		uint64_t used = 0;

		/* What a round leaves in use is given back when the next one begins, not before. */
		if (round) {
			bs_bound_set(b, base, 0);
			last = base;
		}
		ret = bs_trace_rewind(t, err);
		while (ret >= 0 && (ret = bs_trace_next(t, &k, err)) > 0) {
			for (unsigned int i = 0; i < k.n; i++) {
				bs_ns now = k.time[i] + base;

				if (now != last)
					bs_bound_set(b, last, used);
				last = now;
				used = used_after(&k, i, used);
			}
		}
		if (ret < 0 && !cfg->window.keep_whole)
			return ret;
		bs_bound_set(b, last, used);
		base += info->duration + cfg->window.gap;
	}
	bs_bound_end(b, base - cfg->window.gap + cfg->window.tail);
	return 0;
}

static int make_bound(const struct bs_plan *plan, struct bs_trace *t, struct bs_bound **out,
		      struct bs_error *err)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	bs_ns refault;
	int ret = bs_future_refault_price(cfg, &refault, err);

	if (ret)
		return ret;
	*out = bs_bound_create(cfg->guest.machine.memory_bytes, refault,
			       cfg->host.weight_ns_per_mib_s);
	if (!*out)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "bound");
	ret = run_bound(cfg, t, *out, err);
	if (!ret)
		plan->sink->bound(plan->sink->arg, *out, refault, cfg->host.weight_ns_per_mib_s);
	return ret;
}

/* What the cell held and faulted in, priced as the bound prices it. */
static void price(struct bs_cell *c, const struct bs_bound *b)
{
	const struct bs_figures *f = &c->f;

	c->f.cost_ns = bs_bound_row_cost_ns(b, c->tl, f->resident_at_start,
					    f->device.refault_bytes + f->device.first_touch_bytes -
						    f->first_touch_at_start);
}

static void warn_short(const struct bs_cell *c)
{
	const bs_ns delay = bs_strategy_value(c->strategy, c->params, "delay", 0);
	const bs_ns length = c->end - c->cfg->window.tail;

	if (length < 5 * delay)
		warn(c->plan,
		     "%s: the trace lasts %llu ms, less than five times the delay of "
		     "%llu ms: use --repeat N --gap T, or a longer trace",
		     c->label, (unsigned long long)(length / BS_NS_PER_MS),
		     (unsigned long long)(delay / BS_NS_PER_MS));
}

/* It would wait to the end, and look like a strategy that gains nothing. */
static void warn_gate(const struct bs_cell *c)
{
	const struct bs_sim_config *cfg = c->cfg;

	if (!bs_strategy_value(c->strategy, c->params, "gate", 0) || cfg->host.memory_bytes)
		return;
	for (unsigned int i = 0; i < cfg->host.nr_events; i++)
		if (cfg->host.events[i].ask == BS_HOST_PRESSURE)
			return;
	warn(c->plan,
	     "%s: reports only under the host's pressure, and there is none: use "
	     "--host-memory SIZE or --host-event TIME:pressure=N",
	     c->label);
}

static void warn_failed(const struct bs_cell *c)
{
	const struct bs_figures *f = &c->f;

	if (f->alloc_failed)
		warn(c->plan,
		     "%s: %llu of %llu allocations failed: its figures are of a smaller load",
		     c->label, (unsigned long long)f->alloc_failed,
		     (unsigned long long)f->allocations);
	if (f->unfinished_events)
		warn(c->plan,
		     "%s: %llu events had not happened when the window closed: its figures are of a "
		     "shorter load",
		     c->label, (unsigned long long)f->unfinished_events);
}

/* Once, for the window is the same in all cells. */
static void warn_late(const struct bs_cell *c)
{
	for (unsigned int i = 0; i < c->cfg->host.nr_events && !c->index; i++)
		if (c->cfg->host.events[i].time > c->end)
			warn(c->plan,
			     "the host's event at %llu ms never comes: the window ends at "
			     "%llu ms",
			     (unsigned long long)(c->cfg->host.events[i].time / BS_NS_PER_MS),
			     (unsigned long long)(c->end / BS_NS_PER_MS));
}

static int run_cell(const struct bs_plan *plan, unsigned int index, struct bs_trace *t,
		    const struct bs_bound *b, struct bs_start *start, struct bs_error *err)
{
	const char *spec = plan->cfg.strategies[index];
	struct bs_future *future;
	struct bs_outcome o;
	struct bs_cell *c;
	int ret = bs_future_see(plan, spec, index, t, &future, err);

	if (!ret)
		ret = bs_cell_create(plan, spec, t, &c, err);
	if (ret) {
		bs_future_destroy(future);
		return ret;
	}
	c->index = index;
	c->future = future;
	warn_short(c);
	warn_gate(c);
	warn_late(c);
	ret = bs_cell_run(c, err);
	if (!ret)
		warn_failed(c);
	if (!ret)
		ret = bs_start_dump(start, c->m, c->label, err);
	if (!ret)
		price(c, b);
	bs_cell_outcome(c, &o);
	if (!ret && plan->sink->cell(plan->sink->arg, &o))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	bs_cell_destroy(c);
	bs_future_destroy(future);
	return ret;
}

/* What is left open is taken from the trace; what cannot be is found before a cell runs. */
static int complete(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err)
{
	const struct bs_trace_info *info = bs_trace_info(t);
	struct bs_sim_config *cfg = &plan->cfg;
	struct bs_machine_config *mc = &cfg->guest.machine;
	int ret = bs_trace_scan(t, cfg->window.keep_whole, err), damaged = ret;

	if (ret < 0)
		return ret;
	ret = check_trust(cfg, info, err);
	if (ret)
		return ret;
	mc->memory_bytes = guess_memory(cfg, info);
	mc->seed = cfg->seed;
	if (!mc->nr_cpus)
		mc->nr_cpus = info->nr_cpus ? info->nr_cpus : 1;
	if (mc->nr_cpus < info->nr_cpus)
		return bs_error_set(err, BS_USAGE, 0, cfg->trace_path,
				    plan->state ? "the dump is of another machine"
						: "use more --cpus",
				    "was recorded on %u CPUs", info->nr_cpus);
	if (!cfg->window.repeat)
		cfg->window.repeat = 1;
	if (plan->sink->begin(plan->sink->arg, cfg, info))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "record");
	if (info->peak_pages << BS_PAGE_SHIFT > mc->memory_bytes)
		warn(plan,
		     "the trace needs %llu MiB at its peak, the guest has %llu: use more --memory",
		     (unsigned long long)(info->peak_pages << BS_PAGE_SHIFT >> 20),
		     (unsigned long long)(mc->memory_bytes >> 20));
	if (damaged)
		warn(plan, "%s: %s", cfg->trace_path, err->text);
	return 0;
}

/* Nothing that the other cells would meet too, whatever they are. */
static bool is_of_one_cell(const struct bs_error *err)
{
	return err->status == BS_RESOURCE || err->status == BS_INVARIANT;
}

static int run_cells(const struct bs_plan *plan, struct bs_trace *t, struct bs_start *start,
		     struct bs_error *err)
{
	struct bs_error here = {0};
	struct bs_bound *b = NULL;
	int ret = make_bound(plan, t, &b, err), one;

	if (ret)
		goto out;
	for (unsigned int i = 0; i < plan->cfg.nr_strategies && (!ret || is_of_one_cell(err));
	     i++) {
		one = run_cell(plan, i, t, b, start, &here);
		if (!one)
			continue;
		if (is_of_one_cell(&here) && plan->sink->failed)
			plan->sink->failed(plan->sink->arg, plan->cfg.strategies[i], &here);
		if (!ret || !is_of_one_cell(&here)) {
			ret = one;
			*err = here;
		}
	}
out:
	bs_bound_destroy(b);
	return ret;
}

static int compare(const struct bs_sim_config *config, const struct bs_sink *sink, bool run,
		   struct bs_error *err)
{
	struct bs_plan plan = {.cfg = *config, .sink = sink};
	struct bs_start start;
	struct bs_trace *t;
	int ret = check_strategies(&plan.cfg, err);

	if (!ret)
		ret = bs_host_check(&plan.cfg, err);
	if (!ret)
		ret = bs_trace_open(plan.cfg.trace_path, &t, err);
	if (ret)
		return ret;
	if (!run)
		plan.cfg.output.dump_path = NULL;
	ret = bs_start_open(&start, &plan, err);
	if (!ret)
		ret = complete(&plan, t, err);
	if (!ret && run)
		ret = run_cells(&plan, t, &start, err);
	bs_trace_close(t);
	if (ret)
		bs_start_close(&start, false, NULL);
	else
		ret = bs_start_close(&start, true, err);
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
