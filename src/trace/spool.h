/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool.h - records on their way to a trace. What was allocated before the trace, and what a gfp mask
 * means, are known only at its end, so all events wait in an unlinked file that is mapped: memory is
 * the page cache's, and an event can be changed when a later line explains it.
 */
#ifndef BS_TRACE_SPOOL_H
#define BS_TRACE_SPOOL_H

#include <buddysim/trace.h>

/** An event as its line said it. */
struct bs_raw_event {
	uint64_t time, pfn;
	uint32_t text; /* ALLOC: which printed gfp mask (gfp_texts.h) */
	uint32_t line;
	uint8_t cpu, order, kind /* enum bs_line */, flags;
	int8_t migratetype; /* -1: not said */
};
enum bs_raw_flag {
	BS_RAW_EARLY = 1,
	BS_RAW_FAILED = 2,
	BS_RAW_BARE = 4, /* pfn of digits that may be hex */
	BS_RAW_CLAMPED = 8, /* its time went back */
};

/** An event as the trace will have it. */
struct bs_spooled {
	bs_ns time;
	uint64_t number; /* FREE: of the block; with @of_pre: which PRE */
	uint32_t gfp, offset;
	bs_pfn pfn;
	uint8_t kind, order, cpu, flags;
	bool of_pre;
	bool more; /* FREE: the same source event goes on in the next one */
	bool dropped; /* happened later after all: there is a copy */
};

struct bs_spool {
	int fd;
	size_t size; /* of a record */
	unsigned char *at;
	uint64_t nr, cap;
	uint64_t cold; /* bytes from the beginning that were given back to the page cache */
};

/* In the folder of @near if it can be, else where temporary files go. */
int bs_spool_open(struct bs_spool *s, const char *near, size_t size, struct bs_error *err);
void bs_spool_close(struct bs_spool *s);
/* Append a copy; may move the records. 0, or negative with @err: no room. */
int bs_spool_add(struct bs_spool *s, const void *record, struct bs_error *err);
/* Records below @index will hardly be looked at again: they take none of our memory. */
void bs_spool_cool(struct bs_spool *s, uint64_t index);

static inline struct bs_raw_event *bs_raw_at(const struct bs_spool *s, uint64_t i)
{
	return (struct bs_raw_event *)(void *)s->at + i;
}

static inline struct bs_spooled *bs_spooled_at(const struct bs_spool *s, uint64_t i)
{
	return (struct bs_spooled *)(void *)s->at + i;
}

#endif
