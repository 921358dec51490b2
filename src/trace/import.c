// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import.c - events named by pfn become events named by age. What each page's word in the map says
 * decides what an event means; traces/README.md lists the cases.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

#include "format.h"
#include "importers.h"
#include "pfnmap.h"
#include "result.h"
#include "spool.h"
#include "textfile.h"

/* A page's word: LIVE | number << 10 | page within the block, so that the words of a piece of a
 * block are consecutive; or FREED | 1 + spool index of the plain free whose batched twin may come,
 * on the head page; or FREED; or 0: never named. */
#define LIVE (UINT64_C(1) << 63)
#define FREED (UINT64_C(1) << 62)
#define PAGE_BITS 10
#define PAGE_MASK ((UINT64_C(1) << PAGE_BITS) - 1)

/** A block that was allocated before the trace began. */
struct pre {
	uint64_t final; /* its allocation number: by first free */
	bs_pfn pfn;
	uint8_t order;
	bool batched;
};

struct importer {
	const char *path;
	const struct bs_import_config *config;
	struct bs_textfile *text;
	const struct bs_importer *only; /* the form that was asked for, or NULL */
	const struct bs_importer *form; /* of the event last read; NULL: none was */
	const char *source; /* title of the first event's form */
	char why[160];
	struct bs_trace_info info;
	struct bs_pfnmap map;
	struct bs_spool spool;
	struct pre *pre;
	uint64_t nr_pre, cap_pre;
	uint64_t numbers; /* without the PREs, which come before all */
	uint64_t events; /* allocator events seen */
	uint64_t t0, last; /* times as the source has them */
	bool saw_user; /* user memory was allocated: boot is over */
	/* In old kernels the batched event came directly before the plain one: which page, + 1 */
	uint32_t batched_first[BS_MAX_CPUS];
	struct bs_error *err;
};

static int out_of_memory(struct importer *im)
{
	return bs_error_set(im->err, BS_RESOURCE, ENOMEM, im->path, NULL, "importing");
}

/* ---- Events out ----------------------------------------------------------------------------- */

static int put(struct importer *im, const struct bs_text_event *e, enum bs_ev kind,
	       struct bs_spooled ev)
{
	ev.time = im->last - im->t0;
	ev.kind = (uint8_t)kind;
	ev.cpu = (uint8_t)e->cpu;
	return bs_spool_add(&im->spool, &ev, im->err);
}

static int put_pre(struct importer *im, bs_pfn pfn, unsigned int order, bool batched)
{
	if (im->nr_pre == im->cap_pre) {
		uint64_t cap = im->cap_pre ? im->cap_pre * 2 : 1024;
		struct pre *bigger = realloc(im->pre, cap * sizeof(*bigger));

		if (!bigger)
			return out_of_memory(im);
		im->pre = bigger;
		im->cap_pre = cap;
	}
	im->pre[im->nr_pre++] =
		(struct pre){.pfn = pfn, .order = (uint8_t)order, .batched = batched};
	return 0;
}

/* ---- Pieces --------------------------------------------------------------------------------- */

/* Are the 2^order words one piece of one live block, or all not live? */
static bool is_uniform(const uint64_t *word, unsigned int order)
{
	const uint64_t first = word[0];

	if (first & LIVE && first & ((UINT64_C(1) << order) - 1))
		return false;
	for (unsigned int i = 1; i < 1u << order; i++)
		if (first & LIVE ? word[i] != first + i : (word[i] & LIVE) != 0)
			return false;
	return true;
}

/* The largest aligned uniform piece at @at within @nr pages. */
static unsigned int piece_order(const uint64_t *word, unsigned int at, unsigned int nr)
{
	unsigned int order = 0;

	while (!(at & ((2u << order) - 1)) && at + (2u << order) <= nr &&
	       is_uniform(word + at, order + 1))
		order++;
	return order;
}

