/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_words.h - what a reader of the text of /proc knows, whichever form the line has, and what the
 * forms have in common.
 */
#ifndef BS_PROC_WORDS_H
#define BS_PROC_WORDS_H

#include <buddysim/snapshot.h>

/* What a line can add to a snapshot. A thing that comes again belongs to the next one. */
enum bs_proc_kind {
	BS_PROC_ORDERS,
	BS_PROC_LISTS,
	BS_PROC_BLOCKS,
	BS_PROC_SIZES,
	BS_PROC_VMSTAT,
	BS_NR_PROC_KINDS,
};

enum { BS_PROC_OTHER = 0, BS_PROC_TAKEN = 1 }; /* or negative with the reader's error */

struct bs_proc {
	struct bs_snapshots *out;
	size_t next[BS_NR_PROC_KINDS]; /* index of the snapshot being filled + 1; 0: none yet */
	const char *path;
	uint64_t number;
	struct bs_error *err;
	uint64_t taken; /* lines */
	/* The time that was said last, for the snapshot that begins next. */
	char when[48];
	bs_ns time;
	/* What the next line may go on with: the zone of the latest line ... */
	struct {
		bool on;
		enum bs_proc_kind kind;
		unsigned int node, type, n;
		char name[16];
	} row;
	/* ... the columns of pagetypeinfo's table of pageblocks: -1 is a type that nobody knows ... */
	int column[16];
	unsigned int nr_columns;
	unsigned int pageblock_order; /* of the latest pagetypeinfo, 0 none */
	/* ... the zone that zoneinfo is at, and what stood in front of its first line. */
	struct {
		bool on, own; /* own: behind the node's figures */
		unsigned int node, cpu;
		size_t prefix;
		char name[16];
	} info;
};

/* "file:12" and what is wrong there. Negative. */
int bs_proc_bad(struct bs_proc *p, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int bs_proc_memory(struct bs_proc *p);
/* Behind what people put in front of a line that they quote. */
const char *bs_proc_unquoted(const char *line);
/* "Node 0, zone DMA32" or "Node 0 DMA32": where the words behind it begin, NULL if it is no such line.
 * @prefix: how much stands in front. */
const char *bs_proc_zone_words(const char *line, unsigned int *node, char name[16], size_t *prefix,
			       bool *zone_said);
/* The number at @*s, and on behind it: false if there is none. It may be too large for any count. */
bool bs_proc_number(const char **s, uint64_t *v);
/* Nothing but what may end a quoted line. */
bool bs_proc_at_end(const char *s);
/* Numbers up to the line's end, at most @max; how many, or -1 if something else is there. */
int bs_proc_numbers(const char *s, uint64_t *v, unsigned int max);
/* The zone of the snapshot that @kind is at. If it has that already, the next snapshot begins. NULL without memory. @snapshot may be NULL. */
struct bs_snapshot_zone *bs_proc_zone(struct bs_proc *p, enum bs_proc_kind kind, unsigned int node,
				      const char *name, unsigned int type,
				      struct bs_snapshot **snapshot);

#define BS_PROC_MOST (UINT64_C(1) << 40) /* no count of anything is larger */

#endif
