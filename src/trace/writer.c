// SPDX-License-Identifier: GPL-2.0-or-later
#include "writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

#include "bytes.h"
#include "format.h"
#include "item.h"

#define GFP_SLOTS 512 /* power of two, at least twice BS_TRACE_GFP_MAX */

struct bs_trace_writer {
	struct bs_bytes_out *out;
	char *path;
	struct bs_item_out item;
	struct bs_trace_info info; /* what was written so far */
	const volatile int *stop;
	bool past_pres;
	/* gfp masks in order of appearance; slot[] holds index + 1 */
	uint32_t gfp[BS_TRACE_GFP_MAX];
	uint16_t slot[GFP_SLOTS];
	unsigned int nr_gfp, nr_gfp_written;
	/* the chunk being filled */
	unsigned int n;
	bs_ns time[BS_CHUNK_EVENTS];
	uint8_t op[BS_CHUNK_EVENTS], cpu[BS_CHUNK_EVENTS], flags[BS_CHUNK_EVENTS];
	uint32_t arg[BS_CHUNK_EVENTS], offset[BS_CHUNK_EVENTS], pfn[BS_CHUNK_EVENTS];
	/* packed for the file */
	uint16_t dt[BS_CHUNK_EVENTS];
	uint64_t esc[BS_CHUNK_EVENTS];
	uint16_t low[BS_CHUNK_EVENTS];
	uint8_t bytes[BS_CHUNK_EVENTS];
};

static int out_of_memory(struct bs_trace_writer *w, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, w->path, NULL, "cannot write");
}

/* Seal the item and hand it to the file. */
static int put_item(struct bs_trace_writer *w, struct bs_error *err)
{
	if (bs_out_seal(&w->item))
		return out_of_memory(w, err);
	return bs_bytes_write(w->out, w->item.buf, w->item.len, err);
}

/* ---- Header --------------------------------------------------------------------------------- */

static int put_header(struct bs_trace_writer *w, const struct bs_trace_info *info,
		      struct bs_error *err)
{
	struct bs_item_out *o = &w->item;
	const bool large = info->page_shift && info->page_shift != BS_UNIT_SHIFT;

	bs_out_begin(o, true, large ? 10 : 9);
	bs_out_text(o, "format");
	bs_out_text(o, BS_TRACE_FORMAT);
	bs_out_text(o, "version");
	bs_out_uint(o, BS_TRACE_VERSION);
	bs_out_text(o, "source");
	bs_out_text(o, info->source);
	bs_out_text(o, "comment");
	bs_out_text(o, info->comment);
	bs_out_text(o, "kernel");
	bs_out_text(o, info->kernel);
	bs_out_text(o, "memory_bytes");
	bs_out_uint(o, info->memory_bytes);
	bs_out_text(o, "nr_cpus");
	bs_out_uint(o, info->nr_cpus);
	bs_out_text(o, "has_pfn");
	bs_out_bool(o, info->has_pfn);
	if (large) {
		bs_out_text(o, "page_bytes");
		bs_out_uint(o, UINT64_C(1) << info->page_shift);
	}
	bs_out_text(o, "names");
	bs_out_array(o, info->nr_names);
	for (unsigned int i = 0; i < info->nr_names; i++)
		bs_out_text(o, info->names[i]);
	if (!o->failed && o->len > BS_ITEM_MAX_HEADER - 64)
		return bs_error_set(err, BS_INPUT, 0, w->path, "use fewer or shorter names",
				    "phase names take more than 1 MiB");
	return put_item(w, err);
}

int bs_trace_create(const char *path, const struct bs_trace_info *info,
		    struct bs_trace_writer **out, struct bs_error *err)
{
	struct bs_trace_writer *w;
	int ret;

	if (!info->nr_cpus || info->nr_cpus > BS_MAX_CPUS || info->nr_names > BS_TRACE_NAMES_MAX)
		return bs_error_set(err, BS_INPUT, 0, path, NULL,
				    "a trace has 1 to %d CPUs and up to %d phase names",
				    BS_MAX_CPUS, BS_TRACE_NAMES_MAX);
	w = calloc(1, sizeof(*w));
	if (!w)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot write");
	w->path = strdup(path);
	w->info.nr_cpus = info->nr_cpus;
	w->info.has_pfn = info->has_pfn;
	w->info.nr_names = info->nr_names;
	ret = w->path ? bs_bytes_create(path, &w->out, err) : out_of_memory(w, err);
	if (!ret)
		ret = put_header(w, info, err);
	if (ret) {
		bs_trace_abandon(w);
		return ret;
	}
	*out = w;
	return 0;
}

