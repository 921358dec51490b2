// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_pace.h"

/* At a steady speed it runs ahead for so long before it waits. */
#define FRAME (BS_NS_PER_S / 25)
#define SAMPLES 500 /* of a window */

static const double speeds[] = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
				0.05,	0.1,	0.2,	0.5,   1,     2,     5,	   10,
				20,	50,	100,	200,   500,   1000,  0};

#define NR_SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

double watch_speed(const struct watch_pace *p)
{
	return speeds[p->speed];
}

void watch_pace_for(struct watch_pace *p, bs_ns window, unsigned int seconds)
{
	p->speed = 0;
	while (speeds[p->speed] > 0 &&
	       speeds[p->speed] * (double)seconds < (double)window / (double)BS_NS_PER_S)
		p->speed++;
}

static void stands(struct watch_pace *p, bs_ns at)
{
	p->target = at;
	p->counts = p->skips = p->steps = false;
	p->step = WATCH_NO_STEP;
}

void watch_pace_faster(struct watch_pace *p, bs_ns at)
{
	stands(p, at);
	p->speed += p->speed + 1 < NR_SPEEDS;
}

void watch_pace_slower(struct watch_pace *p, bs_ns at)
{
	stands(p, at);
	p->speed -= p->speed > 0;
}

void watch_pace_pause(struct watch_pace *p, bs_ns at)
{
	stands(p, at);
	p->paused = !p->paused;
}

void watch_pace_step(struct watch_pace *p, enum watch_step step, bs_ns at)
{
	/* A key that repeats itself makes no step longer that is not over. */
	if (p->paused && p->step)
		return;
	stands(p, at);
	p->paused = true;
	p->step = step;
}

void watch_pace_skip(struct watch_pace *p)
{
	stands(p, 0);
	p->skips = true;
}

/* A step over the end of a cell ends where the next one begins. What was typed before the first one is
 * meant for it. */
void watch_pace_cell(struct watch_pace *p, unsigned int cell)
{
	if (p->begun && p->cell != cell)
		stands(p, 0);
	p->begun = true;
	p->cell = cell;
}

/* Before what happens next: or a step to that would lead to where it is already. */
static bs_ns between(bs_ns t, const struct bs_view *v)
{
	if (t <= v->now || v->until <= v->now)
		return v->now;
	return t < v->until ? t : v->until - 1;
}

static struct watch_go goes(bs_ns next)
{
	return (struct watch_go){.goes = true, .next = next};
}

static void begin_step(struct watch_pace *p, const struct bs_view *v)
{
	p->steps = true;
	p->pass_at = v->pass_at;
	if (p->step == WATCH_INSTANT)
		p->target = v->until;
	else if (p->step == WATCH_SAMPLE)
		p->target = between(p->target, v) + (v->end / SAMPLES ? v->end / SAMPLES : 1);
}

static bool is_over(const struct watch_pace *p, const struct bs_view *v)
{
	switch (p->step) {
	case WATCH_NO_STEP:
		break;
	case WATCH_INSTANT:
		return v->ended || v->now >= p->target;
	case WATCH_SAMPLE:
		return v->ended || v->until > p->target;
	case WATCH_TO_PASS:
		return v->ended || v->pass_at != p->pass_at;
	}
	return true;
}

static struct watch_go stand(struct watch_pace *p, const struct bs_view *v)
{
	/* One that begins at the end leads out of it. */
	if (p->step && !p->steps && v->ended)
		return goes(BS_NO_TIME);
	if (p->step && !p->steps)
		begin_step(p, v);
	if (!is_over(p, v))
		return goes(p->step == WATCH_TO_PASS ? BS_NO_TIME : p->target);
	stands(p, p->step == WATCH_SAMPLE ? p->target : p->step ? v->now : p->target);
	return (struct watch_go){.real = UINT64_MAX};
}

static bs_ns position(const struct watch_pace *p, uint64_t real)
{
	return p->from_virtual + (bs_ns)((double)(real - p->from_real) * watch_speed(p));
}

static struct watch_go at_speed(struct watch_pace *p, const struct bs_view *v, uint64_t real)
{
	const double speed = watch_speed(p);
	bs_ns at;

	if (!p->counts) {
		p->counts = true;
		p->from_virtual = between(p->target, v);
		p->from_real = real;
	}
	at = position(p, real);
	/* It cannot keep up: from here on anew, or it would run to make up for it. */
	if (at > v->until && (double)(at - v->until) > 4 * speed * (double)FRAME) {
		p->from_virtual = at = v->until;
		p->from_real = real;
	}
	if (at >= v->until)
		return goes(at + (bs_ns)(speed * (double)FRAME));
	return (struct watch_go){.real = (uint64_t)((double)(v->until - at) / speed) + 1};
}

struct watch_go watch_pace_look(struct watch_pace *p, const struct bs_view *v, uint64_t real)
{
	watch_pace_cell(p, v->cell);
	if (p->skips)
		return goes(BS_NO_TIME);
	if (p->paused)
		return stand(p, v);
	if (v->ended || watch_speed(p) <= 0)
		return goes(BS_NO_TIME);
	return at_speed(p, v, real);
}

bs_ns watch_pace_now(const struct watch_pace *p, const struct bs_view *v, uint64_t real)
{
	if (p->paused)
		return between(p->target, v);
	if (p->skips || !p->counts || watch_speed(p) <= 0)
		return v->now;
	return between(position(p, real), v);
}

unsigned int watch_pace_wants(const struct watch_pace *p)
{
	return BS_VIEW_NOW | (p->step == WATCH_TO_PASS ? BS_VIEW_PASS : 0);
}
