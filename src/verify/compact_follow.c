// SPDX-License-Identifier: GPL-2.0-or-later
/* compact_follow.c - the steps of a guest that compacts, compared one by one; what others do in between. */
#include "compact_follow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm_range.h"
#include "mm_verify.h"
#include "mm_vmstat.h"
#include "verify_request.h"

#define CHUNK 64
/* kswapd's chunks are those of a small priority. */
#define DAEMON_PRIORITY 7
#define LOOK_AHEAD 400

static const struct {
	const char *word, *rule, *fields;
} steps[BS_MM_NR_STEPS] = {
#define STEP(kind, word, rule, fields) [kind] = {word, rule, fields},
#include "compact_steps.def"
#undef STEP
};

/* ---- Differences ----------------------------------------------------------------------------- */

static void print_value(char *buf, size_t size, uint64_t v)
{
	if (v == BS_NO_PFN)
		snprintf(buf, size, "none");
	else
		snprintf(buf, size, "%" PRId64, (int64_t)v);
}

static void print_step(char *buf, size_t size, unsigned int kind, const uint64_t *v, unsigned int n)
{
	size_t used = (size_t)snprintf(buf, size, "%s", steps[kind].word);

	for (unsigned int i = 0; i < n && used < size; i++) {
		char text[24];

		print_value(text, sizeof(text), v[i]);
		used += (size_t)snprintf(buf + used, size - used, " %s", text);
	}
}

static void differ(struct bs_compact_follow *f, const char *what, const char *expected,
		   const char *got)
{
	const int ret = bs_log_differ(f->v, BS_DIFF_STEP, what, expected, got);

	f->ret = ret ? ret : BS_LOG_STOP;
}

/* Name of number @i of a step. */
static void field_name(unsigned int kind, unsigned int i, char *buf, size_t size)
{
	const char *p = steps[kind].fields;

	while (i-- && p) {
		p = strchr(p, ' ');
		p += p != NULL;
	}
	snprintf(buf, size, "%.*s", p ? (int)strcspn(p, " ") : 0, p ? p : "");
}

/* The same kind of step with another number: which, and by which rule. */
static void field_differs(struct bs_compact_follow *f, unsigned int kind, unsigned int i,
			  uint64_t expected, uint64_t got)
{
	char what[128], name[24], e[32], g[32];

	field_name(kind, i, name, sizeof(name));
	snprintf(what, sizeof(what), "event %zu %s: %s (%s)", f->pos + 1, steps[kind].word, name,
		 steps[kind].rule);
	print_value(e, sizeof(e), expected);
	print_value(g, sizeof(g), got);
	differ(f, what, e, g);
}

static void step_differs(struct bs_compact_follow *f, unsigned int kind, const uint64_t *v,
			 unsigned int n)
{
	const struct bs_compact_event *e = bs_compact_next(f);
	char what[128], got[160];

	print_step(got, sizeof(got), kind, v, n);
	snprintf(what, sizeof(what), "event %zu (%s)", f->pos + 1, steps[kind].rule);
	if (!e) {
		differ(f, what, "the end", got);
		return;
	}
	if (e->kind == kind) {
		const uint64_t *w = bs_compact_values(f->log, e);

		for (unsigned int i = 0; i < n; i++)
			if (w[i] != v[i]) {
				field_differs(f, kind, i, w[i], v[i]);
				return;
			}
	}
	differ(f, what, bs_live_text(f->log->text, e->line), got);
}

void bs_compact_lost(struct bs_compact_follow *f, const char *why)
{
	const struct bs_compact_event *e = bs_compact_next(f);
	char what[128];

	if (f->ret)
		return;
	snprintf(what, sizeof(what), "event %zu", f->pos + 1);
	differ(f, what, e ? bs_live_text(f->log->text, e->line) : "the end", why);
}

/* ---- Events of others ------------------------------------------------------------------------ */

static const uint64_t *values(const struct bs_compact_follow *f)
{
	return bs_compact_values(f->log, &f->log->event[f->pos]);
}

