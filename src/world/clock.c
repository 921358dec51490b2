// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

#include <errno.h>

#include "compiler.h"

int bs_clock_init(struct bs_clock *k, const volatile int *stop)
{
	*k = (struct bs_clock){.next_due = BS_NO_TIME, .stop = stop};
	return bs_due_reserve(&k->due, 256);
}

void bs_clock_free(struct bs_clock *k)
{
	bs_due_free(&k->due);
}

void bs_clock_add_load(struct bs_clock *k, struct bs_load *l)
{
	struct bs_load **at = &k->loads;

	while (*at)
		at = &(*at)->after;
	l->after = NULL;
	*at = l;
}

void bs_clock_add_meter(struct bs_clock *k, struct bs_meter *m)
{
	struct bs_meter **at = &k->meters;

	while (*at)
		at = &(*at)->after;
	m->after = NULL;
	*at = m;
}

void bs_clock_drop_meter(struct bs_clock *k, struct bs_meter *m)
{
	struct bs_meter **at = &k->meters;

	while (*at && *at != m)
		at = &(*at)->after;
	if (*at)
		*at = m->after;
}

bool bs_clock_fail(struct bs_clock *k, const struct bs_error *err)
{
	if (k->failed)
		return false;
	k->failed = true;
	k->err = *err;
	return true;
}

void bs_clock_push(struct bs_clock *k, bs_ns time, enum bs_due_class class,
		   void (*fn)(void *arg, int what), void *arg, int what)
{
	const struct bs_due d = {.time = time, .class = class, .what = what, .fn = fn, .arg = arg};
	struct bs_error err;

	if (bs_due_push(&k->due, d)) {
		bs_error_set(&err, BS_RESOURCE, ENOMEM, "clock", NULL, "out of memory");
		bs_clock_fail(k, &err);
	}
	k->next_due = bs_due_next(&k->due);
}

/* The load that is next, when it is, and when the next one after it. */
static struct bs_load *earliest(const struct bs_clock *k, bs_ns *t, bs_ns *other)
{
	struct bs_load *first = NULL;

	*t = *other = BS_NO_TIME;
	for (struct bs_load *l = k->loads; l; l = l->after) {
		const bs_ns next = l->next(l->arg);

		if (next < *t) {
			*other = *t;
			*t = next;
			first = l;
		} else if (next < *other) {
			*other = next;
		}
	}
	return first;
}

static void run_due(struct bs_clock *k)
{
	const struct bs_due d = bs_due_pop(&k->due);

	k->next_due = bs_due_next(&k->due);
	/* A window ends with its last instant, and all that happens in it: the call comes behind that,
	 * and time has not gone on. */
	if (d.time > k->now && d.class != BS_DUE_END)
		bs_clock_set_time(k, d.time);
	d.fn(d.arg, d.what);
}

/* One thing that is due, or what a load has up to it. False: nothing happens up to @limit. */
static bool step(struct bs_clock *k, bs_ns limit)
{
	bs_ns t, other;
	struct bs_load *l = earliest(k, &t, &other);

	if (k->failed)
		return false;
	if (k->next_due <= t && k->next_due != BS_NO_TIME) {
		if (k->next_due > limit)
			return false;
		run_due(k);
		return true;
	}
	if (!l || t > limit)
		return false;
	l->run(l->arg, other < limit ? other : limit);
	return true;
}

static bool interrupted(struct bs_clock *k)
{
	struct bs_error err;

	if (likely(!k->stop || !__atomic_load_n(k->stop, __ATOMIC_RELAXED)))
		return false;
	bs_error_set(&err, BS_INTERRUPTED, EINTR, NULL, NULL, "stopped at %llu ms",
		     (unsigned long long)(k->now / BS_NS_PER_MS));
	bs_clock_fail(k, &err);
	return true;
}

void bs_clock_advance(struct bs_clock *k, const bool *done)
{
	while (!*done && !k->failed && !interrupted(k) && step(k, BS_NO_TIME))
		;
}

void bs_clock_run(struct bs_clock *k, bs_ns until)
{
	while (!k->failed && !interrupted(k) && step(k, until))
		;
	if (until > k->now && !k->failed)
		bs_clock_set_time(k, until);
}

bs_ns bs_clock_next(const struct bs_clock *k)
{
	bs_ns t, other;

	earliest(k, &t, &other);
	return k->next_due < t ? k->next_due : t;
}
