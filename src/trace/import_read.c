// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_read.c - the first pass of an import: each line is an event of ours, another event, a known
 * comment of a format, or unknown. An event of ours that cannot be read is never guessed, but counted
 * with its reason; what is unknown is counted by its shape.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"
#include "format.h"
#include "import_parts.h"
#include "looks.h"
#include "reasons.h"
#include "textfile.h"
#include "tracedat.h"

#define STREAMS 256
/* Lines within lines: a mail that quotes a log that has a trace. */
#define DEPTH 4
#define HALF_A_DAY (UINT64_C(43200) * BS_NS_PER_S)
#define LOOKS 400 /* lines that are looked at for what a file without events is */

static const char standard_input[] = "standard input";

struct reading {
	struct import *im;
	const char *path;
	struct bs_textfile *text;
	const struct bs_importer *only; /* the form that was asked for, or NULL */
	const struct bs_importer *form; /* of the event last read; NULL: none was */
	const struct bs_importer *wrapper; /* what lines are wrapped in */
	const struct bs_importer *page; /* what has text of its own between the lines */
	FILE *unknown;
	bool unclean; /* lines have to be cleaned first */
	pid_t reader; /* of a binary file, whose text it prints; 0: none */
	char why[160];

	char *buffer[STREAMS]; /* names of a recording's parts */
	unsigned int nr_buffers;
	uint64_t *last[STREAMS]; /* time of each CPU's last event, by part: [BS_MAX_CPUS] */
	bool seen[BS_MAX_CPUS];
	uint64_t pending[BS_MAX_CPUS]; /* lost before the CPU's first event */
	uint64_t lost_total, events, looked;
	uint64_t days, last_of_day; /* of a clock that begins at midnight */
	const char *looks, *looks_advice;
};

/* Whatever a line claims. */
static void add_lost(uint64_t *sum, uint64_t lost)
{
	if (__builtin_add_overflow(*sum, lost, sum))
		*sum = UINT64_MAX;
}

static uint64_t line_number(const struct reading *r)
{
	return bs_textfile_number(r->text);
}

/* ---- Events of ours ------------------------------------------------------------------------- */

static void unusable(struct reading *r, const char *why, const char *line)
{
	r->im->info.unusable++;
	bs_import_note_add(&r->im->notes, "unusable", why, 1, line_number(r), line);
}

/* Which part of the recording the event is of; parts beyond the last place share it. */
static unsigned int stream_of(struct reading *r, const struct bs_text_event *e)
{
	static const char none[] = "";
	const char *name = e->buffer ? e->buffer : none;
	const size_t len = e->buffer ? e->buffer_len : 0;
	unsigned int i = 0;

	while (i < r->nr_buffers &&
	       (strlen(r->buffer[i]) != len || memcmp(r->buffer[i], name, len)))
		i++;
	if (i < r->nr_buffers)
		return i;
	if (i == STREAMS)
		return STREAMS - 1;
	r->buffer[i] = strndup(name, len);
	r->last[i] = calloc(BS_MAX_CPUS, sizeof(*r->last[i]));
	r->nr_buffers += r->buffer[i] != NULL;
	return i;
}

/* Its time on its CPU: a time that goes back there is a fault; between CPUs it is put in order later. */
static int set_time(struct reading *r, const struct bs_text_event *e, struct bs_raw_event *raw)
{
	uint64_t time = e->time, *last;
	unsigned int stream;

	if (e->time_of_day) {
		if (time + HALF_A_DAY < r->last_of_day)
			r->days++;
		r->last_of_day = time;
		time += r->days * 2 * HALF_A_DAY;
	}
	stream = stream_of(r, e);
	if (!r->last[stream] || !r->buffer[stream])
		return -ENOMEM;
	last = &r->last[stream][raw->cpu];
	if (time < *last) {
		raw->flags |= BS_RAW_CLAMPED;
		time = *last;
	}
	*last = raw->time = time;
	return 0;
}