/* An event is done; it may be the one that is to be looked at. */
static void next(struct bs_compact_follow *f, unsigned int order, unsigned int mt)
{
	const char *line = bs_live_text(f->log->text, f->log->event[f->pos].line);

	f->v->line = f->log->text->first_line + f->log->event[f->pos].line;
	if (f->v->look_at && f->v->op == f->v->look_at)
		bs_log_operation_done(f->v, BS_NO_PFN, -1);
	if (bs_log_operation(f->v, line, 0, order, mt))
		f->ret = BS_LOG_STOP;
	f->pos++;
}

static bool free_page(struct bs_compact_follow *f, bs_pfn pfn, unsigned int order)
{
	struct bs_machine *m = f->v->m;

	bs_mm_cache_forget(m, pfn);
	bs_mm_compact_compound(m, pfn, 0);
	if (order > BS_MAX_ORDER || bs_machine_adopt(m, pfn, order)) {
		f->pos--;
		bs_compact_lost(f, "not wholly in use here");
		return false;
	}
	bs_free_pages(m, 0, pfn, order);
	return true;
}

/* One event of somebody who frees: 1 if it was a page of a batch. */
static unsigned int free_of_others(struct bs_compact_follow *f)
{
	const struct bs_compact_event *e = bs_compact_next(f);
	const uint64_t *w = values(f);
	const bs_pfn pfn = (bs_pfn)w[0];

	next(f, 0, BS_MIGRATE_MOVABLE);
	if (f->ret || e->kind == BS_MM_EVICTED)
		return 0;
	f->others++;
	if (e->kind == BS_MM_FREES_LATE)
		return free_page(f, pfn, 0);
	if (!e->late)
		free_page(f, pfn, e->n > 1 ? (unsigned int)w[1] : 0);
	return 0;
}

void bs_compact_free_of_others(struct bs_compact_follow *f)
{
	free_of_others(f);
}

static void alloc_of_others(struct bs_compact_follow *f)
{
	const char *line = bs_live_text(f->log->text, f->log->event[f->pos].line);
	const uint64_t *w = values(f);
	const unsigned int order = (unsigned int)w[1];
	bs_pfn got;

	next(f, order, (unsigned int)w[3] % BS_PCPTYPES);
	if (f->ret)
		return;
	f->others++;
	got = bs_mm_alloc_passing(f->v->m, 0, (unsigned int)w[2], order, false);
	if (bs_log_compare_pfn(f->v, line, (bs_pfn)w[0], got))
		f->ret = BS_LOG_STOP;
	if (got != BS_NO_PFN)
		bs_mm_abandon(f->v->m, got, order);
}

/* kswapd's next chunk of the LRU: its line, NULL: there is none. */
static const uint64_t *next_chunk(const struct bs_compact_follow *f, size_t within)
{
	for (size_t i = f->pos; i < f->log->nr_events && i - f->pos < within; i++)
		if (f->log->event[i].kind == BS_MM_EVICTED)
			return bs_compact_values(f->log, &f->log->event[i]);
	return NULL;
}

static const uint64_t *next_daemon_chunk(const struct bs_compact_follow *f)
{
	for (size_t i = f->pos; i < f->log->nr_events; i++) {
		const uint64_t *w = bs_compact_values(f->log, &f->log->event[i]);

		if (f->log->event[i].kind == BS_MM_EVICTED && w[3] <= DAEMON_PRIORITY)
			return w;
	}
	return NULL;
}

static bool is_direct(const struct bs_compact_follow *f)
{
	return !strcmp(f->log->op, "direct");
}

/* kswapd takes a chunk off the queue: that it does now is in the log, which pages is not. */
static bool daemon_chunk(struct bs_compact_follow *f)
{
	const bs_pfn first = (bs_pfn)values(f)[0];
	const uint64_t *w = next_daemon_chunk(f);
	unsigned int n = w && w[1] < CHUNK ? (unsigned int)w[1] : CHUNK;
	bs_pfn pages[CHUNK];

	bs_mm_lru_drain(f->v->m);
	if (bs_mm_oldest(f->v->m, (unsigned int)f->daemon) != first)
		return false;
	n = bs_mm_take_oldest(f->v->m, (unsigned int)f->daemon, n, pages);
	for (unsigned int i = 0; i < n; i++)
		bs_mm_compact_mark(f->v->m, BS_MM_IN_HAND, pages[i], false);
	f->daemon_fresh = false;
	free_of_others(f);
	return true;
}

