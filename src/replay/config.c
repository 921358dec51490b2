// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "host.h"
#include "loads.h"
#include "spec.h"
#include "tell.h"

#define TRUST_MIN 9000 /* in 1/10000 */
#define DEFAULT_CAPACITY 32 /* what --capacity is unless somebody says otherwise */
#define ROUND_TO (UINT64_C(128) << 20)
/* Where QEMU's pc machine has no memory: below 4 GiB. */
#define HOLE_START (UINT64_C(3) << 30)
#define HOLE_END (UINT64_C(4) << 30)
#define VIRT_START (UINT64_C(1) << 30) /* and where the memory of its virt machine begins */

/* ---- Without the trace ----------------------------------------------------------------------- */

static void free_specs(struct bs_plan *plan)
{
	for (unsigned int i = 0; plan->specs && i < plan->cfg.nr_strategies; i++)
		bs_spec_free(&plan->specs[i]);
	free(plan->specs);
	plan->specs = NULL;
}

/* It asks for pages as a program sees them on x86. */
static int check_load(const struct bs_sim_config *cfg, const char *load, struct bs_error *err)
{
	const struct bs_platform *on = bs_platform_at(cfg->guest.machine.machine);
	char advice[128];

	if (on->page_shift == BS_UNIT_SHIFT)
		return 0;
	snprintf(advice, sizeof(advice),
		 "replay a generated trace: buddysim trace gen WORKLOAD -o NEW --machine %s",
		 on->name);
	return bs_error_set(err, BS_USAGE, 0, load, advice,
			    "a load asks for pages of 4 KiB, those of %s have %u", on->name,
			    1U << (on->page_shift - 10));
}

int bs_config_specs(struct bs_plan *plan, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	int ret = cfg->load ? check_load(cfg, cfg->load, err) : 0;

	free_specs(plan);
	if (ret)
		return ret;
	ret = bs_reclaim_read(cfg->guest.reclaim, plan->load.kind, &plan->reclaims,
			      &plan->reclaim_costs, err);
	if (ret)
		return ret;
	ret = bs_contention_read(cfg->guest.contention, &plan->contends, &plan->lock_costs, err);
	if (ret)
		return ret;
	plan->specs = calloc(cfg->nr_strategies + 1, sizeof(*plan->specs));
	if (!plan->specs)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "strategies");
	for (unsigned int i = 0; i < cfg->nr_strategies && !ret; i++)
		ret = bs_spec_parse_one(cfg->strategies, cfg->nr_strategies, i,
					bs_platform_at(cfg->guest.machine.machine), &plan->specs[i],
					err);
	return ret;
}

int bs_config_check(struct bs_plan *plan, struct bs_error *err)
{
	const char *load = plan->cfg.load;
	int ret = load ? bs_load_parse(load, &plan->load, err) : 0;

	if (!ret)
		ret = bs_config_specs(plan, err);
	return ret ? ret : bs_host_check(&plan->cfg.host, err);
}

/* "linux-6.1+lazy:slack=4/rotation": in front of the strategy what there are several of. */
static char *label_of(const struct bs_cell_name *c, bool kernels, bool policies)
{
	const char *policy = policies ? c->policy ? c->policy : bs_policy_at(0)->name : "";
	char *label;

	if (asprintf(&label, "%s%s%s%s%s", kernels ? c->kernel : "", kernels && policies ? "+" : "",
		     policy, kernels || policies ? "/" : "", c->spec->label) < 0)
		return NULL;
	return label;
}

/* One that changes nothing is none. */
static bool is_none(const char *policy, size_t len)
{
	const char *none = bs_policy_at(0)->name;

	return strlen(none) == len && !strncmp(policy, none, len);
}

/* All strategies on @kernel with the policy @policy, of that many letters. */
static int name_some(struct bs_plan *plan, const char *kernel, size_t kernel_len,
		     const char *policy, size_t policy_len, bool kernels, bool policies,
		     struct bs_error *err)
{
	for (unsigned int i = 0; i < plan->cfg.nr_strategies; i++) {
		struct bs_cell_name *c = &plan->cells[plan->nr_cells++];
		const bool none = is_none(policy, policy_len);

		c->spec = &plan->specs[i];
		c->kernel = strndup(kernel, kernel_len);
		c->policy = none ? NULL : strndup(policy, policy_len);
		c->label = c->kernel ? label_of(c, kernels, policies) : NULL;
		if (!c->label || (!none && !c->policy))
			return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "cells");
	}
	return 0;
}

