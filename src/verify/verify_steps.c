// SPDX-License-Identifier: GPL-2.0-or-later
/* verify_steps.c - ranges for one owner and memory blocks, in the steps in which the kernel does them. */
#include "verify_steps.h"

#include <errno.h>
#include <string.h>

#include "live.h"
#include "log_orders.h"
#include "mm_range.h"
#include "mm_verify.h"

#define MEMORY_BLOCK 32768 /* pages */

/* What a step is given. */
struct step {
	const char *line;
	bs_pfn a, b; /* numbers behind the word; 0 where there are fewer */
	int zone; /* the first of them as a zone, -1: there is none */
};

static bs_pfn floor_block(const struct bs_logrun *v, bs_pfn pfn)
{
	return pfn & ~(((bs_pfn)1 << bs_pageblock_order(v->m)) - 1);
}

static bs_pfn ceil_block(const struct bs_logrun *v, bs_pfn pfn)
{
	const bs_pfn end = floor_block(v, pfn + ((bs_pfn)1 << bs_pageblock_order(v->m)) - 1);

	return end < bs_max_pfn(v->m) ? end : bs_max_pfn(v->m);
}

static int differ(struct bs_logrun *v, const char *what, const char *expected, const char *got)
{
	return bs_log_differ(v, BS_DIFF_CHECK, what, expected, got);
}

/* ---- Ranges for one owner -------------------------------------------------------------------- */

int bs_verify_contig_begins(struct bs_logrun *v, char *line)
{
	struct bs_live_contig *c = &v->live->contig;
	uint64_t start, end;
	char *p = line + 3;

	if (!bs_log_number(&p, BS_MAX_PFN, &start) || !bs_log_number(&p, BS_MAX_PFN, &end))
		return bs_log_bad(v, "malformed range \"%.60s\"", line);
	*c = (struct bs_live_contig){.on = true, .start = (bs_pfn)start, .end = (bs_pfn)end};
	v->live->nr_due = 0;
	return BS_LOG_GO_ON;
}

int bs_verify_contig_ends(struct bs_logrun *v, char *line)
{
	struct bs_live_contig *c = &v->live->contig;
	const int want = strcmp(line + 3, "0") ? -EBUSY : 0;

	if (strncmp(line + 3, "0", 1) && strncmp(line + 3, "-16", 3))
		return bs_log_bad(v, "a result that is neither 0 nor -16: \"%.60s\"", line);
	c->on = false;
	if (v->live->nr_due || v->live->nr_runs)
		return differ(v, line, "all that was taken too much is given back", "not all");
	if ((strncmp(line + 3, "-16", 3) ? 0 : -EBUSY) == c->ret)
		return BS_LOG_GO_ON;
	return differ(v, line, want ? "refused" : "taken", want ? "taken" : "refused");
}

static int isolate(struct bs_logrun *v, const struct step *s)
{
	struct bs_live_contig *c = &v->live->contig;
	const int zone = bs_pfn_zone(v->m, s->a);
	const int ret = bs_mm_isolate_range(v->m, 0, floor_block(v, s->a), ceil_block(v, s->b),
					    BS_MIGRATE_MOVABLE,
					    c->on ? bs_log_keeps : bs_log_keeps_offline, v);

	if (!c->on)
		return BS_LOG_GO_ON;
	c->isolated = true;
	c->ret = ret;
	if (!ret)
		bs_mm_drain(v->m, (unsigned int)zone, BS_ALL_CPUS, 0);
	return BS_LOG_GO_ON;
}

static void surplus(struct bs_live *l, bs_pfn start, bs_pfn end, bool as_runs)
{
	const struct bs_live_run run = {start, end - start};

	if (start == end)
		return;
	if (!as_runs)
		l->due[l->nr_due++] = run;
	else if (l->nr_runs < BS_LIVE_RUNS)
		l->runs[l->nr_runs++] = run;
}

static int take(struct bs_logrun *v, const struct step *s)
{
	struct bs_live_contig *c = &v->live->contig;
	const bs_pfn from = bs_mm_free_head(v->m, c->start);
	char got[32];
	bs_pfn to;

	if (!c->on || c->ret)
		return differ(v, s->line, "isolated", "refused");
	if (from != s->a) {
		snprintf(got, sizeof(got), "from pfn %u", from);
		return differ(v, s->line, "from where it says", got);
	}
	to = bs_mm_take_free(v->m, from, c->end);
	if (to == BS_NO_PFN)
		return differ(v, s->line, "all free", "not all free");
	c->taken = true;
	surplus(v->live, from, c->start, bs_mm_frees_runs(v->m));
	surplus(v->live, c->end, to, bs_mm_frees_runs(v->m));
	return BS_LOG_GO_ON;
}

/* The pages' own lines follow. */
static int free_contig(struct bs_logrun *v, const struct step *s)
{
	struct bs_live *l = v->live;

	if (bs_mm_frees_runs(v->m)) {
		surplus(l, s->a, s->a + s->b, true);
		return BS_LOG_GO_ON;
	}
	if (!l->contig.on || !l->contig.taken)
		return BS_LOG_GO_ON;
	if (!l->nr_due || l->due[0].first != s->a || l->due[0].n != s->b)
		return differ(v, s->line, "what was taken too much", "another range");
	l->due[0] = l->due[1];
	l->nr_due--;
	return BS_LOG_GO_ON;
}