/* The CPU's first event: what it lost before that is not within the trace. */
static void see_cpu(struct reading *r, const struct bs_raw_event *raw)
{
	struct import *im = r->im;

	if (raw->cpu >= im->info.nr_cpus)
		im->info.nr_cpus = raw->cpu + 1u;
	if (r->seen[raw->cpu])
		return;
	r->seen[raw->cpu] = true;
	if (raw->time > im->latest_first)
		im->latest_first = raw->time;
	if (!r->pending[raw->cpu])
		return;
	add_lost(&im->info.overwritten, r->pending[raw->cpu]);
	r->pending[raw->cpu] = 0;
	if (raw->time > im->window_from)
		im->window_from = raw->time;
}

/* NULL, or why the event cannot be used. */
static const char *fault_of(const struct bs_text_event *e)
{
	if (e->order > BS_TRACE_MAX_ORDER)
		return bs_why_order;
	if (e->cpu >= BS_MAX_CPUS)
		return bs_why_cpu;
	if (!e->failed && e->pfn >= BS_SPACE_LIMIT)
		return bs_why_pfn;
	return NULL;
}

/* As it waits: without its time. A field that does not fit is of an event that cannot be used. */
static struct bs_raw_event raw_event(const struct reading *r, enum bs_line kind,
				     const struct bs_text_event *e, uint32_t text)
{
	const unsigned int flags = (e->early ? BS_RAW_EARLY : 0) | (e->failed ? BS_RAW_FAILED : 0) |
				   (e->bare_pfn ? BS_RAW_BARE : 0);

	return (struct bs_raw_event){
		.pfn = e->pfn & (BS_SPACE_LIMIT - 1),
		.cpu = e->cpu & (BS_MAX_CPUS - 1),
		.order = e->order & 15,
		.line = (uint32_t)line_number(r),
		.text = (uint16_t)text,
		.kind = (uint8_t)(kind & 7),
		.flags = (uint8_t)(flags & 31),
		.migratetype = (int8_t)e->migratetype,
	};
}

static int take_event(struct reading *r, enum bs_line kind, const struct bs_text_event *e,
		      const char *line)
{
	struct import *im = r->im;
	static const char none[] = "none";
	const char *why = fault_of(e);
	struct bs_raw_event raw;
	uint32_t text = 0;
	int ret = 0;

	r->events++;
	im->bare_letters |= e->bare_letters;
	if (!why && !e->failed && !bs_pfnspace_add(&im->space, e->pfn))
		why = bs_why_spread;
	if (!why && kind == BS_LINE_ALLOC) {
		text = bs_gfp_texts_see(&im->texts, e->text ? e->text : none,
					e->text ? e->len : strlen(none), e->migratetype,
					(uint32_t)line_number(r), &ret);
		why = text == UINT32_MAX ? bs_why_gfp_many : NULL;
	}
	raw = raw_event(r, kind, e, text);
	if (!ret && !why)
		ret = set_time(r, e, &raw);
	if (ret)
		return bs_error_set(im->err, BS_RESOURCE, ENOMEM, r->path, NULL, "importing");
	if (why) {
		unusable(r, why, line);
		return 0;
	}
	see_cpu(r, &raw);
	if (!im->source) {
		im->source = r->form ? r->form->form.summary : "text";
		im->first_time = raw.time;
	}
	im->unsorted |= raw.time < im->max_time;
	im->max_time = raw.time > im->max_time ? raw.time : im->max_time;
	return bs_spool_add(&im->raw, &raw, im->err);
}

static void take_lost(struct reading *r, const struct bs_text_event *e)
{
	r->im->may_hide_losses = false;
	if (e->total)
		add_lost(&r->lost_total, e->lost);
	else if (e->cpu < BS_MAX_CPUS && !r->seen[e->cpu])
		add_lost(&r->pending[e->cpu], e->lost);
	else
		add_lost(&r->im->info.lost_events, e->lost);
}

/* ---- Whose line is it? ---------------------------------------------------------------------- */

/* The forms that were not asked yet. */
static const struct bs_importer *recognise(const struct reading *r, const char *line)
{
	const struct bs_importer *f;

	for (unsigned int i = 0; (f = bs_importer_at(i)); i++)
		if (f != r->form && f->probe && f->probe(line))
			return f;
	return NULL;
}

