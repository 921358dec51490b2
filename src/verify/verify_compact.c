// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_compact.c - what made a kernel compact or reclaim, done to a guest: compact_memory, requests that
 * wait, drop_caches, kswapd and kcompactd (VECTORS.md, compaction).
 */
#include "verify_compact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compact_compare.h"
#include "compact_follow.h"
#include "mm_range.h"
#include "state_fields.h"

#define MODES 3

struct play {
	struct bs_logrun *v;
	struct bs_compact_log log;
	struct bs_compact_follow f;
	struct bs_compact_carry *carry;
	/* Requests that kswapd joined later than at their beginning, by number. */
	uint8_t *late;
	size_t request, nr_requests;
	bool daemon_joined; /* the request that is at work now */
};

static int short_of_memory(struct bs_logrun *v)
{
	return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "a log");
}

/* ---- Page cache ------------------------------------------------------------------------------ */

void bs_compact_carry_init(struct bs_compact_carry *c)
{
	*c = (struct bs_compact_carry){.settings = {.proactiveness = 20}};
}

void bs_compact_carry_free(struct bs_compact_carry *c)
{
	free(c->cache.pfn);
	free(c->cache.with);
}

static int by_pfn(const void *a, const void *b)
{
	const bs_pfn x = *(const bs_pfn *)a, y = *(const bs_pfn *)b;

	return x < y ? -1 : x > y;
}

static bool same_pages(const struct bs_state_pages *a, const struct bs_state_pages *b)
{
	const size_t bytes = a->n * sizeof(bs_pfn);
	bs_pfn *x = malloc(2 * bytes + 1);
	bool same = false;

	if (a->n == b->n && x) {
		memcpy(x, a->pfn, bytes);
		memcpy(x + a->n, b->pfn, bytes);
		qsort(x, a->n, sizeof(*x), by_pfn);
		qsort(x + a->n, a->n, sizeof(*x), by_pfn);
		same = !memcmp(x, x + a->n, bytes);
	}
	free(x);
	return same;
}

static bool has_cache(const struct play *p)
{
	return p->log.nr_pages && p->log.pages[0].n && p->log.dump[0].k->has_generations &&
	       (!strcmp(p->log.op, "direct") || !strcmp(p->log.op, "press"));
}

/* What is known of the age of the page cache decides what reclaim takes. */
static int load_cache(struct play *p)
{
	const struct bs_state_pages *l = &p->log.pages[0];
	struct bs_machine *m = p->v->m;

	if (!has_cache(p))
		return 0;
	if (p->carry->cache.n && same_pages(l, &p->carry->cache))
		l = &p->carry->cache;
	for (size_t i = 0; i < l->n; i++) {
		if (bs_pfn_zone(m, l->pfn[i]) < 0)
			return bs_log_bad(p->v, "a page of the cache in no zone: %s", "pages c");
		if (bs_mm_compact_mark(m, BS_MM_CACHE, l->pfn[i], true))
			return short_of_memory(p->v);
		bs_mm_cache_add(m, l->pfn[i]);
	}
	if (p->log.dump[0].k->generation_pages > l->n)
		bs_mm_cache_others(m, p->log.dump[0].k->generation_pages - l->n);
	bs_mm_cache_predicted(m, true);
	p->f.predicts = true;
	return 0;
}

static int save_cache(struct play *p)
{
	struct bs_state_pages *l = &p->carry->cache;
	size_t n;

	l->n = 0;
	if (!has_cache(p))
		return 0;
	bs_mm_lru_drain(p->v->m);
	n = bs_mm_cache(p->v->m, NULL, 0);
	if (n > l->cap) {
		bs_pfn *more = realloc(l->pfn, n * sizeof(*more));

		if (!more)
			return short_of_memory(p->v);
		l->pfn = more;
		l->cap = n;
	}
	l->n = bs_mm_cache(p->v->m, l->pfn, n);
	return 0;
}

/* ---- Triggers -------------------------------------------------------------------------------- */

static void compact_memory(struct play *p)
{
	if (bs_mm_compact_memory(p->v->m, 0))
		bs_compact_lost(&p->f, "out of memory");
}

static bool woken_before(const struct bs_compact_log *log, size_t pos)
{
	for (; pos < log->nr_events && log->event[pos].kind != BS_COMPACT_REQUEST; pos++)
		if (log->event[pos].kind == BS_COMPACT_WOKEN)
			return true;
	return false;
}

