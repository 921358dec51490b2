// SPDX-License-Identifier: GPL-2.0-or-later
#include "reporter.h"

#include <errno.h>
#include <stdlib.h>

#include "fail.h"
#include "locks.h"
#include "migrate.h"
#include "request.h"
#include "snapshot.h"

#define MAX_CALLS 256 /* as many as the deepest queue holds */

/* ---- Passes ---------------------------------------------------------------------------------- */

static void wake_on_due(void *arg, int cpu);

/* A pass has ended: CPUs that waited for that try again. */
static void retry_wakes(struct bs_guest *g)
{
	if (!g->reporter.cpu_waiting)
		return;
	g->reporter.cpu_waiting = false;
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		if (g->cpus[i].wake_on)
			bs_clock_push(g->clock, g->clock->now, BS_DUE_WAKE_ON, wake_on_due, g,
				      (int)i);
}

static void run_pass(struct bs_guest *g, int cpu)
{
	struct bs_reporter *r = &g->reporter;

	r->pass_running = true;
	r->pass_cpu = cpu;
	if (g->watch.pass)
		g->watch.pass(g->watch.arg, true);
	bs_report_pass(g->rc, cpu);
	r->pass_cpu = -1;
	r->pass_running = false;
	if (g->watch.pass)
		g->watch.pass(g->watch.arg, false);
	if (r->stop_waiting)
		bs_reporter_stop(g);
	retry_wakes(g);
}

/* One pass at a time: a wake that falls due during one waits for its end. */
static void run_passes(struct bs_guest *g)
{
	struct bs_reporter *r = &g->reporter;

	if (r->pass_running) {
		r->wake_waiting = true;
		return;
	}
	do {
		r->wake_waiting = false;
		r->wake_armed = false;
		run_pass(g, -1);
	} while (r->wake_waiting && !g->clock->failed && !g->ended);
}

static void wake_due(void *arg, int generation)
{
	struct bs_guest *g = arg;

	if (generation == g->reporter.wake_generation && !g->ended)
		run_passes(g);
}

/* Is the wake of a CPU still wanted? It may have to wait for the pass that is running. */
static void wake_on_due(void *arg, int cpu)
{
	struct bs_guest *g = arg;
	struct bs_reporter *r = &g->reporter;

	if (!g->cpus[cpu].wake_on || g->ended)
		return;
	if (r->pass_running) {
		r->cpu_waiting = true;
		return;
	}
	g->cpus[cpu].wake_on = false;
	run_pass(g, cpu);
	if (r->wake_waiting && !g->ended)
		run_passes(g);
}

bool bs_reporter_wants_cpu(const struct bs_guest *g, unsigned int cpu)
{
	return g->cpus[cpu].wake_on && !g->reporter.pass_running;
}

/* ---- What the strategy asks for -------------------------------------------------------------- */

static bs_ns env_now(void *arg)
{
	return ((struct bs_guest *)arg)->clock->now;
}

static void env_wake(void *arg, bs_ns delay)
{
	struct bs_guest *g = arg;
	struct bs_reporter *r = &g->reporter;

	if (r->wake_armed)
		return;
	r->wake_armed = true;
	if (!delay)
		delay = r->wake_latency;
	if (r->paused) {
		r->paused_wake = true;
		r->paused_left = delay;
		return;
	}
	r->wake_at = g->clock->now + delay;
	bs_clock_push(g->clock, r->wake_at, BS_DUE_WAKE, wake_due, g, r->wake_generation);
}

static void env_wake_cancel(void *arg)
{
	struct bs_guest *g = arg;
	struct bs_reporter *r = &g->reporter;

	r->wake_armed = r->wake_waiting = r->paused_wake = false;
	r->wake_generation++;
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i].wake_on = false;
}

/* Due at once, yet behind what the CPU is doing: it first leaves the allocator. */
static void env_wake_on(void *arg, unsigned int cpu)
{
	struct bs_guest *g = arg;

	if (g->cpus[cpu].wake_on || g->ended)
		return;
	g->cpus[cpu].wake_on = true;
	bs_clock_push(g->clock, g->clock->now, BS_DUE_WAKE_ON, wake_on_due, g, (int)cpu);
}

/* Heard while the block is being allocated; a client's own blocks are nobody's to zero. */
static void env_known_zero(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_guest *g = arg;

	if (g->zeroes && !(g->strategy->caps & BS_CAP_CLIENT))
		g->known_zero = (struct bs_range){pfn, (uint8_t)order};
}

static bs_ns env_next_use(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_foresight *f = &((struct bs_guest *)arg)->reporter.future;

	return f->next_use ? f->next_use(f->arg, pfn, order) : BS_NO_TIME;
}