void bs_trace_stop_writing_on(struct bs_trace_writer *w, const volatile int *stop)
{
	w->stop = stop;
}

void bs_trace_abandon(struct bs_trace_writer *w)
{
	if (!w)
		return;
	bs_bytes_abandon(w->out);
	bs_out_free(&w->item);
	free(w->path);
	free(w);
}

/* ---- Chunks --------------------------------------------------------------------------------- */

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/*
 * The largest tick that loses nothing: traces in microseconds fit two bytes an event that way.
 * Returns the number of escapes.
 */
static unsigned int pack_times(struct bs_trace_writer *w, uint64_t *tick)
{
	unsigned int nr_esc = 0;
	uint64_t t = 0;

	for (unsigned int i = 1; i < w->n && t != 1; i++)
		t = gcd(w->time[i] - w->time[i - 1], t);
	if (!t)
		t = 1;
	/* Within the reader's bound, and still a divisor of every step. */
	if (t > BS_TICK_MAX)
		t = gcd(t, BS_TICK_MAX);
	w->dt[0] = 0;
	for (unsigned int i = 1; i < w->n; i++) {
		uint64_t d = w->time[i] - w->time[i - 1];

		d = t == 1 ? d : d / t;
		if (d >= BS_DT_ESCAPE) {
			w->esc[nr_esc++] = d;
			d = BS_DT_ESCAPE;
		}
		w->dt[i] = (uint16_t)d;
	}
	*tick = t;
	return nr_esc;
}

/* One byte for a whole column where every event says the same. */
static void put_column(struct bs_trace_writer *w, enum bs_column_id id, const void *data,
		       unsigned int width)
{
	const unsigned char *bytes = data;
	size_t size = (size_t)w->n * width;

	bs_out_text(&w->item, bs_columns[id].key);
	if (!memcmp(bytes, bytes + width, size - width)) {
		uint32_t v = 0;

		memcpy(&v, bytes, width);
		bs_out_uint(&w->item, v);
	} else {
		bs_out_typed(&w->item, data, w->n, width);
	}
}

static uint32_t most_of(const uint32_t *v, unsigned int n)
{
	uint32_t all = 0;

	for (unsigned int i = 0; i < n; i++)
		all |= v[i];
	return all;
}

/* Values of three bytes are two columns. */
static bool is_parted(uint32_t most)
{
	return most > UINT16_MAX && most < 1u << 24;
}

static void put_bytes_of(struct bs_trace_writer *w, enum bs_column_id id, const uint32_t *v,
			 unsigned int shift)
{
	for (unsigned int i = 0; i < w->n; i++)
		w->bytes[i] = (uint8_t)(v[i] >> shift);
	put_column(w, id, w->bytes, 1);
}

/* As narrow as the largest value of the chunk, @most, lets it be. */
static void put_words(struct bs_trace_writer *w, enum bs_column_id id, const uint32_t *v,
		      uint32_t most)
{
	if (most <= UINT8_MAX) {
		put_bytes_of(w, id, v, 0);
		return;
	}
	if (most >= 1u << 24) {
		put_column(w, id, v, 4);
		return;
	}
	for (unsigned int i = 0; i < w->n; i++)
		w->low[i] = (uint16_t)v[i];
	put_column(w, id, w->low, 2);
	if (is_parted(most))
		put_bytes_of(w, bs_columns[id].high, v, 16);
}

/* Steps without an escape may be bytes. */
static void put_steps(struct bs_trace_writer *w)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < w->n; i++) {
		all |= w->dt[i];
		w->bytes[i] = (uint8_t)w->dt[i];
	}
	if (all <= UINT8_MAX)
		put_column(w, BS_COL_DT, w->bytes, 1);
	else
		put_column(w, BS_COL_DT, w->dt, 2);
}

