// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay.c - discrete-event replay of one trace on one guest, in integer virtual nanoseconds.
 *
 * Two sources of events: what is due (completions, wakes, blocked CPUs going on, the end) and the
 * trace. The loop takes trace events in bulk as long as nothing is due before them. Order at equal
 * times: completion, wake, then trace events in file order (semantics.md 1).
 */
#include <errno.h>
#include <string.h>

#include "follow.h"
#include "cell.h"
#include "future.h"
#include "host.h"
#include "hostmem.h"
#include "mm_follow.h"

#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x) __builtin_expect(!!(x), 1)

void bs_cell_fail(struct bs_cell *c, const struct bs_error *err)
{
	const bool first = !c->failed;

	c->failed = true;
	if (!first)
		return;
	c->err = *err;
	if (err->status == BS_INVARIANT)
		bs_cell_write_violation(c);
}

void bs_cell_fail_memory(struct bs_cell *c)
{
	struct bs_error err;

	bs_error_set(&err, BS_RESOURCE, ENOMEM, c->label, NULL, "replay");
	bs_cell_fail(c, &err);
}

void bs_cell_push(struct bs_cell *c, bs_ns time, enum bs_due_class class, int what)
{
	if (bs_due_push(&c->due, time, class, what))
		bs_cell_fail_memory(c);
	c->next_due = bs_due_next(&c->due);
}

static void take_samples(struct bs_cell *c, bs_ns t)
{
	struct bs_report_stats rs;
	struct bs_device_stats ds;
	struct bs_sample s;

	bs_report_stats(c->rc, &rs);
	bs_device_stats(c->dev, &ds);
	s = (struct bs_sample){.used_bytes = c->used_bytes,
			       .resident_bytes = ds.resident_bytes,
			       .unmapped_bytes = ds.unmapped_bytes,
			       .reported_bytes = rs.reported_bytes,
			       .refault_bytes = ds.refault_bytes,
			       .calls = rs.calls};
	bs_nr_free_blocks(c->m, s.nr_free);
	/* Levels are constant between events: what held until @t belongs to every sample up to it,
	 * or a picture would show slopes where there are steps. */
	for (; c->next_sample <= t; c->next_sample += c->sample_interval) {
		s.time = c->next_sample;
		bs_timeline_sample(c->tl, &s);
	}
}

void bs_cell_set_time(struct bs_cell *c, bs_ns t)
{
	uint64_t resident, unmapped;

	if (c->ended) {
		c->now = t;
		return;
	}
	bs_device_levels(c->dev, &resident, &unmapped);
	bs_timeline_set(c->tl, c->now, c->used_bytes, resident, unmapped);
	if (unlikely(c->next_sample <= t))
		take_samples(c, t);
	c->now = t;
}

/* ---- Allocating and freeing ------------------------------------------------------------------ */

__attribute__((noinline, cold)) void bs_cell_note_owned(struct bs_cell *c, bs_pfn pfn,
							unsigned int order, bool owned)
{
	if (!owned)
		bs_future_free(c->future, pfn, order);
	else if (bs_future_alloc(c->future, pfn, order, c->now))
		bs_cell_fail_memory(c);
}

static void do_alloc(struct bs_cell *c, uint32_t number, unsigned int cpu, unsigned int order,
		     unsigned int gfp)
{
	unsigned int mask = c->info->gfp[gfp];
	bs_pfn pfn = unlikely(c->agree) ? bs_agree_alloc(c, number, cpu, mask, order)
					: bs_alloc_pages(c->m, cpu, mask, order);
	struct bs_error err;
	bs_ns cost = 0;

	if (unlikely(pfn == BS_NO_PFN) && !c->agree)
		pfn = bs_cell_alloc_again(c, cpu, mask, order);
	c->block_pfn[number] = pfn;
	if (unlikely(pfn == BS_NO_PFN)) {
		/* The trace's, as it will free it; but where it is shows only later. */
		if (c->agree && bs_agree_is_untraced(c, number)) {
			c->used_bytes += BS_PAGE_SIZE << order;
			return;
		}
		c->f.alloc_failed++;
		if (bs_report_false_oom(c->rc, mask, order))
			c->f.false_oom++;
		return;
	}
	bs_page_set_word(c->m, pfn, number);
	if (c->lru[gfp] && !(unlikely(c->agree) && number < c->info->pres))
		bs_page_set_lru(c->m, pfn, order, true);
	c->used_bytes += BS_PAGE_SIZE << order;
	bs_cell_owned(c, pfn, order, true);
	if (!c->touch)
		return;
	if (unlikely(c->zeroes))
		bs_cell_zero(c, cpu, pfn, order, gfp);
	if (unlikely(bs_device_alloc(c->dev, pfn, order, number, c->now, &cost, &err)))
		bs_cell_fail(c, &err);
	if (cost)
		bs_cell_block_cpu(c, cpu, cost);
}

