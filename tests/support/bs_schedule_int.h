/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_schedule_int.h - the guest of a schedule, for the files that it is made of: bs_schedule.c
 * (what the guest does), bs_schedule_env.c (clock and device), bs_schedule_laws.c and
 * bs_watch.c. */
#ifndef BS_SCHEDULE_INT_H
#define BS_SCHEDULE_INT_H

#include "bs_schedule.h"
#include "rng.h"

#define PAGES 16384U /* of the guest of a random schedule */
#define SCRIPT_PAGES 4096U /* of one that follows a script */
#define MAX_AWAY 4 /* ranges that are isolated at once */
#define MAX_LIVE 1024
#define MAX_TOLD 1024
#define CAPACITY 4
#define MIN_PAGES 600
#define LOW_PAGES 750

/* A block that the device completed, until it is given to somebody, split or merged; a host-side
 * strategy may report a part of one, which is told until the block around it is split. */
struct bs_told {
	bs_pfn pfn;
	uint8_t order;
	uint8_t within; /* order of the block around it, when last looked at */
	bool failed;
	uint64_t moves; /* of free blocks between types, when it was told */
};

struct bs_guest {
	const struct bs_schedule *sc;
	struct bs_verdict *v;
	struct bs_machine *m;
	struct bs_device *d;
	struct bs_report_ctx *rc;
	struct bs_rng rng;
	bs_ns now, wake_at;
	bool wake_armed, in_call, in_pass, off, quiet, growing, over;
	unsigned int pages;
	unsigned int lowest_order;
	uint32_t next_id;
	struct bs_live {
		bs_pfn pfn;
		uint8_t order;
		uint32_t id;
	} live[MAX_LIVE];
	unsigned int nr_live;
	uint64_t live_pages;
	struct bs_told told[MAX_TOLD];
	unsigned int nr_told;
	uint64_t isolations; /* of pageblocks and back, by the guest */
	/* What the guest is offlining, or tries to: 1 or 2 pageblocks each, with their types. */
	struct {
		bs_pfn pfn, end;
		uint8_t mt[2];
		bool was_out[2]; /* with the strategy before it was isolated, and ever since */
	} away[MAX_AWAY];
	unsigned int nr_away;
	/* A range that an owner has, or that is offline. */
	struct bs_range_held {
		bs_pfn start, end;
		bool offline;
	} held;
	uint64_t touched[PAGES / 64]; /* a bit per page that was somebody's */
	uint64_t acts; /* of the guest */
	bool order_raised, was_busy;
	bool put_off; /* in this pass the host was busy, and not with our own requests */
	struct bs_watch *watch;
	unsigned int at; /* in the script */
	uint64_t free_before[2]; /* per zone, when the guest last had its turn */
	struct bs_range returned[CAPACITY]; /* of the last completed request */
	unsigned int nr_returned;
	struct {
		struct bs_range r[CAPACITY];
		unsigned int n;
		bool used;
		bs_ns due;
	} calls[16];
};

/* bs_schedule_ranges.c: a range is taken or goes offline, or is given back; is given back, if any. */
void bs_guest_range(struct bs_guest *g);
void bs_guest_end_range(struct bs_guest *g);
/* bs_schedule.c: the sizes of a zone's per-cpu lists, by the seed. */
void bs_guest_set_pcp(struct bs_guest *g, unsigned int zone);
/* bs_schedule.c: the guest has its turn; by its script: up to the letter that completes a
 * request. */
void bs_guest_act(struct bs_guest *g);
/* The block is written to, by the guest or for it: with huge pages all around it comes along. */
void bs_guest_touch(struct bs_guest *g, bs_pfn pfn, unsigned int order);
void bs_guest_act_in_call(struct bs_guest *g, bs_ns due);
/* bs_schedule_env.c: how the strategy's context reaches the guest. */
struct bs_env bs_guest_env(struct bs_guest *g);

/* bs_schedule_laws.c: what is looked at, and the verdict. */
bool bs_guest_checks(const struct bs_guest *g, unsigned int law);
/* @law was looked at @n times where it might have been broken. */
static inline void bs_guest_saw(struct bs_guest *g, unsigned int law, uint64_t n)
{
	if (!g->over)
		g->v->seen[law] += n;
}
void bs_guest_broke(struct bs_guest *g, unsigned int law, const char *text, bs_pfn pfn);
uint64_t bs_guest_below(struct bs_guest *g, uint64_t n);
/* The highest order of its machine. */
static inline unsigned int bs_guest_top(const struct bs_guest *g)
{
	return bs_platform_of(g->m)->max_order;
}
/* The value of the strategy's parameter, if it has it. */
uint64_t bs_guest_param(const struct bs_guest *g, const char *name, uint64_t fallback);
/* Pages: what its requests in flight hold when all blocks are of the largest order. */
uint64_t bs_guest_may_isolate(const struct bs_guest *g);
uint64_t bs_guest_moves(const struct bs_guest *g);
void bs_guest_refresh_told(struct bs_guest *g);
struct bs_told *bs_guest_find_told(struct bs_guest *g, bs_pfn pfn, unsigned int order);
/* Has the device completed a part of it, and nothing happened to that since? */
bool bs_guest_was_told(struct bs_guest *g, struct bs_range r);
void bs_guest_tell(struct bs_guest *g, const struct bs_range *r, unsigned int n, bool failed);
void bs_guest_note_free(struct bs_guest *g);
/* Is its pageblock isolated, and was so when the strategy took the block? */
bool bs_guest_in_isolate(const struct bs_guest *g, bs_pfn pfn);
void bs_guest_check_returned(struct bs_guest *g);
/* Law 4 alone, which also holds while requests are in flight. */
void bs_guest_check_pages(struct bs_guest *g);
/* Law 36 by the kernel's account, which takes its time: no more is there than was touched; when all
 * is over, what is there is in use, raw, or too small to be reported. */
void bs_guest_check_rss(struct bs_guest *g);
void bs_guest_check_settled(struct bs_guest *g);
void bs_guest_check(struct bs_guest *g);

#endif
