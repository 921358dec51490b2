// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream.c - taking a guest through a trace, in integer virtual nanoseconds.
 *
 * Events are taken in bulk as long as nothing is due before them. What a free will touch is fetched
 * ahead, in two steps: first the entry of the block table, then, when that is there, the page's
 * descriptor. Both are random accesses into tables that no cache holds, and without this they are
 * most of the time of a replay.
 */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "lazy.h"
#include "reporter.h"

/* ---- Rounds and chunks ----------------------------------------------------------------------- */

static int collect_live(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct bs_stream *s = arg;
	uint32_t number = state == BS_PAGE_ALLOCATED ? bs_page_word(s->g->m, pfn) : UINT32_MAX;
	bs_pfn base;

	if (number >= s->number)
		return 0;
	base = s->block_pfn[number];
	if (base == BS_NO_PFN || pfn < base || pfn - base >= 1u << BS_MAX_ORDER)
		return 0;
	/* The ring of CPU 0 is empty between rounds: it lists what has to be freed. */
	bs_stream_defer(s, 0,
			&(struct bs_deferred){.time = s->clock->now,
					      .number = number,
					      .offset = pfn - base,
					      .kind = BS_EV_FREE,
					      .order = (uint8_t)order});
	return s->clock->failed;
}

/* A round's time blocked ends where the next one begins, for then what still waits happens at once; and
 * the last one's with the window. */
static void count_blocked_time(struct bs_stream *s)
{
	const struct bs_window_config *w = &s->cfg->window;
	const bs_ns rest = s->round + 1 < w->repeat ? w->gap : w->tail;

	for (unsigned int i = 0; i < s->g->nr_cpus; i++)
		s->g->cpus[i].counted_until = s->base + s->info->duration + rest;
}

/* Between rounds nothing of the trace stays in use: what is live at the end of one is given back
 * and what the next one starts with is taken, in the instant in which the next one begins. */
static void next_round(struct bs_stream *s)
{
	struct bs_error err;

	s->f.allocations += s->number - s->info->pres;
	bs_stream_drain(s);
	if (s->follow && s->follow->end(s->follow_arg, &err))
		bs_guest_fail(s->g, &err);
	bs_machine_walk(s->g->m, collect_live, s);
	bs_stream_drain(s);
	memset(s->block_pfn, 0xff, (size_t)s->number * sizeof(*s->block_pfn));
	memset(s->cut, 0, s->number / 8 + 1);
	s->number = 0;
	s->numbered = false;
	s->untouched_below = 0;
	count_blocked_time(s);
}

static void round_over(struct bs_stream *s)
{
	struct bs_error err;

	if (++s->round >= s->cfg->window.repeat) {
		s->end = true;
		if (s->over)
			s->over(s->over_arg);
		return;
	}
	s->base += s->info->duration + s->cfg->window.gap;
	s->round_pending = true;
	if (bs_trace_rewind(s->trace, &err) < 0)
		bs_guest_fail(s->g, &err);
}

