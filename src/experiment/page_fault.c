// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_fault.c - will-it-scale's page_fault1, on 1 to 24 CPUs that contend for one zone's lock: each task maps
 * 128 MiB, touches every page and unmaps it, again and again. What a strategy makes of that in the four cases that
 * its series measured: the kernel without the patch, with it but switched off, on with a host that
 * discards nothing, and on.
 *
 * Processes have an address space each and share nothing but the zone; threads share its lock, too. All
 * memory was in use before, so that nobody pays for first touches.
 */
#include "trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "json.h"
#include "loads.h"
#include "locks.h"
#include "program.h"
#include "reporter.h"

#define BASE_TIME (2500 * BS_NS_PER_MS)
#define HUGE_TIME (15 * BS_NS_PER_S)

enum pages { BASE, HUGE_PAGES };
enum mode { PROCESSES, THREADS };
enum run_case { UNPATCHED, OFF, NO_DISCARD, ON, NR_CASES };

static const char *const pages_words[] = {"base", "huge"};
static const char *const mode_words[] = {"processes", "threads"};
static const char *const case_words[] = {"unpatched", "off", "no discard", "on"};

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"case", "case", BS_COLUMN_TEXT, false,
	 "unpatched, or the strategy off, on with a host that discards nothing, or on"},
	{"pages", "pages", BS_COLUMN_TEXT, false, "base: order 0; huge: order 9"},
	{"mode", "mode", BS_COLUMN_TEXT, false, "whether tasks share an address space"},
	{"tasks", "tasks", BS_COLUMN_COUNT, false, "tasks, each on a CPU of its own"},
	{"pages_per_s", "pages/s", BS_COLUMN_COUNT, false,
	 "base pages touched per second of virtual time, by all tasks"},
	{"of_unpatched", "change %", BS_COLUMN_TEXT, false,
	 "of that, against the unpatched kernel with as many tasks"},
	{"published", "published %", BS_COLUMN_TEXT, false,
	 "what the series' author measured there, with 16 tasks, or in the mean over 1 to 24"},
	{"wait_share", "lock wait %", BS_COLUMN_MILLI, false,
	 "share of the CPUs' time that went with waiting for the zone's lock"},
	{"space_share", "mm wait %", BS_COLUMN_MILLI, false, "the same for the address space's"},
	{"refault_share", "refault %", BS_COLUMN_MILLI, false,
	 "the same for memory that the host had taken"},
	{"nodes", "nodes", BS_COLUMN_COUNT, false, "free-list nodes that the strategy looked at"},
	{"longest_wait_ns", "longest us", BS_COLUMN_NS_SHORT, false,
	 "the longest that a CPU waited for the zone's lock"},
	{"hold_ns", "hold s", BS_COLUMN_NS, false, "how long CPUs had the zone's lock, summed up"},
	{"worker_hold_ns", "worker s", BS_COLUMN_NS, false,
	 "how long the strategy's passes had it"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/*
 * What was published, in per cent. The host of these had real caches and real exits.
 * @tasks: 0: the mean over 1 to 24
 */
static const struct published {
	const char *strategy;
	enum pages pages;
	enum run_case of;
	unsigned int tasks;
	const char *change;
} published[] = {
	{"hypercall", HUGE_PAGES, NO_DISCARD, 16, "-2.5"},
	{"hypercall", HUGE_PAGES, ON, 16, "-11.5"},
	{"scatterlist", HUGE_PAGES, OFF, 16, "-0.08"},
	{"scatterlist", HUGE_PAGES, NO_DISCARD, 16, "-0.86"},
	{"scatterlist", HUGE_PAGES, ON, 16, "-3.27"},
	{"boundary", HUGE_PAGES, OFF, 16, "0.00"},
	{"boundary", HUGE_PAGES, NO_DISCARD, 16, "-1.25"},
	{"boundary", HUGE_PAGES, ON, 16, "-6.51"},
	{"list-walk", HUGE_PAGES, ON, 16, "-18..-20 more"},
	{"rotation", HUGE_PAGES, OFF, 16, "-0.5"},
	{"rotation", HUGE_PAGES, ON, 16, "-0.8"},
	{"bitmap", BASE, ON, 0, "-1.31 (mean)"},
	{"bubble", BASE, ON, 0, "-0.38 (mean)"},
};

/* ---- A point --------------------------------------------------------------------------------- */

struct point {
	const char *spec;
	enum run_case of;
	enum pages pages;
	enum mode mode;
	unsigned int tasks;
	/* what came out */
	int ret;
	struct bs_error err;
	bs_ns length;
	uint64_t touched, nodes, calls;
	bs_ns refault;
	struct bs_lock_figures locks;
};

struct points {
	struct bs_experiment *x;
	struct point *at;
	unsigned int nr;
	int ret;
	struct bs_error *err;
};

/* Base pages come a thousand times as often as huge ones: of them a shorter time is worth as many steps. */
static bs_ns length_of(const struct bs_experiment *x, enum pages pages)
{
	if (x->ci)
		return pages == BASE ? 20 * BS_NS_PER_MS : 300 * BS_NS_PER_MS;
	return pages == BASE ? BASE_TIME : HUGE_TIME;
}

static uint64_t memory_of(const struct bs_experiment *x)
{
	return (x->ci ? UINT64_C(512) : UINT64_C(6144)) * BS_MIB;
}

static int parse_load(const struct bs_experiment *x, const struct point *p,
		      struct bs_load_spec *load, struct bs_error *err)
{
	char *text;
	int ret;

	/* It is not to end before the window does. */
	if (asprintf(&text, "page-fault:size=%uMiB,tasks=%u,order=%u,threads=%s,time=1h",
		     x->ci ? 16 : 128, p->tasks, p->pages == BASE ? 0u : 9u,
		     p->mode == THREADS ? "on" : "off") < 0)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, p->spec, NULL, "experiment");
	ret = bs_load_parse(text, load, err);
	free(text);
	return ret;
}