static bool may_be(const struct reading *r, const struct bs_importer *f)
{
	return !r->only || f == r->only;
}

static enum bs_line classify(struct reading *r, const char *line, struct bs_text_event *e,
			     const char **why, unsigned int depth);

/* A line within another one, or what the one around it has of its own. */
static enum bs_line unwrap(struct reading *r, const struct bs_importer *f, const char *line,
			   struct bs_text_event *e, const char **why, unsigned int depth)
{
	const char *inner = depth < DEPTH ? f->unwrap(line) : NULL;
	enum bs_line kind;

	if (!inner)
		return BS_LINE_FOREIGN;
	if (f->begins && f->begins(line))
		r->page = f;
	kind = classify(r, inner, e, why, depth + 1);
	if (kind == BS_LINE_FOREIGN)
		return f->parse(line, e, why);
	/* Comments of another form may look wrapped; its events are not. */
	if (kind != BS_LINE_NOTHING)
		r->wrapper = f;
	return kind;
}

/*
 * A line that the form of the lines before it does not know: another form's event, whose form is asked
 * first from here on; a line within a line; or what another form has besides events.
 */
static enum bs_line classify_foreign(struct reading *r, const char *line, struct bs_text_event *e,
				     const char **why, unsigned int depth)
{
	const struct bs_importer *other = recognise(r, line), *f;
	enum bs_line kind = BS_LINE_FOREIGN;

	if (other && !may_be(r, other)) {
		snprintf(r->why, sizeof(r->why), "a line of %s, not of %s", other->form.summary,
			 r->only->form.summary);
		*why = r->why;
		return BS_LINE_FOREIGN;
	}
	if (other) {
		r->form = other;
		return other->parse(line, e, why);
	}
	for (unsigned int i = 0; kind == BS_LINE_FOREIGN && (f = bs_importer_at(i)); i++)
		if (f->unwrap && f != r->wrapper)
			kind = unwrap(r, f, line, e, why, depth);
	/* One form's bare comment may say more in another one. */
	for (unsigned int i = 0; kind <= BS_LINE_NOTHING && (f = bs_importer_at(i)); i++) {
		enum bs_line here = may_be(r, f) ? f->parse(line, e, why) : BS_LINE_FOREIGN;

		kind = here == BS_LINE_FOREIGN ? kind : here;
		if (here != BS_LINE_FOREIGN && f->begins && f->begins(line))
			r->page = f;
	}
	return kind;
}

static enum bs_line classify(struct reading *r, const char *line, struct bs_text_event *e,
			     const char **why, unsigned int depth)
{
	enum bs_line kind = BS_LINE_FOREIGN;

	if (r->form)
		kind = r->form->parse(line, e, why);
	if (kind == BS_LINE_FOREIGN && r->wrapper)
		kind = unwrap(r, r->wrapper, line, e, why, depth);
	if (kind == BS_LINE_FOREIGN)
		kind = classify_foreign(r, line, e, why, depth);
	return kind;
}

/* Does a line that nobody reads claim to be an event of ours? */
static bool claims(const char *line)
{
	const char *at = strstr(line, "mm_page");

	return at && (strstr(at, "_alloc:") || strstr(at, "_free") || strstr(at, "vec_free")) &&
	       strchr(at, ':') && (strstr(at, "pfn=") || strstr(at, "page="));
}

/* ---- Lines ---------------------------------------------------------------------------------- */

static int unknown(struct reading *r, const char *line, const char *why)
{
	struct import *im = r->im;
	char where[320];

	if (bs_textfile_line_is_cut(r->text)) {
		im->info.cut_lines++;
		return 0;
	}
	if (!why && claims(line)) {
		unusable(r, bs_why_no_time, line);
		return 0;
	}
	if (r->page)
		return 0;
	im->info.unknown_lines++;
	bs_import_note_add(&im->notes, "unknown", bs_line_shape(line), 1, line_number(r), line);
	if (r->unknown)
		fprintf(r->unknown, "%s\n", line);
	if (!im->config->strict && !why)
		return 0;
	snprintf(where, sizeof(where), "%.290s:%" PRIu64, r->path, line_number(r));
	bs_error_set(im->err, BS_INPUT, 0, where,
		     why ? "leave --source out, and each line is read as what it is"
			 : "without --strict it is counted and passed over",
		     "%s", why ? why : "neither an event nor a comment of any form");
	return -EINVAL;
}

