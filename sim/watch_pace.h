/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch_pace.h - how fast what is watched goes on: virtual seconds per real second, or as fast as it
 * goes; standing still; a step further. It has no clock and no thread: whoever asks says what time it is.
 */
#ifndef BS_SIM_WATCH_PACE_H
#define BS_SIM_WATCH_PACE_H

#include <buddysim/view.h>

enum watch_step {
	WATCH_NO_STEP,
	WATCH_INSTANT, /* until something happens: an event of the trace, a wake, a completion */
	WATCH_SAMPLE, /* a 500th of the window */
	WATCH_TO_PASS, /* until the reporter begins its next pass */
};

/*
 * @speed: index of a speed; watch_speed() says which
 * @paused: it stands still, but for @step; @steps: which has begun
 * @skips: to the end of the cell as fast as it goes
 * @target: where a step ends; or where it stands, or began to go on
 */
struct watch_pace {
	unsigned int speed, cell;
	bool begun, paused, steps, skips;
	enum watch_step step;
	bs_ns target, pass_at;
	bs_ns from_virtual; /* the speed counts from here ... */
	uint64_t from_real;
	bool counts; /* ... if it has begun to */
};

/* What a look at a cell leads to. @goes: on to @next; else it waits, for @real ns or until somebody
 * types. */
struct watch_go {
	bool goes;
	bs_ns next;
	uint64_t real;
};

/* Virtual seconds per real second; 0: as fast as it goes. */
double watch_speed(const struct watch_pace *p);
/* So that @window takes about @seconds. */
void watch_pace_for(struct watch_pace *p, bs_ns window, unsigned int seconds);

/* What somebody wants who sees it at @at. */
void watch_pace_faster(struct watch_pace *p, bs_ns at);
void watch_pace_slower(struct watch_pace *p, bs_ns at);
void watch_pace_pause(struct watch_pace *p, bs_ns at); /* or goes on */
/* One step, behind which it stands still. */
void watch_pace_step(struct watch_pace *p, enum watch_step step, bs_ns at);
void watch_pace_skip(struct watch_pace *p);

/* That cell is next, if it is not that already. */
void watch_pace_cell(struct watch_pace *p, unsigned int cell);
/* The cell is like @v, and it is @real ns. */
struct watch_go watch_pace_look(struct watch_pace *p, const struct bs_view *v, uint64_t real);
/* The virtual time to show for @v: not before it, and before what happens next. */
bs_ns watch_pace_now(const struct watch_pace *p, const struct bs_view *v, uint64_t real);
/* enum bs_view_wants, whenever the screen is about to be drawn. */
unsigned int watch_pace_wants(const struct watch_pace *p);

#endif
