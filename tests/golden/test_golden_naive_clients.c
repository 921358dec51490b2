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
		if (s->n - answered == v->capacity)
			bs_naive_answer(v, call[answered++]);
		call[s->n] = bs_naive_tell(v, &(struct bs_naive_block){pfn, 10}, 1);
		s->held[s->n++] = pfn;
	}
	while (answered < s->n)
		bs_naive_answer(v, call[answered++]);
}

/* Once, and then they are held until the host is done. */
static void hint_once_pass(struct bs_naive *v)
{
	struct hint_once *s = v->s;

	if (s->told) {
		for (int i = 0; i < s->n; i++)
			bs_naive_free(v, s->held[i], 10);
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

#define MESSAGE 256 /* pages */
#define AT (1000 * MS)
#define RETRY (200 * MS) /* after an allocation failed */

struct balloon {
	int page[BS_NAIVE_PAGES], n;
	bool starved;
	struct bs_naive_block message[MESSAGE];
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

/* One message, in requests as the device takes them; the pages are in the balloon after the last
 * answer. */
static void balloon_message(struct bs_naive *v)
{
	const int wanted = target(v), device = v->kind->device;
	struct balloon *s = v->s;
	int n = 0, pfn = 0;

	while (n < MESSAGE && s->n + n < wanted && pfn != NONE) {
		pfn = bs_naive_alloc(v, page_order(v), BS_NAIVE_M);
		if (pfn != NONE)
			s->message[n++] = (struct bs_naive_block){pfn, page_order(v)};
	}
	s->starved = pfn == NONE;
	for (int i = 0; i < n; i += device)
		bs_naive_request(v, s->message + i, n - i < device ? n - i : device);
	for (int i = 0; i < n; i++)
		s->page[s->n++] = s->message[i].pfn;
}

static void balloon_pass(struct bs_naive *v)
{
	struct balloon *s = v->s;
	bs_ns next = until(v);

	s->starved = false;
	while (!s->starved && s->n < target(v))
		balloon_message(v);
	while (s->n > target(v))
		bs_naive_free(v, s->page[--s->n], page_order(v));
	if (s->starved && v->now + RETRY < next)
		next = v->now + RETRY;
	if (v->now < next)
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
