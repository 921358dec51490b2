/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * item.h - one top-level item of a trace file: a CBOR map whose first entry is its own length and
 * whose last is a checksum of everything before, so that it can be fetched and checked whole
 * before anything in it is believed (traces/FORMAT.md 2).
 */
#ifndef BS_TRACE_ITEM_H
#define BS_TRACE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cbor.h>

#define BS_ITEM_TAG 55799 /* self-described CBOR (RFC 8949 3.4.6): the file's magic */
#define BS_ITEM_TAG_BYTES 3
/* map head, "bytes", u32: enough to know how long the item is. */
#define BS_ITEM_PREFIX 12
/* u64 of the checksum. */
#define BS_ITEM_SUM_BYTES 9

/* RFC 8746: typed arrays, little-endian. */
#define BS_TAG_U8 64
#define BS_TAG_U16 69
#define BS_TAG_U32 70
#define BS_TAG_U64 71

/* ---- Writing -------------------------------------------------------------------------------- */

struct bs_item_out {
	unsigned char *buf;
	size_t len, cap;
	size_t length_at; /* where the length is patched in */
	bool failed; /* out of memory: checked once, at the seal */
};

/* Begin an item of @pairs entries, not counting the length and the checksum. */
void bs_out_begin(struct bs_item_out *o, bool magic, size_t pairs);
void bs_out_text(struct bs_item_out *o, const char *text);
void bs_out_uint(struct bs_item_out *o, uint64_t v);
void bs_out_bool(struct bs_item_out *o, bool v);
void bs_out_array(struct bs_item_out *o, size_t n);
/* A typed array of @n elements of @width bytes. */
void bs_out_typed(struct bs_item_out *o, const void *data, size_t n, unsigned int width);
/* Length and checksum: 0 or -ENOMEM. */
int bs_out_seal(struct bs_item_out *o);
void bs_out_free(struct bs_item_out *o);

/* ---- Reading -------------------------------------------------------------------------------- */

enum bs_in_type {
	BS_IN_NONE,
	BS_IN_UINT,
	BS_IN_TEXT,
	BS_IN_BYTES,
	BS_IN_ARRAY,
	BS_IN_MAP,
	BS_IN_TAG,
	BS_IN_BOOL,
	BS_IN_OTHER, /* well-formed, nothing that this format uses */
};

struct bs_item_in {
	const unsigned char *buf;
	size_t len, pos;
	struct cbor_callbacks callbacks;
	/* the item last read */
	enum bs_in_type type;
	uint64_t value; /* UINT, TAG, BOOL; entries of ARRAY, MAP */
	const unsigned char *data; /* TEXT, BYTES */
	size_t size;
};

void bs_in_begin(struct bs_item_in *in, const void *buf, size_t len);
/* Next item: 0, or -EBADMSG when what follows is no whole item. */
int bs_in_next(struct bs_item_in *in);
/* Next item, which must be of @type. */
int bs_in_expect(struct bs_item_in *in, enum bs_in_type type);
/* Pass over one item with everything in it. */
int bs_in_skip(struct bs_item_in *in);
bool bs_in_is(const struct bs_item_in *in, const char *text);
/* The item's whole length from its first bytes, @magic with the tag: 0 when it is none of ours. */
size_t bs_in_length(const void *prefix, size_t len, bool magic, uint64_t *pairs);
/* Does the checksum at the end of a whole item agree? */
bool bs_in_sum_ok(const void *buf, size_t len);

#endif