static void take(struct point *p, struct bs_trial *t, const struct bs_program *program, bs_ns from)
{
	struct bs_report_stats rs;
	bs_ns by_cause[BS_NR_CAUSES];

	bs_report_stats(t->g->rc, &rs);
	bs_cpus_blocked(t->g->cpus, t->g->nr_cpus, by_cause);
	p->length = bs_trial_now(t) - from;
	p->touched = (program->f.allocations - program->f.refused) << (p->pages == BASE ? 0 : 9);
	p->nodes = rs.nodes_walked;
	p->calls = rs.calls;
	p->refault = by_cause[BS_CAUSE_REFAULT] + by_cause[BS_CAUSE_HOST_ZERO];
	p->locks = t->g->contention->f;
}

static int run_load(struct bs_trial *t, const struct bs_experiment *x, struct point *p,
		    const struct bs_load_spec *load, struct bs_error *err)
{
	const struct bs_program_setup setup = {
		.spec = load, .seed = x->cfg.seed, .resident = BS_RESIDENT_ALL};
	const bs_ns end = length_of(x, p->pages);
	struct bs_program *program;
	struct bs_lock_costs costs;
	int ret = bs_program_create(t->g, &setup, &program, err);

	if (ret)
		return ret;
	bs_lock_costs_default(&costs);
	if (bs_contention_begin(t->g, &costs, true))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, p->spec, NULL, "experiment");
	if (!ret)
		ret = bs_program_begin(program, end, err);
	if (!ret && p->of >= NO_DISCARD)
		ret = bs_reporter_start(t->g, err);
	if (!ret) {
		bs_trial_run(t, end);
		take(p, t, program, 0);
		ret = bs_trial_check(t, err);
	}
	t->g->ended = true;
	bs_program_destroy(program);
	return ret;
}