/* kswapd may have ended its run: its flag says so. */
static void daemon_over(struct play *p)
{
	for (size_t i = p->f.pos; i < p->log.nr_events && p->f.daemon >= 0; i++) {
		const char *line = bs_live_text(p->log.text, p->log.event[i].line), *flags;
		char *words;
		int zone;

		if (p->log.event[i].kind != BS_COMPACT_CHECK)
			break;
		words = strchr((char *)line + 3, ' ');
		flags = strstr(line, " flags=");
		if (words && flags && bs_log_zone(p->v, &words, &zone) && zone >= 0)
			bs_mm_set_reclaim_active(p->v->m, (unsigned int)zone,
						 strtoul(flags + 7, NULL, 16) & 2);
	}
}

static void request(struct play *p)
{
	struct bs_compact_follow *f = &p->f;
	const uint64_t *q = bs_compact_values(&p->log, &p->log.event[f->pos]);
	const unsigned int order = (unsigned int)q[1], gfp = (unsigned int)q[2];
	bs_pfn got;

	bs_compact_expect(f, BS_COMPACT_REQUEST, q, 3);
	p->daemon_joined = f->predicts && woken_before(&p->log, f->pos);
	if (!f->predicts)
		bs_compact_frees_of_others(f);
	else if (!p->late[p->request])
		bs_compact_enter(f);
	got = bs_mm_alloc_waiting(p->v->m, 0, gfp, order);
	if (got != BS_NO_PFN)
		bs_mm_abandon(p->v->m, got, order);
	bs_compact_expect(f, BS_COMPACT_ALLOC,
			  (const uint64_t[]){got, order, gfp, bs_gfp_migratetype(gfp)}, 4);
	bs_compact_expect(f, BS_COMPACT_ANSWER, (const uint64_t[]){q[0], got}, 2);
	if (f->ret)
		return;
	daemon_over(p);
	bs_compact_checks(f);
}

static void direct(struct play *p)
{
	for (p->request = 0; !p->f.ret && bs_compact_next(&p->f); p->request++) {
		if (bs_compact_next_kind(&p->f) == BS_COMPACT_REQUEST)
			request(p);
		else
			bs_compact_lost(&p->f, "a request");
		if (p->f.ret)
			break;
	}
}

/* The pages of the cache in their order, portion by portion; others free theirs in between. */
static void drop_caches(struct play *p)
{
	const struct bs_state_pages *l = &p->log.pages[0];
	struct bs_compact_follow *f = &p->f;
	size_t done = 0;

	for (size_t i = 0; i < l->n; i++)
		if (bs_mm_compact_mark(p->v->m, BS_MM_CACHE, l->pfn[i], true))
			bs_compact_lost(f, "out of memory");
	while (!f->ret && bs_compact_next(f)) {
		const struct bs_compact_event *e = bs_compact_next(f);
		const bs_pfn pfn = (bs_pfn)*bs_compact_values(&p->log, e);

		if (e->kind == BS_MM_FREES && done < l->n &&
		    bs_mm_compact_marked(p->v->m, BS_MM_CACHE, pfn))
			done += bs_mm_drop_portion(p->v->m, 0, l->pfn + done, l->n - done);
		else if (e->kind == BS_MM_FREES || e->kind == BS_MM_FREES_LATE)
			bs_compact_free_of_others(f);
		else
			bs_compact_lost(f, "page cache that is dropped");
	}
	if (!f->ret && done < l->n)
		bs_compact_lost(f, "more page cache to drop");
}

static void fill_run(const struct play *p, const uint64_t *w, struct bs_mm_run *run)
{
	const char *line = bs_live_text(p->log.text, p->log.event[p->f.pos].line);
	const char *hz = strstr(line, " hz="), *flags = strstr(line, " aflags=");

	*run = (struct bs_mm_run){
		.zone = (unsigned int)w[0],
		.order = (int)w[1],
		.mode = (unsigned int)w[2] % MODES,
		.mt = (unsigned int)w[3] % BS_PCPTYPES,
		.whole = w[8] && (int)w[1] == -1,
		.ignore_skip = w[9],
		.ignore_types = w[10],
		.proactive = w[12],
		.hz = hz ? (unsigned int)strtoul(hz + 4, NULL, 10) % BS_NR_ZONE_TYPES : 0,
		.flags = flags ? (unsigned int)strtoul(flags + 8, NULL, 16) & 3 : 0,
	};
}