/* Time of the next trace event, loading the next chunk or round if need be. */
static bs_ns next(void *arg)
{
	struct bs_stream *s = arg;
	struct bs_error err;

	while (unlikely(s->i >= s->chunk.n)) {
		int ret;

		if (s->end || s->clock->failed || s->g->killed)
			return BS_NO_TIME;
		ret = bs_trace_next(s->trace, &s->chunk, &err);
		s->i = 0;
		s->numbered = false;
		if (s->heard)
			s->heard(s->heard_arg);
		if (ret > 0)
			continue;
		s->chunk.n = 0;
		/* A damaged tail was accepted beforehand, or the scan would have failed. */
		if (ret < 0 && !s->cfg->window.keep_whole)
			bs_guest_fail(s->g, &err);
		else
			round_over(s);
	}
	if (unlikely(s->g->killed))
		return BS_NO_TIME;
	return s->round_pending ? s->base : s->chunk.time[s->i] + s->base;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static uint64_t touched_bytes(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_stream *s = arg;

	return bs_device_touched_bytes(s->g->dev, pfn, order);
}

static void rare_event(struct bs_stream *s, unsigned int kind, unsigned int i)
{
	const struct bs_trace_chunk *k = &s->chunk;

	switch (kind) {
	case BS_EV_FAILED:
		s->f.allocations--;
		if (s->follow && s->follow->failed)
			s->follow->failed(s->follow_arg, s->number, k->cpu[i],
					  s->info->gfp[k->gfp[i]], k->order[i]);
		s->block_pfn[s->number++] = BS_NO_PFN;
		break;
	case BS_EV_MARK:
		bs_report_event(s->g->rc, BS_EVENT_MARK, k->arg[i]);
		break;
	case BS_EV_PAUSE:
		if (!s->g->reporter.paused)
			s->f.paused_raw_bytes += bs_report_raw_of(s->g->rc, touched_bytes, s);
		bs_reporter_pause(s->g);
		break;
	case BS_EV_RESUME:
		bs_reporter_resume(s->g);
		break;
	}
}

static void check_machine(struct bs_stream *s)
{
	struct bs_error err;

	s->next_check += s->cfg->window.check_every;
	if (bs_machine_check(s->g->m, &err))
		bs_guest_fail(s->g, &err);
}

/* How many events before one what it will touch is fetched, and for how many at once. */
#define AHEAD_PAGE 20
#define AHEAD_BLOCK 48
#define AT_ONCE 8
#define AHEAD_MOST (AHEAD_BLOCK + AT_ONCE)

/* Which block each event is about, so that nobody has to look what the events in between are; of what is
 * neither allocation nor free it means nothing. Behind the last one it goes on for who looks ahead. */
static void number_events(struct bs_stream *s)
{
	const struct bs_trace_chunk *k = &s->chunk;
	const unsigned int takes = 1u << BS_EV_ALLOC | 1u << BS_EV_PRE | 1u << BS_EV_FAILED;
	const uint8_t *restrict kind = k->kind;
	const uint32_t *restrict arg = k->arg;
	uint32_t *restrict numbers = s->numbers;
	const unsigned int n = k->n;
	uint32_t number = s->number;
	unsigned int i;

	for (i = s->i; i < n; i++) {
		/* The age of what takes a number is 0. */
		numbers[i] = number - arg[i];
		number += takes >> kind[i] & 1;
	}
	for (; i < n + AHEAD_MOST; i++)
		numbers[i] = number;
	s->numbered = true;
}

/* For the events from @i on. */
static void __attribute__((noinline)) look_ahead(const struct bs_stream *s, unsigned int i)
{
	const struct bs_machine *const m = s->g->m;
	const struct bs_device *const dev = s->g->dev;
	const bs_pfn *const block_pfn = s->block_pfn;
	const uint32_t *const block = s->numbers + i + AHEAD_BLOCK;
	const uint32_t *const page = s->numbers + i + AHEAD_PAGE;
	const uint32_t given = s->number, all = s->info->numbers;

	for (unsigned int k = 0; k < AT_ONCE; k++) {
		/* A number that is not given yet has no page: to look at it would map a page of zeroes first
		 * and another one when it is written, for which all CPUs of the process are interrupted. */
		const bs_pfn pfn = block_pfn[page[k] < given ? page[k] : 0];

		bs_prefetch(&block_pfn[block[k] <= all ? block[k] : 0]);
		bs_mm_prefetch(m, pfn);
		bs_device_prefetch(dev, pfn);
	}
}

/* Its CPU stands still, or the allocation of what it frees waits for another one that does. */
static void __attribute__((noinline))
wait_for_cpu(struct bs_stream *s, unsigned int i, uint32_t number, bs_ns t)
{
	const struct bs_trace_chunk *k = &s->chunk;
	const unsigned int cpu = k->cpu[i], kind = k->kind[i];
	const struct bs_deferred d = {.time = t,
				      .number = number,
				      .offset = k->offset ? k->offset[i] : 0,
				      .kind = (uint8_t)kind,
				      .order = k->order[i],
				      .gfp = k->gfp[i],
				      .cpu = (uint8_t)cpu};
	unsigned int queue = cpu;

	if (kind != BS_EV_FREE) {
		s->block_pfn[number] = BS_PENDING_PFN + cpu;
		s->f.late_alloc_bytes += bs_guest_bytes(s->g, k->order[i]);
	} else if (s->g->cpus[cpu].busy_until <= t)
		queue = s->block_pfn[number] - BS_PENDING_PFN;
	bs_stream_defer(s, queue, &d);
}

static inline void set_time(struct bs_stream *s, bs_ns t)
{
	struct bs_clock *k = s->clock;
	struct bs_ledger *l = s->ledger;

	/* Nobody else is told. */
	if (likely(l && k->meters == &l->meter && !l->meter.after)) {
		bs_ledger_until(l, t);
		k->now = t;
	} else {
		bs_clock_set_time(k, t);
	}
}

/* Take trace events until something else is due. */
static void take_events(struct bs_stream *s, bs_ns until)
{
	const struct bs_trace_chunk k = s->chunk;
	struct bs_clock *const clock = s->clock;
	struct bs_guest *const g = s->g;
	const uint32_t *const numbers = s->numbers;
	const struct bs_cpu *const cpus = g->cpus;
	unsigned int i;

	if (!s->numbered)
		number_events(s);
	for (i = s->i; i < k.n && !clock->failed && !g->killed; i++) {
		const bs_ns t = k.time[i] + s->base;
		const unsigned int kind = k.kind[i], cpu = k.cpu[i];
		const uint32_t number = numbers[i];

		if (t >= clock->next_due || t > until)
			break;
		if (t > clock->now)
			set_time(s, t);
		if (!(i % AT_ONCE))
			look_ahead(s, i);
		s->f.events++;
		if (unlikely(s->f.events >= s->next_check))
			check_machine(s);
		if (unlikely(kind > BS_EV_PRE)) {
			rare_event(s, kind, i);
			continue;
		}
		if (kind != BS_EV_FREE)
			s->number++;
		if (unlikely(cpus[cpu].busy_until > t ||
			     (kind == BS_EV_FREE && bs_is_pending(s->block_pfn[number]))))
			wait_for_cpu(s, i, number, t);
		else if (kind == BS_EV_FREE)
			bs_event_free(s, number, cpu, k.offset ? k.offset[i] : 0, k.order[i]);
		else {
			bs_event_alloc(s, number, cpu, k.order[i], k.gfp[i]);
			if (unlikely(cpus[cpu].busy_until > t))
				bs_stream_delayed(s, number, cpu, t);
		}
	}
	s->i = i;
}

static void run(void *arg, bs_ns until)
{
	struct bs_stream *s = arg;

	if (!s->round_pending) {
		take_events(s, until);
		return;
	}
	bs_clock_set_time(s->clock, s->base);
	s->round_pending = false;
	next_round(s);
}

/* Its time stands still with it: what the trace has ahead comes later, and what waits for a CPU has waited no
 * longer by that. */
static void stood(void *arg, bs_ns by)
{
	struct bs_stream *s = arg;
	uint64_t allocs;

	if (!s->end || bs_stream_waiting(s, &allocs))
		s->base += by;
	for (unsigned int i = 0; i < s->g->nr_cpus; i++) {
		struct bs_ring *r = &s->waiting[i];

		s->g->cpus[i].counted_until += by;
		for (uint32_t n = 0; n < r->n; n++)
			r->at[(r->head + n) & (r->cap - 1)].time += by;
	}
}

/* ---- Before t0 ------------------------------------------------------------------------------- */

/* What the trace frees but never allocates is in use when it begins: allocated before t0, in the
 * order of its first free (MEANING.md, the guest at the start). It stands in front of all other
 * events. 0 at its end, or what reading the trace said. */
static int take_prehistory(struct bs_stream *s, struct bs_error *err)
{
	while (!s->clock->failed) {
		if (s->i >= s->chunk.n) {
			int ret = bs_trace_next(s->trace, &s->chunk, err);

			s->i = 0;
			s->numbered = false;
			if (ret <= 0) {
				s->chunk.n = 0;
				return ret;
			}
		}
		if (s->chunk.kind[s->i] != BS_EV_PRE)
			break;
		bs_event_alloc(s, s->number, s->chunk.cpu[s->i], s->chunk.order[s->i],
			       s->chunk.gfp[s->i]);
		s->number++;
		s->i++;
		s->f.events++;
	}
	return 0;
}

int bs_stream_begin(struct bs_stream *s)
{
	struct bs_guest *g = s->g;
	const bool touch = g->touch, resident = s->cfg->guest.resident != BS_RESIDENT_NONE;
	struct bs_error err;

	if (bs_trace_rewind(s->trace, &err) < 0) {
		bs_guest_fail(g, &err);
		return -EIO;
	}
	g->touch = touch && resident;
	if (take_prehistory(s, &err) < 0 && !s->cfg->window.keep_whole)
		bs_guest_fail(g, &err);
	if (!g->touch)
		s->untouched_below = s->number;
	g->touch = touch;
	if (touch && resident)
		bs_guest_preset_resident(g, s->cfg->guest.resident == BS_RESIDENT_ALL);
	if (touch && resident && s->follow && s->follow->begin)
		s->follow->begin(s->follow_arg);
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i] = (struct bs_cpu){0};
	count_blocked_time(s);
	g->load = &s->load;
	bs_clock_add_load(s->clock, &s->load);
	return s->clock->failed ? -EIO : 0;
}

