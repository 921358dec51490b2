// SPDX-License-Identifier: GPL-2.0-or-later
#include "reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/platform.h>

#include "item.h"

#define HEADER_PREFIX (BS_ITEM_TAG_BYTES + BS_ITEM_PREFIX)

static int out_of_memory(const char *path, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "reading a trace");
}

int bs_trace_damaged(const struct bs_trace *t, uint64_t offset, const char *why,
		     struct bs_error *err)
{
	const uint64_t whole = t->decoder.chunks, events = t->decoder.events;
	char where[320], advice[320];

	snprintf(where, sizeof(where), "%.250s: chunk %" PRIu64 " at byte %" PRIu64 "%s", t->path,
		 whole + 1, offset, bs_bytes_compressed(t->in) ? " of the decompressed data" : "");
	if (whole)
		snprintf(advice, sizeof(advice),
			 "%" PRIu64 " whole chunk%s, %" PRIu64
			 " events before it are readable: use --keep-whole-chunks to use them",
			 whole, whole == 1 ? "" : "s", events);
	else
		snprintf(advice, sizeof(advice), "no chunk before it is readable");
	bs_error_set(err, BS_INPUT, 0, where, advice, "%s", why);
	return -EBADMSG;
}

/* ---- Items ---------------------------------------------------------------------------------- */

static int make_room(struct bs_trace *t, size_t len, struct bs_error *err)
{
	unsigned char *bigger;

	if (len <= t->item_cap)
		return 0;
	bigger = realloc(t->item, len);
	if (!bigger)
		return out_of_memory(t->path, err);
	t->item = bigger;
	t->item_cap = len;
	return 0;
}

#define CUT_SHORT "the file ends here, before its end (truncated)"
#define ZSTD_BAD "compressed data cannot be read (file damaged or truncated)"

/* The rest of an item of @len bytes, @have of which are there: NULL or what is wrong. Negative
 * *@ret: not the file's fault. */
static const char *read_rest(struct bs_trace *t, size_t have, size_t len, int *ret,
			     struct bs_error *err)
{
	long got;

	*ret = make_room(t, len, err);
	if (*ret)
		return NULL;
	got = bs_bytes_read(t->in, t->item + have, len - have, err);
	if (got == -EBADMSG)
		return ZSTD_BAD;
	if (got < 0) {
		*ret = (int)got;
		return NULL;
	}
	if ((size_t)got < len - have)
		return CUT_SHORT;
	if (!bs_in_sum_ok(t->item, len))
		return "checksum differs (file damaged or truncated)";
	return NULL;
}

/* ---- Header --------------------------------------------------------------------------------- */

static int header_error(const struct bs_trace *t, const char *why, struct bs_error *err)
{
	return bs_error_set(err, BS_INPUT, 0, t->path,
			    "nothing in the file is readable: fetch or generate it again",
			    "header at byte 0: %s", why);
}

static int read_string(struct bs_item_in *in, char *to, size_t size)
{
	if (bs_in_expect(in, BS_IN_TEXT) || in->size >= size || memchr(in->data, 0, in->size))
		return -EBADMSG;
	if (in->size)
		memcpy(to, in->data, in->size);
	to[in->size] = '\0';
	return 0;
}

static int read_names(struct bs_trace *t, struct bs_item_in *in)
{
	uint64_t n;

	if (bs_in_expect(in, BS_IN_ARRAY) || in->value > BS_TRACE_NAMES_MAX || t->names)
		return -EBADMSG;
	n = in->value;
	t->names = calloc(n + 1, sizeof(*t->names));
	if (!t->names)
		return -ENOMEM;
	for (uint64_t i = 0; i < n; i++) {
		if (bs_in_expect(in, BS_IN_TEXT))
			return -EBADMSG;
		t->names[i] = strndup((const char *)in->data, in->size);
		if (!t->names[i])
			return -ENOMEM;
	}
	t->info.names = (const char *const *)t->names;
	t->info.nr_names = (unsigned int)n;
	return 0;
}