/* What kswapd does beside a request. */
static bool daemon_event(struct bs_compact_follow *f)
{
	const int kind = bs_compact_next_kind(f);

	if (kind == BS_COMPACT_WOKEN && is_direct(f)) {
		f->daemon = (int)values(f)[1];
		f->daemon_fresh = true;
		for (unsigned int i = 0; i < bs_nr_zones(f->v->m); i++) {
			struct bs_zone_info z;

			bs_zone_info(f->v->m, i, &z);
			if ((int)z.type <= f->daemon)
				bs_mm_set_reclaim_active(f->v->m, i, true);
		}
		next(f, 0, BS_MIGRATE_MOVABLE);
		return true;
	}
	if (kind != BS_MM_FREES || f->daemon < 0 ||
	    !bs_mm_compact_marked(f->v->m, BS_MM_CACHE, (bs_pfn)values(f)[0]) ||
	    bs_mm_compact_marked(f->v->m, BS_MM_IN_HAND, (bs_pfn)values(f)[0]))
		return false;
	return daemon_chunk(f);
}

/* Is the page of a chunk that is freed now one of kswapd's? */
static bool daemon_is_next(const struct bs_compact_follow *f)
{
	const uint64_t *w;

	if (f->daemon < 0 || bs_compact_next_kind(f) == BS_MM_EVICTED)
		return false;
	if (f->daemon_fresh)
		return true;
	w = next_chunk(f, LOOK_AHEAD);
	return w && w[3] <= DAEMON_PRIORITY;
}

static bool is_free(int kind)
{
	return kind == BS_MM_FREES || kind == BS_MM_FREES_LATE || kind == BS_MM_EVICTED;
}

uint64_t bs_compact_frees_of_others(struct bs_compact_follow *f)
{
	uint64_t n = 0;

	while (!f->ret && is_free(bs_compact_next_kind(f))) {
		const bool chunk = bs_compact_next_kind(f) == BS_MM_EVICTED;
		const uint64_t *w = values(f);

		if (f->predicts && chunk && f->daemon >= 0 && w[3] <= DAEMON_PRIORITY) {
			next(f, 0, BS_MIGRATE_MOVABLE);
			continue;
		}
		if (f->predicts &&
		    (chunk || bs_mm_compact_marked(f->v->m, BS_MM_CACHE, (bs_pfn)w[0])) &&
		    !daemon_is_next(f))
			break;
		if (f->predicts && daemon_event(f))
			continue;
		n += free_of_others(f);
	}
	return n;
}

void bs_compact_enter(struct bs_compact_follow *f)
{
	while (!f->ret && bs_compact_next_kind(f) >= BS_COMPACT_ASKED)
		if (!f->predicts || !daemon_event(f))
			next(f, 0, BS_MIGRATE_MOVABLE);
	bs_compact_frees_of_others(f);
}

/* ---- Requests under pressure ----------------------------------------------------------------- */

static void press_request(struct bs_compact_follow *f)
{
	const uint64_t *q = values(f);
	const unsigned int order = (unsigned int)q[1], gfp = (unsigned int)q[2];
	bs_pfn got;

	next(f, order, BS_MIGRATE_UNMOVABLE);
	if (f->ret)
		return;
	got = gfp & BS_GFP_DIRECT_RECLAIM ? bs_mm_alloc_waiting(f->v->m, 0, gfp, order)
					  : bs_mm_alloc_passing(f->v->m, 0, gfp, order, true);
	if (got != BS_NO_PFN)
		bs_mm_abandon(f->v->m, got, order);
	bs_compact_expect(f, BS_COMPACT_ALLOC, (const uint64_t[]){got, order, gfp, 0}, 4);
	bs_compact_expect(f, BS_COMPACT_ANSWER, (const uint64_t[]){q[0], got}, 2);
}