/* The list of kernels times that of policies times that of strategies. */
static int name_cells(struct bs_plan *plan, struct bs_error *err)
{
	const char *kernel = plan->cfg.guest.machine.kernel;
	const char *list = plan->cfg.guest.policy ? plan->cfg.guest.policy : bs_policy_at(0)->name;
	const unsigned int kernels = bs_kernel_count(kernel), policies = bs_kernel_count(list);
	int ret = 0;

	plan->cells = calloc((size_t)plan->cfg.nr_strategies * kernels * policies + 1,
			     sizeof(*plan->cells));
	if (!plan->cells)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "cells");
	for (unsigned int k = 0; k < kernels; k++) {
		const size_t len = bs_kernel_span(kernel);
		const char *policy = list;

		for (unsigned int p = 0; p < policies && !ret; p++) {
			const size_t n = bs_kernel_span(policy);

			ret = name_some(plan, kernel, len, policy, n, kernels > 1, policies > 1,
					err);
			policy += n + 1;
		}
		kernel += len + 1;
	}
	return ret;
}

void bs_config_free(struct bs_plan *plan)
{
	for (unsigned int i = 0; i < plan->nr_cells; i++) {
		free(plan->cells[i].kernel);
		free(plan->cells[i].policy);
		free(plan->cells[i].label);
	}
	free(plan->cells);
	plan->cells = NULL;
	plan->nr_cells = 0;
	free_specs(plan);
	bs_load_spec_free(&plan->load);
}

/* ---- With the trace's header ----------------------------------------------------------------- */

/* Blocks are counted in pages: in those of another size it would be another load. */
static int check_pages(const struct bs_plan *plan, const struct bs_trace_info *info,
		       struct bs_error *err)
{
	const struct bs_platform *on = bs_platform_at(plan->cfg.guest.machine.machine);
	char advice[256];

	if (info->page_shift == on->page_shift)
		return 0;
	if (info->page_shift < on->page_shift)
		snprintf(
			advice, sizeof(advice),
			"the same load in its pages: buddysim trace convert TRACE -o NEW --machine "
			"%s",
			on->name);
	else
		snprintf(advice, sizeof(advice), "use --machine %s",
			 bs_platform_at(bs_machine_of_page(UINT64_C(1) << info->page_shift))->name);
	return bs_error_set(err, BS_INPUT, 0, plan->cfg.trace_path, advice,
			    "is in pages of %u KiB, those of %s have %u",
			    1U << (info->page_shift - 10), on->name, 1U << (on->page_shift - 10));
}

void bs_config_of_load(struct bs_plan *plan)
{
	const unsigned int shift = bs_platform_at(plan->cfg.guest.machine.machine)->page_shift;
	const struct bs_load_spec *load = &plan->load;

	plan->of_load = (struct bs_trace_info){
		.source = "load",
		.nr_cpus = bs_load_nr_cpus(load),
		.duration = bs_load_length(load),
		.page_shift = shift,
		.peak_pages = (bs_load_peak_bytes(load) + (UINT64_C(1) << shift) - 1) >> shift,
		.names = load->kind->names,
	};
	while (load->kind->names && load->kind->names[plan->of_load.nr_names])
		plan->of_load.nr_names++;
	plan->info = &plan->of_load;
	/* Where a trace is named, in whatever is said and written. */
	plan->cfg.trace_path = load->label;
}

int bs_config_kernel(struct bs_plan *plan, struct bs_error *err)
{
	struct bs_machine_config *mc = &plan->cfg.guest.machine;
	const char *traced = plan->info->kernel;

	plan->kernel_asked = mc->kernel;
	if (mc->kernel)
		return 0;
	mc->kernel = traced[0] ? traced : bs_kernel_default();
	if (!bs_kernel_check(mc->kernel, NULL))
		return 0;
	mc->kernel = bs_kernel_default();
	/* A dump knows better. */
	if (plan->cfg.guest.state_path)
		return 0;
	return bs_error_set(err, BS_INPUT, 0, plan->cfg.trace_path,
			    "say with --kernel which one to replay it on",
			    "was recorded on kernel \"%s\", which this program does not model",
			    traced);
}

/* ---- With the trace -------------------------------------------------------------------------- */

static uint64_t round_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

/* The guest's size: asked for, else the traced machine's, else what the recorded pfns need, else
 * room for the trace's peak (MEANING.md, the guest at the start). */