/* kcompactd's run that begins with the next event. */
static bool read_run(struct play *p, struct bs_mm_run *run)
{
	const struct bs_compact_event *e = bs_compact_next(&p->f);
	const uint64_t *w = e ? bs_compact_values(&p->log, e) : NULL;

	if (!e || e->kind != BS_MM_BEGIN || e->n < 13 || w[0] >= bs_nr_zones(p->v->m) ||
	    (int)w[1] < -1 || (int)w[1] > BS_MAX_ORDER) {
		bs_compact_lost(&p->f, "a run of kcompactd");
		return false;
	}
	fill_run(p, w, run);
	return true;
}

/* ---- Under pressure -------------------------------------------------------------------------- */

static void kswapd(struct play *p)
{
	struct bs_compact_follow *f = &p->f;
	const struct bs_compact_event *e = bs_compact_next(f);
	const uint64_t *w = bs_compact_values(&p->log, e);
	uint64_t boosts[BS_MAX_ZONES];

	bs_compact_expect(f, e->kind, w, 2);
	bs_mm_kswapd_begin(p->v->m, (unsigned int)w[1], boosts);
	if (f->predicts)
		bs_mm_kswapd(p->v->m, 0, (unsigned int)w[1]);
	bs_compact_frees_of_others(f);
	bs_mm_kswapd_end(p->v->m, (unsigned int)w[1], boosts);
}

/* A run of kcompactd: from the dump in front of it on. */
static void kcompactd(struct play *p)
{
	const struct bs_compact_dump *d = NULL;
	struct bs_mm_run run;

	for (size_t i = 0; i < p->log.nr_dumps; i++)
		if (p->log.dump[i].at == p->f.pos && !strcmp(p->log.dump[i].state->name, "kstart"))
			d = &p->log.dump[i];
	if (!d || !read_run(p, &run)) {
		bs_compact_lost(&p->f, "a dump before a run of kcompactd");
		return;
	}
	for (unsigned int i = 0; i < d->state->nr_zones; i++)
		if (d->k->has_zone[i])
			bs_mm_compact_set_zone(p->v->m, i, &d->k->zone[i]);
	p->f.ret = bs_compact_compare(&p->f, &p->log.dump[0], d, true, true);
	if (!p->f.ret)
		bs_mm_run_zone(p->v->m, 0, &run);
}

static void press_event(struct play *p)
{
	struct bs_compact_follow *f = &p->f;
	const struct bs_compact_event *e = bs_compact_next(f);
	const uint64_t *w = bs_compact_values(&p->log, e);
	struct bs_machine *m = p->v->m;
	const unsigned int zone = e->n ? (unsigned int)w[0] % BS_MAX_ZONES : 0;
	const bool has_zone = zone < bs_nr_zones(m);

	switch (e->kind) {
	case BS_COMPACT_REQUEST:
	case BS_COMPACT_CHECK:
		bs_compact_press_step(f);
		break;
	case BS_MM_FREES:
	case BS_MM_FREES_LATE:
	case BS_MM_EVICTED:
		if (!bs_compact_frees_of_others(f) && bs_compact_next(f) == e)
			bs_compact_lost(f, "nothing that is freed here");
		break;
	case BS_COMPACT_WOKEN:
		kswapd(p);
		break;
	case BS_MM_SUITABLE:
		if (has_zone)
			bs_mm_suitable(m, zone, (unsigned int)w[1], BS_ZONE_NORMAL);
		break;
	case BS_MM_RESET:
		if (has_zone)
			bs_mm_defer_over(m, zone, (unsigned int)w[1]);
		break;
	case BS_MM_DEFER:
		if (has_zone)
			bs_mm_defer(m, zone, (unsigned int)w[1]);
		break;
	case BS_MM_BEGIN:
		kcompactd(p);
		break;
	case BS_COMPACT_ASKED:
	case BS_COMPACT_SLEEPS:
	case BS_MM_DEFERRED:
		bs_compact_expect(f, e->kind, w, e->n);
		break;
	default:
		bs_compact_lost(f, "a request, or kswapd");
	}
}

static void press(struct play *p)
{
	while (!p->f.ret && bs_compact_next(&p->f)) {
		const size_t pos = p->f.pos;

		press_event(p);
		if (p->f.pos == pos)
			bs_compact_lost(&p->f, "something else");
	}
}