void bs_stream_close(struct bs_stream *s)
{
	const bs_ns recorded = s->base + s->info->duration;
	struct bs_stream_figures *f = &s->f;
	uint64_t waiting;

	f->allocations += s->number - s->info->pres;
	f->unfinished = bs_stream_waiting(s, &waiting);
	/* At least the one at which its guest was killed did not come to its end. */
	if (s->g->killed)
		f->unfinished += s->info->events * s->cfg->window.repeat - f->events + 1;
	f->late_end = f->unfinished		? BS_NO_TIME
		      : f->last_late > recorded ? f->last_late - recorded
						: 0;
	/* All that happened and are not counted one by one. */
	s->delays.zeroes = f->allocations - f->refused - waiting - s->delays.nonzero;
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* ---- Pages that move ------------------------------------------------------------------------- */

/* The word is the block's number, or somebody's who is none of the trace's. */
static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_stream *s = arg;
	const struct bs_machine *m = s->g->m;
	const uint32_t number =
		bs_allocated_order(m, to) == (int)order ? bs_page_word(m, to) : UINT32_MAX;

	if (number >= s->number || s->block_pfn[number] != from)
		return false;
	s->block_pfn[number] = to;
	return true;
}

/* What was in use in a dump may go anywhere: where a recorded kernel is followed, who asks for it there is told that it
 * is not there. */
