// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c - one trace, many strategies: every cell starts from the same guest and sees the same
 * events; the bound is computed from the trace alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "future.h"
#include "host.h"
#include "result.h"
#include "start.h"

#define TRUST_MIN 9000 /* in 1/10000; semantics.md 10 */
#define ROUND_TO (UINT64_C(128) << 20)
/* Where QEMU's pc machine has no memory: below 4 GiB (semantics.md 3, layout qemu-pc). */
#define HOLE_START (UINT64_C(3) << 30)
#define HOLE_END (UINT64_C(4) << 30)

void bs_sim_defaults(struct bs_sim_config *c)
{
	*c = (struct bs_sim_config){
		.machine = {.kernel = "linux-6.1", .layout = BS_LAYOUT_QEMU_PC},
		.device = {.kind = "madvise", .touch = BS_TOUCH_PAGE, .verify = BS_VERIFY_SAMPLE},
		.tail = 30 * BS_NS_PER_S,
		.repeat = 1,
		.wake_latency = 20 * BS_NS_PER_US,
		.host_poll = BS_NS_PER_S,
		.seed = 1,
		.weight_ns_per_mib_s = 100 * BS_NS_PER_US,
	};
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

	if (cfg->machine.memory_bytes)
		return cfg->machine.memory_bytes;
	if (info->memory_bytes)
		return info->memory_bytes;
	if (info->max_pfn) {
		bytes = round_up((uint64_t)info->max_pfn << BS_PAGE_SHIFT, ROUND_TO);
		if (cfg->machine.layout == BS_LAYOUT_QEMU_PC && bytes > HOLE_END)
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

	if (trust >= TRUST_MIN || cfg->allow_lossy)
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

	for (unsigned int round = 0; round < cfg->repeat; round++) {
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
		if (ret < 0 && !cfg->keep_whole)
			return ret;
		bs_bound_set(b, last, used);
		base += info->duration + cfg->gap;
	}
	bs_bound_end(b, base - cfg->gap + cfg->tail);
	return 0;
}

static int make_bound(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_result *r,
		      struct bs_bound **out, struct bs_error *err)
{
	bs_ns refault;
	int ret = bs_future_refault_price(cfg, &refault, err);

	if (ret)
		return ret;
	*out = bs_bound_create(cfg->machine.memory_bytes, refault, cfg->weight_ns_per_mib_s);
	if (!*out)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "bound");
	ret = run_bound(cfg, t, *out, err);
	if (!ret)
		bs_result_bound(r, *out, refault, cfg->weight_ns_per_mib_s);
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

static void warn_short(const struct bs_cell *c, struct bs_result *r)
{
	const bs_ns delay = bs_strategy_value(c->strategy, c->params, "delay", 0);
	const bs_ns length = c->end - c->cfg->tail;

	if (length < 5 * delay)
		bs_result_warn(r,
			       "%s: the trace lasts %llu ms, less than five times the delay of "
			       "%llu ms: use --repeat N --gap T, or a longer trace",
			       c->label, (unsigned long long)(length / BS_NS_PER_MS),
			       (unsigned long long)(delay / BS_NS_PER_MS));
}

/* It would wait to the end, and look like a strategy that gains nothing. */
static void warn_gate(const struct bs_cell *c, struct bs_result *r)
{
	const struct bs_sim_config *cfg = c->cfg;

	if (!bs_strategy_value(c->strategy, c->params, "gate", 0) || cfg->host_memory_bytes)
		return;
	for (unsigned int i = 0; i < cfg->nr_host_events; i++)
		if (cfg->host_events[i].ask == BS_HOST_PRESSURE)
			return;
	bs_result_warn(r,
		       "%s: reports only under the host's pressure, and there is none: use "
		       "--host-memory SIZE or --host-event TIME:pressure=N",
		       c->label);
}

/* Once, for the window is the same in all cells. */
static void warn_late(const struct bs_cell *c, struct bs_result *r)
{
	for (unsigned int i = 0; i < c->cfg->nr_host_events && !c->index; i++)
		if (c->cfg->host_events[i].time > c->end)
			bs_result_warn(
				r,
				"the host's event at %llu ms never comes: the window ends at "
				"%llu ms",
				(unsigned long long)(c->cfg->host_events[i].time / BS_NS_PER_MS),
				(unsigned long long)(c->end / BS_NS_PER_MS));
}

static int run_cell(const struct bs_sim_config *cfg, unsigned int index, struct bs_trace *t,
		    const struct bs_bound *b, struct bs_start *start, struct bs_result *r,
		    struct bs_error *err)
{
	const char *spec = cfg->strategies[index];
	struct bs_future *future;
	struct bs_cell *c;
	int ret = bs_future_see(cfg, spec, index, t, &future, err);

	if (!ret)
		ret = bs_cell_create(cfg, spec, t, &c, err);
	if (ret) {
		bs_future_destroy(future);
		return ret;
	}
	c->index = index;
	c->future = future;
	warn_short(c, r);
	warn_gate(c, r);
	warn_late(c, r);
	ret = bs_cell_run(c, err);
	if (!ret)
		ret = bs_start_dump(start, c->m, c->label, err);
	if (!ret)
		price(c, b);
	if (!ret && bs_result_add(r, c))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "record");
	bs_cell_destroy(c);
	bs_future_destroy(future);
	return ret;
}

