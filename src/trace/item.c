// SPDX-License-Identifier: GPL-2.0-or-later
#include "item.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- Writing -------------------------------------------------------------------------------- */

/* Room for @n more bytes, or NULL after the memory has run out. */
static unsigned char *room(struct bs_item_out *o, size_t n)
{
	if (o->failed)
		return NULL;
	if (o->cap - o->len < n) {
		size_t cap = o->cap ? o->cap : 4096;
		unsigned char *bigger;

		while (cap - o->len < n)
			cap *= 2;
		bigger = realloc(o->buf, cap);
		if (!bigger) {
			o->failed = true;
			return NULL;
		}
		o->buf = bigger;
		o->cap = cap;
	}
	return o->buf + o->len;
}

/* The largest head of a CBOR item. */
#define HEAD 9

#define PUT(o, encode, value)                                 \
	do {                                                  \
		unsigned char *at_ = room(o, HEAD);           \
		if (at_)                                      \
			(o)->len += encode(value, at_, HEAD); \
	} while (0)

static void put_bytes(struct bs_item_out *o, const void *data, size_t n)
{
	unsigned char *at = room(o, n);

	if (at && n)
		memcpy(at, data, n);
	if (at)
		o->len += n;
}

void bs_out_begin(struct bs_item_out *o, bool magic, size_t pairs)
{
	o->len = 0;
	if (magic)
		PUT(o, cbor_encode_tag, BS_ITEM_TAG);
	PUT(o, cbor_encode_map_start, pairs + 2);
	bs_out_text(o, "bytes");
	o->length_at = o->len;
	/* Always five bytes: the length is known only at the seal. */
	PUT(o, cbor_encode_uint32, 0);
}

void bs_out_text(struct bs_item_out *o, const char *text)
{
	size_t n = strlen(text);

	PUT(o, cbor_encode_string_start, n);
	put_bytes(o, text, n);
}

void bs_out_uint(struct bs_item_out *o, uint64_t v)
{
	PUT(o, cbor_encode_uint, v);
}

void bs_out_bool(struct bs_item_out *o, bool v)
{
	PUT(o, cbor_encode_bool, v);
}

void bs_out_array(struct bs_item_out *o, size_t n)
{
	PUT(o, cbor_encode_array_start, n);
}

void bs_out_typed(struct bs_item_out *o, const void *data, size_t n, unsigned int width)
{
	uint64_t tag = width == 1   ? BS_TAG_U8
		       : width == 2 ? BS_TAG_U16
		       : width == 4 ? BS_TAG_U32
				    : BS_TAG_U64;

	PUT(o, cbor_encode_tag, tag);
	PUT(o, cbor_encode_bytestring_start, n * width);
	put_bytes(o, data, n * width);
}

int bs_out_seal(struct bs_item_out *o)
{
	size_t n;

	bs_out_text(o, "xxh3");
	if (o->failed || !room(o, BS_ITEM_SUM_BYTES)) {
		o->failed = false;
		return -ENOMEM;
	}
	/* The five bytes that were left for it. */
	n = cbor_encode_uint32((uint32_t)(o->len + BS_ITEM_SUM_BYTES), o->buf + o->length_at, 5);
	if (!n)
		return -ENOMEM;
	o->len += cbor_encode_uint64(XXH3_64bits(o->buf, o->len), o->buf + o->len, HEAD);
	return 0;
}