/* ---- A run ----------------------------------------------------------------------------------- */

static bool is_live(const struct play *p)
{
	return p->log.dump[0].state->reporting == 1 || !strcmp(p->log.op, "press");
}

static int begin(struct play *p, const struct bs_compact_dump *d)
{
	int ret = bs_compact_guest(p->v, &p->log, d);

	if (ret)
		return ret;
	bs_compact_log_zones(&p->log, p->v);
	if (bs_compact_follow_begin(&p->f, p->v, &p->log, d->at))
		return short_of_memory(p->v);
	return 0;
}

static int whole_run(struct play *p)
{
	static const struct {
		const char *op;
		void (*run)(struct play *p);
	} ops[] = {
		{"compact_memory", compact_memory},
		{"direct", direct},
		{"drop_caches", drop_caches},
		{"press", press},
	};
	const bool pressing = !strcmp(p->log.op, "press");
	const struct bs_compact_dump *end =
		&p->log.dump[pressing ? p->log.nr_dumps - 1 : p->log.nr_dumps > 1];
	int ret = begin(p, &p->log.dump[0]);

	if (!ret)
		ret = load_cache(p);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]) && !ret; i++)
		if (!strcmp(ops[i].op, p->log.op))
			ops[i].run(p);
	if (!ret && !p->f.ret && bs_compact_next(&p->f))
		bs_compact_lost(&p->f, "nothing more");
	if (!ret)
		ret = p->f.ret;
	if (!ret && end->state && end != &p->log.dump[0])
		ret = bs_compact_compare(&p->f, &p->log.dump[0], end, is_live(p), !pressing);
	if (!ret)
		ret = save_cache(p);
	return ret;
}

/*
 * A difference in a request that kswapd joined may come of when it did: with the request, or later. Which of it is
 * not in the log, so both are tried, from the start.
 */
static int run_until_joined(struct play *p)
{
	struct bs_verify_result before = *p->v->r;
	const uint64_t op = p->v->op;
	int ret;

	for (size_t i = 0; i < p->log.nr_events; i++)
		p->nr_requests += p->log.event[i].kind == BS_COMPACT_REQUEST;
	p->late = calloc(1, p->nr_requests + 1);
	if (!p->late)
		return short_of_memory(p->v);
	while ((ret = whole_run(p)) == BS_LOG_STOP && p->daemon_joined &&
	       p->request < p->nr_requests && !p->late[p->request]) {
		p->late[p->request] = 1;
		*p->v->r = before;
		p->v->op = op;
		bs_compact_follow_end(&p->f);
	}
	return ret;
}

/* Runs of kcompactd in a series of a live system, each from its own dump to the next. */
static int runs_of_daemon(struct play *p)
{
	struct bs_mm_run last = {0}, run;
	int ret = 0;

	for (size_t i = 0; i + 1 < p->log.nr_dumps && !ret; i++) {
		const struct bs_compact_dump *a = &p->log.dump[i], *b = a + 1;

		if (!a->state || !b->state || strcmp(a->state->name, "kstart") ||
		    strcmp(b->state->name, "kend"))
			continue;
		bs_compact_follow_end(&p->f);
		ret = begin(p, a);
		if (ret)
			break;
		if (read_run(p, &run)) {
			/* One block of kcompactd's for all zones. */
			if (last.order == run.order && run.order != -1 && last.zone < run.zone) {
				run.inherits = true;
				run.search = last.search;
				run.search_failed = last.search_failed;
				run.became_whole = last.became_whole;
			}
			bs_mm_run_zone(p->v->m, 0, &run);
			last = run;
		}
		ret = p->f.ret;
		if (!ret)
			ret = bs_compact_compare(&p->f, a, b, is_live(p), true);
	}
	return ret;
}

int bs_verify_compact(struct bs_logrun *v, const struct bs_live *text, const struct bs_state *head,
		      struct bs_compact_carry *carry)
{
	struct play p = {.v = v, .carry = carry, .f = {.v = v}};
	int ret = bs_compact_log_read(&p.log, text, v, head, &carry->settings);

	v->r->waits++;

	if (!ret)
		ret = !strcmp(p.log.op, "watch") ? runs_of_daemon(&p) : run_until_joined(&p);
	carry->settings = p.log.settings;
	bs_compact_follow_end(&p.f);
	free(p.late);
	bs_compact_log_free(&p.log);
	return ret;
}