/* The block's piece at @pfn is @order, or is made so. False: it is not the block's to free. */
static bool own_piece(struct bs_cell *c, bs_pfn pfn, unsigned int order, uint32_t number)
{
	bs_pfn head;
	unsigned int head_order;

	if (bs_page_lookup(c->m, pfn, &head, &head_order) != BS_PAGE_ALLOCATED ||
	    bs_page_word(c->m, head) != number)
		return false;
	return !bs_split_allocated(c->m, pfn, order);
}

static void do_free(struct bs_cell *c, uint32_t number, unsigned int cpu, uint32_t offset,
		    unsigned int order)
{
	bs_pfn pfn = c->block_pfn[number];
	struct bs_error err;

	if (unlikely(pfn == BS_NO_PFN)) {
		if (!c->agree || !bs_agree_late(c, number, cpu, order)) {
			c->f.skipped_frees++;
			return;
		}
		pfn = c->block_pfn[number];
	}
	pfn += offset;
	/* The table is not cleared: a page's word says whose it is, so freeing twice is noticed. */
	if (unlikely(!bs_mm_owns(c->m, pfn, order, number)) && !own_piece(c, pfn, order, number)) {
		c->f.unusable_frees++;
		return;
	}
	c->used_bytes -= BS_PAGE_SIZE << order;
	bs_cell_owned(c, pfn, order, false);
	if (c->touch && number >= c->untouched_below &&
	    unlikely(bs_device_free(c->dev, pfn, order, number, &err)))
		bs_cell_fail(c, &err);
	if (unlikely(c->poison == BS_POISON_BEFORE))
		bs_cell_poison(c, number, cpu, pfn, order);
	bs_free_pages(c->m, cpu, pfn, order);
	if (unlikely(c->poison == BS_POISON_AFTER))
		bs_cell_poison(c, number, cpu, pfn, order);
}

void bs_cell_event(struct bs_cell *c, const struct bs_deferred *d)
{
	if (d->kind == BS_EV_FREE) {
		bs_pfn pfn = c->block_pfn[d->number];

		/* Its allocation still waits for another CPU: the free follows it there. */
		if (unlikely(bs_is_pending(pfn)))
			bs_cell_defer(c, pfn - BS_PENDING_PFN, d);
		else
			do_free(c, d->number, d->cpu, d->offset, d->order);
	} else {
		do_alloc(c, d->number, d->cpu, d->order, d->gfp);
	}
}

/* ---- The trace's stream ---------------------------------------------------------------------- */

static int collect_live(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct bs_cell *c = arg;
	uint32_t number = state == BS_PAGE_ALLOCATED ? bs_page_word(c->m, pfn) : UINT32_MAX;
	bs_pfn base;

	if (number >= c->number)
		return 0;
	base = c->block_pfn[number];
	if (base == BS_NO_PFN || pfn < base || pfn - base >= 1u << BS_MAX_ORDER)
		return 0;
	/* The ring of CPU 0 is empty between rounds: it lists what has to be freed. */
	bs_cell_defer(c, 0,
		      &(struct bs_deferred){.time = c->now,
					    .number = number,
					    .offset = pfn - base,
					    .kind = BS_EV_FREE,
					    .order = (uint8_t)order});
	return c->failed;
}

/* Between rounds nothing of the trace stays in use: what is live at the end of one is given back
 * and what the next one starts with is taken, in the instant in which the next one begins. */
static void next_round(struct bs_cell *c)
{
	struct bs_error err;

	c->f.allocations += c->number - c->info->pres;
	bs_cell_drain(c);
	if (c->agree && bs_agree_end(c, &err))
		bs_cell_fail(c, &err);
	bs_machine_walk(c->m, collect_live, c);
	bs_cell_drain(c);
	memset(c->block_pfn, 0xff, (size_t)c->number * sizeof(*c->block_pfn));
	c->number = 0;
	c->untouched_below = 0;
}

static bool interrupted(struct bs_cell *c)
{
	struct bs_error err;

	if (!c->cfg->output.stop || !*c->cfg->output.stop)
		return false;
	bs_error_set(&err, BS_INTERRUPTED, EINTR, c->label, NULL, "stopped at %llu ms",
		     (unsigned long long)(c->now / BS_NS_PER_MS));
	bs_cell_fail(c, &err);
	return true;
}