static int compare_open(struct bs_sim_config *cfg, struct bs_trace *t, struct bs_result **out,
			struct bs_error *err)
{
	const struct bs_trace_info *info = bs_trace_info(t);
	struct bs_result *r;
	int ret = bs_trace_scan(t, cfg->keep_whole, err), damaged = ret;

	if (ret < 0)
		return ret;
	ret = check_trust(cfg, info, err);
	if (ret)
		return ret;
	cfg->machine.memory_bytes = guess_memory(cfg, info);
	cfg->machine.seed = cfg->seed;
	if (!cfg->machine.nr_cpus)
		cfg->machine.nr_cpus = info->nr_cpus ? info->nr_cpus : 1;
	if (cfg->machine.nr_cpus < info->nr_cpus)
		return bs_error_set(err, BS_USAGE, 0, cfg->trace_path,
				    cfg->state ? "the dump is of another machine"
					       : "use more --cpus",
				    "was recorded on %u CPUs", info->nr_cpus);
	if (!cfg->repeat)
		cfg->repeat = 1;
	r = bs_result_new(cfg, info);
	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "record");
	if (damaged)
		bs_result_warn(r, "%s: %s", cfg->trace_path, err->text);
	*out = r;
	return 0;
}

int bs_compare(const struct bs_sim_config *config, struct bs_result **out, struct bs_error *err)
{
	struct bs_sim_config cfg = *config;
	struct bs_error local = {0};
	struct bs_result *r = NULL;
	struct bs_bound *b = NULL;
	struct bs_start start;
	struct bs_trace *t;
	int ret;

	*out = NULL;
	if (!err)
		err = &local;
	ret = check_strategies(&cfg, err);
	if (!ret)
		ret = bs_host_check(&cfg, err);
	if (ret)
		return ret;
	ret = bs_trace_open(cfg.trace_path, &t, err);
	if (ret)
		return ret;
	ret = bs_start_open(&start, &cfg, err);
	if (!ret)
		ret = compare_open(&cfg, t, &r, err);
	if (!ret)
		ret = make_bound(&cfg, t, r, &b, err);
	for (unsigned int i = 0; i < cfg.nr_strategies && !ret; i++)
		ret = run_cell(&cfg, i, t, b, &start, r, err);
	bs_bound_destroy(b);
	bs_trace_close(t);
	if (ret)
		bs_start_close(&start, false, NULL);
	else
		ret = bs_start_close(&start, true, err);
	if (ret && r) {
		r->partial = true;
		json_object_set_new(r->record, "partial", json_true());
	}
	*out = r;
	return ret ? ret : r->unequal;
}

int bs_sim_print_config(const struct bs_sim_config *config, void *file, struct bs_error *err)
{
	struct bs_sim_config cfg = *config;
	struct bs_result *r = NULL;
	struct bs_start start;
	struct bs_trace *t;
	json_t *o;
	int ret = check_strategies(&cfg, err);

	if (!ret)
		ret = bs_host_check(&cfg, err);
	if (!ret)
		ret = bs_trace_open(cfg.trace_path, &t, err);
	if (ret)
		return ret;
	cfg.dump_path = NULL;
	ret = bs_start_open(&start, &cfg, err);
	if (!ret)
		ret = compare_open(&cfg, t, &r, err);
	bs_trace_close(t);
	bs_start_close(&start, false, NULL);
	if (ret)
		return ret;
	o = json_object_get(r->record, "config");
	json_object_set_new(o, "strategies", json_array());
	for (unsigned int i = 0; i < cfg.nr_strategies; i++)
		json_array_append_new(json_object_get(o, "strategies"),
				      json_string(cfg.strategies[i]));
	json_object_set(o, "seed", json_object_get(r->record, "seed"));
	json_dumpf(o, file, JSON_INDENT(1));
	fputc('\n', file);
	bs_result_free(r);
	return 0;
}
