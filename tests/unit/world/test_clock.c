// SPDX-License-Identifier: GPL-2.0-or-later
/* clock.c: what happens next, who is told before time goes on, and what ends it. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>

#include "clock.h"

/* What happened, as "what@now" words. */
struct log {
	struct bs_clock k;
	char text[400];
	volatile int stop;
};

static void note(struct log *l, const char *what)
{
	const size_t used = strlen(l->text);

	snprintf(l->text + used, sizeof(l->text) - used, "%s%s@%llu", used ? " " : "", what,
		 (unsigned long long)l->k.now);
}

static void begin(struct log *l)
{
	memset(l, 0, sizeof(*l));
	assert_int_equal(bs_clock_init(&l->k, &l->stop), 0);
}

static void happen(void *arg, int what)
{
	note(arg, (const char *const[]){"done", "wake", "host", "end"}[what]);
}

/* A load with an event each @step, of which @left are left. */
struct steps {
	struct bs_load load;
	struct log *l;
	const char *name;
	bs_ns at, step, until;
	unsigned int left;
};

static bs_ns next(void *arg)
{
	const struct steps *s = arg;

	return s->left ? s->at : BS_NO_TIME;
}

static void run(void *arg, bs_ns until)
{
	struct steps *s = arg;

	s->until = until;
	bs_clock_set_time(&s->l->k, s->at);
	note(s->l, s->name);
	s->at += s->step;
	s->left--;
}

static void add(struct log *l, struct steps *s, const char *name, bs_ns at, bs_ns step,
		unsigned int n)
{
	*s = (struct steps){.load = {.next = next, .run = run, .arg = s},
			    .l = l,
			    .name = name,
			    .at = at,
			    .step = step,
			    .left = n};
	bs_clock_add_load(&l->k, &s->load);
}

static void test_what_is_due_comes_before_a_load_at_one_instant(void **state)
{
	struct steps s;
	struct log l;
	const bool never = false;

	(void)state;
	begin(&l);
	add(&l, &s, "load", 10, 10, 3);
	bs_clock_push(&l.k, 20, BS_DUE_WAKE, happen, &l, 1);
	bs_clock_push(&l.k, 20, BS_DUE_COMPLETION, happen, &l, 0);
	bs_clock_push(&l.k, 25, BS_DUE_HOST, happen, &l, 2);
	assert_int_equal(bs_clock_next(&l.k), 10);
	bs_clock_advance(&l.k, &never);
	assert_string_equal(l.text, "load@10 done@20 wake@20 load@20 host@25 load@30");
	assert_true(bs_clock_next(&l.k) == BS_NO_TIME);
	bs_clock_free(&l.k);
}

/* Two loads: the earlier one, and may go on up to the other's next event; at one instant in the order
 * in which they came. */
static void test_loads_take_turns(void **state)
{
	struct steps a, b;
	struct log l;
	const bool never = false;

	(void)state;
	begin(&l);
	add(&l, &a, "a", 10, 20, 2);
	add(&l, &b, "b", 10, 5, 3);
	bs_clock_advance(&l.k, &never);
	assert_string_equal(l.text, "a@10 b@10 b@15 b@20 a@30");
	assert_true(a.until == BS_NO_TIME); /* b had nothing left */
	assert_int_equal(b.until, 30);
	bs_clock_free(&l.k);
}

static void test_run_goes_up_to_a_time_and_no_further(void **state)
{
	struct steps s;
	struct log l;

	(void)state;
	begin(&l);
	add(&l, &s, "load", 10, 10, 9);
	bs_clock_push(&l.k, 26, BS_DUE_WAKE, happen, &l, 1);
	bs_clock_run(&l.k, 20);
	assert_string_equal(l.text, "load@10 load@20");
	bs_clock_run(&l.k, 25);
	assert_string_equal(l.text, "load@10 load@20");
	assert_int_equal(l.k.now, 25);
	bs_clock_run(&l.k, 26);
	assert_string_equal(l.text, "load@10 load@20 wake@26");
	bs_clock_free(&l.k);
}

/* The end of a window stands behind its last instant, and time has not gone on. */
static void test_an_end_does_not_move_time(void **state)
{
	struct steps s;
	struct log l;
	const bool never = false;

	(void)state;
	begin(&l);
	add(&l, &s, "load", 10, 10, 1);
	bs_clock_push(&l.k, 11, BS_DUE_END, happen, &l, 3);
	bs_clock_advance(&l.k, &never);
	assert_string_equal(l.text, "load@10 end@10");
	bs_clock_free(&l.k);
}