/* Time of the next trace event, loading the next chunk or round if need be. */
static bs_ns stream_peek(struct bs_cell *c)
{
	struct bs_error err;

	while (c->i >= c->chunk.n) {
		int ret;

		if (c->stream_end || interrupted(c))
			return BS_NO_TIME;
		ret = bs_trace_next(c->trace, &c->chunk, &err);
		c->i = 0;
		if (ret > 0) {
			if (c->cfg->output.progress)
				c->cfg->output.progress(c->cfg->output.progress_arg, c->index,
							c->f.events, c->now);
			continue;
		}
		c->chunk.n = 0;
		/* A damaged tail was accepted beforehand, or the scan would have failed. */
		if (ret < 0 && !c->cfg->window.keep_whole) {
			bs_cell_fail(c, &err);
			return BS_NO_TIME;
		}
		if (++c->round >= c->cfg->window.repeat) {
			c->stream_end = true;
			bs_cell_set_time(c, c->now);
			bs_timeline_load_end(c->tl, c->now);
			c->f.host_free[1] = bs_host_free_bytes();
			return BS_NO_TIME;
		}
		c->base += c->info->duration + c->cfg->window.gap;
		if (bs_trace_rewind(c->trace, &err) < 0) {
			bs_cell_fail(c, &err);
			return BS_NO_TIME;
		}
		c->round_pending = true;
	}
	return c->round_pending ? c->base : c->chunk.time[c->i] + c->base;
}

/* A timer stands still while its guest does. */
static void pause_guest(struct bs_cell *c)
{
	if (c->paused)
		return;
	c->paused = true;
	if (c->wake_armed && !c->wake_waiting) {
		c->wake_generation++;
		c->paused_wake = true;
		c->paused_left = c->wake_at - c->now;
	}
	c->f.paused_raw_bytes += bs_report_raw_bytes(c->rc);
	bs_report_event(c->rc, BS_EVENT_PAUSE, 1);
}

static void resume_guest(struct bs_cell *c)
{
	if (!c->paused)
		return;
	c->paused = false;
	if (c->paused_wake) {
		c->wake_at = c->now + c->paused_left;
		bs_cell_push(c, c->wake_at, BS_DUE_WAKE, c->wake_generation);
	}
	c->paused_wake = false;
	bs_report_event(c->rc, BS_EVENT_PAUSE, 0);
}

static void rare_event(struct bs_cell *c, unsigned int kind, unsigned int i)
{
	const struct bs_trace_chunk *k = &c->chunk;

	switch (kind) {
	case BS_EV_FAILED:
		c->f.allocations--;
		if (c->agree)
			bs_agree_failed(c, c->number, k->cpu[i], c->info->gfp[k->gfp[i]],
					k->order[i]);
		c->block_pfn[c->number++] = BS_NO_PFN;
		break;
	case BS_EV_MARK:
		bs_report_event(c->rc, BS_EVENT_MARK, k->arg[i]);
		break;
	case BS_EV_PAUSE:
		pause_guest(c);
		break;
	case BS_EV_RESUME:
		resume_guest(c);
		break;
	}
}

static void check_machine(struct bs_cell *c)
{
	struct bs_error err;

	c->next_check += c->cfg->window.check_every;
	if (bs_machine_check(c->m, &err))
		bs_cell_fail(c, &err);
}

/*
 * What a free will touch is fetched ahead, in two steps: first the entry of the block table, then,
 * when that is there, the page's descriptor. Both are random accesses into tables that no cache
 * holds, and without this they are most of the time of a replay (anchors.md F.2).
 */
#define AHEAD_PAGE 8
#define AHEAD_BLOCK 24
#define AHEAD_RING 32 /* a power of two above AHEAD_BLOCK - AHEAD_PAGE */

struct lookahead {
	uint32_t number; /* allocation numbers taken before @next */
	unsigned int next;
	uint32_t freed[AHEAD_RING];
};

static inline void look_ahead(struct bs_cell *c, const struct bs_trace_chunk *k,
			      struct lookahead *a, unsigned int i)
{
	uint32_t number = UINT32_MAX;
	bs_pfn pfn;

	if (unlikely(a->next >= k->n))
		return;
	if (k->kind[a->next] == BS_EV_FREE) {
		number = a->number - k->arg[a->next];
		__builtin_prefetch(&c->block_pfn[number]);
	} else if (k->kind[a->next] <= BS_EV_FAILED) {
		a->number++;
	}
	a->freed[a->next++ & (AHEAD_RING - 1)] = number;
	number = a->freed[(i + AHEAD_PAGE) & (AHEAD_RING - 1)];
	if (number >= c->number)
		return;
	pfn = c->block_pfn[number];
	if (likely(pfn < BS_MAX_PFN))
		bs_mm_prefetch(c->m, pfn);
}