void bs_out_free(struct bs_item_out *o)
{
	free(o->buf);
	memset(o, 0, sizeof(*o));
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void got(struct bs_item_in *in, enum bs_in_type type, uint64_t value)
{
	in->type = type;
	in->value = value;
}

static void on_uint8(void *arg, uint8_t v)
{
	got(arg, BS_IN_UINT, v);
}

static void on_uint16(void *arg, uint16_t v)
{
	got(arg, BS_IN_UINT, v);
}

static void on_uint32(void *arg, uint32_t v)
{
	got(arg, BS_IN_UINT, v);
}

static void on_uint64(void *arg, uint64_t v)
{
	got(arg, BS_IN_UINT, v);
}

static void on_array(void *arg, size_t n)
{
	got(arg, BS_IN_ARRAY, n);
}

static void on_map(void *arg, size_t n)
{
	got(arg, BS_IN_MAP, n);
}

static void on_tag(void *arg, uint64_t v)
{
	got(arg, BS_IN_TAG, v);
}

static void on_bool(void *arg, bool v)
{
	got(arg, BS_IN_BOOL, v);
}

static void on_bytes(void *arg, cbor_data data, size_t n)
{
	struct bs_item_in *in = arg;

	in->type = BS_IN_BYTES;
	in->data = data;
	in->size = n;
}

static void on_text(void *arg, cbor_data data, size_t n)
{
	on_bytes(arg, data, n);
	((struct bs_item_in *)arg)->type = BS_IN_TEXT;
}

void bs_in_begin(struct bs_item_in *in, const void *buf, size_t len)
{
	memset(in, 0, sizeof(*in));
	in->buf = buf;
	in->len = len;
	in->callbacks = cbor_empty_callbacks;
	in->callbacks.uint8 = on_uint8;
	in->callbacks.uint16 = on_uint16;
	in->callbacks.uint32 = on_uint32;
	in->callbacks.uint64 = on_uint64;
	in->callbacks.array_start = on_array;
	in->callbacks.map_start = on_map;
	in->callbacks.tag = on_tag;
	in->callbacks.boolean = on_bool;
	in->callbacks.byte_string = on_bytes;
	in->callbacks.string = on_text;
}

int bs_in_next(struct bs_item_in *in)
{
	struct cbor_decoder_result r;

	if (in->pos >= in->len)
		return -EBADMSG;
	in->type = BS_IN_OTHER;
	r = cbor_stream_decode(in->buf + in->pos, in->len - in->pos, &in->callbacks, in);
	if (r.status != CBOR_DECODER_FINISHED || r.read > in->len - in->pos)
		return -EBADMSG;
	in->pos += r.read;
	return 0;
}

int bs_in_expect(struct bs_item_in *in, enum bs_in_type type)
{
	int ret = bs_in_next(in);

	return ret ? ret : in->type == type ? 0 : -EBADMSG;
}

int bs_in_skip(struct bs_item_in *in)
{
	uint64_t pending = 1;

	while (pending--) {
		if (bs_in_next(in))
			return -EBADMSG;
		if (in->type == BS_IN_TAG)
			pending++;
		if (in->type != BS_IN_ARRAY && in->type != BS_IN_MAP)
			continue;
		/* Every entry takes a byte at least, so a lying count ends here. */
		if (in->value > in->len - in->pos)
			return -EBADMSG;
		pending += in->type == BS_IN_MAP ? 2 * in->value : in->value;
	}
	return 0;
}

bool bs_in_is(const struct bs_item_in *in, const char *text)
{
	return in->type == BS_IN_TEXT && in->size == strlen(text) &&
	       !memcmp(in->data, text, in->size);
}

size_t bs_in_length(const void *prefix, size_t len, bool magic, uint64_t *pairs)
{
	struct bs_item_in in;

	bs_in_begin(&in, prefix, len);
	if (magic && (bs_in_expect(&in, BS_IN_TAG) || in.value != BS_ITEM_TAG))
		return 0;
	if (bs_in_expect(&in, BS_IN_MAP))
		return 0;
	*pairs = in.value;
	if (bs_in_expect(&in, BS_IN_TEXT) || !bs_in_is(&in, "bytes") ||
	    bs_in_expect(&in, BS_IN_UINT))
		return 0;
	return in.value < BS_ITEM_PREFIX + BS_ITEM_SUM_BYTES ? 0 : (size_t)in.value;
}

bool bs_in_sum_ok(const void *buf, size_t len)
{
	const unsigned char *sum = (const unsigned char *)buf + len - BS_ITEM_SUM_BYTES;
	struct bs_item_in in;

	bs_in_begin(&in, sum, BS_ITEM_SUM_BYTES);
	return sum[0] == 0x1b && !bs_in_next(&in) &&
	       in.value == XXH3_64bits(buf, len - BS_ITEM_SUM_BYTES);
}