static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_stream *s = arg;
	const int is = bs_allocated_order(s->g->m, pfn);
	uint32_t number;

	if (is < 0)
		return false;
	number = bs_page_word(s->g->m, pfn);
	return is != (int)order || number >= s->number || s->block_pfn[number] != pfn ||
	       s->cut[number >> 3] >> (number & 7) & 1;
}

static bool wants_lru(enum bs_lru mode, uint32_t gfp)
{
	return mode == BS_LRU_ALL || (mode == BS_LRU_AUTO && bs_gfp_is_movable_user(gfp));
}

int bs_stream_init(struct bs_stream *s, struct bs_guest *g, struct bs_trace *trace,
		   const struct bs_sim_config *cfg, struct bs_error *err)
{
	*s = (struct bs_stream){
		.load = {.next = next,
			 .run = run,
			 .stood = stood,
			 .moved = moved,
			 .stays = stays,
			 .arg = s},
		.g = g,
		.clock = g->clock,
		.cfg = cfg,
		.trace = trace,
		.info = bs_trace_info(trace),
		.next_check = cfg->window.check_every ? cfg->window.check_every : UINT64_MAX,
		.waiting = calloc(g->nr_cpus, sizeof(*s->waiting)),
		.numbers = malloc((BS_CHUNK_EVENTS_MAX + AHEAD_MOST) * sizeof(*s->numbers)),
	};
	if (!s->waiting || !s->numbers)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	for (unsigned int i = 0; i < s->info->nr_gfp; i++) {
		s->use[i].lru = wants_lru(cfg->guest.lru, s->info->gfp[i]);
		s->use[i].user = bs_gfp_is_movable_user(s->info->gfp[i]);
	}
	s->block_bytes = (s->info->numbers + 1) * sizeof(*s->block_pfn);
	s->block_pfn = bs_lazy_map(s->block_bytes);
	s->cut = bs_lazy_map(s->info->numbers / 8 + 1);
	if (s->block_pfn && s->cut)
		return 0;
	return bs_error_set(err, BS_RESOURCE, errno, NULL,
			    "cut the trace into shorter ones (buddysim trace cut)",
			    "cannot map a table of %llu blocks",
			    (unsigned long long)s->info->numbers);
}

void bs_stream_free(struct bs_stream *s)
{
	bs_lazy_unmap(s->block_pfn, s->block_bytes);
	bs_lazy_unmap(s->cut, s->cut ? s->info->numbers / 8 + 1 : 0);
	bs_lazy_unmap(s->gone, s->gone ? s->info->numbers + 1 : 0);
	for (unsigned int i = 0; s->waiting && i < s->g->nr_cpus; i++)
		bs_ring_free(&s->waiting[i]);
	free(s->waiting);
	free(s->numbers);
	s->numbers = NULL;
	s->block_pfn = NULL;
	s->cut = NULL;
	s->gone = NULL;
	s->waiting = NULL;
}