static void env_zone_locked(void *arg, unsigned int zone, bool is)
{
	struct bs_guest *g = arg;

	if (unlikely(g->contention))
		bs_contention_pass(g, zone, is);
}

/* Its owners follow what has to go elsewhere; and the driver is at that before it can tell the host. */
static void env_ranging(void *arg, bool begins)
{
	struct bs_guest *g = arg;

	if (!begins) {
		g->reporter.moved_ns += bs_guest_moved_alone(g);
		bs_guest_mover(g, g->reporter.mover_before, g->reporter.mover_cpu);
		return;
	}
	if (!g->moves.follows && bs_guest_may_move(g, NULL))
		bs_guest_fail_memory(g);
	g->reporter.mover_before = g->moves.who;
	g->reporter.mover_cpu = g->moves.cpu;
	bs_guest_mover(g, BS_MOVER_RANGE, BS_NO_CPU);
}

static void env_saving(void *arg, bool waits)
{
	struct bs_guest *g = arg;

	if (waits)
		g->saved.waits = true;
	else
		bs_guest_snapshot_waited(g);
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct bs_guest *g = arg;
	struct bs_error err;

	bs_error_set(&err, BS_INVARIANT, 0, NULL, "run it with the same seed to see it again",
		     "law broken at %llu ns, pfn %u: %s", (unsigned long long)g->clock->now, pfn,
		     law);
	bs_guest_fail(g, &err);
}

void bs_reporter_env(struct bs_guest *g, struct bs_env *env)
{
	*env = (struct bs_env){
		.arg = g,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_wake_cancel,
		.wake_on = env_wake_on,
		.submit = bs_request_submit,
		.call = bs_request_call,
		.submit_async = bs_request_submit_async,
		.wait = bs_request_wait,
		.capacity = g->reporter.capacity,
		.busy = bs_request_busy,
		.install = bs_request_install,
		.known_zero = env_known_zero,
		.next_use = env_next_use,
		.break_even = g->reporter.future.break_even,
		.zone_locked = env_zone_locked,
		.tell = bs_request_tell,
		.ranging = env_ranging,
		.saving = env_saving,
		.violated = env_violated,
	};
}

/* ---- What its guest and its host do to it ---------------------------------------------------- */

int bs_reporter_start(struct bs_guest *g, struct bs_error *err)
{
	int ret = bs_report_start(g->rc);

	if (!ret)
		return 0;
	if (ret != -ENOSPC)
		return bs_error_set(err, BS_RESOURCE, -ret, NULL, NULL, "cannot start");
	return bs_error_set(
		err, BS_RESOURCE, 0, NULL, "use a larger --capacity",
		"cannot start: it needs more than the %u range%s that a request may carry",
		g->reporter.capacity, g->reporter.capacity == 1 ? "" : "s");
}

void bs_reporter_stop(struct bs_guest *g)
{
	g->reporter.stop_waiting = g->reporter.pass_running;
	if (!g->reporter.stop_waiting)
		bs_report_stop(g->rc);
}

/* A timer stands still while its guest does. */
void bs_reporter_pause(struct bs_guest *g)
{
	struct bs_reporter *r = &g->reporter;

	if (r->paused)
		return;
	r->paused = true;
	if (r->wake_armed && !r->wake_waiting) {
		r->wake_generation++;
		r->paused_wake = true;
		r->paused_left = r->wake_at - g->clock->now;
	}
	bs_report_event(g->rc, BS_EVENT_PAUSE, 1);
}

void bs_reporter_resume(struct bs_guest *g)
{
	struct bs_reporter *r = &g->reporter;

	if (!r->paused)
		return;
	r->paused = false;
	if (r->paused_wake) {
		r->wake_at = g->clock->now + r->paused_left;
		bs_clock_push(g->clock, r->wake_at, BS_DUE_WAKE, wake_due, g, r->wake_generation);
	}
	r->paused_wake = false;
	bs_report_event(g->rc, BS_EVENT_PAUSE, 0);
}

void bs_reporter_pressure(struct bs_guest *g, unsigned int percent)
{
	g->reporter.pressure = percent;
	bs_report_event(g->rc, BS_EVENT_PRESSURE, percent);
}

/* ---- Life ------------------------------------------------------------------------------------ */

int bs_reporter_init(struct bs_guest *g, bs_ns wake_latency, unsigned int capacity)
{
	g->reporter = (struct bs_reporter){
		.wake_latency = wake_latency,
		.pass_cpu = -1,
		.capacity = capacity,
		.calls = calloc(MAX_CALLS, sizeof(*g->reporter.calls)),
		.nr_calls = MAX_CALLS,
	};
	return g->reporter.calls ? 0 : -ENOMEM;
}

void bs_reporter_free(struct bs_guest *g)
{
	free(g->reporter.calls);
}
