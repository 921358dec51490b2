/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_schedule.h - one random schedule: a small guest, one strategy, one device that may misbehave,
 * and every law of tests/README.md that can be seen from outside, checked as it runs.
 *
 * Nothing here ends the test program: a broken law ends the schedule and is its verdict, so that
 * the same eyes can be shown strategies with a bug in them.
 */
#ifndef BS_SCHEDULE_H
#define BS_SCHEDULE_H

#include "bs_test.h"

/* Numbers in brackets: laws of tests/README.md. */
enum bs_law_id {
	BS_LAW_MACHINE, /* (1 3) the allocator's own check */
	BS_LAW_SMALL, /* (2) no mark on a block smaller than what is reported */
	BS_LAW_FREE, /* (3) NR_FREE_PAGES is what the lists hold */
	BS_LAW_PAGES, /* (4) free + isolated + allocated + per-cpu = managed */
	BS_LAW_PEAK, /* (5) no more isolated than its requests hold: one, or as many as its depth */
	BS_LAW_DEVICE, /* (6 19) only taken blocks at the device, each once */
	BS_LAW_CONTENT, /* (7) nothing in use is discarded */
	BS_LAW_RESIDENT, /* (8 9) the host's account; discarded + skipped + redundant = asked */
	BS_LAW_HELD, /* (36) the host holds what was touched, when settled what was not reported */
	BS_LAW_RANGE, /* (20) aligned, in one zone, large enough, within capacity */
	BS_LAW_ISOLATE, /* (20) no ISOLATE pageblock */
	BS_LAW_COUNT, /* (11 12) blocks that carry the mark are counted, per order and zone */
	BS_LAW_BOUNDARY, /* (13) a boundary is its list's end or a reported block of it */
	BS_LAW_BEHIND, /* (14 15 16) behind it all is reported, and knows whose it is */
	BS_LAW_FRONT, /* (14) what is reported in front of it was not there for the last scan */
	BS_LAW_ACTIVE, /* (17 18) one zone at a time, and what is requested is due */
	BS_LAW_TYPE, /* (0.5) a returned block is on the list of its pageblock's type */
	BS_LAW_SETTLE, /* (21 22) idle when nothing happens, and then nothing much left raw */
	BS_LAW_ERROR, /* (23) what failed is not marked */
	BS_LAW_MARK, /* (24) a mark means: reported as this very block, untouched since */
	BS_LAW_MARKS, /* (25) a mark goes once, no counter below zero */
	BS_LAW_CALLS, /* (26) full requests per list and pass */
	BS_LAW_REQUESTED, /* (18 27) a free asks for a pass; a timer runs or none */
	BS_LAW_UNASKED, /* (27) a put-back never asks for one */
	BS_LAW_ORDER, /* (28) no list is reordered, rotation rotates */
	BS_LAW_BITMAP, /* (29) bits are counted, in the span, and used up by the scan */
	BS_LAW_ONCE, /* a block is reported once per stay, unless it split, merged or moved */
	BS_LAW_LOCK, /* (30) no zone lock at the device */
	BS_LAW_OFF, /* (31) switched off: nothing out, on again, a second time -EBUSY */
	BS_LAW_MIN, /* (32) isolation never takes a zone below its min watermark */
	BS_LAW_OOM, /* (33) no page refused because it was isolated */
	BS_LAW_SAME, /* (34) the same seed, the same requests */
	BS_NR_LAWS,
	BS_NO_LAW = BS_NR_LAWS,
};

#define BS_LAW_BIT(law) (UINT64_C(1) << (law))

/* Hosts that break a law of their own, behind the device's back; they need a real arena. */
enum bs_bad_host {
	BS_GOOD_HOST,
	BS_HOST_KEEPS, /* says that it discarded, and the page is still there */
	BS_HOST_DROPS, /* drops what it was told of, inhibited or not */
	BS_HOST_FILLS, /* backs memory that nobody touched yet */
};

/* "24 mark": for tables. */
const char *bs_law_name(unsigned int law);

/*
 * @s, @params: the strategy
 * @kind, @fault: the device and its parameters
 * @laws: bit per law that is checked
 * @errors: the device may refuse, so that something may be left raw for good
 * @keeps: ... or complete and discard nothing, or in part
 * @host: what is wrong with the host that no device parameter can be set to
 * @ranges: memory goes and comes too, and owners take ranges
 * @kernel: NULL: one of three, by the seed
 * @seed, @steps: what happens is random
 * @script: it is this instead, in a guest of 16 MiB of which half is in use, one letter each:
 *          A the guest allocates 2 MiB, F frees the oldest block, I isolates the pageblock that is
 *          next to be handed out, or gives it back, T switches off and on, P the pass that is due
 *          runs, C the request in flight completes. Letters up to C happen while it is in flight
 */
struct bs_schedule {
	const struct bs_strategy *s;
	const char *params, *kind, *fault;
	uint64_t laws;
	bool errors, keeps, ranges;
	enum bs_bad_host host;
	const char *kernel;
	uint64_t seed;
	unsigned int steps;
	const char *script;
};

struct bs_verdict {
	unsigned int law; /* the first one broken, or BS_NO_LAW */
	char text[256];
	uint64_t hash; /* of all requests in order */
	/* How often each law was looked at where it might have been broken: not for want of a
	 * mark, a request, a boundary, an isolated block, whatever it is about. */
	uint64_t seen[BS_NR_LAWS];
	uint64_t requests, failed, toggles, settings; /* what the schedule went through */
	uint64_t beside_isolate; /* requests made while large blocks were on ISOLATE lists */
	uint64_t content_loss, skipped_bytes, discarded_bytes;
	uint64_t ranges[2]; /* taken by an owner; offline */
	unsigned int
		idle_at; /* the first letter of the script that changed nothing, or its length */
};

/* Small numbers, so that a small guest gets somewhere. */
void bs_small_params(const struct bs_strategy *s, char *buf, size_t size);

void bs_schedule_run(const struct bs_schedule *sc, struct bs_verdict *v);

#endif