static void take_kernel(struct reading *r, const struct bs_text_event *e)
{
	if (!r->im->kernel[0])
		snprintf(r->im->kernel, sizeof(r->im->kernel), "%.*s",
			 (int)(e->len < 40 ? e->len : 40), e->text);
}

/* A file in which nothing is: its lines may show what it is. */
static void look(struct reading *r, const char *line)
{
	if (r->events || r->looks || r->looked++ > LOOKS)
		return;
	r->looks = bs_looks_like(line, &r->looks_advice);
}

static int read_line(struct reading *r, const char *line)
{
	struct import *im = r->im;
	struct bs_text_event e;
	const char *why = NULL;
	enum bs_line kind;

	im->info.lines++;
	r->why[0] = '\0';
	kind = classify(r, line, &e, &why, 0);
	look(r, line);
	switch (kind) {
	case BS_LINE_FOREIGN:
		return unknown(r, line, r->why[0] ? r->why : NULL);
	case BS_LINE_MALFORMED:
		if (bs_textfile_line_is_cut(r->text))
			im->info.cut_lines++;
		else
			unusable(r, why, line);
		r->events++;
		return 0;
	case BS_LINE_LOST:
		take_lost(r, &e);
		return 0;
	case BS_LINE_OVERWRITTEN:
		im->overwritten = true;
		add_lost(&im->info.overwritten, e.lost);
		return 0;
	case BS_LINE_KERNEL:
		take_kernel(r, &e);
		return 0;
	case BS_LINE_OTHER:
		im->info.other_events++;
		return 0;
	case BS_LINE_NOTHING:
		return 0;
	case BS_LINE_ALLOC:
	case BS_LINE_FREE:
	case BS_LINE_BATCHED:
		break;
	}
	return take_event(r, kind, &e, line);
}

static void tell_progress(struct reading *r)
{
	const struct import *im = r->im;
	const struct bs_import_progress p = {
		.bytes = bs_textfile_read(r->text),
		.of_bytes = bs_textfile_size(r->text),
		.lines = im->info.lines,
		.events = im->raw.nr,
		.lost = im->info.lost_events,
		.unusable = im->info.unusable,
	};

	im->config->progress(im->config->progress_arg, &p);
}

int bs_import_stopped(struct import *im, const char *path)
{
	if (!im->config->stop || !*im->config->stop)
		return 0;
	return bs_error_set(im->err, BS_INTERRUPTED, 0, path, NULL, "stopped; nothing was written");
}

/* A line of the file, in which carriage returns alone may end lines. */
static int read_raw_line(struct reading *r, char *line, size_t n)
{
	const char *end;
	int ret = 0;

	/* A crash leaves blocks of zeros in a log. */
	while (n && !*line) {
		line++;
		n--;
	}
	if (!r->unclean)
		return read_line(r, line);
	end = line + bs_line_clean(line, n);
	while (line && !ret) {
		char *next = memchr(line, '\r', (size_t)(end - line));

		if (next)
			*next++ = '\0';
		ret = read_line(r, line);
		line = next && next < end ? next : NULL;
	}
	return ret;
}

static int read_lines(struct reading *r)
{
	struct import *im = r->im;
	int bad = 0;
	long ret;
	char *line;

	while ((ret = bs_textfile_line(r->text, &line, im->err)) >= 0) {
		bad = read_raw_line(r, line, (size_t)ret);
		if (!bad)
			bad = bs_import_stopped(im, r->path);
		if (bad)
			return bad;
		if (im->config->progress && !(im->info.lines & 0xffff))
			tell_progress(r);
	}
	/* A signal also ends a read of what has not come yet, as an error or as the end. */
	bad = bs_import_stopped(im, r->path);
	return bad ? bad : ret < -1 ? (int)ret : 0;
}

/* ---- Files ---------------------------------------------------------------------------------- */

