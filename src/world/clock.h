/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the one clock of a world: what time it is, what is due, and who is told before time goes
 * on. It knows nobody: what is due carries the function to call, loads and meters are functions too.
 *
 * Everything that happens is either due or done by a load. Of both the earlier one happens; at one
 * instant what is due comes first. Any of it may run the clock from inside, as a strategy does that
 * waits for its device: what else happens meanwhile happens then, nested (MEANING.md, time).
 */
#ifndef BS_CLOCK_H
#define BS_CLOCK_H

#include "due.h"

/*
 * Somebody who makes things happen: a recorded trace, or a program.
 * @next: when it goes on; BS_NO_TIME: not by itself
 * @run: let happen what it has up to @until, included, or to what is due, excluded; at least what is
 *       next. It sets the time itself (bs_clock_set_time())
 * @stood: its guest stands still from now on for so long: what it has ahead comes so much later; may be NULL
 * @moved: what was at @from is at @to now, in a block of @order; is it its own? NULL: nothing of it may be moved
 * @stays: it would not find the block there again
 */
struct bs_load {
	bs_ns (*next)(void *arg);
	void (*run)(void *arg, bs_ns until);
	void (*stood)(void *arg, bs_ns by);
	bool (*moved)(void *arg, bs_pfn from, bs_pfn to, unsigned int order);
	bool (*stays)(void *arg, bs_pfn pfn, unsigned int order);
	void *arg;
	struct bs_load *after;
};

/* Told before time goes on to @until: what is so now was so up to then. */
struct bs_meter {
	void (*until)(void *arg, bs_ns until);
	void *arg;
	struct bs_meter *after;
};

/* Zero it, then bs_clock_init(). */
struct bs_clock {
	bs_ns now, next_due; /* next_due: BS_NO_TIME if nothing is */
	bool failed; /* nothing happens any more */
	struct bs_meter *meters;
	struct bs_load *loads; /* at one instant in this order */
	struct bs_due_queue due;
	const volatile int *stop; /* the user's wish to end; may be NULL */
	struct bs_error err; /* why it failed: the first cause */
};

/* @stop is looked at between two things that happen: non-zero fails the clock, BS_INTERRUPTED.
 * 0 or -ENOMEM. */
int bs_clock_init(struct bs_clock *k, const volatile int *stop);
void bs_clock_free(struct bs_clock *k);
/* Behind those that are there. They are the caller's and stay until the clock is freed. */
void bs_clock_add_load(struct bs_clock *k, struct bs_load *l);
void bs_clock_add_meter(struct bs_clock *k, struct bs_meter *m);
/* It is told nothing any more; not from within a meter. */
void bs_clock_drop_meter(struct bs_clock *k, struct bs_meter *m);

/* Call @fn at @time. Without memory the clock fails. */
void bs_clock_push(struct bs_clock *k, bs_ns time, enum bs_due_class class,
		   void (*fn)(void *arg, int what), void *arg, int what);
/* It is over: true the first time. */
bool bs_clock_fail(struct bs_clock *k, const struct bs_error *err);

/* Let time go on to @t; nothing else happens. */
static inline void bs_clock_set_time(struct bs_clock *k, bs_ns t)
{
	for (struct bs_meter *m = k->meters; m; m = m->after)
		m->until(m->arg, t);
	k->now = t;
}

/* Let things happen until @done, or until there are none. */
void bs_clock_advance(struct bs_clock *k, const bool *done);
/* Let everything happen up to @until, included, which then is now (unless something that happened
 * waited for longer). */
void bs_clock_run(struct bs_clock *k, bs_ns until);
/* When the next thing happens by itself; BS_NO_TIME: never. */
bs_ns bs_clock_next(const struct bs_clock *k);

#endif
