// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define EVERY (BS_NS_PER_S / 10)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* A person at a terminal reads at most ten lines a second. */
void progress_show(void *arg, const struct bs_progress *p)
{
	struct progress *s = arg;
	const uint64_t now = now_ns();
	double seconds, rate;

	/* Fewer than before: the next trace. */
	if (!s->begin_ns || p->events < s->events)
		s->begin_ns = now;
	s->events = p->events;
	if (now - s->shown_ns < EVERY || p->cell == p->cells)
		return;
	s->shown_ns = now;
	seconds = (double)(now - s->begin_ns) / 1e9;
	rate = seconds > 0 ? (double)p->events / seconds : 0;
	fprintf(stderr, "\r%u of %u cells, %.1f M events/s", p->done, p->cells, rate / 1e6);
	if (rate > 0)
		fprintf(stderr, ", %.0f s to go", (double)(p->of_events - p->events) / rate);
	fprintf(stderr, "; %.30s is at %.3f s\033[K", s->config->strategies[p->cell],
		(double)p->now / 1e9);
	fflush(stderr);
}