/* An idle CPU folds its part of the counter when it likes. */
static void fold_as(struct bs_machine *m, const char *line, unsigned int zone)
{
	const char *free = strstr(line, " vm_free="), *diff = strstr(line, " diff=");
	struct bs_mm_counts c;
	int64_t vm_free, d;

	if (!free || !diff)
		return;
	vm_free = strtoll(free + 9, NULL, 10);
	d = strtoll(diff + 6, NULL, 10);
	bs_mm_counts(m, zone, 0, &c);
	if (c.vm_free + c.diff == vm_free + d && c.vm_free != vm_free)
		bs_mm_vmstat_unseen(m, zone, 0, d, bs_mm_pcp_expire(m, zone, 0));
}

static void check(struct bs_compact_follow *f)
{
	const char *line = bs_live_text(f->log->text, f->log->event[f->pos].line);
	char *p = strchr((char *)line + 3, ' ');
	int zone;

	next(f, 0, BS_MIGRATE_MOVABLE);
	if (f->ret)
		return;
	if (f->pressing && p && bs_log_zone(f->v, &p, &zone) && zone >= 0)
		fold_as(f->v->m, line, (unsigned int)zone);
	f->ret = bs_verify_check(f->v, line);
}

void bs_compact_checks(struct bs_compact_follow *f)
{
	while (!f->ret && bs_compact_next_kind(f) == BS_COMPACT_CHECK)
		check(f);
}

void bs_compact_press_step(struct bs_compact_follow *f)
{
	if (bs_compact_next_kind(f) == BS_COMPACT_REQUEST)
		press_request(f);
	else
		check(f);
}

/* ---- Steps of the guest ---------------------------------------------------------------------- */

/* The event is not ours; true: it was somebody else's, and is done. */
static bool somebody_else(struct bs_compact_follow *f, unsigned int kind)
{
	const int is = bs_compact_next_kind(f);
	const bool answers = kind == BS_COMPACT_ALLOC || kind == BS_COMPACT_ANSWER;

	if (f->predicts && daemon_event(f))
		return true;
	if ((is == BS_MM_FREES || is == BS_MM_FREES_LATE) &&
	    !bs_mm_compact_marked(f->v->m, BS_MM_IN_HAND, (bs_pfn)values(f)[0])) {
		free_of_others(f);
		return true;
	}
	if (is >= BS_COMPACT_ASKED || is == BS_MM_EVICTED) {
		next(f, 0, BS_MIGRATE_MOVABLE);
		return true;
	}
	if (f->pressing && !answers && (is == BS_COMPACT_REQUEST || is == BS_COMPACT_CHECK)) {
		bs_compact_press_step(f);
		return true;
	}
	if (is == BS_COMPACT_ALLOC && kind != BS_COMPACT_ALLOC &&
	    (values(f)[0] != BS_NO_PFN || f->watching)) {
		alloc_of_others(f);
		return true;
	}
	return false;
}

static bool is_event(const struct bs_compact_follow *f, unsigned int kind, const uint64_t *v,
		     unsigned int n)
{
	const struct bs_compact_event *e = bs_compact_next(f);

	return e && e->kind == kind && e->n >= n &&
	       !memcmp(bs_compact_values(f->log, e), v, n * sizeof(*v));
}

static void answer_differs(struct bs_compact_follow *f, unsigned int kind, const uint64_t *v)
{
	const struct bs_compact_event *e = bs_compact_next(f);
	char got[32];

	if (kind == BS_COMPACT_ALLOC && e && e->kind == kind) {
		if (bs_log_compare_pfn(f->v, bs_live_text(f->log->text, e->line),
				       (bs_pfn)values(f)[0], (bs_pfn)v[0]))
			f->ret = BS_LOG_STOP;
	}
	if (f->ret)
		return;
	print_value(got, sizeof(got), v[kind == BS_COMPACT_ANSWER]);
	bs_compact_lost(f, got);
}