static int run_point(const struct bs_experiment *x, struct point *p, struct bs_error *err)
{
	const bs_pfn pages = (bs_pfn)(memory_of(x) >> BS_UNIT_SHIFT);
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = pages};
	const struct bs_mem_range range = {.end = pages};
	const struct bs_machine_config mc = {.kernel = x->cfg.kernel,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .nr_cpus = p->tasks,
					     .seed = x->cfg.seed};
	const struct bs_trial_setup setup = {
		.machine = &mc,
		.bytes = memory_of(x),
		.wake_latency = BS_TRIAL_WAKE_LATENCY,
		.window = length_of(x, p->pages),
		.costs = "vm",
		.advice = p->of == NO_DISCARD ? BS_ADVICE_NONE : BS_ADVICE_DONTNEED,
	};
	struct bs_load_spec load;
	struct bs_trial t;
	int ret = parse_load(x, p, &load, err);

	if (ret)
		return ret;
	ret = bs_trial_begin(&t, x, p->spec, &setup, err);
	if (!ret) {
		ret = run_load(&t, x, p, &load, err);
		bs_trial_end(&t);
	}
	bs_load_spec_free(&load);
	return ret;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void work(void *arg, unsigned int job, unsigned int worker)
{
	struct points *all = arg;
	struct point *p = &all->at[job];

	(void)worker;
	p->ret = run_point(all->x, p, &p->err);
}

static bool is_same_setting(const struct point *a, const struct point *b)
{
	return a->pages == b->pages && a->mode == b->mode && a->tasks == b->tasks;
}

/* The unpatched kernel in the same setting; it stands before. */
static const struct point *unpatched_of(const struct points *all, const struct point *p)
{
	const struct point *u = all->at;

	while (u->of != UNPATCHED || !is_same_setting(u, p))
		u++;
	return u;
}

static uint64_t per_second(const struct point *p)
{
	return (uint64_t)((unsigned __int128)p->touched * BS_NS_PER_S / p->length);
}

/* In hundredths of a per cent. */
static int64_t change_of(const struct points *all, const struct point *p)
{
	const int64_t before = (int64_t)unpatched_of(all, p)->touched;

	return before ? ((int64_t)p->touched - before) * 10000 / before : 0;
}

static void put_change(json_t *row, const char *key, int64_t hundredths)
{
	const int64_t size = hundredths < 0 ? -hundredths : hundredths;
	char text[32];

	snprintf(text, sizeof(text), "%s%lld.%02lld",
		 hundredths < 0 ? "-"
		 : hundredths	? "+"
				: "",
		 (long long)(size / 100), (long long)(size % 100));
	bs_json_put_text(row, key, text);
}

/* A thousandth of a per cent of the time of all CPUs is 1. */
static void put_share(json_t *row, const char *key, const struct point *p, bs_ns ns)
{
	bs_json_put_uint(row, key,
			 (uint64_t)((unsigned __int128)ns * 100000 / (p->length * p->tasks)));
}

static const char *published_for(const struct point *p)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct published *q = &published[i];

		if (!strcmp(q->strategy, p->spec) && q->pages == p->pages && q->of == p->of &&
		    p->mode == PROCESSES && (!q->tasks || q->tasks == p->tasks))
			return q->change;
	}
	return NULL;
}

static void put_row(const struct points *all, const struct point *p)
{
	json_t *row = bs_experiment_row(all->x, p->spec);
	const char *there = published_for(p);

	bs_json_put_text(row, "case", case_words[p->of]);
	bs_json_put_text(row, "pages", pages_words[p->pages]);
	bs_json_put_text(row, "mode", mode_words[p->mode]);
	bs_json_put_uint(row, "tasks", p->tasks);
	bs_json_put_uint(row, "pages_per_s", per_second(p));
	put_change(row, "of_unpatched", change_of(all, p));
	if (there)
		bs_json_put_text(row, "published", there);
	put_share(row, "wait_share", p, p->locks.wait_ns);
	put_share(row, "space_share", p, p->locks.space_wait_ns);
	put_share(row, "refault_share", p, p->refault);
	bs_json_put_uint(row, "nodes", p->nodes);
	bs_json_put_uint(row, "longest_wait_ns", p->locks.longest_wait_ns);
	bs_json_put_uint(row, "calls", p->calls);
	bs_json_put_uint(row, "hold_ns", p->locks.hold_ns);
	bs_json_put_uint(row, "worker_hold_ns", p->locks.worker_hold_ns);
}

