// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request.c - a guest's requests on their way to the device and back.
 *
 * The strategy's ticket is the request's place in the guest's table, not the device's ticket: the
 * device gives that to the next request as soon as this one is complete, which may be before anybody
 * waits.
 */
#include "request.h"

#include <errno.h>

#include "fail.h"
#include "host_memory.h"
#include "service.h"

/* In place of a device's ticket: the host did it by itself, or it never got there; only its time
 * passes. */
#define NO_TICKET (-1)

static struct bs_call *find_call(struct bs_guest *g, int number)
{
	struct bs_reporter *r = &g->reporter;

	if (number < 0 || (unsigned int)number >= r->nr_calls || !r->calls[number].used)
		return NULL;
	return &r->calls[number];
}

static struct bs_call *free_call(struct bs_guest *g)
{
	for (unsigned int i = 0; i < g->reporter.nr_calls; i++)
		if (!g->reporter.calls[i].used)
			return &g->reporter.calls[i];
	return NULL;
}

static int shut_down(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	if (g->clock->failed && g->watch.refused)
		g->watch.refused(g->watch.arg, r, n);
	return -ESHUTDOWN;
}

/* Is it kept from the device by who looks on? Then with what result; and what it takes longer. */
static int look_on(struct bs_guest *g, bs_ns *extra)
{
	*extra = 0;
	return g->watch.sending ? g->watch.sending(g->watch.arg, extra) : 0;
}

/* A request that breaks a law ends the run here; the services may have seen it before the device. */
static int hand_over(struct bs_guest *g, const struct bs_range *r, unsigned int n, bs_ns *cost,
		     struct bs_error *err)
{
	int ticket = bs_device_request_at(g->dev, r, n, g->clock->now, cost, err);

	if (ticket < 0 && ticket != -EBUSY) {
		bs_guest_fail(g, err);
		if (g->watch.refused)
			g->watch.refused(g->watch.arg, r, n);
	}
	return ticket;
}

static int serve(struct bs_guest *g, int ticket)
{
	struct bs_error err;
	int ret = bs_device_complete(g->dev, ticket, g->clock->now, &err);

	if (ret == -EUCLEAN || ret == -ENOMEM)
		bs_guest_fail(g, &err);
	if (g->watch.served)
		g->watch.served(g->watch.arg);
	bs_host_memory_changed(g, BS_NO_CPU);
	return ret;
}

/* What takes @cost of the host's time is done when a thread of the host has got to it, and done it. */
static bs_ns serve_time(struct bs_guest *g, bs_ns cost)
{
	return g->service ? bs_service_take(g->service, g->clock->now, cost) : cost;
}

/* There and back, which is nobody's work; a driver has also allocated what it tells, or moved what was in its way. */
static bs_ns way(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	const bs_ns moved = g->reporter.moved_ns;

	g->reporter.moved_ns = 0;
	return bs_device_way(g->dev, r, n, g->strategy->caps & BS_CAP_CLIENT) + moved;
}

static void complete(void *arg, int number)
{
	struct bs_guest *g = arg;
	struct bs_call *call = &g->reporter.calls[number];

	call->done = true;
	if (call->ticket != NO_TICKET)
		call->result = serve(g, call->ticket);
}

static int send(struct bs_guest *g, struct bs_call *call, bs_ns cost)
{
	const int number = (int)(call - g->reporter.calls);

	bs_clock_push(g->clock, g->clock->now + cost, BS_DUE_COMPLETION, complete, g, number);
	if (g->watch.sent)
		g->watch.sent(g->watch.arg, g->clock->now + cost, false);
	return number;
}

int bs_request_submit_async(void *guest, const struct bs_range *r, unsigned int n)
{
	struct bs_guest *g = guest;
	struct bs_call *call = free_call(g);
	int kept, ticket = NO_TICKET;
	struct bs_error err;
	bs_ns cost = 0, extra;

	if (g->ended || g->clock->failed)
		return shut_down(g, r, n);
	if (!call)
		return -EBUSY;
	kept = look_on(g, &extra);
	if (!kept) {
		ticket = hand_over(g, r, n, &cost, &err);
		if (ticket < 0)
			return ticket;
	}
	cost = serve_time(g, cost + extra) + (kept ? 0 : way(g, r, n));
	*call = (struct bs_call){.used = true, .ticket = ticket, .result = kept};
	/* A CPU that runs the pass itself waits for the device; the others go on. */
	if (g->reporter.pass_cpu >= 0)
		bs_cpu_block(&g->cpus[g->reporter.pass_cpu], g->clock->now, cost, BS_CAUSE_REQUEST);
	return send(g, call, cost);
}

