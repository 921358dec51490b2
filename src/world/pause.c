// SPDX-License-Identifier: GPL-2.0-or-later
#include "pause.h"

#include <stdlib.h>

#include "fail.h"
#include "histogram.h"
#include "host_memory.h"
#include "mm_report.h"
#include "reporter.h"

/* ---- Standing still -------------------------------------------------------------------------- */

static uint64_t touched_bytes(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_guest *g = arg;

	return bs_device_touched_bytes(g->dev, pfn, order);
}

static void use_again(struct bs_guest *g);

static void go_on(void *arg, int unused)
{
	struct bs_guest *g = arg;
	struct bs_saved *s = &g->saved;

	(void)unused;
	if (!s->stands || g->clock->now < s->stands_until)
		return;
	s->stands = false;
	s->goes = true;
	if (s->worker_stands && !g->ended)
		bs_reporter_resume(g);
	s->worker_stands = false;
	/* One that is restored begins here. */
	if (bs_device_came_back(g->dev) == s->came_before)
		s->restored_at = g->clock->now;
	use_again(g);
}

static void stand_still(struct bs_guest *g)
{
	struct bs_saved *s = &g->saved;

	/* What its reporter has not got to by now it will not get to in time. */
	bs_guest_snapshot_waited(g);
	s->stands = true;
	s->goes = false;
	s->stands_until = g->clock->now;
	/* The trace may have paused it already. */
	s->worker_stands = !g->reporter.paused;
	if (!s->worker_stands)
		return;
	s->paused_raw_bytes += bs_report_raw_of(g->rc, touched_bytes, g);
	bs_reporter_pause(g);
}

void bs_guest_pause(struct bs_guest *g, bs_ns time)
{
	const bs_ns now = g->clock->now;
	struct bs_saved *s = &g->saved;
	bs_ns by;

	if (!s->stands)
		stand_still(g);
	if (now + time <= s->stands_until)
		return;
	by = now + time - s->stands_until;
	s->stands_until += by;
	s->stood_ns += by;
	for (unsigned int i = 0; i < g->nr_cpus; i++) {
		bs_ns *busy = &g->cpus[i].busy_until;

		*busy = (*busy > now ? *busy : now) + by;
	}
	if (g->load && g->load->stood)
		g->load->stood(g->load->arg, by);
	bs_clock_push(g->clock, s->stands_until, BS_DUE_HOST, go_on, g, 0);
}

/* ---- Going on from it ------------------------------------------------------------------------ */

/* A CPU that can touches the next 2 MiB of what is in use, and waits for that. */
static void use_next(void *arg, int number)
{
	struct bs_guest *g = arg;
	const unsigned int cpu = (unsigned int)number;
	struct bs_cpu *k = &g->cpus[cpu];
	uint64_t bytes;
	bs_ns cost;

	if (g->ended || g->saved.stands)
		return;
	if (k->busy_until <= g->clock->now) {
		bytes = bs_device_come_back(g->dev, &g->saved.next_unit, g->clock->now, &cost);
		if (!bytes)
			return;
		bs_cpu_block(k, g->clock->now, cost, BS_CAUSE_RESTORE);
		bs_histogram_add_many(g->saved.back, g->clock->now + cost - g->saved.restored_at,
				      bytes >> BS_UNIT_SHIFT);
		bs_host_memory_changed(g, cpu);
	}
	bs_clock_push(g->clock, k->busy_until, BS_DUE_BACKGROUND, use_next, g, number);
}

/* Nobody knows when a program uses again what it has. It needs all of it at some time: so it does at once. */
static void use_again(struct bs_guest *g)
{
	if (!g->saved.back || g->ended)
		return;
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		bs_clock_push(g->clock, g->clock->now, BS_DUE_BACKGROUND, use_next, g, (int)i);
}

void bs_guest_restore(struct bs_guest *g)
{
	struct bs_saved *s = &g->saved;

	bs_guest_snapshot_waited(g);
	if (!s->back)
		s->back = calloc(1, sizeof(*s->back));
	if (!s->back) {
		bs_guest_fail_memory(g);
		return;
	}
	bs_device_restore(g->dev);
	s->restored_at = g->clock->now;
	s->came_before = bs_device_came_back(g->dev);
	s->restored_bytes += bs_device_saved(g->dev);
	s->next_unit = 0;
	bs_host_memory_changed(g, BS_NO_CPU);
	if (!s->stands)
		use_again(g);
}
