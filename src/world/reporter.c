// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * env.c - the strategy's world: its clock, its wakes, its calls to the device.
 *
 * A pass takes no virtual time; only waiting for the device does. While it waits, everything else
 * that is due happens, nested, so a straight-line pass() serves (semantics.md 1).
 */
#include <errno.h>
#include <string.h>

#include "cell.h"
#include "future.h"

static bs_ns env_now(void *arg)
{
	return ((struct bs_cell *)arg)->now;
}

static void env_wake(void *arg, bs_ns delay)
{
	struct bs_cell *c = arg;

	if (c->wake_armed)
		return;
	c->wake_armed = true;
	if (!delay)
		delay = c->cfg->guest.wake_latency;
	if (c->paused) {
		c->paused_wake = true;
		c->paused_left = delay;
		return;
	}
	c->wake_at = c->now + delay;
	bs_cell_push(c, c->wake_at, BS_DUE_WAKE, c->wake_generation);
}

static void env_wake_cancel(void *arg)
{
	struct bs_cell *c = arg;

	c->wake_armed = c->wake_waiting = c->paused_wake = false;
	c->wake_generation++;
	for (unsigned int i = 0; i < c->nr_cpus; i++)
		c->cpus[i].wake_on = false;
}

/* Due at once, yet behind the event that is being replayed: the CPU first leaves the allocator. */
static void env_wake_on(void *arg, unsigned int cpu)
{
	struct bs_cell *c = arg;

	if (c->cpus[cpu].wake_on || c->ended)
		return;
	c->cpus[cpu].wake_on = true;
	bs_cell_push(c, c->now, BS_DUE_WAKE_ON, (int)cpu);
}

bool bs_cell_take_wake_on(struct bs_cell *c, unsigned int cpu)
{
	if (!c->cpus[cpu].wake_on || c->ended)
		return false;
	if (c->pass_running) {
		c->cpu_waiting = true;
		return false;
	}
	c->cpus[cpu].wake_on = false;
	return true;
}

void bs_cell_retry_wakes(struct bs_cell *c)
{
	if (!c->cpu_waiting)
		return;
	c->cpu_waiting = false;
	for (unsigned int i = 0; i < c->nr_cpus; i++)
		if (c->cpus[i].wake_on)
			bs_cell_push(c, c->now, BS_DUE_WAKE_ON, (int)i);
}

/* A request that breaks a law ends the run here; the services may have seen it before the device. */
static int hand_over(struct bs_cell *c, const struct bs_range *r, unsigned int n, bs_ns *cost,
		     struct bs_error *err)
{
	int ticket = bs_device_request_at(c->dev, r, n, c->now, cost, err);

	if (ticket < 0 && ticket != -EBUSY) {
		bs_cell_fail(c, err);
		bs_cell_violation_request(c, r, n);
	}
	return ticket;
}

static int shut_down(struct bs_cell *c, const struct bs_range *r, unsigned int n)
{
	if (c->failed)
		bs_cell_violation_request(c, r, n);
	return -ESHUTDOWN;
}

/* The strategy's ticket is the call's place in the table, not the device's ticket: the device gives
 * that to the next request as soon as this one is complete, which may be before anybody waits. */
static struct bs_call *find_call(struct bs_cell *c, int number)
{
	if (number < 0 || (unsigned int)number >= c->nr_calls || !c->calls[number].used)
		return NULL;
	return &c->calls[number];
}

static int call_number(const struct bs_cell *c, const struct bs_call *call)
{
	return (int)(call - c->calls);
}

static struct bs_call *free_call(struct bs_cell *c)
{
	for (unsigned int i = 0; i < c->nr_calls; i++)
		if (!c->calls[i].used)
			return &c->calls[i];
	return NULL;
}

static int env_submit_async(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_cell *c = arg;
	struct bs_call *call = free_call(c);
	struct bs_error err;
	bs_ns cost = 0;
	int ticket;

	if (c->ended || c->failed)
		return shut_down(c, r, n);
	if (!call)
		return -EBUSY;
	ticket = hand_over(c, r, n, &cost, &err);
	if (ticket < 0) {
		if (ticket != -EBUSY)
			bs_cell_fail(c, &err);
		return ticket;
	}
	*call = (struct bs_call){.used = true, .ticket = ticket};
	/* A CPU that runs the pass itself waits for the device; the others go on. */
	if (c->pass_cpu >= 0)
		bs_cell_block_cpu(c, (unsigned int)c->pass_cpu, cost);
	bs_cell_push(c, c->now + cost, BS_DUE_COMPLETION, call_number(c, call));
	return call_number(c, call);
}

static int env_wait(void *arg, int number)
{
	struct bs_cell *c = arg;
	struct bs_call *call = find_call(c, number);

	if (!call)
		return -ENOENT;
	bs_cell_advance(c, &call->done);
	call->used = false;
	return call->done ? call->result : -ESHUTDOWN;
}

/* In place of a device's ticket: the host did it by itself, and only its time passes. */
#define HOST_TICKET (-1)

/* A host that shares the guest's state holds the guest's lock for that instant, so that nobody can
 * allocate what it discards; while it then works, the guest goes on (spec reporting.md 10, S8a). */