/* From here on the text is what another process makes of the file. */
static int read_binary(struct reading *r)
{
	char path[64];
	const bool is_stdin = !strcmp(r->path, standard_input);
	int fd, ret = bs_tracedat_begin(is_stdin ? "/proc/self/fd/0" : r->path, &fd, &r->reader,
					r->im->err);

	if (ret)
		return ret;
	bs_textfile_close(r->text);
	r->text = NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = bs_textfile_open(path, &r->text, r->im->err);
	close(fd);
	return ret;
}

/* A byte order mark says nothing; other first bytes say that this is no text. */
static int check_beginning(struct reading *r)
{
	const char *first;
	long n = bs_textfile_peek(r->text, &first, 2048, r->im->err);

	if (n < 0)
		return (int)n;
	if (n >= 3 && !memcmp(first, "\xef\xbb\xbf", 3))
		bs_textfile_skip(r->text, 3);
	r->unclean = bs_text_is_unclean(first, (size_t)n);
	if (bs_is_tracedat(first, (size_t)n) && bs_textfile_size(r->text))
		return read_binary(r);
	return bs_looks_binary(r->path, first, (size_t)n, r->im->err);
}

static int open_unknown(struct reading *r, unsigned int file)
{
	const char *path = r->im->config->keep_unknown;

	if (!path)
		return 0;
	r->unknown = fopen(path, file ? "ae" : "we");
	if (!r->unknown)
		return bs_error_set(r->im->err, BS_RESOURCE, errno, path, NULL, "cannot write");
	return 0;
}

static int close_unknown(struct reading *r)
{
	const bool bad = r->unknown && (ferror(r->unknown) | fclose(r->unknown));

	r->unknown = NULL;
	if (bad)
		return bs_error_set(r->im->err, BS_RESOURCE, errno, r->im->config->keep_unknown,
				    NULL, "cannot write");
	return 0;
}

/* What was lost on CPUs that never had an event, and what only the sum at the end says. */
static void finish(struct reading *r)
{
	struct bs_trace_info *info = &r->im->info;
	uint64_t here = 0;

	for (unsigned int i = 0; i < BS_MAX_CPUS; i++)
		add_lost(&here, r->pending[i]);
	add_lost(&info->lost_events, here);
	if (info->lost_events < r->lost_total)
		info->lost_events = r->lost_total;
	if (r->form && !strcmp(r->form->form.name, "perf") && !info->lost_events)
		r->im->may_hide_losses = true;
	if (r->looks && !r->events)
		bs_import_note_add(&r->im->notes, "looks", r->looks, 1, 0, r->looks_advice);
}

static int choose(struct reading *r)
{
	const struct bs_importer *only;

	if (!r->im->config->form)
		return 0;
	only = bs_importer_find(r->im->config->form, r->im->err);
	if (!only)
		return -EINVAL;
	/* What only wraps others has no events of its own. */
	if (only->probe)
		r->only = r->form = only;
	else if (only->unwrap)
		r->wrapper = only;
	return 0;
}

int bs_import_read(struct import *im, const char *path, unsigned int file)
{
	struct reading *r = calloc(1, sizeof(*r));
	int ret, closed;

	if (!r)
		return bs_error_set(im->err, BS_RESOURCE, ENOMEM, path, NULL, "importing");
	r->im = im;
	r->path = strcmp(path, "-") ? path : standard_input;
	ret = choose(r);
	if (!ret)
		ret = bs_textfile_open(path, &r->text, im->err);
	if (!ret)
		ret = check_beginning(r);
	if (!ret)
		ret = open_unknown(r, file);
	/* It looks at the text's beginning, which may not come. */
	if (ret && bs_import_stopped(im, r->path))
		ret = -EINTR;
	if (!ret)
		ret = read_lines(r);
	closed = close_unknown(r);
	ret = ret ? ret : closed;
	if (!ret)
		finish(r);
	bs_textfile_close(r->text);
	if (r->reader) {
		closed = bs_tracedat_end(r->path, r->reader, ret ? NULL : im->err);
		ret = ret ? ret : closed;
	}
	for (unsigned int i = 0; i < STREAMS; i++) {
		free(r->buffer[i]);
		free(r->last[i]);
	}
	free(r);
	return ret;
}
