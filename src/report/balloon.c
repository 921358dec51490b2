// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * balloon.c - the virtio balloon, inflated and deflated to a target (STRATEGIES.md, balloon).
 *
 * The host sets a target. The driver goes there in portions of 256 pages (balloon_order.h), each told in one
 * message of which it waits for the answer, and looks at the target again after each. An allocation that fails puts
 * it to sleep for 200 ms with what it has got, over and over. Pages in the balloon are allocated: they are gone
 * from the guest for good, wanted or not, which is what reporting free pages avoids.
 */
#include <errno.h>

#include "balloon_order.h"
#include "driver.h"
#include "strategies.h"

enum { SIZE, AT, UNTIL, DEFLATE_ON_OOM, STATS, PAGE };
enum { PAGE_NORMAL, PAGE_HUGE };

static const char *const pages[] = {"normal", "huge", NULL};

static const struct bs_param params[] = {
	{.name = "size",
	 .role = BS_ROLE_TARGET,
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(256) << 20,
	 .max = UINT64_C(1) << 40,
	 .stock = true,
	 .help = "the target, and the most the host may ask for at run time"},
	{.name = "at",
	 .type = BS_PARAM_TIME,
	 .def = 5 * BS_NS_PER_S,
	 .max = 86400 * BS_NS_PER_S,
	 .stock = true,
	 .help = "when the host sets it, from when the strategy is on"},
	{.name = "until",
	 .type = BS_PARAM_TIME,
	 .max = 86400 * BS_NS_PER_S,
	 .stock = true,
	 .help = "when the host sets it back to 0; 0 = never"},
	{.name = "deflate_on_oom",
	 .type = BS_PARAM_BOOL,
	 .def = true,
	 .stock = true,
	 .help = "an allocation that would fail gets 256 pages back; off: it fails, and the guest's "
		 "memory is smaller by what the balloon holds"},
	{.name = "stats",
	 .type = BS_PARAM_TIME,
	 .max = 86400 * BS_NS_PER_S,
	 .stock = true,
	 .help = "how often the host asks for the guest's statistics; 0 = never"},
	{.name = "page",
	 .type = BS_PARAM_ENUM,
	 .def = PAGE_NORMAL,
	 .names = pages,
	 .help = "4 KiB (a page of the guest) or 2 MiB, which no upstream driver has"},
	{.name = NULL},
};

#define HUGE_BYTES (UINT64_C(2) << 20)
#define PFN_BYTES 4096 /* the host's, whatever a page of the guest has */
#define RETRY (BS_BALLOON_RETRY_MS * BS_NS_PER_MS)

struct balloon {
	bs_ns begin; /* when the strategy was switched on */
	/* The driver threads its pages through their own descriptors; here they are in a table, the newest
	 * last. */
	bs_pfn *held;
	uint64_t n, room;
	/* The portion at work: allocated, and not yet in the balloon. */
	bs_pfn got[BS_BALLOON_PORTION];
	unsigned int nr_got;
	struct bs_range *message;
	bool at_work; /* the target has changed, and was not reached since */
	bool starved; /* an allocation failed ... */
	bs_ns asleep_until; /* ... so that nothing happens before */
	bs_ns stats_at;
	bool asked;
	uint64_t asked_pages; /* by the host at run time, in place of the parameters */
	uint64_t last_target;
};

static unsigned int page_order(const struct bs_report_ctx *rc)
{
	unsigned int order = 0;

	while (bs_param_get(rc, PAGE) == PAGE_HUGE && bs_order_bytes(rc, order) < HUGE_BYTES)
		order++;
	return order;
}

/* How many of the balloon's pages a portion has: a page of the guest is as many PFNs as 4 KiB are in it,
 * a huge one stands in a message of its own kind with its first. */
static unsigned int portion(const struct bs_report_ctx *rc)
{
	const unsigned int pfns = (unsigned int)(bs_order_bytes(rc, 0) / PFN_BYTES);

	return page_order(rc) ? BS_BALLOON_PORTION : BS_BALLOON_PORTION / pfns;
}

/* In units of the balloon's pages, never more than there is memory. */
static uint64_t in_pages(struct bs_report_ctx *rc, uint64_t bytes)
{
	const struct balloon *s = bs_state(rc);
	const uint64_t n = bytes / bs_order_bytes(rc, page_order(rc));

	return n < s->room ? n : s->room;
}

static uint64_t target(struct bs_report_ctx *rc)
{
	const struct balloon *s = bs_state(rc);
	const bs_ns age = bs_now(rc) - s->begin, until = bs_param_get(rc, UNTIL);

	if (s->asked)
		return s->asked_pages;
	return bs_driver_is_asked(age, bs_param_get(rc, AT), until)
		       ? in_pages(rc, bs_param_get(rc, SIZE))
		       : 0;
}