static bool tell(void *arg, unsigned int job)
{
	struct points *all = arg;
	struct point *p = &all->at[job];

	if (p->ret) {
		all->ret = p->ret;
		*all->err = p->err;
		return false;
	}
	put_row(all, p);
	return true;
}

/* ---- Which ----------------------------------------------------------------------------------- */

static const unsigned int full_tasks[] = {1, 2, 4, 8, 16, 24};
static const unsigned int few_tasks[] = {1, 8, 24};
static const unsigned int ci_tasks[] = {1, 3};

/* Base pages cost the most to simulate: fewer points of them. */
static unsigned int tasks_of(const struct bs_experiment *x, enum pages pages,
			     const unsigned int **list)
{
	if (x->ci) {
		*list = ci_tasks;
		return sizeof(ci_tasks) / sizeof(ci_tasks[0]);
	}
	*list = pages == BASE ? few_tasks : full_tasks;
	return pages == BASE ? sizeof(few_tasks) / sizeof(few_tasks[0])
			     : sizeof(full_tasks) / sizeof(full_tasks[0]);
}

static void add(struct points *all, const char *spec, enum run_case of, enum pages pages,
		enum mode mode)
{
	const unsigned int *tasks;
	const unsigned int n = tasks_of(all->x, pages, &tasks);

	for (unsigned int i = 0; i < n; i++)
		all->at[all->nr++] = (struct point){
			.spec = spec, .of = of, .pages = pages, .mode = mode, .tasks = tasks[i]};
}

/* A strategy that never reports is the unpatched kernel. */
static bool is_idle(const char *spec)
{
	struct bs_spec s;
	bool idle;

	if (bs_spec_parse(spec, NULL, &s, NULL))
		return false;
	idle = s.s->caps & BS_CAP_IDLE;
	bs_spec_free(&s);
	return idle;
}

static void add_setting(struct points *all, const char *idle, enum pages pages, enum mode mode)
{
	const struct bs_experiment *x = all->x;

	add(all, idle, UNPATCHED, pages, mode);
	for (unsigned int i = 0; i < x->nr_specs; i++) {
		if (is_idle(x->specs[i]))
			continue;
		/* The hooks that are left when it is off are seen at huge pages, if anywhere. */
		for (enum run_case of = pages == BASE ? ON : OFF; of < NR_CASES; of++)
			add(all, x->specs[i], of, pages, mode);
	}
}

static const struct point *find(const struct points *all, const char *spec, enum run_case of,
				unsigned int tasks)
{
	for (unsigned int i = 0; i < all->nr; i++) {
		const struct point *p = &all->at[i];

		if (p->pages == HUGE_PAGES && p->mode == PROCESSES && p->of == of &&
		    p->tasks == tasks && !strcmp(p->spec, spec))
			return p;
	}
	return NULL;
}

static void put_series(const struct points *all, const char *spec, enum run_case of,
		       enum pages pages, enum mode mode)
{
	json_t *s = json_object(), *px = json_array(), *py = json_array();
	char group[64];

	snprintf(group, sizeof(group), "%s/%s/%s", pages_words[pages], mode_words[mode],
		 case_words[of]);
	for (unsigned int i = 0; i < all->nr; i++) {
		const struct point *p = &all->at[i];

		if (p->of != of || p->pages != pages || p->mode != mode || strcmp(p->spec, spec))
			continue;
		json_array_append_new(px, json_integer(p->tasks));
		json_array_append_new(py, json_integer(change_of(all, p)));
	}
	bs_json_put_text(s, "strategy", spec);
	bs_json_put_text(s, "group", group);
	json_object_set_new(s, "x", px);
	json_object_set_new(s, "y", py);
	json_array_append_new(all->x->series, s);
}