static void set_freed(uint64_t *word, unsigned int order)
{
	for (unsigned int i = 0; i < 1u << order; i++)
		word[i] = FREED;
}

/*
 * Free what @e names, in as many pieces as it is known by. Pieces that no event allocated become
 * PRE blocks, unless @live_only. *@unknown tells that there were some.
 */
static int free_pieces(struct importer *im, const struct bs_text_event *e, unsigned int flags,
		       bool live_only, bool *unknown)
{
	const bs_pfn pfn = (bs_pfn)e->pfn;
	uint64_t *word = bs_pfnmap_at(&im->map, pfn), first = im->spool.nr;
	unsigned int nr = 1u << e->order;

	if (!word)
		return out_of_memory(im);
	*unknown = false;
	for (unsigned int at = 0, order; at < nr; at += 1u << order) {
		struct bs_spooled ev = {.pfn = pfn + at, .flags = (uint8_t)flags};
		int ret;

		order = piece_order(word, at, nr);
		ev.order = (uint8_t)order;
		if (word[at] & LIVE) {
			ev.number = (word[at] & ~LIVE) >> PAGE_BITS;
			ev.offset = (uint32_t)(word[at] & PAGE_MASK);
		} else if (live_only) {
			continue;
		} else {
			*unknown = ev.of_pre = true;
			ev.number = im->nr_pre;
			ret = put_pre(im, pfn + at, order, flags & BS_EVF_BATCHED);
			if (ret)
				return ret;
		}
		if (im->spool.nr > first)
			im->spool.ev[im->spool.nr - 1].more = true;
		ret = put(im, e, BS_EV_FREE, ev);
		if (ret)
			return ret;
		set_freed(word + at, order);
	}
	return 0;
}

/* ---- The three events ----------------------------------------------------------------------- */

/* Can it be placed at all? Failed allocations are no question of place. */
static bool is_usable(const struct bs_text_event *e)
{
	return e->order <= BS_MAX_ORDER && e->cpu < BS_MAX_CPUS && e->pfn < BS_MAX_PFN &&
	       !(e->pfn & ((UINT64_C(1) << e->order) - 1));
}

static bool has_failed(const struct bs_text_event *e)
{
	return !e->pfn || e->pfn == UINT64_MAX || e->pfn == UINT32_MAX;
}

static uint8_t mt_flags(const struct bs_text_event *e)
{
	if (e->migratetype < 0 || (unsigned int)e->migratetype == bs_gfp_migratetype(e->gfp))
		return 0;
	return (uint8_t)((unsigned int)(e->migratetype + 1) << BS_EVF_MT_SHIFT);
}

static int do_alloc(struct importer *im, const struct bs_text_event *e)
{
	struct bs_spooled ev = {.gfp = e->gfp, .order = (uint8_t)e->order, .flags = mt_flags(e)};
	const uint64_t before = im->spool.nr;
	uint64_t *word;
	bool unknown;
	int ret;

	if (has_failed(e)) {
		ev.pfn = BS_NO_PFN;
		im->numbers++;
		return put(im, e, BS_EV_FAILED, ev);
	}
	/* Live already: its free was not seen. */
	ret = free_pieces(im, e, 0, true, &unknown);
	if (ret)
		return ret;
	im->info.realloc_live += im->spool.nr != before;
	word = bs_pfnmap_at(&im->map, (bs_pfn)e->pfn);
	for (uint64_t i = 0; i < UINT64_C(1) << e->order; i++)
		word[i] = LIVE | im->numbers << PAGE_BITS | i;
	im->saw_user |= bs_gfp_is_movable_user(e->gfp);
	im->numbers++;
	ev.pfn = (bs_pfn)e->pfn;
	return put(im, e, BS_EV_ALLOC, ev);
}

/* Boot's deferred initialisation hands over whole blocks that nobody allocated. */
static bool is_boot_free(const struct importer *im, const struct bs_text_event *e)
{
	return e->order >= 9 && e->early && !im->saw_user;
}