static uint64_t guess_memory(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	const struct bs_platform *on = bs_platform_at(cfg->guest.machine.machine);
	uint64_t bytes;

	if (cfg->guest.machine.memory_bytes)
		return cfg->guest.machine.memory_bytes;
	if (info->memory_bytes)
		return info->memory_bytes;
	if (info->max_pfn) {
		bytes = round_up((uint64_t)info->max_pfn << info->page_shift, ROUND_TO);
		if (on->layout == BS_LAYOUT_PC && bytes > HOLE_END)
			bytes -= HOLE_END - HOLE_START;
		if (on->layout == BS_LAYOUT_VIRT && bytes > VIRT_START)
			bytes -= VIRT_START;
		return bytes;
	}
	bytes = info->peak_pages << info->page_shift;
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

static int set_guest(struct bs_plan *plan, const struct bs_trace_info *info, struct bs_error *err)
{
	struct bs_machine_config *mc = &plan->cfg.guest.machine;

	mc->memory_bytes = guess_memory(&plan->cfg, info);
	mc->seed = plan->cfg.seed;
	if (!mc->nr_cpus)
		mc->nr_cpus = info->nr_cpus ? info->nr_cpus : 1;
	if (mc->nr_cpus >= info->nr_cpus)
		return 0;
	if (plan->load.kind)
		return bs_error_set(err, BS_USAGE, 0, plan->cfg.trace_path,
				    plan->state ? "say cpus=N of the load"
						: "use more --cpus, or say cpus=N of the load",
				    "its tasks are on %u CPUs, and the guest has %u", info->nr_cpus,
				    mc->nr_cpus);
	return bs_error_set(err, BS_USAGE, 0, plan->cfg.trace_path,
			    plan->state ? "the dump is of another machine" : "use more --cpus",
			    "was recorded on %u CPUs", info->nr_cpus);
}

bool bs_window_end(const struct bs_window_config *w, const struct bs_trace_info *info, bs_ns *end)
{
	const uint64_t rounds = w->repeat ? w->repeat : 1;
	bs_ns played, idle;

	return !__builtin_mul_overflow(info->duration, rounds, &played) &&
	       !__builtin_mul_overflow(w->gap, rounds - 1, &idle) &&
	       !__builtin_add_overflow(played, idle, end) &&
	       !__builtin_add_overflow(*end, w->tail, end) && *end < BS_WINDOW_MAX;
}

/* For so long the guests stand still, and what they have ahead comes that much later. */
static bool add_pauses(const struct bs_host_config *host, bs_ns *end)
{
	for (unsigned int i = 0; i < host->nr_events; i++)
		if (host->events[i].ask == BS_HOST_PAUSE &&
		    __builtin_add_overflow(*end, host->events[i].value, end))
			return false;
	return *end < BS_WINDOW_MAX;
}

bool bs_plan_end(const struct bs_plan *plan, const struct bs_trace_info *info, bs_ns *end)
{
	const bool fits =
		plan->longest ? !__builtin_add_overflow(plan->longest, plan->cfg.window.tail, end)
			      : bs_window_end(&plan->cfg.window, info, end);

	return fits && add_pauses(&plan->cfg.host, end);
}

static int set_window(struct bs_plan *plan, const struct bs_trace_info *info, struct bs_error *err)
{
	struct bs_window_config *w = &plan->cfg.window;
	bs_ns end;

	if (!w->repeat || plan->load.kind)
		w->repeat = 1;
	if (bs_window_end(w, info, &end))
		return 0;
	return bs_error_set(err, BS_USAGE, 0, "the window",
			    "use a smaller --repeat, --gap or --tail",
			    "longer than %llu s (2^63 ns), which is the limit",
			    (unsigned long long)(BS_WINDOW_MAX / BS_NS_PER_S));
}

/* A target that no guest of this size can come to would be cut down without a word, and a guest that is not there
 * be asked for nothing. */
static int check_events(const struct bs_sim_config *cfg, struct bs_error *err)
{
	const unsigned int guests = cfg->nr_guest_list ? cfg->nr_guest_list
				    : cfg->guests      ? cfg->guests
						       : 1;

	for (unsigned int i = 0; i < cfg->guest.nr_events; i++)
		if (cfg->guest.events[i].guest > guests)
			return bs_error_set(
				err, BS_USAGE, 0, "--guest-event", "guests are counted from 1",
				"there is no guest %u of %u", cfg->guest.events[i].guest, guests);
	for (unsigned int i = 0; i < cfg->host.nr_events; i++) {
		const struct bs_host_event *e = &cfg->host.events[i];

		if (e->guest > guests)
			return bs_error_set(err, BS_USAGE, 0, "--host-event",
					    "guests are counted from 1",
					    "there is no guest %u of %u", e->guest, guests);
		if (e->ask == BS_HOST_TARGET && e->value > cfg->guest.machine.memory_bytes)
			return bs_error_set(
				err, BS_USAGE, 0, "--host-event",
				"use a smaller target, or more --memory",
				"a target of %llu MiB is more than the guest has (%llu "
				"MiB)",
				(unsigned long long)(e->value >> 20),
				(unsigned long long)(cfg->guest.machine.memory_bytes >> 20));
	}
	return 0;
}

static void warn_small(const struct bs_plan *plan, const struct bs_trace_info *info)
{
	const uint64_t peak = info->peak_pages << info->page_shift;
	const uint64_t memory = plan->cfg.guest.machine.memory_bytes;

	if (peak > memory && !(plan->load.kind && plan->load.kind->gives_way))
		bs_plan_warn(plan, NULL,
			     "the %s needs %llu MiB at its peak, the guest has %llu: use more "
			     "--memory",
			     plan->load.kind ? "load" : "trace", (unsigned long long)(peak >> 20),
			     (unsigned long long)(memory >> 20));
}

/* Who takes pages as a driver has a queue of its own, and who does nothing none. */
static void warn_capacity(const struct bs_plan *plan)
{
	const unsigned int asked = plan->cfg.host.device.capacity;
	const struct bs_strategy *driver = NULL;

	for (unsigned int i = 0; i < plan->cfg.nr_strategies; i++) {
		const struct bs_strategy *s = plan->specs[i].s;

		if (!s->request_ranges && !(s->caps & BS_CAP_IDLE))
			return;
		driver = s->request_ranges ? s : driver;
	}
	if (driver && asked && asked != DEFAULT_CAPACITY && asked != driver->request_ranges)
		bs_plan_warn(
			plan, NULL,
			"--capacity %u changes nothing: nobody here reports, and a driver's own "
			"queue is as long as it is (%s: %u ranges a request)",
			asked, driver->name, driver->request_ranges);
}

/* One choice for the whole comparison: no row may change another one's. True: the host decided it. */
static bool set_thp(struct bs_plan *plan)
{
	struct bs_device_config *dc = &plan->cfg.host.device;

	if (dc->thp != BS_THP_AUTO)
		return false;
	dc->thp = bs_device_thp_auto(dc->kind) ? BS_THP_ALWAYS : BS_THP_NEVER;
	return dc->thp == BS_THP_NEVER;
}

static bool any_saves(const struct bs_plan *plan)
{
	for (unsigned int i = 0; i < plan->cfg.nr_strategies; i++)
		if (plan->specs[i].agent && bs_agent_saves(plan->specs[i].agent))
			return true;
	return false;
}

int bs_config_complete(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err)
{
	const struct bs_trace_info *info = plan->info;
	const struct bs_sim_config *cfg = &plan->cfg;
	int ret = t ? bs_trace_scan(t, cfg->window.keep_whole, err) : 0;
	const struct bs_error damage = ret && err ? *err : (struct bs_error){0};
	const bool damaged = ret;
	bool no_thp;

	if (ret < 0)
		return ret;
	ret = check_pages(plan, info, err);
	if (!ret && t)
		ret = check_trust(cfg, info, err);
	if (!ret)
		ret = set_guest(plan, info, err);
	if (!ret)
		ret = check_events(cfg, err);
	if (!ret)
		ret = set_window(plan, info, err);
	if (ret)
		return ret;
	ret = name_cells(plan, err);
	if (ret)
		return ret;
	no_thp = set_thp(plan);
	plan->cfg.host.device.contents = any_saves(plan) ||
					 bs_host_asks(&cfg->host, BS_HOST_SNAPSHOT) ||
					 bs_host_asks(&cfg->host, BS_HOST_RESTORE);
	if (plan->sink->begin(plan->sink->arg, cfg, info))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "record");
	warn_small(plan, info);
	warn_capacity(plan);
	if (no_thp)
		bs_plan_warn(plan, NULL,
			     "this host forbids huge pages "
			     "(/sys/kernel/mm/transparent_hugepage/enabled): the guest has none");
	if (damaged)
		bs_plan_warn(plan, NULL, "the trace is used up to where it is damaged: %s",
			     damage.text);
	return 0;
}

int bs_config_guest(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err)
{
	int ret = bs_config_kernel(plan, err);

	if (!ret && t)
		ret = bs_trace_scan(t, plan->cfg.window.keep_whole, err) < 0 ? -EIO : 0;
	if (!ret)
		ret = t ? check_pages(plan, plan->info, err)
			: check_load(&plan->cfg, plan->cfg.trace_path, err);
	if (!ret && t)
		ret = check_trust(&plan->cfg, plan->info, err);
	if (!ret)
		ret = set_guest(plan, plan->info, err);
	return ret ? ret : set_window(plan, plan->info, err);
}

void bs_config_guest_begun(struct bs_plan *plan, const struct bs_plan *base)
{
	plan->cfg.host.device.thp = base->cfg.host.device.thp;
	plan->cfg.host.device.contents = base->cfg.host.device.contents;
	plan->reclaims = base->cfg.guest.reclaim ? base->reclaims : plan->load.kind != NULL;
	plan->reclaim_costs = base->reclaim_costs;
	plan->contends = base->contends;
	plan->lock_costs = base->lock_costs;
	warn_small(plan, plan->info);
}
