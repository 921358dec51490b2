// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline.c - exact integrals of the levels, samples for pictures, settle times.
 *
 * The levels are a step function of time. The integrals are kept exactly, from the steps; the
 * samples are for the eye only and no figure is computed from them (MEANING.md, the window).
 */
#include <buddysim/stats.h>

#include <stdlib.h>

#include "compiler.h"
#include "timeline.h"

#define NR_SAMPLES 2000 /* per window */
#define MIN_INTERVAL (10 * BS_NS_PER_MS)
/* Room for the sample at t0, a final one off the grid, and the second one of a quiet stretch. */
#define CAPACITY (NR_SAMPLES + 4)

/*
 * Nearly every event moves what is used and nothing else, and does not take it across what is held. As long
 * as that is so the excess is what is held less what is used, and its integral can be had from theirs, or it is
 * none: it is brought up to date when something else happens. Then "quiet" is what is held, or else this.
 */
#define NOT_QUIET UINT64_MAX

struct bs_timeline {
	bool open, closed;
	bs_ns start, last; /* window's begin; until where the integral of used reaches */
	uint64_t used, held; /* held: resident + unmapped */
	uint64_t quiet;
	/* Of what is used as long as that is so: from @least on, and so much more. */
	uint64_t least, range;
	bool none; /* ... there is no excess */
	uint64_t peak;
	bs_u128 used_byte_ns;
	bs_u128 excess_byte_ns; /* up to @quiet_since, where that of used was @used_since */
	bs_ns quiet_since;
	bs_u128 used_since;

	bool load_ended;
	bs_ns load_end;
	uint64_t load_excess; /* at load end */
	int settled; /* all percents up to this one are reached now; -1: none */
	bs_ns since[101]; /* when a percent <= settled was reached last */

	bs_ns interval, due;
	size_t nr;
	struct bs_sample samples[CAPACITY];
};

struct bs_timeline *bs_timeline_create(bs_ns window)
{
	struct bs_timeline *tl = calloc(1, sizeof(*tl));

	if (!tl)
		return NULL;
	tl->quiet = NOT_QUIET;
	tl->interval = window / NR_SAMPLES;
	if (tl->interval < MIN_INTERVAL)
		tl->interval = MIN_INTERVAL;
	return tl;
}

void bs_timeline_destroy(struct bs_timeline *tl)
{
	free(tl);
}

static uint64_t excess(const struct bs_timeline *tl)
{
	return tl->held > tl->used ? tl->held - tl->used : 0;
}

/* Up to where that of used reaches. */
static bs_u128 excess_so_far(const struct bs_timeline *tl)
{
	if (tl->quiet == NOT_QUIET || tl->none)
		return tl->excess_byte_ns;
	return tl->excess_byte_ns + (bs_u128)tl->held * (tl->last - tl->quiet_since) -
	       (tl->used_byte_ns - tl->used_since);
}

static void integrate(struct bs_timeline *tl, bs_ns now)
{
	if (!tl->open) {
		tl->open = true;
		tl->start = tl->last = tl->due = now;
	}
	tl->excess_byte_ns = excess_so_far(tl);
	tl->quiet = NOT_QUIET;
	if (now <= tl->last)
		return;
	tl->used_byte_ns += (bs_u128)tl->used * (now - tl->last);
	tl->excess_byte_ns += (bs_u128)excess(tl) * (now - tl->last);
	tl->last = now;
}

/* The most percent of the excess at load end that is gone with @e left; -1: there is more now. */
static int percent_gone(const struct bs_timeline *tl, uint64_t e)
{
	if (e > tl->load_excess)
		return -1;
	if (!tl->load_excess)
		return 100;
	return 100 - (int)(((bs_u128)e * 100 + tl->load_excess - 1) / tl->load_excess);
}

/* Remembers only the last time each percent was reached: what was lost again is overwritten when it
 * is regained, so "for good" needs no look into the future. */
static void track_settling(struct bs_timeline *tl, bs_ns now)
{
	int gone = percent_gone(tl, excess(tl));

	for (int p = tl->settled + 1; p <= gone; p++)
		tl->since[p] = now;
	tl->settled = gone;
}

/* Once the load is over each change is looked at: it may be the one that stays. */
static void begin_quiet(struct bs_timeline *tl)
{
	if (tl->load_ended)
		return;
	tl->quiet = tl->held;
	tl->none = tl->used >= tl->held;
	tl->least = tl->none ? tl->held : 0;
	tl->range = tl->none ? NOT_QUIET - tl->held : tl->held;
	tl->quiet_since = tl->last;
	tl->used_since = tl->used_byte_ns;
}

