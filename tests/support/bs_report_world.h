/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_report_world.h - a small guest with one strategy and a device that writes down what it gets.
 *
 * Time stands still but for bs_world_work(), which jumps to the pending wake. While a request is
 * waited for the test may do what it likes in during(). The device looks at what it gets: every
 * page it is handed must be out of the allocator.
 */
#ifndef BS_REPORT_WORLD_H
#define BS_REPORT_WORLD_H

#include "bs_test.h"

#define BS_WORLD_QUEUE 4

struct bs_world {
	struct bs_machine *m;
	struct bs_report_ctx *rc;
	bs_pfn tail; /* the first page behind a full guest's blocks */
	bs_ns now, wake_at;
	bool wake_armed;

	char log[1 << 18]; /* "2048:9 512:9 | 0:10 | ": a bar behind each request */
	size_t log_used;
	unsigned int calls, fail_call; /* request number fail_call, from 1, gets -EIO */
	void (*during)(struct bs_world *w, unsigned int call);
	void *arg;
	/* The future, as bs_next_use() and bs_break_even() tell of it; NULL: nothing is known. */
	bs_ns (*next_use)(struct bs_world *w, bs_pfn pfn, unsigned int order);
	bs_ns break_even; /* as it is when the strategy is bound */

	char told[1 << 16]; /* the same of what the host was told and not handed; it ends early */
	size_t told_used;
	unsigned int tells;

	char installs[1 << 10]; /* "2048:9@0 ": by CPU 0; long logs end early */
	size_t installs_used;

	unsigned int violations;
	char law[128]; /* the last one broken */
	bool not_taken; /* a request held a page that was not out of the allocator */

	/* requests handed over without waiting: ticket = index */
	unsigned int in_flight_call[BS_WORLD_QUEUE]; /* which request it is, from 1; 0: free */

	bool busy; /* what the host says of itself */
	char zero[256]; /* blocks that the guest took for zero: "1024:10 " */
	size_t zero_used;
};

/* One NORMAL zone [0, pages), all of it free; watermarks 0, per-cpu lists transparent. */
struct bs_world *bs_world_create(const char *kernel, uint64_t pages);
/* All of it in use, as blocks of order 10, but for 256 pages behind [0, pages): with marks of 0 the
 * last free block of a zone is never isolated (STRATEGIES.md, taking a block). */
struct bs_world *bs_world_create_full(const char *kernel, uint64_t pages);
/* Those 256 pages are used one by one: small requests take them before any block of the test's. */
void bs_world_use_tail(struct bs_world *w);
/* The same with nothing freed yet: bs_machine_boot_range() is the test's. */
struct bs_world *bs_world_create_empty(const char *kernel, const struct bs_zone_range *zones,
				       unsigned int nr_zones);
void bs_world_destroy(struct bs_world *w);

/* Bind and switch on "rotation:order=9"; capacity: of the device. */
void bs_world_start(struct bs_world *w, const char *strategy, unsigned int capacity);
void bs_world_bind(struct bs_world *w, const struct bs_strategy *s, const char *params,
		   unsigned int capacity);
/* A parameter, at run time; it must be one that takes the value. */
void bs_world_set(struct bs_world *w, const char *name, const char *value);
/* Run the pass that is due; false if none is. Its requests are appended to the log. */
bool bs_world_work(struct bs_world *w);
/* Run passes until none is due, at most @max; returns how many ran. */
unsigned int bs_world_settle(struct bs_world *w, unsigned int max);
/* The log since the last call; the same of the blocks taken for zero. */
const char *bs_world_log(struct bs_world *w);
const char *bs_world_zero(struct bs_world *w);
/* What the host was told since the last call. */
const char *bs_world_told(struct bs_world *w);
/* The installs since the last call. */
const char *bs_world_installs(struct bs_world *w);

/* The list (order, mt) of zone 0 as "1024r,0r" (r: marked). The buffer is the world's. */
void bs_assert_list(struct bs_world *w, unsigned int order, unsigned int mt, const char *expected);
bs_pfn bs_world_alloc(struct bs_world *w, unsigned int order, unsigned int mt);
void bs_world_free(struct bs_world *w, bs_pfn pfn, unsigned int order);

#endif