static int read_header_entry(struct bs_trace *t, struct bs_item_in *in)
{
	struct bs_trace_info *info = &t->info;

	if (bs_in_expect(in, BS_IN_TEXT))
		return -EBADMSG;
	if (bs_in_is(in, "source"))
		return read_string(in, info->source, sizeof(info->source));
	if (bs_in_is(in, "comment"))
		return read_string(in, info->comment, sizeof(info->comment));
	if (bs_in_is(in, "kernel"))
		return read_string(in, info->kernel, sizeof(info->kernel));
	if (bs_in_is(in, "names"))
		return read_names(t, in);
	if (bs_in_is(in, "memory_bytes")) {
		if (bs_in_expect(in, BS_IN_UINT))
			return -EBADMSG;
		info->memory_bytes = in->value;
		return 0;
	}
	if (bs_in_is(in, "nr_cpus")) {
		if (bs_in_expect(in, BS_IN_UINT) || !in->value || in->value > BS_MAX_CPUS)
			return -EBADMSG;
		info->nr_cpus = (unsigned int)in->value;
		return 0;
	}
	if (bs_in_is(in, "page_bytes")) {
		if (bs_in_expect(in, BS_IN_UINT) || bs_machine_of_page(in->value) == BS_NR_MACHINES)
			return -EBADMSG;
		info->page_shift = (unsigned int)__builtin_ctzll(in->value);
		return 0;
	}
	if (bs_in_is(in, "has_pfn")) {
		if (bs_in_expect(in, BS_IN_BOOL))
			return -EBADMSG;
		info->has_pfn = in->value;
		return 0;
	}
	return bs_in_skip(in);
}

/* "format" and "version" stand first, before anything that a later version may have changed. */
static int check_version(struct bs_trace *t, const unsigned char *start, size_t len,
			 struct bs_error *err)
{
	struct bs_item_in in;

	bs_in_begin(&in, start, len);
	if (bs_in_expect(&in, BS_IN_TEXT) || !bs_in_is(&in, "format") ||
	    bs_in_expect(&in, BS_IN_TEXT) || !bs_in_is(&in, BS_TRACE_FORMAT) ||
	    bs_in_expect(&in, BS_IN_TEXT) || !bs_in_is(&in, "version") ||
	    bs_in_expect(&in, BS_IN_UINT))
		return header_error(t, "damaged: it names no buddysim trace", err);
	t->info.version = (uint32_t)in.value;
	if (!in.value || in.value > BS_TRACE_VERSION)
		return bs_error_set(err, BS_INPUT, 0, t->path,
				    "read it with the buddysim that wrote it, or import it again",
				    "trace format version %" PRIu64 ", this program reads 1 to %d",
				    in.value, BS_TRACE_VERSION);
	return 0;
}

static int parse_header(struct bs_trace *t, size_t len, struct bs_error *err)
{
	struct bs_item_in in;
	uint64_t pairs;
	int ret = 0;

	bs_in_begin(&in, t->item, len);
	if (bs_in_expect(&in, BS_IN_TAG) || bs_in_expect(&in, BS_IN_MAP))
		return header_error(t, "damaged", err);
	for (pairs = in.value; pairs && !ret; pairs--)
		ret = read_header_entry(t, &in);
	if (ret == -ENOMEM)
		return out_of_memory(t->path, err);
	if (ret || in.pos != len || !t->info.nr_cpus)
		return header_error(t, "its map is malformed", err);
	if (!t->info.page_shift)
		t->info.page_shift = BS_UNIT_SHIFT;
	t->decoder.nr_cpus = t->info.nr_cpus;
	t->decoder.nr_names = t->info.nr_names;
	return 0;
}

static int not_a_trace(const struct bs_trace *t, struct bs_error *err)
{
	return bs_error_set(err, BS_INPUT, 0, t->path,
			    "make one from perf script or ftrace text with: buddysim trace import",
			    "not a buddysim trace (no CBOR trace header at byte 0)");
}

static int read_header(struct bs_trace *t, struct bs_error *err)
{
	const size_t probe = 64; /* prefix, format and version; every header is longer */
	uint64_t pairs;
	const char *why;
	long got;
	size_t len;
	int ret = make_room(t, probe, err);

	if (ret)
		return ret;
	got = bs_bytes_read(t->in, t->item, probe, err);
	if (got == -EBADMSG)
		return header_error(t, ZSTD_BAD, err);
	if (got < 0)
		return (int)got;
	if (!got)
		return bs_error_set(err, BS_INPUT, 0, t->path, "check where it comes from",
				    "the file is empty");
	if (memcmp(t->item, "\xd9\xd9\xf7", got < 3 ? (size_t)got : 3))
		return not_a_trace(t, err);
	if ((size_t)got < probe)
		return header_error(t, CUT_SHORT, err);
	len = bs_in_length(t->item, HEADER_PREFIX, true, &pairs);
	if (!len)
		return not_a_trace(t, err);
	ret = check_version(t, t->item + HEADER_PREFIX, probe - HEADER_PREFIX, err);
	if (ret)
		return ret;
	if (len < probe || len > BS_ITEM_MAX_HEADER)
		return header_error(t, "its length is out of range", err);
	why = read_rest(t, probe, len, &ret, err);
	if (why)
		return header_error(t, why, err);
	if (!ret)
		ret = parse_header(t, len, err);
	t->header_len = len;
	return ret;
}