static bool all_zero(const void *data, size_t size)
{
	const unsigned char *bytes = data;

	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

static int put_chunk(struct bs_trace_writer *w, struct bs_error *err)
{
	struct bs_item_out *o = &w->item;
	const uint32_t arg = most_of(w->arg, w->n), offset = most_of(w->offset, w->n);
	const uint32_t pfn = w->info.has_pfn ? most_of(w->pfn, w->n) : 0;
	uint64_t tick, pairs = 9;
	unsigned int nr_esc;
	bool flags = !all_zero(w->flags, w->n);
	bool gfp = w->nr_gfp != w->nr_gfp_written;

	nr_esc = pack_times(w, &tick);
	pairs += flags + !!offset + gfp + !!nr_esc + w->info.has_pfn;
	pairs += is_parted(arg) + is_parted(offset) + is_parted(pfn);
	bs_out_begin(o, false, pairs);
	bs_out_text(o, "chunk");
	bs_out_uint(o, w->info.chunks + 1);
	bs_out_text(o, "n");
	bs_out_uint(o, w->n);
	bs_out_text(o, "first");
	bs_out_uint(o, w->info.events - w->n);
	bs_out_text(o, "t0");
	bs_out_uint(o, w->time[0]);
	bs_out_text(o, "tick");
	bs_out_uint(o, tick);
	if (gfp) {
		bs_out_text(o, "gfp");
		bs_out_typed(o, w->gfp + w->nr_gfp_written, w->nr_gfp - w->nr_gfp_written, 4);
	}
	put_column(w, BS_COL_OP, w->op, 1);
	put_steps(w);
	if (nr_esc) {
		bs_out_text(o, bs_columns[BS_COL_ESC].key);
		bs_out_typed(o, w->esc, nr_esc, 8);
	}
	put_words(w, BS_COL_ARG, w->arg, arg);
	put_column(w, BS_COL_CPU, w->cpu, 1);
	if (flags)
		put_column(w, BS_COL_FLAGS, w->flags, 1);
	if (offset)
		put_words(w, BS_COL_OFFSET, w->offset, offset);
	if (w->info.has_pfn)
		put_words(w, BS_COL_PFN, w->pfn, pfn);
	w->info.chunks++;
	w->nr_gfp_written = w->nr_gfp;
	w->n = 0;
	return put_item(w, err);
}

/* ---- Events --------------------------------------------------------------------------------- */

static int gfp_index(struct bs_trace_writer *w, uint32_t mask, uint32_t *index,
		     struct bs_error *err)
{
	unsigned int at = (mask * 0x9e3779b1u) >> 23;

	while (w->slot[at]) {
		*index = w->slot[at] - 1u;
		if (w->gfp[*index] == mask)
			return 0;
		at = (at + 1) % GFP_SLOTS;
	}
	if (w->nr_gfp == BS_TRACE_GFP_MAX) {
		bs_error_set(err, BS_INPUT, 0, w->path, NULL, "more than %d different gfp masks",
			     BS_TRACE_GFP_MAX);
		return -E2BIG;
	}
	*index = w->nr_gfp;
	w->gfp[w->nr_gfp++] = mask;
	w->slot[at] = (uint16_t)w->nr_gfp;
	return 0;
}

/* What no reader would take: NULL, or what is wrong with it. */
static const char *fault_of(const struct bs_trace_writer *w, const struct bs_trace_event *ev)
{
	if ((unsigned int)ev->kind >= BS_NR_EV || ev->order > BS_TRACE_MAX_ORDER)
		return "unknown kind or order above 10";
	if (ev->time < w->info.duration || ev->time >= BS_TIME_MAX)
		return "time goes back, or is out of range";
	if (ev->cpu >= w->info.nr_cpus)
		return "CPU out of range";
	if (ev->kind == BS_EV_FREE && (!ev->arg || ev->arg > w->info.numbers))
		return "free of an allocation that was not made";
	if (ev->kind == BS_EV_FREE && ev->offset >= 1u << BS_TRACE_MAX_ORDER)
		return "offset beyond the largest block";
	if (ev->kind == BS_EV_MARK && ev->arg >= w->info.nr_names)
		return "mark without a name";
	if (ev->kind == BS_EV_PRE && (w->past_pres || ev->time))
		return "PRE events come first, at time 0";
	return NULL;
}

static void count(struct bs_trace_info *info, const struct bs_trace_event *ev)
{
	info->events++;
	info->duration = ev->time;
	info->numbers += bs_ev_takes_number(ev->kind);
	info->allocs += ev->kind == BS_EV_ALLOC;
	info->frees += ev->kind == BS_EV_FREE;
	info->pres += ev->kind == BS_EV_PRE;
	info->failed += ev->kind == BS_EV_FAILED;
}

int bs_trace_write(struct bs_trace_writer *w, const struct bs_trace_event *ev, struct bs_error *err)
{
	const char *fault = fault_of(w, ev);
	uint32_t arg = ev->kind == BS_EV_FREE || ev->kind == BS_EV_MARK ? ev->arg : 0;
	unsigned int i = w->n;
	int ret;

	if (fault)
		return bs_error_set(err, BS_INPUT, 0, w->path, NULL,
				    "event %" PRIu64 " cannot be written: %s", w->info.events,
				    fault);
	if (bs_ev_takes_number(ev->kind)) {
		ret = gfp_index(w, ev->gfp, &arg, err);
		if (ret)
			return ret;
	}
	w->time[i] = ev->time;
	w->op[i] = (uint8_t)((unsigned int)ev->kind | (unsigned int)ev->order << BS_OP_ORDER_SHIFT |
			     (ev->flags & BS_EVF_BATCHED ? BS_OP_BATCHED : 0));
	w->cpu[i] = ev->cpu;
	w->flags[i] = ev->flags & (uint8_t)~BS_EVF_BATCHED;
	w->arg[i] = arg;
	w->offset[i] = ev->kind == BS_EV_FREE ? ev->offset : 0;
	w->pfn[i] = ev->pfn;
	w->past_pres |= ev->kind != BS_EV_PRE;
	count(&w->info, ev);
	w->n++;
	if (w->n < BS_CHUNK_EVENTS)
		return 0;
	if (w->stop && *w->stop)
		return bs_error_set(err, BS_INTERRUPTED, 0, w->path, NULL,
				    "stopped; nothing was written");
	return put_chunk(w, err);
}

/* ---- End ------------------------------------------------------------------------------------ */

/* What only importers count; false: nothing of it. */
static bool has_import(struct bs_trace_info *end)
{
	for (unsigned int i = bs_nr_old_counters; i < bs_nr_counters; i++)
		if (*bs_counter(end, i))
			return true;
	return false;
}

static int put_end(struct bs_trace_writer *w, const struct bs_trace_info *info,
		   struct bs_error *err)
{
	struct bs_trace_info end = *info;
	struct bs_item_out *o = &w->item;
	const bool import = has_import(&end);

	/* The importer's counters are the caller's; what was written is known here. */
	end.events = w->info.events;
	end.chunks = w->info.chunks;
	end.allocs = w->info.allocs;
	end.frees = w->info.frees;
	end.pres = w->info.pres;
	end.failed = w->info.failed;
	end.numbers = w->info.numbers;
	end.duration = w->info.duration;
	bs_out_begin(o, false, 1 + bs_nr_old_counters + import + !!end.notes[0]);
	bs_out_text(o, "end");
	bs_out_bool(o, true);
	for (unsigned int i = 0; i < bs_nr_old_counters; i++) {
		bs_out_text(o, bs_counters[i].key);
		bs_out_uint(o, *bs_counter(&end, i));
	}
	if (import) {
		bs_out_text(o, "import");
		bs_out_array(o, bs_nr_counters - bs_nr_old_counters);
		for (unsigned int i = bs_nr_old_counters; i < bs_nr_counters; i++)
			bs_out_uint(o, *bs_counter(&end, i));
	}
	if (end.notes[0]) {
		bs_out_text(o, "notes");
		bs_out_text(o, end.notes);
	}
	return put_item(w, err);
}

int bs_trace_seal(struct bs_trace_writer *w, const struct bs_trace_info *info, struct bs_error *err)
{
	int ret = w->n ? put_chunk(w, err) : 0;

	if (!ret)
		ret = put_end(w, info, err);
	return ret ? ret : bs_bytes_finish(w->out, err);
}

int bs_trace_writer_fd(const struct bs_trace_writer *w)
{
	return bs_bytes_fd(w->out);
}

const char *bs_trace_writer_path(const struct bs_trace_writer *w)
{
	return w->path;
}

int bs_trace_commit(struct bs_trace_writer *w, struct bs_error *err)
{
	int ret = bs_bytes_commit(w->out, err);

	w->out = NULL;
	bs_trace_abandon(w);
	return ret;
}

int bs_trace_finish(struct bs_trace_writer *w, const struct bs_trace_info *info,
		    struct bs_error *err)
{
	int ret = bs_trace_seal(w, info, err);

	if (!ret)
		return bs_trace_commit(w, err);
	bs_trace_abandon(w);
	return ret;
}
