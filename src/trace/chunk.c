// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "item.h"

#define ROUND 1024 /* events that columns are made for at a time */

/** A column as the file has it: an array, one value for all events, or nothing. */
struct column {
	const unsigned char *data;
	size_t bytes;
	unsigned int width; /* of an element of the array */
	uint64_t value;
	bool present, constant;
};

/** A chunk's map, read but not yet believed. */
struct chunk_map {
	uint64_t number, n, first, t0, tick;
	struct column gfp, col[BS_NR_COLS];
};

/* Columns for chunks of @n events. What was in them is gone. */
static int make_room(struct bs_chunk_decoder *d, size_t n)
{
	unsigned char *p;

	if (n <= d->cap)
		return 0;
	bs_chunk_decoder_free(d);
	/* Widest first, so that each column is aligned; rounded up for that, too. */
	n = (n + ROUND - 1) / ROUND * ROUND;
	p = calloc(n, 8 + 3 * 4 + 2 + 7);
	if (!p)
		return -ENOMEM;
	d->cap = n;
	d->memory = p;
	d->time = (bs_ns *)(void *)p;
	d->arg = (uint32_t *)(void *)(d->time + n);
	d->offset = d->arg + n;
	d->pfn = d->offset + n;
	d->dt = (uint16_t *)(void *)(d->pfn + n);
	d->op = (uint8_t *)(d->dt + n);
	d->kind = d->op + n;
	d->order = d->kind + n;
	d->gfp_index = d->order + n;
	d->cpu = d->gfp_index + n;
	d->flags = d->cpu + n;
	d->mixed_flags = d->flags + n;
	return 0;
}

void bs_chunk_decoder_free(struct bs_chunk_decoder *d)
{
	free(d->memory);
	d->memory = NULL;
	d->cap = 0;
	d->ops_filled = d->cpus_filled = d->flags_filled = (struct bs_filled){0};
}

void bs_chunk_decoder_rewind(struct bs_chunk_decoder *d)
{
	d->nr_gfp = 0;
	d->chunks = d->events = 0;
	d->last_time = 0;
}

/* ---- The map -------------------------------------------------------------------------------- */

static int read_column(struct bs_item_in *in, unsigned int narrowest, unsigned int width,
		       struct column *col)
{
	static const uint8_t tags[9] = {
		[1] = BS_TAG_U8, [2] = BS_TAG_U16, [4] = BS_TAG_U32, [8] = BS_TAG_U64};

	if (col->present || bs_in_next(in))
		return -EBADMSG;
	col->present = true;
	if (in->type == BS_IN_UINT) {
		col->constant = true;
		col->value = in->value;
		return width < 8 && in->value >> (8 * width) ? -EBADMSG : 0;
	}
	while (narrowest < width && in->value != tags[narrowest])
		narrowest *= 2;
	if (in->type != BS_IN_TAG || in->value != tags[narrowest] || bs_in_expect(in, BS_IN_BYTES))
		return -EBADMSG;
	col->width = narrowest;
	col->data = in->data;
	col->bytes = in->size;
	return 0;
}

static int read_number(struct bs_item_in *in, uint64_t *v)
{
	if (bs_in_expect(in, BS_IN_UINT))
		return -EBADMSG;
	*v = in->value;
	return 0;
}

/* One entry; unknown keys are passed over: a later writer may say more. */
static int read_entry(struct bs_item_in *in, struct chunk_map *m)
{
	if (bs_in_expect(in, BS_IN_TEXT))
		return -EBADMSG;
	for (unsigned int i = 0; i < BS_NR_COLS; i++)
		if (bs_in_is(in, bs_columns[i].key))
			return read_column(in, bs_columns[i].narrowest, bs_columns[i].width,
					   &m->col[i]);
	if (bs_in_is(in, "gfp"))
		return read_column(in, 4, 4, &m->gfp);
	if (bs_in_is(in, "chunk"))
		return read_number(in, &m->number);
	if (bs_in_is(in, "n"))
		return read_number(in, &m->n);
	if (bs_in_is(in, "first"))
		return read_number(in, &m->first);
	if (bs_in_is(in, "t0"))
		return read_number(in, &m->t0);
	if (bs_in_is(in, "tick"))
		return read_number(in, &m->tick);
	return bs_in_skip(in);
}

