// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies that allocate what they give away (STRATEGIES.md, hint-once and balloon), walked a
 * second time beside the real ones. What the guest is and what is compared: bs_naive.h.
 */
#include "bs_naive.h"

#define NONE BS_NAIVE_NONE
#define MS BS_NS_PER_MS

/* ---- hint-once, capacity: depth, hwm: seconds held ------------------------------------------- */

struct hint_once {
	bool told;
	int held[BS_NAIVE_PAGES / 1024], n;
};

static void hint_once_start(struct bs_naive *v)
{
	bs_naive_wake(v, 1000 * MS);
}

/* Blocks of order 10, of no type in particular, until there is none; the device has so many of them
 * at a time, and answers in that order. */
static void hint_once_round(struct bs_naive *v)
{
	struct hint_once *s = v->s;
	int call[BS_NAIVE_PAGES / 1024], answered = 0, pfn;

	while ((pfn = bs_naive_alloc(v, 10, BS_NAIVE_U)) != NONE) {
		/* No room: it is freed, and taken again when there is. */
		if (s->n - answered == v->capacity) {
			bs_naive_free(v, pfn, 10);
			bs_naive_answer(v, call[answered++]);
			pfn = bs_naive_alloc(v, 10, BS_NAIVE_U);
		}
		call[s->n] = bs_naive_tell(v, &(struct bs_naive_block){pfn, 10}, 1);
		s->held[s->n++] = pfn;
	}
	while (answered < s->n)
		bs_naive_answer(v, call[answered++]);
}

/* Once, and then they are held until the host is done; the newest goes first. */
static void hint_once_pass(struct bs_naive *v)
{
	struct hint_once *s = v->s;

	if (s->told) {
		while (s->n)
			bs_naive_free(v, s->held[--s->n], 10);
		return;
	}
	hint_once_round(v);
	s->told = true;
	bs_naive_wake(v, (bs_ns)v->hwm * 1000 * MS);
}

static void test_hint_once(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "hint-once:at=1s,depth=%d,hold=%ds",
			.state_size = sizeof(struct hint_once),
			.once = true,
			.timed = true,
			.start = hint_once_start,
			.pass = hint_once_pass,
		},
		301);
}

/* ---- balloon, capacity: the target, hwm: until when ------------------------------------------ */

#define PORTION 256 /* pages */
#define AT (1000 * MS)
#define RETRY (200 * MS) /* asleep after an allocation failed */

struct balloon {
	int page[BS_NAIVE_PAGES], n; /* in the order in which they were told */
	int got[PORTION], nr_got; /* and not told yet */
	bool asleep;
	bs_ns until;
	struct bs_naive_block message[PORTION];
};

static int page_order(const struct bs_naive *v)
{
	return v->kind->variant;
}

static bs_ns until(const struct bs_naive *v)
{
	return AT + 1000 * MS + (bs_ns)v->hwm * 100 * MS;
}

/* The size is in units of 100 KiB: 25 pages. */
static int target(const struct bs_naive *v)
{
	return v->now < until(v) ? v->capacity * v->kind->scale * 25 >> page_order(v) : 0;
}

static void balloon_start(struct bs_naive *v)
{
	bs_naive_wake(v, AT);
}

/* One message, the page that was allocated last in front, in requests as the device takes them; the pages are
 * in the balloon after the last answer. */
static void balloon_tell(struct bs_naive *v)
{
	const int device = v->kind->device;
	struct balloon *s = v->s;
	const int n = s->nr_got;

	for (int i = 0; i < n; i++)
		s->message[i] = (struct bs_naive_block){s->got[n - 1 - i], page_order(v)};
	s->nr_got = 0;
	for (int i = 0; i < n; i += device)
		bs_naive_request(v, s->message + i, n - i < device ? n - i : device);
	for (int i = 0; i < n; i++)
		s->page[s->n++] = s->message[i].pfn;
}

static void balloon_portion(struct bs_naive *v)
{
	const int wanted = target(v);
	struct balloon *s = v->s;

	while (s->nr_got < PORTION && s->n + s->nr_got < wanted) {
		const int pfn = bs_naive_alloc(v, page_order(v), BS_NAIVE_M);

		if (pfn == NONE) {
			s->asleep = true;
			s->until = v->now + RETRY;
			return;
		}
		s->got[s->nr_got++] = pfn;
	}
	balloon_tell(v);
}

/* The last 256 that were told, and of these the one that was told first goes first. */
static void balloon_shrink(struct bs_naive *v)
{
	struct balloon *s = v->s;
	int least = target(v);

	if (s->n - least > PORTION)
		least = s->n - PORTION;
	for (int i = least; i < s->n; i++)
		bs_naive_free(v, s->page[i], page_order(v));
	s->n = least;
}

/* One portion; the next follows at once. */
static void balloon_pass(struct bs_naive *v)
{
	struct balloon *s = v->s;
	bs_ns next = v->now < until(v) ? until(v) : BS_NO_TIME;

	if (s->asleep && v->now < s->until) {
		bs_naive_wake(v, (s->until < next ? s->until : next) - v->now);
		return;
	}
	s->asleep = false;
	if (s->nr_got)
		balloon_tell(v);
	else if (s->n < target(v))
		balloon_portion(v);
	else if (s->n > target(v))
		balloon_shrink(v);
	if (s->asleep)
		next = s->until < next ? s->until : next;
	else if (s->n != target(v))
		next = v->now + 1;
	if (next != BS_NO_TIME)
		bs_naive_wake(v, next - v->now);
}

static void test_balloon(void **state)
{
	struct bs_naive_kind k = {
		.params = "balloon:size=%d00KiB,at=1s,until=2%d00ms,page=normal",
		.state_size = sizeof(struct balloon),
		.scale = 7,
		.device = 100,
		.small = true,
		.timed = true,
		.start = balloon_start,
		.pass = balloon_pass,
	};

	(void)state;
	bs_naive_run(&k, 301);
	k.params = "balloon:size=%d00KiB,at=1s,until=2%d00ms,page=huge";
	k.scale = 50;
	k.device = 3;
	k.small = false;
	k.variant = 9;
	bs_naive_run(&k, 301);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hint_once),
		cmocka_unit_test(test_balloon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
