// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_report_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_PAGES 256 /* of a full guest */

/* ---- The device and the clock ---------------------------------------------------------------- */

static bs_ns env_now(void *arg)
{
	return ((struct bs_world *)arg)->now;
}

static void env_wake(void *arg, bs_ns delay)
{
	struct bs_world *w = arg;

	assert_false(w->wake_armed); /* at most one such wake is pending */
	w->wake_armed = true;
	w->wake_at = w->now + delay;
}

static void env_cancel(void *arg)
{
	((struct bs_world *)arg)->wake_armed = false;
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct bs_world *w = arg;

	(void)pfn;
	w->violations++;
	snprintf(w->law, sizeof(w->law), "%s", law);
}

static void write_down(struct bs_world *w, const struct bs_range *r, unsigned int n)
{
	const unsigned int caps = bs_report_strategy(w->rc)->caps;
	const enum bs_page_state wanted = caps & BS_CAP_CLIENT	    ? BS_PAGE_ALLOCATED
					  : caps & BS_CAP_HOST_SIDE ? BS_PAGE_FREE
								    : BS_PAGE_ISOLATED;

	for (unsigned int i = 0; i < n; i++) {
		for (bs_pfn p = r[i].pfn; p < r[i].pfn + (1u << r[i].order); p++) {
			const enum bs_page_state is = bs_page_state(w->m, p);

			/* (a client's may be no memory of the guest's any more) */
			if (is != wanted && !(caps & BS_CAP_CLIENT && is == BS_PAGE_RESERVED))
				w->not_taken = true;
		}
		w->log_used += (size_t)snprintf(w->log + w->log_used, sizeof(w->log) - w->log_used,
						"%u:%u ", r[i].pfn, r[i].order);
	}
	w->log_used += (size_t)snprintf(w->log + w->log_used, sizeof(w->log) - w->log_used, "| ");
	assert_true(w->log_used < sizeof(w->log));
}

static int env_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_world *w = arg;

	w->calls++;
	write_down(w, r, n);
	if (w->during)
		w->during(w, w->calls);
	return w->calls == w->fail_call ? -EIO : 0;
}

static int env_call(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	struct bs_world *w = arg;
	bool not_taken = w->not_taken;

	(void)cpu;
	w->calls++;
	write_down(w, r, n);
	w->not_taken = not_taken; /* the freeing CPU's own block, which is on no list yet */
	return w->calls == w->fail_call ? -EIO : 0;
}

static int env_submit_async(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_world *w = arg;
	int ticket = 0;

	while (ticket < BS_WORLD_QUEUE && w->in_flight_call[ticket])
		ticket++;
	if (ticket == BS_WORLD_QUEUE)
		return -EBUSY;
	w->calls++;
	write_down(w, r, n);
	w->in_flight_call[ticket] = w->calls;
	return ticket;
}

static int env_wait(void *arg, int ticket)
{
	struct bs_world *w = arg;
	const unsigned int call = w->in_flight_call[ticket];

	if (w->during)
		w->during(w, call);
	w->in_flight_call[ticket] = 0;
	return call == w->fail_call ? -EIO : 0;
}

/* What it is told is handed over by nobody: the pages are the guest's before and after. */
static int env_tell(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_world *w = arg;

	w->tells++;
	for (unsigned int i = 0; i < n && w->told_used < sizeof(w->told) - 32; i++)
		w->told_used +=
			(size_t)sprintf(w->told + w->told_used, "%u:%u ", r[i].pfn, r[i].order);
	if (w->told_used < sizeof(w->told) - 32)
		w->told_used += (size_t)sprintf(w->told + w->told_used, "| ");
	return 0;
}

static bool env_busy(void *arg)
{
	return ((struct bs_world *)arg)->busy;
}

static void env_known_zero(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_world *w = arg;

	w->zero_used += (size_t)snprintf(w->zero + w->zero_used, sizeof(w->zero) - w->zero_used,
					 "%u:%u ", pfn, order);
	assert_true(w->zero_used < sizeof(w->zero));
}

static int env_install(void *arg, bs_pfn pfn, unsigned int order, unsigned int cpu)
{
	struct bs_world *w = arg;

	if (w->installs_used < sizeof(w->installs) - 32)
		w->installs_used += (size_t)sprintf(w->installs + w->installs_used, "%u:%u@%u ",
						    pfn, order, cpu);
	return 0;
}

static bs_ns env_next_use(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_world *w = arg;

	return w->next_use ? w->next_use(w, pfn, order) : BS_NO_TIME;
}

/* ---- The guest ------------------------------------------------------------------------------- */

