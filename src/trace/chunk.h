/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chunk.h - from a chunk's CBOR map to columns that are ready to use. */
#ifndef BS_TRACE_CHUNK_H
#define BS_TRACE_CHUNK_H

#include "format.h"

/* The first @n of a column's room hold @value. */
struct bs_filled {
	uint8_t value;
	unsigned int n;
};

/**
 * struct bs_chunk_decoder - what decoding carries from chunk to chunk, and the expanded columns
 * @gfp: every mask seen so far; rereading meets the same ones at the same places
 * @cap: events that there is room for: as many as the largest chunk so far has
 * @nr_gfp: how many are valid at this point of the file
 * @no_pfns: nobody will look at them, and they are left where they are
 * @op, @cpu, @flags, @dt: room for columns that the file has as one value, or steps as bytes; others are
 *     used where they lie
 */
struct bs_chunk_decoder {
	unsigned int nr_cpus, nr_names;
	uint32_t gfp[BS_TRACE_GFP_MAX + 1];
	unsigned int nr_gfp;
	uint64_t chunks, events; /* before the next one */
	bs_ns last_time;
	bool no_pfns;
	struct bs_filled ops_filled, cpus_filled, flags_filled;
	size_t cap;
	void *memory; /* of all columns below */
	bs_ns *time;
	uint8_t *op, *kind, *order, *gfp_index, *cpu, *flags, *mixed_flags;
	uint16_t *dt;
	uint32_t *arg, *offset, *pfn;
};

/* A decoder begins as all zeros, with @nr_cpus and @nr_names set. */
void bs_chunk_decoder_free(struct bs_chunk_decoder *d);
void bs_chunk_decoder_rewind(struct bs_chunk_decoder *d);
/* One whole item whose checksum was right; @c's columns may lie in it. 0, or -EBADMSG and *@why says what is wrong with it,
 * or -ENOMEM. */
int bs_chunk_decode(struct bs_chunk_decoder *d, const void *item, size_t len,
		    struct bs_trace_chunk *c, const char **why);

#endif