/* ---- Chunks and the end --------------------------------------------------------------------- */

/* An array of counters; a later version may have more of them. */
static int read_import(struct bs_item_in *in, struct bs_trace_info *end)
{
	uint64_t n;

	if (bs_in_expect(in, BS_IN_ARRAY))
		return -EBADMSG;
	n = in->value;
	for (uint64_t i = bs_nr_old_counters; n; n--, i++) {
		if (bs_in_expect(in, BS_IN_UINT))
			return -EBADMSG;
		if (i < bs_nr_counters)
			*bs_counter(end, (unsigned int)i) = in->value;
	}
	return 0;
}

static const char *read_end(struct bs_trace *t, size_t len)
{
	struct bs_trace_info end = {0};
	struct bs_item_in in;
	uint64_t pairs;

	bs_in_begin(&in, t->item, len);
	if (bs_in_expect(&in, BS_IN_MAP))
		return "the end map is malformed";
	for (pairs = in.value; pairs; pairs--) {
		unsigned int i = 0;

		if (bs_in_expect(&in, BS_IN_TEXT))
			return "the end map is malformed";
		if (bs_in_is(&in, "import")) {
			if (read_import(&in, &end))
				return "the end map is malformed";
			continue;
		}
		if (bs_in_is(&in, "notes")) {
			if (bs_in_expect(&in, BS_IN_TEXT) || in.size >= sizeof(end.notes))
				return "the end map is malformed";
			memcpy(end.notes, in.data, in.size);
			continue;
		}
		while (i < bs_nr_old_counters && !bs_in_is(&in, bs_counters[i].key))
			i++;
		if (i == bs_nr_old_counters) {
			if (bs_in_skip(&in))
				return "the end map is malformed";
			continue;
		}
		if (bs_in_expect(&in, BS_IN_UINT))
			return "the end map is malformed";
		*bs_counter(&end, i) = in.value;
	}
	if (in.pos != len)
		return "the end map is malformed";
	if (end.chunks != t->decoder.chunks || end.events != t->decoder.events)
		return "chunks are missing before the end map";
	for (unsigned int i = 0; i < bs_nr_counters; i++)
		*bs_counter(&t->info, i) = *bs_counter(&end, i);
	memcpy(t->info.notes, end.notes, sizeof(end.notes));
	return NULL;
}

/* Nothing may follow the end map; with zstd this also checks the frame's own end. */
static const char *expect_eof(struct bs_trace *t, int *ret, struct bs_error *err)
{
	unsigned char more;
	long got = bs_bytes_read(t->in, &more, 1, err);

	if (got == -EBADMSG)
		return ZSTD_BAD;
	*ret = got < 0 ? (int)got : 0;
	return got > 0 ? "data follows the end map" : NULL;
}

static bool is_end_map(const struct bs_trace *t, size_t len)
{
	struct bs_item_in in;

	bs_in_begin(&in, t->item + BS_ITEM_PREFIX, len - BS_ITEM_PREFIX);
	return !bs_in_expect(&in, BS_IN_TEXT) && bs_in_is(&in, "end");
}

/* A whole item into t->item, its checksum right: NULL and *@len, or what is wrong. */
static const char *read_item(struct bs_trace *t, size_t *len, int *ret, struct bs_error *err)
{
	uint64_t pairs;
	long got;

	*ret = make_room(t, BS_ITEM_PREFIX, err);
	if (*ret)
		return NULL;
	got = bs_bytes_read(t->in, t->item, BS_ITEM_PREFIX, err);
	if (got == -EBADMSG)
		return ZSTD_BAD;
	if (got < 0) {
		*ret = (int)got;
		return NULL;
	}
	if (got < BS_ITEM_PREFIX)
		return CUT_SHORT;
	*len = bs_in_length(t->item, BS_ITEM_PREFIX, false, &pairs);
	if (!*len)
		return "no chunk begins here (file damaged)";
	if (*len > BS_ITEM_MAX_CHUNK)
		return "its length is out of range (file damaged)";
	return read_rest(t, BS_ITEM_PREFIX, *len, ret, err);
}

static void tell(const struct bs_trace *t)
{
	uint64_t of;
	const uint64_t behind = bs_bytes_behind(t->in, &of);

	t->ear->tell(t->ear->arg, behind, of);
}