/* ---- When it is due -------------------------------------------------------------------------- */

static bs_ns sooner(bs_ns a, bs_ns b)
{
	return a < b ? a : b;
}

/* The work item queues itself again as long as there is a difference: the worker is awake, and takes it up at once.
 * Else the host's next change of the target, its next question, or the end of the sleep. */
static void wake_next(struct bs_report_ctx *rc)
{
	const struct balloon *s = bs_state(rc);
	const bs_ns now = bs_now(rc), age = now - s->begin;
	const bs_ns change =
		bs_driver_next_change(age, bs_param_get(rc, AT), bs_param_get(rc, UNTIL));
	bs_ns next = s->asked || change == BS_NO_TIME ? BS_NO_TIME : s->begin + change;

	if (s->at_work)
		next = sooner(next, s->starved ? s->asleep_until : now + 1);
	if (s->stats_at)
		next = sooner(next, s->stats_at);
	if (next != BS_NO_TIME)
		bs_wake_sooner(rc, next > now ? next - now : 0);
}

/* ---- On and off ------------------------------------------------------------------------------ */

static int start(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);

	*s = (struct balloon){.begin = bs_now(rc)};
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		s->room += rz.managed >> page_order(rc);
	}
	s->room = in_pages(rc, bs_param_get(rc, SIZE));
	s->held = bs_alloc(rc, BS_SCOPE_GLOBAL, (s->room + 1) * sizeof(*s->held));
	s->message = bs_alloc(rc, BS_SCOPE_GLOBAL, BS_BALLOON_PORTION * sizeof(*s->message));
	if (!s->held || !s->message)
		return -ENOMEM;
	if (bs_param_get(rc, STATS))
		s->stats_at = bs_now(rc) + bs_param_get(rc, STATS);
	if (bs_param_get(rc, AT))
		wake_next(rc);
	else
		bs_wake(rc, 0);
	return 0;
}

/* Nobody is told: the host takes the device away. */
static void stop(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);

	while (s->nr_got)
		bs_give_pages(rc, s->got[--s->nr_got], page_order(rc));
	while (s->n)
		bs_give_pages(rc, s->held[--s->n], page_order(rc));
	bs_release(rc, s->held);
	bs_release(rc, s->message);
}

/* ---- Inflating ------------------------------------------------------------------------------- */

static void take_portion(struct bs_report_ctx *rc, uint64_t wanted)
{
	const unsigned int order = page_order(rc);
	const unsigned int gfp = order ? BS_GFP_TRANSHUGE_LIGHT : BS_BALLOON_GFP;
	struct balloon *s = bs_state(rc);

	while (s->nr_got < portion(rc) && s->nr_got < wanted) {
		const bs_pfn pfn = bs_take_pages(rc, gfp, order);

		s->starved = pfn == BS_NO_PFN;
		if (s->starved) {
			s->asleep_until = bs_now(rc) + RETRY;
			return;
		}
		s->got[s->nr_got++] = pfn;
	}
}

/* One message; where the device's queue is shorter, as many as it makes of it. What the host answers changes
 * nothing: the pages are in the balloon, discarded or not. */
static int tell(struct bs_report_ctx *rc, unsigned int n)
{
	const struct balloon *s = bs_state(rc);
	int err = 0;

	for (unsigned int i = 0; i < n && err != -ESHUTDOWN; i += bs_capacity(rc)) {
		const unsigned int rest = n - i;
		int ret = bs_submit(rc, s->message + i,
				    rest < bs_capacity(rc) ? rest : bs_capacity(rc));

		err = bs_driver_error(err, ret);
	}
	return err;
}

/* The portion enters the balloon, last page first. Nobody gets it back before the host has answered. */
static int enter(struct bs_report_ctx *rc)
{
	const unsigned int order = page_order(rc);
	const unsigned int how =
		BS_KEEP_MOVABLE | (bs_param_get(rc, DEFLATE_ON_OOM) ? 0 : BS_KEEP_UNMANAGED);
	struct balloon *s = bs_state(rc);
	const unsigned int n = s->nr_got;
	int err;

	for (unsigned int i = 0; i < n; i++) {
		s->message[i].pfn = bs_balloon_reversed(s->got, n, i);
		s->message[i].order = (uint8_t)order;
		bs_keep_pages(rc, s->message[i].pfn, order, how);
	}
	s->nr_got = 0;
	err = tell(rc, n);
	for (unsigned int i = 0; i < n; i++)
		s->held[s->n++] = s->message[i].pfn;
	return err;
}