static int undo(struct bs_logrun *v, const struct step *s)
{
	struct bs_live_contig *c = &v->live->contig;
	bs_pfn p;

	if (c->on && c->isolated && (s->a != c->start || s->b != c->end))
		return BS_LOG_GO_ON; /* inside an isolation that fails, and done with it */
	if (c->on && !c->taken && !c->ret) {
		for (p = bs_mm_free_head(v->m, c->start); p < c->end;) {
			unsigned int order;
			bs_pfn head;

			if (bs_page_lookup(v->m, p, &head, &order) != BS_PAGE_FREE || head != p)
				break;
			p += (bs_pfn)1 << order;
		}
		if (p >= c->end)
			return differ(v, s->line, "not all free", "all free");
		c->ret = -EBUSY;
	}
	bs_mm_unisolate_range(v->m, 0, floor_block(v, s->a), ceil_block(v, s->b),
			      BS_MIGRATE_MOVABLE);
	return BS_LOG_GO_ON;
}

/* ---- Memory blocks --------------------------------------------------------------------------- */

static int drain(struct bs_logrun *v, const struct step *s)
{
	bs_mm_drain(v->m, s->zone < 0 ? BS_ALL_ZONES : (unsigned int)s->zone, BS_ALL_CPUS, 0);
	return BS_LOG_GO_ON;
}

static int pcp_disable(struct bs_logrun *v, const struct step *s)
{
	if (s->zone >= 0)
		bs_mm_pcp_disable(v->m, (unsigned int)s->zone);
	return BS_LOG_GO_ON;
}

static int pcp_enable(struct bs_logrun *v, const struct step *s)
{
	struct bs_live_run *gone = &v->live->gone;
	int ret = 0;

	if (gone->n)
		ret = bs_mm_managed_gone(v->m, gone->first, gone->first + gone->n);
	*gone = (struct bs_live_run){0};
	if (s->zone >= 0)
		bs_mm_pcp_enable(v->m, (unsigned int)s->zone);
	return ret;
}

static int offline(struct bs_logrun *v, const struct step *s)
{
	if (bs_mm_take_free(v->m, s->a, s->b) != s->b)
		return differ(v, s->line, "all free", "not all free");
	bs_mm_isolated_gone(v->m, s->a, s->b);
	v->live->gone = (struct bs_live_run){s->a, s->b - s->a};
	return BS_LOG_GO_ON;
}

static int online(struct bs_logrun *v, const struct step *s)
{
	if (s->b > BS_LOG_MAX_ORDER || bs_pfn_zone(v->m, s->a) < 0 ||
	    bs_pfn_zone(v->m, s->a + MEMORY_BLOCK - 1) < 0)
		return bs_log_bad(v, "memory outside of all zones: \"%.60s\"", s->line);
	if (!v->live->onlining)
		bs_mm_isolated_come(v->m, s->a, s->a + MEMORY_BLOCK);
	v->live->onlining = true;
	v->live->onlined = s->a;
	return bs_mm_online_chunk(v->m, s->a, s->b);
}

static int present(struct bs_logrun *v, const struct step *s)
{
	(void)s;
	v->live->onlining = false;
	return BS_LOG_GO_ON;
}

static int marks(struct bs_logrun *v, const struct step *s)
{
	(void)s;
	bs_mm_marks_anew(v->m, v->live->marks_again);
	v->live->marks_again = !v->live->marks_again;
	return BS_LOG_GO_ON;
}

static int nothing(struct bs_logrun *v, const struct step *s)
{
	(void)v;
	(void)s;
	return BS_LOG_GO_ON;
}

/* ---- All steps ------------------------------------------------------------------------------- */

int bs_verify_step(struct bs_logrun *v, char *line)
{
	static const struct {
		const char *word;
		unsigned int args;
		int (*run)(struct bs_logrun *v, const struct step *s);
	} steps[] = {
		{"isolate", 2, isolate},
		{"unisolate", 2, undo},
		{"take", 2, take},
		{"free_contig", 2, free_contig},
		{"drain", 0, drain},
		{"pcp_disable", 1, pcp_disable},
		{"pcp_enable", 1, pcp_enable},
		{"offline", 2, offline},
		{"online", 2, online},
		{"present", 1, present},
		{"wmark", 0, nothing}, /* of the zone; all are made anew behind it */
		{"wmarks", 0, marks},
		{"shuffle", 1, nothing},
	};
	const size_t len = strcspn(line + 3, " ");
	char *p = line + 3 + len;
	struct step s = {line, 0, 0, -1};
	uint64_t n[2] = {0, 0};

	for (size_t i = 0; i < 2 && bs_log_number(&p, BS_MAX_PFN, &n[i]); i++)
		;
	s.a = (bs_pfn)n[0];
	s.b = (bs_pfn)n[1];
	s.zone = n[0] < BS_LOG_ZONES ? v->zone_of[n[0]] : -1;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strlen(steps[i].word) != len || strncmp(steps[i].word, line + 3, len))
			continue;
		if (steps[i].args == 2 &&
		    (s.a >= bs_max_pfn(v->m) ||
		     (steps[i].run != free_contig && steps[i].run != online && s.b <= s.a)))
			return bs_log_bad(v, "malformed step \"%.60s\"", line);
		if (bs_log_operation(v, line, 0, bs_pageblock_order(v->m), BS_MIGRATE_MOVABLE))
			return BS_LOG_STOP;
		return steps[i].run(v, &s);
	}
	return bs_log_bad(v, "unknown step \"%.60s\"", line);
}