/* Who loses least and most with all CPUs at work, and with what of it. */
static void answer(const struct points *all, const char *idle)
{
	struct bs_experiment *x = all->x;
	const unsigned int most_tasks = x->ci ? 3 : 24;
	const struct point *best = NULL, *worst = NULL;

	for (unsigned int i = 0; i < x->nr_specs; i++) {
		const struct point *p = find(all, x->specs[i], ON, most_tasks);

		if (!p)
			continue;
		if (!best || change_of(all, p) > change_of(all, best))
			best = p;
		if (!worst || change_of(all, p) < change_of(all, worst))
			worst = p;
	}
	if (!best) {
		bs_experiment_answers(x, "page-fault: %s alone has nothing to be compared with",
				      idle);
		return;
	}
	bs_experiment_answers(
		x,
		"page-fault: %u processes on huge pages: %s changes throughput least (%+.2f %%), "
		"%s most (%+.2f %%, of the CPUs' time %.2f %% refaults and %.2f %% waits for the "
		"zone's lock)",
		most_tasks, best->spec, (double)change_of(all, best) / 100, worst->spec,
		(double)change_of(all, worst) / 100,
		(double)worst->refault * 100 / (double)(worst->length * worst->tasks),
		(double)worst->locks.wait_ns * 100 / (double)(worst->length * worst->tasks));
}

static void describe(struct bs_experiment *x)
{
	struct bs_lock_costs costs;
	json_t *o = json_object();
	const char *name;
	bs_ns *ns;

	bs_lock_costs_default(&costs);
	for (unsigned int i = 0; (ns = bs_lock_cost_field(&costs, i, &name, NULL, NULL)); i++)
		bs_json_put_uint(o, name, *ns);
	json_object_set_new(x->setting, "lock_costs_ns", o);
	bs_json_put_text(x->setting, "costs", "vm");
	bs_json_put_uint(x->setting, "memory_bytes", memory_of(x));
	bs_json_put_uint(x->setting, "huge_length_ns", length_of(x, HUGE_PAGES));
	bs_json_put_uint(x->setting, "base_length_ns", length_of(x, BASE));
	bs_json_put_uint(x->setting, "size_bytes", (x->ci ? 16 : 128) * BS_MIB);
	bs_experiment_setting(
		x,
		"%llu MiB guest, all of it in use before; each task maps and unmaps %u MiB; %llu ms "
		"with huge pages, %llu ms with base pages; one zone, whose lock takes time",
		(unsigned long long)(memory_of(x) >> 20), x->ci ? 16 : 128,
		(unsigned long long)(length_of(x, HUGE_PAGES) / BS_NS_PER_MS),
		(unsigned long long)(length_of(x, BASE) / BS_NS_PER_MS));
}

static void put_all_series(const struct points *all)
{
	for (unsigned int i = 0; i < all->x->nr_specs; i++) {
		if (is_idle(all->x->specs[i]))
			continue;
		put_series(all, all->x->specs[i], ON, HUGE_PAGES, PROCESSES);
		put_series(all, all->x->specs[i], NO_DISCARD, HUGE_PAGES, PROCESSES);
		put_series(all, all->x->specs[i], ON, HUGE_PAGES, THREADS);
		put_series(all, all->x->specs[i], ON, BASE, PROCESSES);
	}
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const char *idle = bs_strategy_with(BS_CAP_IDLE)->name;
	struct points all = {.x = x, .err = err};
	struct bs_jobs jobs = {.at_once = bs_nr_cores(), .work = work, .tell = tell, .arg = &all};
	int ret;

	describe(x);
	/* Two sizes of pages, two modes, four cases, six numbers of tasks; and the unpatched kernel. */
	all.at = calloc((x->nr_specs + 1) * 2 * 2 * NR_CASES * 6, sizeof(*all.at));
	if (!all.at)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "page-fault", NULL, "experiment");
	for (enum pages pages = HUGE_PAGES + 1; pages-- > BASE;)
		for (enum mode mode = PROCESSES; mode <= THREADS; mode++)
			add_setting(&all, idle, pages, mode);
	jobs.nr = all.nr;
	ret = bs_jobs_run(&jobs, err);
	if (!ret)
		ret = all.ret;
	if (!ret) {
		put_all_series(&all);
		answer(&all, idle);
	}
	free(all.at);
	return ret;
}

const struct bs_experiment_kind bs_experiment_page_fault = {
	.name = "page-fault",
	.question = "what reporting costs tasks that fault memory in and unmap it, with their CPUs "
		    "contending for a zone's lock",
	.columns = columns,
	.run = run,
};
