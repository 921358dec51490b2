/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h - the inside of struct bs_trace, for who reads as a part of something else. */
#ifndef BS_TRACE_READER_H
#define BS_TRACE_READER_H

#include "bytes.h"
#include "chunk.h"
#include "used.h"

struct bs_trace {
	struct bs_bytes_in *in;
	char *path;
	struct bs_trace_info info;
	struct bs_chunk_decoder decoder;
	char **names;
	unsigned char *item; /* the item being read */
	size_t item_cap;
	size_t header_len;
	bool ended;
	const struct bs_ear *ear; /* hears how much is read; or NULL */
	const volatile int *stop; /* not 0: the next chunk is not read any more; or NULL */
	struct bs_used_steps used; /* once it is scanned; of this reader alone */
	uint64_t keep_chunks; /* whole ones of a damaged file, after a scan that accepted it */
};

/* Number @i of a chunk that has just been read, as whoever writes it takes it. */
static inline struct bs_trace_event
bs_trace_event_of(const struct bs_trace *t, const struct bs_trace_chunk *k, unsigned int i)
{
	return (struct bs_trace_event){
		.time = k->time[i],
		.kind = (enum bs_ev)k->kind[i],
		.order = k->order[i],
		.cpu = k->cpu[i],
		.flags = k->flags[i],
		.gfp = t->info.gfp[k->gfp[i]],
		.arg = k->arg[i],
		.offset = k->offset ? k->offset[i] : 0,
		.pfn = k->pfn ? k->pfn[i] : BS_NO_PFN,
	};
}

/* -EBADMSG..., @err filled: a damaged file, how far it is whole and how to use that part. */
int bs_trace_damaged(const struct bs_trace *t, uint64_t offset, const char *why,
		     struct bs_error *err);

#endif