static int do_free(struct importer *im, const struct bs_text_event *e, unsigned int flags)
{
	const uint64_t first = im->spool.nr;
	uint64_t *word;
	bool unknown;
	int ret = free_pieces(im, e, flags, false, &unknown);

	if (ret)
		return ret;
	if (unknown) {
		im->info.unknown_frees++;
		if (is_boot_free(im, e)) {
			im->info.boot_frees++;
			for (uint64_t i = first; i < im->spool.nr; i++)
				im->spool.ev[i].flags |= BS_EVF_BOOT;
		}
	}
	word = bs_pfnmap_at(&im->map, (bs_pfn)e->pfn);
	word[0] = flags & BS_EVF_BATCHED ? FREED : FREED | (first + 1);
	return 0;
}

/* The plain free was the first half of a page list's: it happens now. */
static int move_to_batched(struct importer *im, const struct bs_text_event *e, uint64_t index)
{
	bool more = true;

	for (; more; index++) {
		struct bs_spooled ev = im->spool.ev[index];
		int ret;

		more = ev.more;
		im->spool.ev[index].dropped = true;
		ev.flags |= BS_EVF_BATCHED;
		if (ev.of_pre)
			im->pre[ev.number].batched = true;
		ret = put(im, e, BS_EV_FREE, ev);
		if (ret)
			return ret;
	}
	im->info.unused_batched_twins++;
	return 0;
}

static int do_batched(struct importer *im, const struct bs_text_event *e)
{
	uint64_t *word = bs_pfnmap_at(&im->map, (bs_pfn)e->pfn);
	uint64_t w;

	if (!word)
		return out_of_memory(im);
	w = *word;
	if (w & FREED && w & ~FREED) {
		*word = FREED;
		return move_to_batched(im, e, (w & ~FREED) - 1);
	}
	im->batched_first[e->cpu] = (uint32_t)e->pfn + 1;
	return do_free(im, e, BS_EVF_BATCHED);
}

static int do_event(struct importer *im, enum bs_line kind, const struct bs_text_event *e)
{
	uint32_t twin;

	if (!im->events++) {
		im->t0 = im->last = e->time;
		im->source = im->form->form.summary;
	}
	if (e->time < im->last)
		im->info.clamped_times++;
	else
		im->last = e->time;
	if (!is_usable(e) && !(kind == BS_LINE_ALLOC && has_failed(e) && e->cpu < BS_MAX_CPUS &&
			       e->order <= BS_MAX_ORDER)) {
		im->info.unusable++;
		return 0;
	}
	if (e->cpu >= im->info.nr_cpus)
		im->info.nr_cpus = e->cpu + 1;
	twin = im->batched_first[e->cpu];
	im->batched_first[e->cpu] = 0;
	if (kind == BS_LINE_ALLOC)
		return do_alloc(im, e);
	if (kind == BS_LINE_BATCHED)
		return do_batched(im, e);
	if (twin == (uint32_t)e->pfn + 1 && !e->order) {
		im->info.unused_batched_twins++;
		return 0;
	}
	return do_free(im, e, 0);
}

/* ---- In ------------------------------------------------------------------------------------- */

static int malformed(struct importer *im, const char *why)
{
	char where[320];

	snprintf(where, sizeof(where), "%.290s:%" PRIu64, im->path, bs_textfile_number(im->text));
	bs_error_set(im->err, BS_INPUT, 0, where,
		     "remove the line if it was cut short, else record again", "%s", why);
	return -EINVAL;
}

/* Whose event is it? The forms that were not asked yet. */
static const struct bs_importer *recognise(const struct importer *im, const char *line)
{
	const struct bs_importer *f;

	for (unsigned int i = 0; (f = bs_importer_at(i)); i++)
		if (f != im->form && f->probe(line))
			return f;
	return NULL;
}

/*
 * A line that the form of the lines before it does not know: another form's event, whose form is asked
 * first from here on; or what another form has besides events. Only @im->only counts, if it is set.
 */