/* Take trace events until something else is due. */
static void run_stream(struct bs_cell *c)
{
	const struct bs_trace_chunk *k = &c->chunk;
	struct lookahead ahead = {.number = c->number, .next = c->i};
	unsigned int i;

	memset(ahead.freed, 0xff, sizeof(ahead.freed));
	for (unsigned int n = 0; n < AHEAD_BLOCK; n++)
		look_ahead(c, k, &ahead, c->i);
	for (i = c->i; i < k->n && !c->failed; i++) {
		const bs_ns t = k->time[i] + c->base;
		const unsigned int kind = k->kind[i], cpu = k->cpu[i];
		uint32_t number;

		if (t >= c->next_due)
			break;
		if (t > c->now)
			bs_cell_set_time(c, t);
		look_ahead(c, k, &ahead, i);
		c->f.events++;
		if (unlikely(c->f.events >= c->next_check))
			check_machine(c);
		if (kind == BS_EV_FREE)
			number = c->number - k->arg[i];
		else if (likely(kind == BS_EV_ALLOC || kind == BS_EV_PRE))
			number = c->number++;
		else {
			rare_event(c, kind, i);
			continue;
		}
		if (unlikely(c->cpus[cpu].busy_until > t ||
			     (kind == BS_EV_FREE && bs_is_pending(c->block_pfn[number])))) {
			struct bs_deferred d = {t,
						number,
						k->offset ? k->offset[i] : 0,
						(uint8_t)kind,
						k->order[i],
						k->gfp[i],
						(uint8_t)cpu};
			unsigned int queue = cpu;

			if (kind != BS_EV_FREE)
				c->block_pfn[number] = BS_PENDING_PFN + cpu;
			else if (c->cpus[cpu].busy_until <= t)
				queue = c->block_pfn[number] - BS_PENDING_PFN;
			bs_cell_defer(c, queue, &d);
			continue;
		}
		if (kind == BS_EV_FREE)
			do_free(c, number, cpu, k->offset ? k->offset[i] : 0, k->order[i]);
		else
			do_alloc(c, number, cpu, k->order[i], k->gfp[i]);
	}
	c->i = i;
}

/* ---- What is due ----------------------------------------------------------------------------- */

static void run_pass(struct bs_cell *c, int cpu)
{
	c->pass_running = true;
	c->pass_cpu = cpu;
	bs_report_pass(c->rc, cpu);
	c->pass_cpu = -1;
	c->pass_running = false;
	bs_cell_retry_wakes(c);
}

/* One pass at a time: a wake that falls due during one waits for its end. */
static void run_passes(struct bs_cell *c)
{
	if (c->pass_running) {
		c->wake_waiting = true;
		return;
	}
	do {
		c->wake_waiting = false;
		c->wake_armed = false;
		run_pass(c, -1);
	} while (c->wake_waiting && !c->failed && !c->ended);
}

static void run_due(struct bs_cell *c)
{
	struct bs_due d = bs_due_pop(&c->due);

	c->next_due = bs_due_next(&c->due);
	if (d.time > c->now && d.class != BS_DUE_END)
		bs_cell_set_time(c, d.time);
	switch (d.class) {
	case BS_DUE_COMPLETION:
		bs_cell_complete(c, d.what);
		break;
	case BS_DUE_WAKE:
		if (d.what == c->wake_generation && !c->ended)
			run_passes(c);
		break;
	case BS_DUE_WAKE_ON:
		if (!bs_cell_take_wake_on(c, (unsigned int)d.what))
			break;
		run_pass(c, d.what);
		if (c->wake_waiting && !c->ended)
			run_passes(c);
		break;
	case BS_DUE_HOST:
		if (!c->ended)
			bs_host_due(c, d.what);
		break;
	case BS_DUE_RELEASE:
		bs_cell_release_cpu(c, (unsigned int)d.what);
		break;
	case BS_DUE_END:
		bs_cell_end_window(c);
		break;
	}
}

void bs_cell_advance(struct bs_cell *c, const bool *done)
{
	while (!*done && !c->failed) {
		bs_ns t = stream_peek(c);

		if (c->failed)
			return;
		if (c->next_due <= t && c->next_due != BS_NO_TIME) {
			run_due(c);
		} else if (t == BS_NO_TIME) {
			return;
		} else if (c->round_pending) {
			bs_cell_set_time(c, t);
			c->round_pending = false;
			next_round(c);
		} else {
			run_stream(c);
		}
	}
}
