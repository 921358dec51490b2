// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void fail(struct bs_lab *lab, const struct bs_error *err)
{
	if (!lab->failed)
		lab->err = *err;
	lab->failed = true;
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void set_time(struct bs_lab *lab, bs_ns t)
{
	uint64_t resident, unmapped;

	if (t <= lab->now)
		return;
	bs_device_levels(lab->dev, &resident, &unmapped);
	bs_timeline_set(lab->tl, lab->now, lab->used_bytes, resident, unmapped);
	if (lab->moved)
		lab->moved(lab);
	lab->now = t;
}

static void push(struct bs_lab *lab, bs_ns time, enum bs_due_class class, int what)
{
	struct bs_error err;

	if (!bs_due_push(&lab->due, (struct bs_due){.time = time, .class = class, .what = what}))
		return;
	bs_error_set(&err, BS_RESOURCE, ENOMEM, lab->label, NULL, "experiment");
	fail(lab, &err);
}

static void run_pass(struct bs_lab *lab, int cpu)
{
	do {
		if (cpu < 0)
			lab->wake_armed = false;
		lab->wake_waiting = false;
		lab->pass_running = true;
		bs_report_pass(lab->rc, cpu);
		lab->pass_running = false;
		cpu = -1;
	} while (lab->wake_waiting && !lab->stop_waiting && !lab->failed);
	if (lab->stop_waiting)
		bs_lab_stop(lab);
}

static void complete(struct bs_lab *lab, struct bs_lab_call *call)
{
	struct bs_error err;

	call->done = true;
	if (call->ticket < 0)
		return;
	call->result = bs_device_complete(lab->dev, call->ticket, lab->now, &err);
	lab->last_discard = lab->now;
	if (call->result == -EUCLEAN || call->result == -ENOMEM)
		fail(lab, &err);
}

static void load_event(struct bs_lab *lab)
{
	bs_ns next;

	lab->lag = 0;
	next = lab->load(lab);
	if (next != BS_NO_TIME) {
		push(lab, lab->now + next + lab->lag, BS_DUE_RELEASE, 0);
		return;
	}
	lab->load = NULL;
	lab->load_end = lab->now;
}

static void run_one(struct bs_lab *lab)
{
	struct bs_due d = bs_due_pop(&lab->due);

	set_time(lab, d.time);
	switch (d.class) {
	case BS_DUE_COMPLETION:
		complete(lab, &lab->calls[d.what]);
		break;
	case BS_DUE_WAKE:
		if (d.what != lab->wake_generation)
			break;
		if (lab->pass_running)
			lab->wake_waiting = true;
		else
			run_pass(lab, -1);
		break;
	case BS_DUE_RELEASE:
		load_event(lab);
		break;
	default:
		break;
	}
}

static void run_until_done(struct bs_lab *lab, const bool *done)
{
	while (!*done && !lab->failed && lab->due.n)
		run_one(lab);
}

void bs_lab_run(struct bs_lab *lab, bs_ns until)
{
	while (!lab->failed && bs_due_next(&lab->due) <= until)
		run_one(lab);
	set_time(lab, until);
}

void bs_lab_begin_load(struct bs_lab *lab, bs_ns (*load)(struct bs_lab *lab), void *arg)
{
	lab->load = load;
	lab->load_arg = arg;
	push(lab, lab->now, BS_DUE_RELEASE, 0);
}

void bs_lab_arm(struct bs_lab *lab, const struct bs_lab_faults *faults)
{
	lab->faults = *faults;
	lab->fault_calls = 0;
}

/* ---- The strategy's view --------------------------------------------------------------------- */

static bs_ns env_now(void *arg)
{
	return ((struct bs_lab *)arg)->now;
}

static void env_wake(void *arg, bs_ns delay)
{
	struct bs_lab *lab = arg;

	if (lab->wake_armed)
		return;
	lab->wake_armed = true;
	push(lab, lab->now + (delay ? delay : BS_LAB_WAKE_LATENCY), BS_DUE_WAKE,
	     lab->wake_generation);
}

static void env_wake_cancel(void *arg)
{
	struct bs_lab *lab = arg;

	lab->wake_armed = lab->wake_waiting = lab->cpu_pass = false;
	lab->wake_generation++;
}

static void env_wake_on(void *arg, unsigned int cpu)
{
	(void)cpu; /* the load has one CPU */
	((struct bs_lab *)arg)->cpu_pass = true;
}

static struct bs_lab_call *new_call(struct bs_lab *lab)
{
	for (unsigned int i = 0; i < BS_LAB_MAX_CALLS; i++)
		if (!lab->calls[i].used)
			return &lab->calls[i];
	return NULL;
}

static void note_walk(struct bs_lab *lab)
{
	struct bs_report_stats rs;

	bs_report_stats(lab->rc, &rs);
	if (rs.nodes_walked - lab->nodes_at_call > lab->longest_walk)
		lab->longest_walk = rs.nodes_walked - lab->nodes_at_call;
	lab->nodes_at_call = rs.nodes_walked;
}

/* Is the call that is about to be made one that fails? Then the host never sees it. */
static bool is_faulty(struct bs_lab *lab)
{
	lab->fault_calls++;
	return lab->faults.error_every && lab->fault_calls % lab->faults.error_every == 0;
}

static int env_submit_async(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_lab *lab = arg;
	struct bs_lab_call *call = new_call(lab);
	struct bs_error err;
	bs_ns cost = 0;
	int ticket = -1;

	if (lab->failed)
		return -ESHUTDOWN;
	if (!call)
		return -EBUSY;
	note_walk(lab);
	if (!is_faulty(lab)) {
		ticket = bs_device_request(lab->dev, r, n, &cost, &err);
		if (ticket < 0) {
			if (ticket != -EBUSY)
				fail(lab, &err);
			return ticket;
		}
	}
	if (lab->fault_calls == lab->faults.stall_call) {
		cost += lab->faults.stall;
		lab->stall_end = lab->now + cost;
	}
	*call = (struct bs_lab_call){
		.used = true, .ticket = ticket, .result = ticket < 0 ? -EIO : 0};
	push(lab, lab->now + cost, BS_DUE_COMPLETION, (int)(call - lab->calls));
	if (lab->during)
		lab->during(lab, lab->fault_calls);
	return (int)(call - lab->calls);
}

static int env_wait(void *arg, int ticket)
{
	struct bs_lab *lab = arg;
	struct bs_lab_call *call = &lab->calls[ticket];

	run_until_done(lab, &call->done);
	call->used = false;
	return call->done ? call->result : -ESHUTDOWN;
}

static int env_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	int ticket = env_submit_async(arg, r, n);

	return ticket < 0 ? ticket : env_wait(arg, ticket);
}