void bs_compact_expect(struct bs_compact_follow *f, unsigned int kind, const uint64_t *v,
		       unsigned int n)
{
	const bool frees = kind == BS_MM_FREES || kind == BS_MM_FREES_LATE;
	unsigned int order = 0;

	while (!f->ret) {
		if (is_event(f, kind, v, n)) {
			if (kind == BS_COMPACT_ALLOC && v[0] != BS_NO_PFN)
				f->v->r->pfns++;
			else if (kind == BS_COMPACT_ALLOC)
				f->v->r->failures++;
			else
				f->v->r->checks++;
			order = frees && n > 1 ? (unsigned int)v[1] : 0;
			next(f, order, BS_MIGRATE_MOVABLE);
			return;
		}
		if (bs_compact_next(f) && somebody_else(f, kind))
			continue;
		if (kind < BS_MM_NR_STEPS)
			step_differs(f, kind, v, n);
		else
			answer_differs(f, kind, v);
		if (!f->ret)
			f->ret = BS_LOG_STOP;
	}
}

static void know(struct bs_compact_follow *f, uint64_t pfn)
{
	if (pfn < f->known_end)
		f->known[pfn >> 3] |= (uint8_t)(1u << (pfn & 7));
}

static void step(void *arg, const struct bs_mm_step *s)
{
	struct bs_compact_follow *f = arg;

	if (s->kind == BS_MM_TARGET) {
		know(f, s->v[0]);
		know(f, s->v[1]);
	}
	if (f->ret || (s->kind == BS_MM_SEARCH && !f->traced_search))
		return;
	bs_compact_expect(f, s->kind, s->v, s->n);
}

static uint64_t reclaimed(void *arg)
{
	struct bs_compact_follow *f = arg;

	return f->ret ? 0 : bs_compact_frees_of_others(f);
}

/* It freed slab pages, which no event shows, if the second attempt does not come. */
static bool unseen(void *arg)
{
	const struct bs_compact_follow *f = arg;

	return !f->ret && bs_compact_next(f) && bs_compact_next_kind(f) != BS_MM_SUITABLE;
}

static void woken(void *arg)
{
	struct bs_compact_follow *f = arg;

	if (!f->ret && bs_compact_next_kind(f) == BS_COMPACT_WOKEN)
		bs_compact_enter(f);
}

/* The next zone does not come, and would have said something. */
static bool left(void *arg, unsigned int zone, bool silent)
{
	struct bs_compact_follow *f = arg;
	bool gone = false;

	if (f->ret || !bs_compact_next(f))
		return false;
	switch (bs_compact_next_kind(f)) {
	case BS_MM_DIRECT:
	case BS_MM_FREES:
	case BS_COMPACT_ALLOC:
		gone = true;
		break;
	case BS_MM_SUITABLE:
	case BS_MM_DEFERRED:
		gone = values(f)[0] != zone;
		break;
	default:
		break;
	}
	f->left += gone && !silent;
	return gone && !silent;
}

int bs_compact_follow_begin(struct bs_compact_follow *f, struct bs_logrun *v,
			    const struct bs_compact_log *log, size_t pos)
{
	const struct bs_mm_watch watch = {f, step, reclaimed, unseen, woken, left};

	*f = (struct bs_compact_follow){.v = v, .log = log, .pos = pos, .daemon = -1};
	f->pressing = !strcmp(log->op, "press");
	f->watching = !strcmp(log->op, "watch");
	f->known_end = bs_max_pfn(v->m);
	f->known = calloc(1, f->known_end / 8 + 1);
	f->traced_search = bs_mm_search_is_traced(v->m);
	if (!f->known || bs_mm_compact_watch(v->m, &watch))
		return -ENOMEM;
	return 0;
}

void bs_compact_follow_end(struct bs_compact_follow *f)
{
	if (f->known)
		bs_mm_compact_watch(f->v->m, NULL);
	free(f->known);
	f->known = NULL;
}