static void __attribute__((noinline))
change(struct bs_timeline *tl, bs_ns now, uint64_t used, uint64_t held)
{
	if (tl->closed)
		return;
	integrate(tl, now);
	tl->used = used;
	tl->held = held;
	if (held > tl->peak)
		tl->peak = held;
	if (tl->load_ended)
		track_settling(tl, tl->last);
	begin_quiet(tl);
}

void bs_timeline_set(struct bs_timeline *tl, bs_ns now, uint64_t used_bytes,
		     uint64_t resident_bytes, uint64_t unmapped_bytes)
{
	const uint64_t held = resident_bytes + unmapped_bytes;

	if (unlikely(held != tl->quiet || used_bytes - tl->least > tl->range || now < tl->last)) {
		change(tl, now, used_bytes, held);
		return;
	}
	tl->used_byte_ns += (bs_u128)tl->used * (now - tl->last);
	tl->last = now;
	tl->used = used_bytes;
}

void bs_timeline_load_end(struct bs_timeline *tl, bs_ns now)
{
	if (tl->closed)
		return;
	integrate(tl, now);
	tl->load_ended = true;
	tl->load_end = tl->last;
	tl->load_excess = excess(tl);
	tl->settled = -1;
	track_settling(tl, tl->last);
}

void bs_timeline_end(struct bs_timeline *tl, bs_ns end)
{
	if (tl->closed)
		return;
	integrate(tl, end);
	tl->closed = true;
}

bs_ns bs_timeline_settle(const struct bs_timeline *tl, unsigned int percent)
{
	if (!tl->load_ended || percent > 100 || (int)percent > tl->settled)
		return BS_NO_TIME;
	return tl->since[percent] - tl->load_end;
}

bs_u128 bs_timeline_held_byte_ns(const struct bs_timeline *tl)
{
	return excess_so_far(tl);
}

bs_u128 bs_timeline_held_byte_ns_at(const struct bs_timeline *tl, bs_ns t)
{
	if (tl->closed || t <= tl->last)
		return excess_so_far(tl);
	return excess_so_far(tl) + (bs_u128)excess(tl) * (t - tl->last);
}

uint64_t bs_timeline_held_mib_s(const struct bs_timeline *tl)
{
	return (uint64_t)(excess_so_far(tl) / BS_MIB_S);
}

uint64_t bs_timeline_used_mib_s(const struct bs_timeline *tl)
{
	return (uint64_t)(tl->used_byte_ns / BS_MIB_S);
}

uint64_t bs_timeline_peak_resident(const struct bs_timeline *tl)
{
	return tl->peak;
}

/* ---- Samples -------------------------------------------------------------------------------- */

bool bs_timeline_due(const struct bs_timeline *tl, bs_ns now)
{
	return !tl->open || now >= tl->due;
}

/* Every other sample goes; the first stays, so that the grid still begins at t0. */
static void thin_out(struct bs_timeline *tl)
{
	size_t kept = 0;

	for (size_t i = 0; i < tl->nr; i += 2)
		tl->samples[kept++] = tl->samples[i];
	tl->nr = kept;
	tl->interval *= 2;
}

static void keep(struct bs_timeline *tl, const struct bs_sample *s, bs_ns time)
{
	/* Two states of one moment: the later one is the one that lasts. */
	if (tl->nr && tl->samples[tl->nr - 1].time >= time)
		tl->nr--;
	else if (tl->nr == CAPACITY)
		thin_out(tl);
	tl->samples[tl->nr] = *s;
	tl->samples[tl->nr++].time = time;
}

void bs_timeline_sample(struct bs_timeline *tl, const struct bs_sample *s)
{
	if (!tl->open)
		integrate(tl, s->time);
	if (s->time < tl->due) {
		keep(tl, s, s->time);
		return;
	}
	keep(tl, s, tl->due);
	/* The last point of the grid that was passed in silence. */
	tl->due += (s->time - tl->due) / tl->interval * tl->interval;
	keep(tl, s, tl->due);
	/* Thinning may have doubled the interval: back onto the coarser grid. */
	tl->due = tl->start + ((tl->due - tl->start) / tl->interval + 1) * tl->interval;
}

size_t bs_timeline_samples(const struct bs_timeline *tl, const struct bs_sample **samples)
{
	*samples = tl->samples;
	return tl->nr;
}

bs_ns bs_timeline_interval(const struct bs_timeline *tl)
{
	return tl->interval;
}