/* The CPU of the load waits itself: it goes on later, for everybody else no time passes. */
static int env_call(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	struct bs_lab *lab = arg;
	const bool faulty = is_faulty(lab);
	struct bs_error err;
	bs_ns cost = 0;
	int ticket;

	(void)cpu;
	if (lab->failed)
		return -ESHUTDOWN;
	if (lab->fault_calls == lab->faults.stall_call) {
		lab->lag += lab->faults.stall;
		lab->stall_end = lab->now + lab->lag;
	}
	if (faulty)
		return -EIO;
	ticket = bs_device_request(lab->dev, r, n, &cost, &err);
	if (ticket < 0) {
		fail(lab, &err);
		return ticket;
	}
	lab->lag += cost;
	lab->last_discard = lab->now;
	return bs_device_complete(lab->dev, ticket, lab->now, &err);
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct bs_lab *lab = arg;
	struct bs_error err;

	bs_error_set(&err, BS_INVARIANT, 0, lab->label, "run it again with the same seed to see it",
		     "law broken at %llu ns, pfn %u: %s", (unsigned long long)lab->now, pfn, law);
	fail(lab, &err);
}

/* ---- The load's view ------------------------------------------------------------------------- */

bs_pfn bs_lab_alloc(struct bs_lab *lab, unsigned int gfp, unsigned int order)
{
	bs_pfn pfn = bs_alloc_pages(lab->m, 0, gfp, order);
	struct bs_error err;
	bs_ns cost;

	if (pfn == BS_NO_PFN) {
		lab->alloc_failed++;
		lab->false_oom += bs_report_false_oom(lab->rc, gfp, order);
		return pfn;
	}
	lab->used_bytes += BS_PAGE_SIZE << order;
	if (bs_device_alloc(lab->dev, pfn, order, 0, lab->now, &cost, &err))
		fail(lab, &err);
	lab->fault_ns += cost;
	return pfn;
}

/* The pass blocks the CPU that frees: nothing else of the load happens meanwhile. */
static void run_cpu_pass(struct bs_lab *lab)
{
	if (!lab->cpu_pass || lab->pass_running)
		return;
	lab->cpu_pass = false;
	run_pass(lab, 0);
}

void bs_lab_free(struct bs_lab *lab, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;

	lab->used_bytes -= BS_PAGE_SIZE << order;
	if (bs_device_free(lab->dev, pfn, order, 0, &err))
		fail(lab, &err);
	bs_free_pages(lab->m, 0, pfn, order);
	run_cpu_pass(lab);
}

void bs_lab_drain(struct bs_lab *lab)
{
	bs_drain_pages(lab->m, BS_ALL_CPUS);
	run_cpu_pass(lab);
}

/* ---- Loads ----------------------------------------------------------------------------------- */

bs_ns bs_lab_free_ns(unsigned int order)
{
	return order ? BS_NS_PER_US : 50;
}

int bs_lab_fill(struct bs_lab *lab, struct bs_lab_release *r, uint64_t bytes, unsigned int order,
		struct bs_error *err)
{
	const unsigned int gfp = order ? BS_GFP_TRANSHUGE : BS_GFP_HIGHUSER_MOVABLE;

