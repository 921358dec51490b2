/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool.h - records on their way to a trace. What was allocated before the trace, and what a gfp mask
 * means, are known only at its end, so all events wait in an unlinked file that is mapped: memory is
 * the page cache's, and an event can be changed when a later line explains it. The youngest ones
 * are written to it by the thousand: a store to a page that the file does not have yet is a fault.
 */
#ifndef BS_TRACE_SPOOL_H
#define BS_TRACE_SPOOL_H

#include <buddysim/trace.h>

/*
 * Both kinds of record are as small as they can be: most of what an import costs the kernel is to find
 * memory for them, and to clear it.
 */

/** An event as its line said it. */
struct bs_raw_event {
	uint64_t time;
	uint64_t pfn : 52, cpu : 8, order : 4;
	uint32_t line;
	uint16_t text; /* ALLOC: which printed gfp mask (gfp_texts.h) */
	uint8_t kind : 3 /* enum bs_line */, flags : 5;
	int8_t migratetype; /* -1: not said */
};
enum bs_raw_flag {
	BS_RAW_EARLY = 1,
	BS_RAW_FAILED = 2,
	BS_RAW_BARE = 4, /* pfn of digits that may be hex */
	BS_RAW_CLAMPED = 8, /* its time went back */
	BS_RAW_BEYOND = 16, /* its pfn is beyond any memory after all */
};

/** An event as the trace will have it. */
struct bs_spooled {
	bs_ns time;
	union {
		uint64_t gfp; /* ALLOC, FAILED */
		struct {
			uint64_t number : 54; /* FREE: of the block; with @of_pre: which PRE */
			uint64_t offset : 10;
		};
	};
	bs_pfn pfn;
	uint8_t cpu, flags, order;
	uint8_t kind : 3; /* enum bs_ev */
	bool of_pre : 1;
	bool more : 1; /* FREE: the same source event goes on in the next one */
	bool dropped : 1; /* happened later after all: there is a copy */
};
_Static_assert(sizeof(struct bs_raw_event) == 24 && sizeof(struct bs_spooled) == 24,
	       "a record takes 24 bytes");

struct bs_spool {
	int fd;
	size_t size; /* of a record */
	unsigned char
		*at; /* the file: the first @written records, of @cap that there is a place for */
	unsigned char *tail; /* the others */
	uint64_t nr, written, cap;
	uint64_t cold; /* bytes from the beginning that were given back to the page cache */
};

/* In the folder of @near if it can be, else where temporary files go. */
int bs_spool_open(struct bs_spool *s, const char *near, size_t size, struct bs_error *err);
void bs_spool_close(struct bs_spool *s);
/* Append a copy; may move the records. 0, or negative with @err: no room. */
int bs_spool_add(struct bs_spool *s, const void *record, struct bs_error *err);
/* From here on all records are in a row, until one is added. 0, or negative with @err: no room. */
int bs_spool_join(struct bs_spool *s, struct bs_error *err);
/* Records below @index will hardly be looked at again: they take none of our memory. */
void bs_spool_cool(struct bs_spool *s, uint64_t index);
/* They will not be looked at again: they are gone, and what held them is there for others. */
void bs_spool_drop(struct bs_spool *s, uint64_t index);

static inline void *bs_spool_at(const struct bs_spool *s, uint64_t i)
{
	return i < s->written ? s->at + i * s->size : s->tail + (i - s->written) * s->size;
}

static inline struct bs_raw_event *bs_raw_at(const struct bs_spool *s, uint64_t i)
{
	return bs_spool_at(s, i);
}

static inline struct bs_spooled *bs_spooled_at(const struct bs_spool *s, uint64_t i)
{
	return bs_spool_at(s, i);
}

#endif