struct bs_world *bs_world_create_empty(const char *kernel, const struct bs_zone_range *zones,
				       unsigned int nr_zones)
{
	const struct bs_zone_range *last = &zones[nr_zones - 1];
	struct bs_mem_range range = {.end = last->start + last->spanned};
	struct bs_machine_config cfg = {
		.kernel = kernel,
		.ranges = &range,
		.nr_ranges = 1,
		.zones = zones,
		.nr_zones = nr_zones,
		.no_boot = true,
	};
	struct bs_world *w = calloc(1, sizeof(*w));
	struct bs_error err;

	assert_non_null(w);
	assert_ok(bs_machine_create(&cfg, &w->m, &err), &err);
	for (unsigned int z = 0; z < nr_zones; z++) {
		bs_zone_set_watermarks(w->m, z, 0, 0, 0);
		bs_zone_set_pcp(w->m, z, 0, 1);
	}
	return w;
}

struct bs_world *bs_world_create(const char *kernel, uint64_t pages)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = (bs_pfn)pages};
	struct bs_world *w = bs_world_create_empty(kernel, &zone, 1);
	struct bs_error err;

	assert_ok(bs_machine_boot_range(w->m, 0, (bs_pfn)pages, &err), &err);
	return w;
}

struct bs_world *bs_world_create_full(const char *kernel, uint64_t pages)
{
	struct bs_world *w = bs_world_create(kernel, pages + TAIL_PAGES);

	for (uint64_t i = 0; i < pages / 1024; i++)
		assert_int_not_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), BS_NO_PFN);
	w->tail = (bs_pfn)pages;
	return w;
}

void bs_world_use_tail(struct bs_world *w)
{
	for (unsigned int i = 0; i < TAIL_PAGES; i++)
		assert_true(bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE) >= w->tail);
}

void bs_world_destroy(struct bs_world *w)
{
	struct bs_error err;

	bs_report_destroy(w->rc);
	assert_ok(bs_machine_check(w->m, &err), &err);
	bs_machine_destroy(w->m);
	free(w);
}

void bs_world_bind(struct bs_world *w, const struct bs_strategy *s, const char *params,
		   unsigned int capacity)
{
	const struct bs_env env = {
		.arg = w,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_cancel,
		.submit = env_submit,
		.call = env_call,
		.submit_async = env_submit_async,
		.wait = env_wait,
		.install = env_install,
		.next_use = env_next_use,
		.break_even = w->break_even,
		.capacity = capacity,
		.busy = env_busy,
		.tell = env_tell,
		.known_zero = env_known_zero,
		.violated = env_violated,
	};
	struct bs_error err;

	assert_ok(bs_report_create(w->m, s, params, &env, &w->rc, &err), &err);
}

void bs_world_start(struct bs_world *w, const char *strategy, unsigned int capacity)
{
	const char *colon = strchr(strategy, ':');
	struct bs_error err;
	const struct bs_strategy *s = bs_strategy_find(strategy, &err);

	assert_non_null(s);
	bs_world_bind(w, s, colon ? colon + 1 : NULL, capacity);
	assert_int_equal(bs_report_start(w->rc), 0);
}

void bs_world_set(struct bs_world *w, const char *name, const char *value)
{
	struct bs_error err;

	assert_ok(bs_report_set_param(w->rc, name, value, &err), &err);
}

bool bs_world_work(struct bs_world *w)
{
	struct bs_error err;

	if (!w->wake_armed)
		return false;
	w->wake_armed = false;
	w->now = w->wake_at;
	bs_report_pass(w->rc, -1);
	assert_ok(bs_machine_check(w->m, &err), &err);
	return true;
}

unsigned int bs_world_settle(struct bs_world *w, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && bs_world_work(w))
		n++;
	return n;
}

const char *bs_world_log(struct bs_world *w)
{
	w->log[w->log_used] = '\0';
	w->log_used = 0;
	return w->log;
}

const char *bs_world_installs(struct bs_world *w)
{
	w->installs[w->installs_used] = '\0';
	w->installs_used = 0;
	return w->installs;
}

const char *bs_world_told(struct bs_world *w)
{
	w->told[w->told_used] = '\0';
	w->told_used = 0;
	return w->told;
}

const char *bs_world_zero(struct bs_world *w)
{
	w->zero[w->zero_used] = '\0';
	w->zero_used = 0;
	return w->zero;
}

void bs_assert_list(struct bs_world *w, unsigned int order, unsigned int mt, const char *expected)
{
	bs_pfn pfn[256];
	bool marked[256];
	char text[4096] = "";
	size_t used = 0, n = bs_list_blocks(w->m, 0, order, mt, pfn, marked, 256);

	assert_true(n <= 256);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u%s", i ? "," : "",
					 pfn[i], marked[i] ? "r" : "");
	assert_string_equal(text, expected);
}

bs_pfn bs_world_alloc(struct bs_world *w, unsigned int order, unsigned int mt)
{
	static const unsigned int bits[] = {0, BS_GFP_MOVABLE, BS_GFP_RECLAIMABLE};

	return bs_alloc_pages(w->m, 0, BS_GFP_KERNEL | bits[mt], order);
}

void bs_world_free(struct bs_world *w, bs_pfn pfn, unsigned int order)
{
	if (bs_allocated_order(w->m, pfn) != (int)order)
		assert_int_equal(bs_split_allocated(w->m, pfn, order), 0);
	bs_free_pages(w->m, 0, pfn, order);
}