int bs_request_wait(void *guest, int number)
{
	struct bs_guest *g = guest;
	struct bs_call *call = find_call(g, number);

	if (!call)
		return -ENOENT;
	bs_clock_advance(g->clock, &call->done);
	/* The host has answered, and the guest hears of it when it goes on. */
	if (unlikely(g->saved.stands) && !(g->strategy->caps & BS_CAP_HOST_SIDE))
		bs_clock_advance(g->clock, &g->saved.goes);
	call->used = false;
	return call->done ? call->result : -ESHUTDOWN;
}

/* A host that shares the guest's state holds the guest's lock for that instant, so that nobody can
 * allocate what it discards; while it then works, the guest goes on (STRATEGIES.md, shared-state). */
static int host_submit(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	struct bs_call *call = free_call(g);
	struct bs_error err;
	bs_ns cost = 0, extra;
	int ret, ticket;

	if (g->ended || g->clock->failed)
		return shut_down(g, r, n);
	if (!call)
		return -EBUSY;
	ret = look_on(g, &extra);
	if (!ret) {
		ticket = hand_over(g, r, n, &cost, &err);
		ret = ticket < 0 ? ticket : serve(g, ticket);
	}
	*call = (struct bs_call){.used = true, .ticket = NO_TICKET, .result = ret};
	return bs_request_wait(g, send(g, call, serve_time(g, cost + extra)));
}

int bs_request_submit(void *guest, const struct bs_range *r, unsigned int n)
{
	struct bs_guest *g = guest;
	int number;

	if (g->strategy->caps & BS_CAP_HOST_SIDE)
		return host_submit(g, r, n);
	number = bs_request_submit_async(g, r, n);
	return number < 0 ? number : bs_request_wait(g, number);
}

int bs_request_call(void *guest, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	struct bs_guest *g = guest;
	bs_ns cost = 0, extra;
	int kept, ticket = NO_TICKET;
	struct bs_error err;

	if (g->ended || g->clock->failed)
		return shut_down(g, r, n);
	kept = look_on(g, &extra);
	if (!kept) {
		ticket = hand_over(g, r, n, &cost, &err);
		if (ticket < 0) {
			bs_guest_fail(g, &err);
			return ticket;
		}
	}
	/* A hypercall does not wait for another thread, a driver's request does. */
	if (!kept && g->client_works)
		cost += way(g, r, n);
	bs_cpu_block(&g->cpus[cpu], g->clock->now, cost + extra,
		     g->client_works ? BS_CAUSE_CLIENT : BS_CAUSE_REQUEST);
	if (!kept)
		kept = serve(g, ticket);
	if (g->watch.sent)
		g->watch.sent(g->watch.arg, g->cpus[cpu].busy_until, true);
	return kept;
}

int bs_request_tell(void *guest, const struct bs_range *r, unsigned int n)
{
	struct bs_guest *g = guest;
	struct bs_call *call = free_call(g);
	bs_ns cost;

	if (g->ended || g->clock->failed)
		return -ESHUTDOWN;
	if (!call)
		return -EBUSY;
	cost = serve_time(g, bs_device_tell(g->dev, n, g->clock->now)) +
	       bs_device_way(g->dev, r, n, false);
	if (g->client_works) {
		bs_cpu_block(&g->cpus[g->client_cpu], g->clock->now, cost, BS_CAUSE_CLIENT);
		return 0;
	}
	*call = (struct bs_call){.used = true, .ticket = NO_TICKET};
	return bs_request_wait(g, send(g, call, cost));
}

bool bs_request_busy(void *guest)
{
	struct bs_guest *g = guest;

	const bool busy = bs_device_busy(g->dev, g->clock->now) ||
			  (g->service && bs_service_busy(g->service, g->clock->now));

	g->reporter.busy_asked++;
	g->reporter.busy_told += busy;
	return busy;
}

int bs_request_install(void *guest, bs_pfn pfn, unsigned int order, unsigned int cpu)
{
	struct bs_guest *g = guest;
	struct bs_error err;
	bs_ns cost;
	int ret;

	if (g->ended || g->clock->failed)
		return -ESHUTDOWN;
	ret = bs_device_install(g->dev, pfn, order, g->clock->now, &cost, &err);
	if (ret)
		bs_guest_fail(g, &err);
	if (cost)
		bs_cpu_block(&g->cpus[cpu], g->clock->now, cost, BS_CAUSE_INSTALL);
	bs_host_memory_changed(g, cpu);
	return ret;
}