static const char *read_map(struct chunk_map *m, const void *item, size_t len)
{
	struct bs_item_in in;
	uint64_t pairs;

	memset(m, 0, sizeof(*m));
	bs_in_begin(&in, item, len);
	if (bs_in_expect(&in, BS_IN_MAP))
		return "not a map";
	for (pairs = in.value; pairs; pairs--)
		if (read_entry(&in, m))
			return "its map is malformed";
	return in.pos == len ? NULL : "its length is wrong";
}

/* Are the upper bits of its values in a column of their own? */
static bool has_high(const struct chunk_map *m, unsigned int col)
{
	return bs_columns[col].high != BS_NR_COLS && m->col[bs_columns[col].high].present;
}

static const char *check_map(const struct bs_chunk_decoder *d, const struct chunk_map *m)
{
	if (m->number != d->chunks + 1 || m->first != d->events)
		return "chunks are missing before it, or not in order";
	if (!m->n || m->n > BS_CHUNK_EVENTS_MAX)
		return "its number of events is out of range";
	if (!m->tick || m->tick > BS_TICK_MAX || m->t0 >= BS_TIME_MAX || m->t0 < d->last_time)
		return "its time base is out of range or before the chunk before it";
	for (unsigned int i = 0; i < BS_NR_COLS; i++) {
		const struct column *c = &m->col[i];

		if (i == BS_COL_ESC)
			continue;
		if (c->present && !c->constant && c->bytes != m->n * c->width)
			return "a column is too long or too short";
		if (has_high(m, i) && (!c->present || c->width == 4 || c->value >> 16))
			return "the upper bits of a column are those of none";
		if (!c->present && (i == BS_COL_OP || i == BS_COL_DT))
			return "a column is missing";
	}
	if (m->col[BS_COL_ESC].constant || m->col[BS_COL_ESC].bytes % 8 ||
	    m->col[BS_COL_ESC].bytes / 8 > m->n)
		return "its escapes are malformed";
	return NULL;
}

/* New gfp masks of this chunk join the table. */
static const char *take_gfp(struct bs_chunk_decoder *d, const struct column *gfp)
{
	size_t more = gfp->bytes / 4;

	if (!gfp->present)
		return NULL;
	if (gfp->constant || gfp->bytes % 4 || more > BS_TRACE_GFP_MAX - d->nr_gfp)
		return "its gfp masks are malformed";
	if (more)
		memcpy(d->gfp + d->nr_gfp, gfp->data, gfp->bytes);
	d->nr_gfp += (unsigned int)more;
	return NULL;
}

/* ---- Columns -------------------------------------------------------------------------------- */

/* A column of bytes where it lies, or made of its one value in @room, in which there are @*filled of the
 * value @*value already. */
static const uint8_t *bytes_of(const struct column *c, unsigned int n, uint8_t *room,
			       struct bs_filled *filled)
{
	if (c->data)
		return c->data;
	if (filled->n < n || filled->value != (uint8_t)c->value) {
		memset(room, (int)c->value, n);
		*filled = (struct bs_filled){.value = (uint8_t)c->value, .n = n};
	}
	return room;
}

/* The column as words from event @from on, in @to. */
static void words_of(const struct chunk_map *m, enum bs_column_id id, unsigned int from,
		     unsigned int n, uint32_t *to)
{
	const struct column *c = &m->col[id];

	if (c->data)
		bs_expand_words(c->data + (size_t)from * c->width, c->width, n, to);
	else
		for (unsigned int i = 0; i < n; i++)
			to[i] = (uint32_t)c->value;
	if (!has_high(m, id))
		return;
	c = &m->col[bs_columns[id].high];
	if (c->data)
		bs_expand_high(c->data + from, n, to);
	else
		for (unsigned int i = 0; i < n; i++)
			to[i] |= (uint32_t)c->value << 16;
}