	*r = (struct bs_lab_release){.order = order, .step = bs_lab_free_ns(order)};
	r->n = bytes >> BS_PAGE_SHIFT >> order;
	r->pfn = malloc(r->n * sizeof(*r->pfn));
	for (size_t i = 0; r->pfn && i < r->n; i++) {
		r->pfn[i] = bs_lab_alloc(lab, gfp, order);
		if (r->pfn[i] == BS_NO_PFN) {
			free(r->pfn);
			r->pfn = NULL;
		}
	}
	if (r->pfn)
		return 0;
	return bs_error_set(err, BS_RESOURCE, ENOMEM, lab->label, NULL,
			    "the experiment's guest cannot hold %llu MiB",
			    (unsigned long long)(bytes >> 20));
}

bs_ns bs_lab_release_one(struct bs_lab *lab)
{
	struct bs_lab_release *r = lab->load_arg;

	bs_lab_free(lab, r->pfn[r->next++], r->order);
	if (r->next < r->n)
		return r->step;
	/* Linux flushes the per-cpu lists of an idle CPU within seconds (vmstat); here at once, so
	 * that nothing is left there that no strategy could see. */
	bs_lab_drain(lab);
	return BS_NO_TIME;
}

uint64_t bs_lab_excess(const struct bs_lab *lab)
{
	const uint64_t held = bs_device_held(lab->dev);

	return held > lab->used_bytes ? held - lab->used_bytes : 0;
}

int bs_lab_check(struct bs_lab *lab, struct bs_error *err)
{
	if (!lab->failed && bs_machine_check(lab->m, &lab->err))
		lab->failed = true;
	if (!lab->failed)
		return 0;
	*err = lab->err;
	return err->status == BS_RESOURCE ? -ENOMEM : -EUCLEAN;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int create_machine(struct bs_lab *lab, const struct bs_lab_config *c, struct bs_error *err)
{
	const bs_pfn pages = (bs_pfn)(c->bytes >> BS_PAGE_SHIFT);
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = pages};
	const struct bs_mem_range range = {.end = pages};
	const struct bs_machine_config mc = {.kernel = c->kernel,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .seed = c->seed};

	return bs_machine_create(&mc, &lab->m, err);
}

static int create_report(struct bs_lab *lab, const char *spec, struct bs_error *err)
{
	const struct bs_env env = {
		.arg = lab,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_wake_cancel,
		.wake_on = env_wake_on,
		.submit = env_submit,
		.call = env_call,
		.submit_async = env_submit_async,
		.wait = env_wait,
		.capacity = BS_LAB_CAPACITY,
		.violated = env_violated,
	};
	const char *colon = strchr(spec, ':');
	const struct bs_strategy *s = bs_strategy_find(spec, err);

	if (!s)
		return -EINVAL;
	return bs_report_create(lab->m, s, colon ? colon + 1 : NULL, &env, &lab->rc, err);
}

static int create_device(struct bs_lab *lab, const struct bs_lab_config *c, struct bs_error *err)
{
	const struct bs_device_config dc = {
		.kind = "model",
		.nr_pages = c->bytes >> BS_PAGE_SHIFT,
		.report_order = 9,
		.touch = BS_TOUCH_PAGE,
	};

	return bs_device_create(&dc, &lab->dev, err);
}

int bs_lab_create(const struct bs_lab_config *config, struct bs_lab **out, struct bs_error *err)
{
	struct bs_lab *lab = calloc(1, sizeof(*lab));
	int ret;

	*out = NULL;
	if (!lab)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, config->strategy, NULL, "experiment");
	lab->label = config->strategy;
	ret = create_machine(lab, config, err);
	if (!ret)
		ret = create_device(lab, config, err);
	if (!ret)
		ret = create_report(lab, config->strategy, err);
	lab->tl = bs_timeline_create(config->window);
	if (!ret && !lab->tl)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, lab->label, NULL, "timeline");
	if (ret)
		bs_lab_destroy(lab);
	else
		*out = lab;
	return ret;
}

void bs_lab_destroy(struct bs_lab *lab)
{
	if (!lab)
		return;
	bs_report_destroy(lab->rc);
	bs_device_destroy(lab->dev);
	bs_machine_destroy(lab->m);
	bs_timeline_destroy(lab->tl);
	bs_due_free(&lab->due);
	free(lab);
}

int bs_lab_start(struct bs_lab *lab, struct bs_error *err)
{
	int ret = bs_report_start(lab->rc);

	if (!ret)
		return 0;
	return bs_error_set(err, BS_RESOURCE, -ret, lab->label, NULL, "cannot start");
}

void bs_lab_stop(struct bs_lab *lab)
{
	lab->stop_waiting = lab->pass_running;
	if (lab->stop_waiting)
		return;
	lab->stopped_at = lab->now;
	bs_report_stop(lab->rc);
}