/* ---- Deflating ------------------------------------------------------------------------------- */

/* At most a portion: told first, freed after the answer. */
static int deflate(struct bs_report_ctx *rc, uint64_t wanted)
{
	struct bs_range told[BS_BALLOON_PORTION];
	bs_pfn leaked[BS_BALLOON_PORTION];
	const unsigned int order = page_order(rc);
	struct balloon *s = bs_state(rc);
	const unsigned int n =
		bs_balloon_leak(s->held, s->n, wanted < portion(rc) ? wanted : portion(rc), leaked);
	int err;

	if (!n)
		return 0;
	s->n -= n;
	for (unsigned int i = 0; i < n; i++)
		told[i] = (struct bs_range){leaked[i], (uint8_t)order};
	err = bs_tell(rc, told, n);
	for (unsigned int i = 0; i < n; i++)
		bs_give_pages(rc, bs_balloon_reversed(leaked, n, i), order);
	return err;
}

/* ---- The work item --------------------------------------------------------------------------- */

/* One portion in either direction; or, after a sleep, what it slept with. */
static int go_to_target(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);
	const uint64_t to = target(rc);
	int err = 0;

	if (s->nr_got) {
		err = enter(rc);
	} else if (s->n > to) {
		err = deflate(rc, s->n - to);
	} else if (s->n < to) {
		take_portion(rc, to - s->n);
		if (!s->starved)
			err = enter(rc);
	}
	s->at_work = s->nr_got || s->starved || s->n != target(rc);
	return err;
}

/* Has the host set another target by its schedule? */
static void look_at_target(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);
	const uint64_t now = target(rc);

	s->at_work |= now != s->last_target;
	s->last_target = now;
}

static int answer_question(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);

	if (!s->stats_at || bs_now(rc) < s->stats_at)
		return 0;
	s->stats_at += bs_param_get(rc, STATS);
	return bs_tell(rc, NULL, 0);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct balloon *s = bs_state(rc);
	int err = answer_question(rc);

	(void)cpu;
	look_at_target(rc);
	s->starved &= bs_now(rc) < s->asleep_until;
	if (!err && s->at_work && !s->starved)
		err = go_to_target(rc);
	/* With nobody to talk to there is no next one. */
	if (err != -ESHUTDOWN)
		wake_next(rc);
	return err;
}

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	struct balloon *s = bs_state(rc);
	const uint64_t back = BS_BALLOON_PORTION * PFN_BYTES / bs_order_bytes(rc, page_order(rc));

	if (e == BS_EVENT_TARGET) {
		s->asked = true;
		s->asked_pages = s->last_target = in_pages(rc, v);
		s->at_work = true;
		bs_wake_sooner(rc, 0); /* not when the parameters would have begun */
	} else if (e == BS_EVENT_SHRINK && bs_param_get(rc, DEFLATE_ON_OOM)) {
		deflate(rc, back ? back : 1);
	}
}

/* QEMU's monitor is told how much the guest keeps, not how much it gives. */
static void stock_setting(const uint64_t *values, const char *kernel, uint64_t memory,
			  struct bs_stock_setting *out)
{
	const uint64_t size = values[SIZE] < memory ? values[SIZE] : memory;
	const unsigned long long left = (memory - size) >> 20;

	(void)kernel;
	snprintf(out->host, sizeof(out->host), "-device virtio-balloon%s",
		 values[DEFLATE_ON_OOM] ? ",deflate-on-oom=on" : "");
	snprintf(out->monitor, sizeof(out->monitor), "balloon %llu", left ? left : 1);
}
/* Whatever the driver's own allocation finds. */
static unsigned int unit(const struct bs_report_ctx *rc)
{
	return page_order(rc);
}

static const struct bs_strategy_memory series = {
	.page = "-",
	.zone = "-",
	.rest = "the pages are allocated and kept on a list; messages of 256 PFNs",
	.note = "the driver threads its pages through their own descriptors, here a table has 4 bytes for each of size= / 4 KiB; 8 bytes an entry of the message",
};

const struct bs_strategy bs_strategy_balloon = {
	.name = "balloon",
	.summary = "the host sets a target, the guest allocates pages and gives them away",
	.origin = "virtio-balloon, inflate and deflate with DEFLATE_ON_OOM",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_CLIENT | BS_CAP_STOCK,
	.state_size = sizeof(struct balloon),
	.params = params,
	.start = start,
	.stop = stop,
	.pass = pass,
	.event = event,
	.stock_setting = stock_setting,
	.unit = unit,
	.request_ranges = BS_BALLOON_PORTION,
	.series = &series,
};