static const uint32_t *all_words(const struct chunk_map *m, enum bs_column_id id, uint32_t *room)
{
	if (!m->col[id].present)
		return NULL;
	words_of(m, id, 0, (unsigned int)m->n, room);
	return room;
}

static const void *steps_of(const struct column *c, unsigned int n, uint16_t *room)
{
	if (c->data && c->width == 2)
		return c->data;
	for (unsigned int i = 0; i < n; i++)
		room[i] = c->data ? c->data[i] : (uint16_t)c->value;
	return room;
}

/* A mark's name is rare, and looked at only where there is one. */
static bool names_in_range(const struct bs_chunk_decoder *d, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (d->kind[i] == BS_EV_MARK && d->arg[i] >= d->nr_names)
			return false;
	return true;
}

static const char *expand_events(struct bs_chunk_decoder *d, const struct chunk_map *m,
				 struct bs_trace_chunk *c)
{
	const unsigned int n = (unsigned int)m->n;
	const uint8_t *op = bytes_of(&m->col[BS_COL_OP], n, d->op, &d->ops_filled);
	struct bs_expanded x = {0};
	uint32_t raw[ROUND];

	c->cpu = bytes_of(&m->col[BS_COL_CPU], n, d->cpu, &d->cpus_filled);
	c->flags = bytes_of(&m->col[BS_COL_FLAGS], n, d->flags, &d->flags_filled);
	bs_expand_ops(&x, op, n, d->kind, d->order);
	if (x.most_kind >= BS_NR_EV || x.most_order > BS_TRACE_MAX_ORDER)
		return "an event is of unknown kind or of order above 10";
	/* Nearly always there is nothing to mix into them. */
	if (x.batched || c->flags != d->flags || d->flags_filled.value & BS_EVF_BATCHED) {
		bs_expand_flags(op, c->flags, n, d->mixed_flags);
		c->flags = d->mixed_flags;
	}
	for (unsigned int i = 0; i < n; i += ROUND) {
		const unsigned int some = n - i < ROUND ? n - i : ROUND;

		words_of(m, BS_COL_ARG, i, some, raw);
		bs_expand_args(&x, d->kind + i, raw, some, d->arg + i, d->gfp_index + i);
	}
	bs_expand_cpus(&x, c->cpu, n);
	if (x.no_age || (x.numbers && x.most_gfp >= d->nr_gfp) ||
	    (x.most_kind >= BS_EV_MARK && !names_in_range(d, n)))
		return "an event's age, gfp mask or name is out of range";
	if (x.most_cpu >= d->nr_cpus)
		return "an event's CPU is out of range";
	return NULL;
}

static const char *expand(struct bs_chunk_decoder *d, const struct chunk_map *m,
			  struct bs_trace_chunk *c)
{
	const struct column *esc = &m->col[BS_COL_ESC];
	const unsigned int n = (unsigned int)m->n;
	const char *why = expand_events(d, m, c);

	if (why)
		return why;
	c->offset = all_words(m, BS_COL_OFFSET, d->offset);
	if (!d->no_pfns)
		c->pfn = all_words(m, BS_COL_PFN, d->pfn);
	return bs_expand_times(steps_of(&m->col[BS_COL_DT], n, d->dt), esc->data,
			       (unsigned int)(esc->bytes / 8), m->t0, m->tick, n, d->time);
}

int bs_chunk_decode(struct bs_chunk_decoder *d, const void *item, size_t len,
		    struct bs_trace_chunk *c, const char **why)
{
	struct chunk_map m;

	*why = read_map(&m, item, len);
	if (!*why)
		*why = check_map(d, &m);
	if (!*why && make_room(d, m.n))
		return -ENOMEM;
	if (!*why)
		*why = take_gfp(d, &m.gfp);
	*c = (struct bs_trace_chunk){
		.n = (unsigned int)m.n,
		.first = d->events,
		.time = d->time,
		.kind = d->kind,
		.order = d->order,
		.gfp = d->gfp_index,
		.arg = d->arg,
	};
	if (!*why)
		*why = expand(d, &m, c);
	if (*why)
		return -EBADMSG;
	d->chunks++;
	d->events += m.n;
	d->last_time = d->time[m.n - 1];
	return 0;
}
