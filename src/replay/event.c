// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event.c - events that do not happen as the trace has them: what waits for a CPU that stands still,
 * what finds no memory, what is freed in pieces (MEANING.md, blocked CPUs; blocks and identity).
 */
#include "event.h"

#include "mm_reclaim.h"
#include "reporter.h"

void bs_stream_refused(struct bs_stream *s, uint32_t number, unsigned int mask, unsigned int order)
{
	/* The trace's, as it will free it; but where it is shows only later. */
	if (s->follow && s->follow->is_placed_later &&
	    s->follow->is_placed_later(s->follow_arg, number))
		s->g->used_bytes += bs_guest_bytes(s->g, order);
	else {
		bs_guest_refused(s->g, mask, order);
		s->f.refused += number >= s->info->pres;
	}
}

/* Blocks from before t0 that a later round takes again are nobody's request. */
void bs_stream_delayed(struct bs_stream *s, uint32_t number, unsigned int cpu, bs_ns time)
{
	const struct bs_cpu *k = &s->g->cpus[cpu];
	bs_ns usable = k->busy_until < k->counted_until ? k->busy_until : k->counted_until;

	if (usable < s->clock->now)
		usable = s->clock->now;
	if (usable > time && number >= s->info->pres && s->block_pfn[number] != BS_NO_PFN)
		bs_histogram_add(&s->delays, usable - time);
}

bool bs_stream_place(struct bs_stream *s, uint32_t number, unsigned int cpu, unsigned int order)
{
	if (s->follow && s->follow->place && s->follow->place(s->follow_arg, number, cpu, order))
		return true;
	if (s->gone && s->gone[number])
		s->f.gone_frees++;
	else
		s->f.skipped_frees++;
	return false;
}

bool bs_stream_piece(struct bs_stream *s, bs_pfn pfn, unsigned int order, uint32_t number)
{
	unsigned int head_order;
	bs_pfn head;

	if (bs_page_lookup(s->g->m, pfn, &head, &head_order) != BS_PAGE_ALLOCATED ||
	    bs_page_word(s->g->m, head) != number)
		return false;
	if (s->gone)
		bs_mm_lru_leave(s->g->m, head, head_order);
	s->cut[number >> 3] |= (uint8_t)(1u << (number & 7));
	return !bs_split_allocated(s->g->m, pfn, order);
}

void bs_stream_event(struct bs_stream *s, const struct bs_deferred *d)
{
	bs_pfn pfn;

	if (d->kind != BS_EV_FREE) {
		bs_event_alloc(s, d->number, d->cpu, d->order, d->gfp);
		bs_stream_delayed(s, d->number, d->cpu, d->time);
		return;
	}
	pfn = s->block_pfn[d->number];
	/* Its allocation still waits for another CPU: the free follows it there. */
	if (unlikely(bs_is_pending(pfn)))
		bs_stream_defer(s, pfn - BS_PENDING_PFN, d);
	else
		bs_event_free(s, d->number, d->cpu, d->offset, d->order);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void release(void *arg, int cpu);

static void arm(struct bs_stream *s, unsigned int cpu, bs_ns time)
{
	bs_clock_push(s->clock, time, BS_DUE_RELEASE, release, s, (int)cpu);
}

void bs_stream_defer(struct bs_stream *s, unsigned int queue, const struct bs_deferred *d)
{
	if (bs_ring_push(&s->waiting[queue], d)) {
		bs_guest_fail_memory(s->g);
		return;
	}
	if (s->waiting[queue].n > 1)
		return;
	/* The first to wait arms the release. */
	s->f.late_periods++;
	arm(s, queue, s->g->cpus[queue].busy_until);
}

/* The CPU goes on, if it is free by now: what waits for it happens until it is blocked again. */
static void release(void *arg, int number)
{
	struct bs_stream *s = arg;
	const unsigned int cpu = (unsigned int)number;
	const struct bs_cpu *k = &s->g->cpus[cpu];
	struct bs_ring *r = &s->waiting[cpu];

	while (r->n && k->busy_until <= s->clock->now && !s->clock->failed) {
		struct bs_deferred d;

		/* The pass that it asked for comes before what it does next. */
		if (bs_reporter_wants_cpu(s->g, cpu)) {
			arm(s, cpu, s->clock->now);
			return;
		}
		d = bs_ring_pop(r);
		s->f.last_late = s->clock->now;
		bs_stream_event(s, &d);
	}
	if (r->n && !s->clock->failed)
		arm(s, cpu, k->busy_until);
}

void bs_stream_drain(struct bs_stream *s)
{
	bool again = true;

	while (again && !s->clock->failed) {
		again = false;
		for (unsigned int cpu = 0; cpu < s->g->nr_cpus; cpu++) {
			s->g->cpus[cpu].busy_until = s->clock->now;
			s->g->cpus[cpu].wake_on = false;
			if (!s->waiting[cpu].n)
				continue;
			release(s, (int)cpu);
			again = true;
		}
	}
}

uint64_t bs_stream_waiting(const struct bs_stream *s, uint64_t *allocs)
{
	uint64_t n = 0;

	*allocs = 0;
	for (unsigned int cpu = 0; cpu < s->g->nr_cpus; cpu++) {
		const struct bs_ring *r = &s->waiting[cpu];

		n += r->n;
		for (uint32_t i = 0; i < r->n; i++)
			*allocs += r->at[(r->head + i) & (r->cap - 1)].kind == BS_EV_ALLOC;
	}
	return n;
}
