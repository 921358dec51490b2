// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * balloon.c - the virtio balloon, inflated and deflated to a target (STRATEGIES.md, balloon).
 *
 * The host sets a target. The guest allocates pages like any driver, single ones or (huge) blocks
 * of 2 MiB, 256 to a message, waits for the host's acknowledgement and keeps them; the host
 * discards what is backed by whole host pages. To deflate, they are freed. An allocation that would
 * fail gets 256 pages of 4 KiB back. A message counts in 4 KiB, however large a page of the guest is. Pages in the balloon are allocated: they are gone from the guest for
 * good, wanted or not, which is what reporting free pages avoids.
 */
#include <errno.h>

#include <buddysim/gfp.h>

#include "strategies.h"

enum { SIZE, AT, UNTIL, PAGE };
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
	{.name = "page",
	 .type = BS_PARAM_ENUM,
	 .def = PAGE_NORMAL,
	 .names = pages,
	 .help = "4 KiB (a page of the guest) or 2 MiB"},
	{.name = NULL},
};

#define HUGE_BYTES (UINT64_C(2) << 20)
#define MESSAGE 256 /* PFNs told at once, and given back per OOM notification */
#define PFN_BYTES 4096 /* the host's, whatever a page of the guest has */
#define RETRY (200 * BS_NS_PER_MS) /* after an allocation failed */
#define GFP_NORMAL (BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NOMEMALLOC | BS_GFP_NORETRY | BS_GFP_NOWARN)

struct balloon {
	bs_ns begin; /* when the strategy was switched on */
	/* The driver threads its pages through their own descriptors; here they are in a table. */
	bs_pfn *page;
	uint64_t n, room;
	struct bs_range *message;
	bool asked, starved;
	uint64_t asked_pages; /* by the host at run time, in place of the parameters */
};

static unsigned int page_order(const struct bs_report_ctx *rc)
{
	unsigned int order = 0;

	while (bs_param_get(rc, PAGE) == PAGE_HUGE && bs_order_bytes(rc, order) < HUGE_BYTES)
		order++;
	return order;
}

/* How many of the balloon's pages a message has: a page of the guest is as many PFNs as 4 KiB are in it,
 * a huge one stands in a message of its own kind with its first. */
static unsigned int message_pages(const struct bs_report_ctx *rc)
{
	return page_order(rc) ? MESSAGE
			      : MESSAGE / (unsigned int)(bs_order_bytes(rc, 0) / PFN_BYTES);
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
	return age >= bs_param_get(rc, AT) && (!until || age < until)
		       ? in_pages(rc, bs_param_get(rc, SIZE))
		       : 0;
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
	s->page = bs_alloc(rc, BS_SCOPE_GLOBAL, (s->room + 1) * sizeof(*s->page));
	s->message = bs_alloc(rc, BS_SCOPE_GLOBAL, message_pages(rc) * sizeof(*s->message));
	if (!s->page || !s->message)
		return -ENOMEM;
	bs_wake(rc, bs_param_get(rc, AT));
	return 0;
}

static void deflate(struct bs_report_ctx *rc, uint64_t to)
{
	struct balloon *s = bs_state(rc);

	while (s->n > to)
		bs_give_pages(rc, s->page[--s->n], page_order(rc));
}

static void stop(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);

	deflate(rc, 0);
	bs_release(rc, s->page);
	bs_release(rc, s->message);
}

/* ---- Inflating ------------------------------------------------------------------------------- */

static unsigned int take_message(struct bs_report_ctx *rc, uint64_t wanted)
{
	const unsigned int order = page_order(rc);
	const unsigned int gfp = order ? BS_GFP_TRANSHUGE_LIGHT : GFP_NORMAL;
	struct balloon *s = bs_state(rc);
	unsigned int n = 0;

	while (n < message_pages(rc) && n < wanted) {
		bs_pfn pfn = bs_take_pages(rc, gfp, order);

		if (pfn == BS_NO_PFN)
			break;
		s->message[n++] = (struct bs_range){pfn, (uint8_t)order};
	}
	return n;
}

/* A message is as many requests as the device's queue makes of it. What the host answers changes
 * nothing: the pages are in the balloon, discarded or not. */
static int tell(struct bs_report_ctx *rc, unsigned int n)
{
	struct balloon *s = bs_state(rc);
	int err = 0;

	for (unsigned int i = 0; i < n; i += bs_capacity(rc)) {
		const unsigned int rest = n - i;
		int ret = bs_submit(rc, s->message + i,
				    rest < bs_capacity(rc) ? rest : bs_capacity(rc));

		err = err ? err : ret;
	}
	/* In the balloon from here on: until the answer, nobody could have them back. */
	for (unsigned int i = 0; i < n; i++)
		s->page[s->n++] = s->message[i].pfn;
	return err;
}

static int inflate(struct bs_report_ctx *rc)
{
	struct balloon *s = bs_state(rc);
	int err = 0;

	s->starved = false;
	while (!err && s->n < target(rc)) {
		const uint64_t wanted = target(rc) - s->n;
		unsigned int n = take_message(rc, wanted);

		s->starved = n < wanted && n < message_pages(rc);
		err = n ? tell(rc, n) : 0;
		if (s->starved)
			break;
	}
	return err;
}

/* While an allocation fails the driver tries again every 200 ms. Where nothing ends that, it is
 * only tried when a large block has been freed, so that a guest at rest is at rest. What was
 * freed during the message may have asked for that already, and does not put off the end. */
static void wake_next(struct bs_report_ctx *rc)
{
	const struct balloon *s = bs_state(rc);
	const bs_ns age = bs_now(rc) - s->begin, until = bs_param_get(rc, UNTIL);
	bs_ns left = until > age ? until - age : 0;

	if (s->asked || !left)
		return;
	bs_wake_sooner(rc, s->starved && left > RETRY ? RETRY : left);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	int err;

	(void)cpu;
	err = inflate(rc);
	deflate(rc, target(rc));
	wake_next(rc);
	return err;
}

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	const struct balloon *s = bs_state(rc);

	(void)b;
	(void)merged;
	if (s->starved && why == BS_FREE)
		bs_wake(rc, RETRY);
}

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	struct balloon *s = bs_state(rc);
	const uint64_t message = MESSAGE * PFN_BYTES / bs_order_bytes(rc, page_order(rc));
	const uint64_t back = message ? message : 1;

	if (e == BS_EVENT_TARGET) {
		s->asked = true;
		s->asked_pages = in_pages(rc, v);
		bs_wake_sooner(rc, 0); /* not when the parameters would have begun */
	} else if (e == BS_EVENT_SHRINK) {
		deflate(rc, s->n > back ? s->n - back : 0);
	}
}

/* QEMU's monitor is told how much the guest keeps, not how much it gives. */
static void stock_setting(const uint64_t *values, const char *kernel, uint64_t memory,
			  struct bs_stock_setting *out)
{
	const uint64_t size = values[SIZE] < memory ? values[SIZE] : memory;
	const unsigned long long left = (memory - size) >> 20;

	(void)kernel;
	snprintf(out->host, sizeof(out->host), "-device virtio-balloon,deflate-on-oom=on");
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
	.block_in = block_in,
	.pass = pass,
	.event = event,
	.stock_setting = stock_setting,
	.unit = unit,
	.series = &series,
};