struct nest {
	struct log *l;
	bool done;
};

static void finish(void *arg, int unused)
{
	struct nest *n = arg;

	(void)unused;
	n->done = true;
	note(n->l, "done");
}

static void wait_inside(void *arg, int unused)
{
	struct nest *n = arg;

	(void)unused;
	note(n->l, "begin");
	bs_clock_push(&n->l->k, n->l->k.now + 15, BS_DUE_COMPLETION, finish, n, 0);
	bs_clock_advance(&n->l->k, &n->done);
	note(n->l, "end");
}

/* Whoever waits runs the clock from inside: the rest of the world goes on meanwhile. */
static void test_waiting_nests(void **state)
{
	struct nest n = {0};
	struct steps s;
	struct log l;
	const bool never = false;

	(void)state;
	begin(&l);
	n.l = &l;
	add(&l, &s, "load", 10, 10, 3);
	bs_clock_push(&l.k, 10, BS_DUE_WAKE, wait_inside, &n, 0);
	bs_clock_advance(&l.k, &never);
	assert_string_equal(l.text, "begin@10 load@10 load@20 done@25 end@25 load@30");
	bs_clock_free(&l.k);
}

struct measured {
	struct bs_meter meter;
	struct bs_clock *k;
	bs_ns from[8], until[8];
	unsigned int n;
};

static void measure(void *arg, bs_ns until)
{
	struct measured *m = arg;

	m->from[m->n] = m->k->now;
	m->until[m->n++] = until;
}

/* Meters are told before time goes on: what is so now was so up to then. */
static void test_meters_see_every_step(void **state)
{
	struct measured m = {.meter = {.until = measure, .arg = &m}};
	struct steps s;
	struct log l;

	(void)state;
	begin(&l);
	m.k = &l.k;
	bs_clock_add_meter(&l.k, &m.meter);
	add(&l, &s, "load", 10, 10, 2);
	bs_clock_run(&l.k, 25);
	assert_int_equal(m.n, 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(m.from[i], i ? m.until[i - 1] : 0);
		assert_int_equal(m.until[i], i < 2 ? 10 * (i + 1) : 25);
	}
	bs_clock_free(&l.k);
}

static void stop_it(void *arg, int unused)
{
	(void)unused;
	((struct log *)arg)->stop = 1;
}

/* The user's wish to end is seen between any two things that happen, with or without a load. */
static void test_stop_is_seen_at_once(void **state)
{
	struct log l;
	const bool never = false;

	(void)state;
	begin(&l);
	bs_clock_push(&l.k, 10, BS_DUE_WAKE, stop_it, &l, 0);
	bs_clock_push(&l.k, 20, BS_DUE_WAKE, happen, &l, 1);
	bs_clock_advance(&l.k, &never);
	assert_string_equal(l.text, "");
	assert_true(l.k.failed);
	assert_int_equal(l.k.err.status, BS_INTERRUPTED);
	assert_int_equal(l.k.err.sys_errno, EINTR);
	bs_clock_free(&l.k);
}

static void test_the_first_cause_stands(void **state)
{
	struct bs_error one = {.status = BS_INVARIANT}, two = {.status = BS_RESOURCE};
	struct log l;

	(void)state;
	begin(&l);
	bs_clock_push(&l.k, 10, BS_DUE_WAKE, happen, &l, 1);
	assert_true(bs_clock_fail(&l.k, &one));
	assert_false(bs_clock_fail(&l.k, &two));
	assert_int_equal(l.k.err.status, BS_INVARIANT);
	bs_clock_run(&l.k, 100);
	assert_string_equal(l.text, "");
	bs_clock_free(&l.k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_due_comes_before_a_load_at_one_instant),
		cmocka_unit_test(test_loads_take_turns),
		cmocka_unit_test(test_run_goes_up_to_a_time_and_no_further),
		cmocka_unit_test(test_an_end_does_not_move_time),
		cmocka_unit_test(test_waiting_nests),
		cmocka_unit_test(test_meters_see_every_step),
		cmocka_unit_test(test_stop_is_seen_at_once),
		cmocka_unit_test(test_the_first_cause_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
