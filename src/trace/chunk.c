// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"

#define ROUND 1024 /* events that columns are made for at a time */

/** A column as the file has it: an array, one value for all events, or nothing. */
struct column {
	const unsigned char *data;
	size_t bytes;
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
	p = calloc(n, 2 * 8 + 4 * 4 + 2 + 6);
	if (!p)
		return -ENOMEM;
	d->cap = n;
	d->memory = p;
	d->time = (bs_ns *)(void *)p;
	d->esc = d->time + n;
	d->raw_arg = (uint32_t *)(void *)(d->esc + n);
	d->arg = d->raw_arg + n;
	d->offset = d->arg + n;
	d->pfn = d->offset + n;
	d->dt = (uint16_t *)(void *)(d->pfn + n);
	d->op = (uint8_t *)(d->dt + n);
	d->kind = d->op + n;
	d->order = d->kind + n;
	d->gfp_index = d->order + n;
	d->cpu = d->gfp_index + n;
	d->flags = d->cpu + n;
	return 0;
}

void bs_chunk_decoder_free(struct bs_chunk_decoder *d)
{
	free(d->memory);
	d->memory = NULL;
	d->cap = 0;
}

void bs_chunk_decoder_rewind(struct bs_chunk_decoder *d)
{
	d->nr_gfp = 0;
	d->chunks = d->events = 0;
	d->last_time = 0;
}

/* ---- The map -------------------------------------------------------------------------------- */

static int read_column(struct bs_item_in *in, unsigned int width, struct column *col)
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
	if (in->type != BS_IN_TAG || in->value != tags[width] || bs_in_expect(in, BS_IN_BYTES))
		return -EBADMSG;
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
			return read_column(in, bs_columns[i].width, &m->col[i]);
	if (bs_in_is(in, "gfp"))
		return read_column(in, 4, &m->gfp);
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
		if (c->present && !c->constant && c->bytes != m->n * bs_columns[i].width)
			return "a column is too long or too short";
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

static void load8(const struct column *c, uint8_t *to, unsigned int n)
{
	if (c->data)
		memcpy(to, c->data, n);
	else
		memset(to, (int)c->value, n);
}

static void load16(const struct column *c, uint16_t *to, unsigned int n)
{
	if (c->data)
		memcpy(to, c->data, n * sizeof(*to));
	else
		for (unsigned int i = 0; i < n; i++)
			to[i] = (uint16_t)c->value;
}

static void load32(const struct column *c, uint32_t *to, unsigned int n)
{
	if (c->data)
		memcpy(to, c->data, n * sizeof(*to));
	else
		for (unsigned int i = 0; i < n; i++)
			to[i] = (uint32_t)c->value;
}

/* Kind, order and flags out of the op column; true when an event has none that exists. */
static bool expand_ops(const struct bs_chunk_decoder *d, unsigned int n)
{
	const uint8_t *restrict op = d->op;
	uint8_t *restrict kind = d->kind, *restrict order = d->order, *restrict flags = d->flags;
	unsigned int bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		uint8_t k = op[i] & 7, o = op[i] >> BS_OP_ORDER_SHIFT & 15;

		kind[i] = k;
		order[i] = o;
		flags[i] = (uint8_t)((flags[i] & ~BS_EVF_BATCHED) | op[i] >> 7);
		bad |= (unsigned int)(k >= BS_NR_EV) | (unsigned int)(o > BS_TRACE_MAX_ORDER);
	}
	return bad;
}

/* The arg column holds the gfp index of events that take a number. Branch-free, so that it
 * becomes vector code: this loop and the two others are all that decoding costs. */
static bool expand_args(const struct bs_chunk_decoder *d, unsigned int n)
{
	const uint8_t *restrict kind = d->kind;
	const uint32_t *restrict raw = d->raw_arg, nr_gfp = d->nr_gfp, nr_names = d->nr_names;
	uint32_t *restrict arg = d->arg;
	uint8_t *restrict gfp = d->gfp_index;
	uint32_t bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		uint32_t a = raw[i], k = kind[i];
		uint32_t number =
			(uint32_t)(k == BS_EV_ALLOC) | (k == BS_EV_PRE) | (k == BS_EV_FAILED);
		uint32_t mask = 0u - number;

		gfp[i] = (uint8_t)(a & mask);
		arg[i] = a & ~mask;
		bad |= number & (uint32_t)(a >= nr_gfp);
		bad |= (uint32_t)(k == BS_EV_FREE) & (uint32_t)(a == 0);
		bad |= (uint32_t)(k == BS_EV_MARK) & (uint32_t)(a >= nr_names);
	}
	return bad;
}

static bool cpus_in_range(const struct bs_chunk_decoder *d, unsigned int n)
{
	uint8_t most = 0;

	for (unsigned int i = 0; i < n; i++)
		most = d->cpu[i] > most ? d->cpu[i] : most;
	return most < d->nr_cpus;
}

static const char *expand_times(struct bs_chunk_decoder *d, const struct chunk_map *m)
{
	const uint16_t *restrict dt = d->dt;
	bs_ns *restrict time = d->time;
	const unsigned int n = (unsigned int)m->n,
			   nr_esc = (unsigned int)(m->col[BS_COL_ESC].bytes / 8);
	const uint64_t tick = m->tick;
	unsigned int used = 0;
	bs_ns t = m->t0;

	if (nr_esc)
		memcpy(d->esc, m->col[BS_COL_ESC].data, nr_esc * 8ul);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t step = dt[i] * tick;

		if (dt[i] == BS_DT_ESCAPE) {
			if (used == nr_esc || __builtin_mul_overflow(d->esc[used++], tick, &step) ||
			    step >= BS_TIME_MAX || t + step >= BS_TIME_MAX)
				return "a time step is out of range";
		}
		t += step;
		time[i] = t;
	}
	if (used != nr_esc || t >= BS_TIME_MAX)
		return "its time steps are out of range";
	return NULL;
}

static const char *expand(struct bs_chunk_decoder *d, const struct chunk_map *m)
{
	const unsigned int n = (unsigned int)m->n;

	load8(&m->col[BS_COL_OP], d->op, n);
	load16(&m->col[BS_COL_DT], d->dt, n);
	load32(&m->col[BS_COL_ARG], d->raw_arg, n);
	load8(&m->col[BS_COL_CPU], d->cpu, n);
	load8(&m->col[BS_COL_FLAGS], d->flags, n);
	if (m->col[BS_COL_OFFSET].present)
		load32(&m->col[BS_COL_OFFSET], d->offset, n);
	if (m->col[BS_COL_PFN].present)
		load32(&m->col[BS_COL_PFN], d->pfn, n);
	if (expand_ops(d, n))
		return "an event is of unknown kind or of order above 10";
	if (expand_args(d, n))
		return "an event's age, gfp mask or name is out of range";
	if (!cpus_in_range(d, n))
		return "an event's CPU is out of range";
	return expand_times(d, m);
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
	if (!*why)
		*why = expand(d, &m);
	if (*why)
		return -EBADMSG;
	*c = (struct bs_trace_chunk){
		.n = (unsigned int)m.n,
		.first = d->events,
		.time = d->time,
		.kind = d->kind,
		.order = d->order,
		.gfp = d->gfp_index,
		.cpu = d->cpu,
		.flags = d->flags,
		.arg = d->arg,
		.offset = m.col[BS_COL_OFFSET].present ? d->offset : NULL,
		.pfn = m.col[BS_COL_PFN].present ? d->pfn : NULL,
	};
	d->chunks++;
	d->events += m.n;
	d->last_time = d->time[m.n - 1];
	return 0;
}