int bs_trace_next(struct bs_trace *t, struct bs_trace_chunk *c, struct bs_error *err)
{
	const uint64_t offset = bs_bytes_offset(t->in);
	const char *why;
	size_t len = 0;
	int ret = 0;

	if (t->ended || t->decoder.chunks == t->keep_chunks)
		return 0;
	if (t->stop && __atomic_load_n(t->stop, __ATOMIC_RELAXED))
		return bs_error_set(err, BS_INTERRUPTED, 0, t->path, NULL, "stopped");
	if (t->ear)
		tell(t);
	why = read_item(t, &len, &ret, err);
	if (ret)
		return ret;
	if (!why && is_end_map(t, len)) {
		why = read_end(t, len);
		if (!why)
			why = expect_eof(t, &ret, err);
		t->ended = !why && !ret;
		return why ? bs_trace_damaged(t, offset, why, err) : ret;
	}
	if (!why && bs_chunk_decode(&t->decoder, t->item, len, c, &why) == -ENOMEM)
		return out_of_memory(t->path, err);
	if (why)
		return bs_trace_damaged(t, offset, why, err);
	if (t->decoder.nr_gfp > t->info.nr_gfp)
		t->info.nr_gfp = t->decoder.nr_gfp;
	return 1;
}

/* ---- Open, rewind, close -------------------------------------------------------------------- */

/* @of: the trace to be opened once more; NULL: that at @path. */
static int open_trace(const char *path, const struct bs_trace *of, struct bs_trace **out,
		      struct bs_error *err)
{
	struct bs_trace *t = calloc(1, sizeof(*t));
	int ret = 0;

	if (!t)
		return out_of_memory(path, err);
	t->keep_chunks = UINT64_MAX;
	t->info.gfp = t->decoder.gfp;
	t->path = strdup(path);
	if (!t->path)
		ret = out_of_memory(path, err);
	if (!ret)
		ret = of ? bs_bytes_open_again(of->in, &t->in, err)
			 : bs_bytes_open(path, &t->in, err);
	if (!ret)
		ret = read_header(t, err);
	if (ret) {
		bs_trace_close(t);
		return ret;
	}
	*out = t;
	return 0;
}

int bs_trace_open(const char *path, struct bs_trace **out, struct bs_error *err)
{
	return open_trace(path, NULL, out, err);
}

/* What the other one found out is known; names and masks are this one's own. */
int bs_trace_open_again(const struct bs_trace *of, struct bs_trace **out, struct bs_error *err)
{
	int ret = open_trace(of->path, of, out, err);
	struct bs_trace *t = *out;

	if (ret)
		return ret;
	t->info = of->info;
	t->info.names = (const char *const *)t->names;
	t->info.gfp = t->decoder.gfp;
	memcpy(t->decoder.gfp, of->decoder.gfp, sizeof(t->decoder.gfp));
	t->keep_chunks = of->keep_chunks;
	t->stop = of->stop;
	return 0;
}

void bs_trace_close(struct bs_trace *t)
{
	if (!t)
		return;
	bs_bytes_close(t->in);
	bs_chunk_decoder_free(&t->decoder);
	bs_used_steps_free(&t->used);
	for (unsigned int i = 0; t->names && t->names[i]; i++)
		free(t->names[i]);
	free(t->names);
	free(t->item);
	free(t->path);
	free(t);
}

void bs_trace_stop_reading_on(struct bs_trace *t, const volatile int *stop)
{
	t->stop = stop;
}

void bs_trace_leave_pfns(struct bs_trace *t, bool leave)
{
	t->decoder.no_pfns = leave;
}

void bs_trace_tell(struct bs_trace *t, const struct bs_ear *ear)
{
	t->ear = ear;
}

const struct bs_trace_info *bs_trace_info(const struct bs_trace *t)
{
	return &t->info;
}

const struct bs_used_step *bs_trace_used(const struct bs_trace *t, size_t *nr)
{
	*nr = t->used.nr;
	return t->used.step;
}

int bs_trace_rewind(struct bs_trace *t, struct bs_error *err)
{
	const char *why;
	int ret = bs_bytes_rewind(t->in, err);

	if (ret)
		return ret;
	bs_chunk_decoder_rewind(&t->decoder);
	t->ended = false;
	/* Through the header again: a compressed file cannot be entered behind it. */
	why = read_rest(t, 0, t->header_len, &ret, err);
	return why ? header_error(t, why, err) : ret;
}