static enum bs_line parse_foreign(struct importer *im, const char *line, struct bs_text_event *e,
				  const char **why)
{
	const struct bs_importer *other = recognise(im, line);
	enum bs_line kind = BS_LINE_FOREIGN;

	*why = "neither an event nor a comment (line cut short?)";
	if (other && im->only && other != im->only) {
		snprintf(im->why, sizeof(im->why), "a line of %s, not of %s", other->form.summary,
			 im->only->form.summary);
		*why = im->why;
		return BS_LINE_MALFORMED;
	}
	if (other) {
		im->form = other;
		return other->parse(line, e, why);
	}
	for (unsigned int i = 0; !im->only && kind == BS_LINE_FOREIGN && bs_importer_at(i); i++)
		kind = bs_importer_at(i)->parse(line, e, why);
	return kind == BS_LINE_FOREIGN ? BS_LINE_MALFORMED : kind;
}

static int read_line(struct importer *im, const char *line)
{
	enum bs_line kind = BS_LINE_FOREIGN;
	struct bs_text_event e;
	const char *why = NULL;

	if (im->form)
		kind = im->form->parse(line, &e, &why);
	if (kind == BS_LINE_FOREIGN)
		kind = parse_foreign(im, line, &e, &why);
	switch (kind) {
	case BS_LINE_MALFORMED:
	case BS_LINE_FOREIGN:
		return malformed(im, why);
	case BS_LINE_LOST:
		/* Whatever a line claims. */
		if (__builtin_add_overflow(im->info.lost_events, e.lost, &im->info.lost_events))
			im->info.lost_events = UINT64_MAX;
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
	return do_event(im, kind, &e);
}

static int stopped(struct importer *im)
{
	if (!im->config->stop || !*im->config->stop)
		return 0;
	return bs_error_set(im->err, BS_INTERRUPTED, 0, im->path, NULL,
			    "stopped; nothing was written");
}

static int read_all(struct importer *im)
{
	int bad = 0;
	long ret;
	char *line;

	while ((ret = bs_textfile_line(im->text, &line, im->err)) >= 0) {
		bad = read_line(im, line);
		if (!bad)
			bad = stopped(im);
		if (bad)
			return bad;
	}
	/* A signal also ends a read of what has not come yet, as an error or as the end. */
	bad = stopped(im);
	if (bad)
		return bad;
	if (ret < -1)
		return (int)ret;
	if (!im->events)
		return bs_error_set(im->err, BS_INPUT, 0, im->path,
				    "record kmem:mm_page_alloc, mm_page_free and "
				    "mm_page_free_batched: traces/capture/record.sh",
				    "no page allocator event in it");
	return 0;
}

/* ---- Out ------------------------------------------------------------------------------------ */

static int write_pres(struct importer *im, struct bs_trace_writer *w)
{
	struct bs_trace_event ev = {.kind = BS_EV_PRE};
	uint64_t final = 0;
	int ret = 0;

	for (uint64_t i = 0; i < im->spool.nr && !ret; i++) {
		const struct bs_spooled *s = &im->spool.ev[i];
		struct pre *p;

		if (s->dropped || !s->of_pre)
			continue;
		p = &im->pre[s->number];
		p->final = final++;
		ev.order = p->order;
		ev.pfn = p->pfn;
		ev.gfp = p->batched ? BS_GFP_HIGHUSER_MOVABLE : BS_GFP_KERNEL;
		ev.flags = s->flags & BS_EVF_BOOT;
		ret = bs_trace_write(w, &ev, im->err);
	}
	return ret;
}

static int write_events(struct importer *im, struct bs_trace_writer *w)
{
	uint64_t numbers = im->nr_pre;
	int ret = write_pres(im, w);

	for (uint64_t i = 0; i < im->spool.nr && !ret; i++) {
		const struct bs_spooled *s = &im->spool.ev[i];
		struct bs_trace_event ev = {
			.time = s->time,
			.kind = s->kind,
			.order = s->order,
			.cpu = s->cpu,
			.flags = s->flags,
			.gfp = s->gfp,
			.offset = s->offset,
			.pfn = s->pfn,
		};
		uint64_t number = s->of_pre ? im->pre[s->number].final : s->number + im->nr_pre;

		if (s->dropped)
			continue;
		if (ev.kind == BS_EV_FREE) {
			if (numbers - number > UINT32_MAX)
				return bs_error_set(im->err, BS_INPUT, 0, im->path,
						    "import it in parts",
						    "a block lives for over 2^32 allocations");
			ev.arg = (uint32_t)(numbers - number);
		}
		numbers += bs_ev_takes_number(ev.kind);
		ret = bs_trace_write(w, &ev, im->err);
	}
	return ret;
}

/* Events and their header, read back before the file has a name. */
static int write_trace(struct importer *im, const char *out_path, struct bs_trace_info *result)
{
	const struct bs_import_config *config = im->config;
	struct bs_trace_writer *w;
	int ret;

	snprintf(im->info.source, sizeof(im->info.source), "%s", im->source);
	snprintf(im->info.comment, sizeof(im->info.comment), "%s",
		 config->comment ? config->comment : "");
	snprintf(im->info.kernel, sizeof(im->info.kernel), "%s",
		 config->kernel ? config->kernel : "");
	im->info.memory_bytes = config->memory_bytes;
	im->info.has_pfn = true;
	if (!im->info.nr_cpus)
		im->info.nr_cpus = 1;
	ret = bs_trace_create(out_path, &im->info, &w, im->err);
	if (ret)
		return ret;
	bs_trace_stop_writing_on(w, config->stop);
	ret = write_events(im, w);
	if (ret) {
		bs_trace_abandon(w);
		return ret;
	}
	return bs_trace_hand_over(w, &im->info, config->stop, result, im->err);
}

/* What was said of the trace fits into its header. */
static int check_config(struct importer *im)
{
	const struct bs_import_config *config = im->config;

	if (config->form) {
		im->only = im->form = bs_importer_find(config->form, im->err);
		if (!im->only)
			return -EINVAL;
	}
	if (config->comment && strlen(config->comment) >= sizeof(im->info.comment))
		return bs_error_set(im->err, BS_USAGE, 0, "comment", "say it in fewer words",
				    "longer than the %zu bytes that a trace's header holds",
				    sizeof(im->info.comment) - 1);
	if (config->kernel && strlen(config->kernel) >= sizeof(im->info.kernel))
		return bs_error_set(im->err, BS_USAGE, 0, "kernel", NULL,
				    "its name is longer than the %zu bytes that a trace's header "
				    "holds",
				    sizeof(im->info.kernel) - 1);
	return 0;
}

int bs_trace_import(const char *text_path, const char *out_path,
		    const struct bs_import_config *config, struct bs_trace_info *result,
		    struct bs_error *err)
{
	struct importer *im = calloc(1, sizeof(*im));
	int ret;

	if (!im)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, text_path, NULL, "importing");
	im->path = strcmp(text_path, "-") ? text_path : "standard input";
	im->config = config;
	im->err = err;
	im->spool.fd = -1;
	ret = check_config(im);
	if (!ret)
		ret = bs_textfile_open(text_path, &im->text, err);
	/* It looks at the text's beginning, which may not come. */
	if (ret && stopped(im))
		ret = -EINTR;
	if (!ret && bs_pfnmap_init(&im->map))
		ret = out_of_memory(im);
	if (!ret)
		ret = bs_spool_open(&im->spool, out_path, err);
	if (!ret)
		ret = read_all(im);
	if (!ret)
		ret = write_trace(im, out_path, result);
	bs_textfile_close(im->text);
	bs_pfnmap_free(&im->map);
	bs_spool_close(&im->spool);
	free(im->pre);
	free(im);
	return ret;
}