static int host_submit(struct bs_cell *c, const struct bs_range *r, unsigned int n)
{
	struct bs_call *call = free_call(c);
	struct bs_error err;
	bs_ns cost = 0;
	int ticket, ret;

	if (c->ended || c->failed)
		return shut_down(c, r, n);
	if (!call)
		return -EBUSY;
	ticket = hand_over(c, r, n, &cost, &err);
	ret = ticket < 0 ? ticket : bs_device_complete(c->dev, ticket, c->now, &err);
	if (ret == -EUCLEAN || ret == -ENOMEM)
		bs_cell_fail(c, &err);
	*call = (struct bs_call){.used = true, .ticket = HOST_TICKET, .result = ret};
	bs_cell_push(c, c->now + cost, BS_DUE_COMPLETION, call_number(c, call));
	return env_wait(c, call_number(c, call));
}

static int env_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_cell *c = arg;
	int number;

	if (c->strategy->caps & BS_CAP_HOST_SIDE)
		return host_submit(c, r, n);
	number = env_submit_async(c, r, n);

	return number < 0 ? number : env_wait(arg, number);
}

void bs_cell_complete(struct bs_cell *c, int number)
{
	struct bs_call *call = &c->calls[number];
	struct bs_error err;

	call->done = true;
	if (call->ticket == HOST_TICKET)
		return;
	call->result = bs_device_complete(c->dev, call->ticket, c->now, &err);
	if (call->result == -EUCLEAN || call->result == -ENOMEM)
		bs_cell_fail(c, &err);
}

/* The CPU that frees makes the call itself: for everybody else it happens in no time, for the
 * CPU the time of the call passes before its next event. */
static int env_call(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	struct bs_cell *c = arg;
	struct bs_error err;
	bs_ns cost = 0;
	int ticket;

	if (c->ended || c->failed)
		return shut_down(c, r, n);
	ticket = hand_over(c, r, n, &cost, &err);
	if (ticket < 0) {
		bs_cell_fail(c, &err);
		return ticket;
	}
	bs_cell_block_cpu(c, cpu, cost);
	return bs_device_complete(c->dev, ticket, c->now, &err);
}

static bool env_busy(void *arg)
{
	struct bs_cell *c = arg;

	return bs_device_busy(c->dev, c->now);
}

/* The host backs what the CPU is about to be handed; the CPU waits for it. */
static int env_install(void *arg, bs_pfn pfn, unsigned int order, unsigned int cpu)
{
	struct bs_cell *c = arg;
	struct bs_error err;
	bs_ns cost;
	int ret;

	if (c->ended || c->failed)
		return -ESHUTDOWN;
	ret = bs_device_install(c->dev, pfn, order, c->now, &cost, &err);
	if (ret)
		bs_cell_fail(c, &err);
	if (cost)
		bs_cell_block_cpu(c, cpu, cost);
	return ret;
}

/* Heard while the block is being allocated; a client's own blocks are nobody's to zero. */
static void env_known_zero(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_cell *c = arg;

	if (c->zeroes && !(c->strategy->caps & BS_CAP_CLIENT))
		c->known_zero = (struct bs_range){pfn, (uint8_t)order};
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct bs_cell *c = arg;
	struct bs_error err;

	bs_error_set(&err, BS_INVARIANT, 0, c->label, "replay with the same seed to see it again",
		     "law broken at %llu ns, pfn %u: %s", (unsigned long long)c->now, pfn, law);
	bs_cell_fail(c, &err);
}

/* Before an allocation that may reclaim fails, who holds pages as a driver is asked for some, again
 * and again as long as any come (shrinker, DEFLATE_ON_OOM). */
bs_pfn bs_cell_alloc_again(struct bs_cell *c, unsigned int cpu, unsigned int gfp,
			   unsigned int order)
{
	struct bs_report_stats before, after;
	bs_pfn pfn = BS_NO_PFN;

	if (!(c->strategy->caps & BS_CAP_CLIENT) || !(gfp & BS_GFP_DIRECT_RECLAIM))
		return BS_NO_PFN;
	bs_report_stats(c->rc, &before);
	while (pfn == BS_NO_PFN) {
		bs_report_event(c->rc, BS_EVENT_SHRINK, UINT64_C(1) << order);
		bs_report_stats(c->rc, &after);
		if (after.client_bytes == before.client_bytes)
			break;
		before = after;
		pfn = bs_alloc_pages(c->m, cpu, gfp, order);
	}
	return pfn;
}

static bs_ns env_next_use(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_cell *c = arg;

	return c->future ? bs_future_next(c->future, pfn, order) : BS_NO_TIME;
}

void bs_cell_env(struct bs_cell *c, struct bs_env *env)
{
	*env = (struct bs_env){
		.arg = c,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_wake_cancel,
		.wake_on = env_wake_on,
		.submit = env_submit,
		.call = env_call,
		.submit_async = env_submit_async,
		.wait = env_wait,
		.capacity = c->capacity,
		.busy = env_busy,
		.install = env_install,
		.known_zero = env_known_zero,
		.next_use = env_next_use,
		.violated = env_violated,
	};
}
