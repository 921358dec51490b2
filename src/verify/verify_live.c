// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_live.c - events of a running system. That others allocate, and when, is the log's to say; which
 * page they get, and what a free or a round of the vmstat work does to the lists, is compared.
 */
#include "verify_live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "log_orders.h"
#include "mm_range.h"
#include "mm_user.h"
#include "mm_verify.h"
#include "mm_vmstat.h"
#include "verify_steps.h"

static int malformed(struct bs_logrun *v, const char *line)
{
	return bs_log_bad(v, "malformed event \"%.60s\"", line);
}

/* ---- What others allocate and free ----------------------------------------------------------- */

static bool read_hex(char **p, unsigned int *out)
{
	char *end;
	const unsigned long x = strtoul(*p, &end, 16);

	if (end == *p || (*end && *end != ' ') || x > UINT32_MAX)
		return false;
	*p = end;
	*out = (unsigned int)x;
	return true;
}

/* pa PFN|- ORDER GFP MT [cCPU] */
static int allocated(struct bs_logrun *v, char *line)
{
	struct bs_zone_info z;
	unsigned int gfp, cpu;
	uint64_t pfn = BS_NO_PFN, order, mt;
	const bool failed = !strncmp(line + 3, "- ", 2);
	char *p = line + 3 + failed;
	bs_pfn got;
	int zone, ret;

	if ((!failed && !bs_log_number(&p, BS_MAX_PFN - 1, &pfn)) ||
	    !bs_log_number(&p, BS_LOG_MAX_ORDER, &order) || !read_hex(&p, &gfp) ||
	    !bs_log_number(&p, BS_PCPTYPES, &mt) || !bs_log_cpu(v, &p, &cpu) || *p)
		return malformed(v, line);
	/* A failure does not say where it looked: in all of a guest of one node. */
	zone = failed ? 0 : bs_pfn_zone(v->m, (bs_pfn)pfn);
	if (zone < 0)
		return bs_log_bad(v, "a page in no zone: \"%.60s\"", line);
	bs_zone_info(v->m, (unsigned int)zone, &z);
	if (bs_log_operation(v, line, cpu, (unsigned int)order, bs_gfp_migratetype(gfp)))
		return BS_LOG_STOP;
	got = bs_mm_alloc_on(v->m, cpu, z.node, gfp, (unsigned int)order);
	bs_log_operation_done(v, got, (int)order);
	ret = bs_log_compare_pfn(v, line, (bs_pfn)pfn, got);
	/* It may come back in other pieces. */
	if (got != BS_NO_PFN)
		bs_mm_abandon(v->m, got, (unsigned int)order);
	return ret;
}

static int not_in_use(struct bs_logrun *v, const char *line)
{
	return bs_log_differ(v, BS_DIFF_OWNER, line, "in use", "not wholly in use here");
}

static int free_block(struct bs_logrun *v, const char *line, unsigned int cpu, bs_pfn pfn,
		      unsigned int order)
{
	if (bs_log_operation(v, line, cpu, order, bs_pageblock_type(v->m, pfn) % BS_PCPTYPES))
		return BS_LOG_STOP;
	if (bs_machine_adopt(v->m, pfn, order))
		return not_in_use(v, line);
	bs_free_pages(v->m, cpu, pfn, order);
	bs_log_operation_done(v, pfn, -1);
	return BS_LOG_GO_ON;
}

static int free_past_lists(struct bs_logrun *v, const char *line, unsigned int cpu, bs_pfn pfn)
{
	if (bs_log_operation(v, line, cpu, 0, bs_pageblock_type(v->m, pfn) % BS_PCPTYPES))
		return BS_LOG_STOP;
	if (bs_machine_adopt(v->m, pfn, 0))
		return not_in_use(v, line);
	bs_mm_free_past_pcp(v->m, cpu, pfn);
	bs_log_operation_done(v, pfn, -1);
	return BS_LOG_GO_ON;
}

static int free_run(struct bs_logrun *v, const char *line, unsigned int cpu, bs_pfn pfn, bs_pfn n)
{
	if (bs_log_operation(v, line, cpu, 0, bs_pageblock_type(v->m, pfn) % BS_PCPTYPES))
		return BS_LOG_STOP;
	if (bs_mm_free_run(v->m, cpu, pfn, n))
		return not_in_use(v, line);
	bs_log_operation_done(v, pfn, -1);
	return BS_LOG_GO_ON;
}

/* A page of a run that was announced: true; *@done at its last page. */
static bool announced(struct bs_live *l, bs_pfn pfn, uint64_t order, struct bs_live_run *done)
{
	*done = (struct bs_live_run){0};
	if (!l->nr_runs || order || pfn < l->runs[0].first ||
	    pfn - l->runs[0].first >= l->runs[0].n)
		return false;
	if (pfn - l->runs[0].first == l->runs[0].n - 1) {
		*done = l->runs[0];
		memmove(&l->runs[0], &l->runs[1], --l->nr_runs * sizeof(l->runs[0]));
	}
	return true;
}

/* A page of what was taken too much, given back with no step that announces it (7.1). */
static void given_back(struct bs_live *l, bs_pfn pfn, uint64_t order)
{
	if (!l->nr_due || order || l->due[0].first != pfn)
		return;
	l->due[0].first++;
	if (--l->due[0].n)
		return;
	l->due[0] = l->due[1];
	l->nr_due--;
}

/* pf PFN ORDER [cCPU] */
static int freed(struct bs_logrun *v, char *line)
{
	struct bs_live *l = v->live;
	const struct bs_live_line *at = &l->lines[l->current];
	struct bs_live_run run;
	uint64_t pfn, order;
	unsigned int cpu;
	char *p = line + 3;

	if (!bs_log_number(&p, BS_MAX_PFN - 1, &pfn) ||
	    !bs_log_number(&p, BS_LOG_MAX_ORDER, &order) || !bs_log_cpu(v, &p, &cpu) || *p ||
	    bs_pfn_zone(v->m, (bs_pfn)pfn) < 0)
		return malformed(v, line);
	if (!l->runs_found && !l->processes && bs_mm_frees_runs(v->m)) {
		bs_live_find_runs(l);
		l->runs_found = true;
	}
	if (at->mark & BS_LIVE_LATE || l->onlined == pfn) {
		l->onlined = BS_NO_PFN;
		return BS_LOG_GO_ON;
	}
	bs_log_set(&v->fixed, (bs_pfn)pfn, false);
	given_back(l, (bs_pfn)pfn, order);
	if (announced(l, (bs_pfn)pfn, order, &run))
		return run.n ? free_run(v, line, cpu, run.first, run.n) : BS_LOG_GO_ON;
	if (at->mark & BS_LIVE_PAST)
		return free_past_lists(v, line, cpu, (bs_pfn)pfn);
	if (at->mark & BS_LIVE_RUN_END)
		return free_run(v, line, cpu, at->first, at->n);
	if (at->mark & BS_LIVE_RUN)
		return BS_LOG_GO_ON;
	return free_block(v, line, cpu, (bs_pfn)pfn, (unsigned int)order);
}

/* pb PFN [cCPU]: a page of a batch, whose pf came before. */
static int freed_late(struct bs_logrun *v, char *line)
{
	uint64_t pfn;
	unsigned int cpu;
	char *p = line + 3;

	if (!bs_log_number(&p, BS_MAX_PFN - 1, &pfn) || !bs_log_cpu(v, &p, &cpu) || *p ||
	    bs_pfn_zone(v->m, (bs_pfn)pfn) < 0)
		return malformed(v, line);
	bs_log_set(&v->fixed, (bs_pfn)pfn, false);
	return free_block(v, line, cpu, (bs_pfn)pfn, v->live->lines[v->live->current].order);
}

/* ---- The vmstat work ------------------------------------------------------------------------- */

/* vs JIFFIES NS PAGESETS [cCPU]; ve JIFFIES NS PAGESETS RET [cCPU] */
static bool read_round(struct bs_logrun *v, char *line, uint64_t *ns, uint64_t *pagesets,
		       uint64_t *ret)
{
	uint64_t jiffies;
	char *p = line + 3;

	return bs_log_number(&p, INT64_MAX, &jiffies) && bs_log_number(&p, INT64_MAX, ns) &&
	       bs_log_number(&p, 1, pagesets) && (!ret || bs_log_number(&p, INT32_MAX, ret)) &&
	       bs_log_cpu(v, &p, &v->live->cpu) && !*p;
}

static int round_begins(struct bs_logrun *v, char *line)
{
	struct bs_live *l = v->live;
	uint64_t pagesets, ns;

	if (!read_round(v, line, &ns, &pagesets, NULL))
		return malformed(v, line);
	if (!l->first_round)
		l->first_round = ns;
	l->round[l->cpu] = (struct bs_live_round){.pagesets = pagesets, .at = ns - l->first_round};
	return BS_LOG_GO_ON;
}

/* Done at its end: what happened on this CPU in between came before. */
static int round_ends(struct bs_logrun *v, char *line)
{
	struct bs_live_round *round;
	uint64_t ns, pagesets, ret;
	bool again;

	if (!read_round(v, line, &ns, &pagesets, &ret))
		return malformed(v, line);
	round = &v->live->round[v->live->cpu];
	if (bs_log_operation(v, line, v->live->cpu, 0, BS_MIGRATE_MOVABLE))
		return BS_LOG_STOP;
	again = bs_mm_vmstat(v->m, v->live->cpu, round->zones_changed, round->pagesets);
	again |= round->others_changed;
	round->done = true;
	bs_log_operation_done(v, BS_NO_PFN, -1);
	if (again == (ret != 0))
		return BS_LOG_GO_ON;
	return bs_log_differ(v, BS_DIFF_CHECK, line, ret ? "runs again" : "is over",
			     again ? "runs again" : "is over");
}

static const char *value_of(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p ? p + strlen(name) : NULL;
}

static int compare_zone(struct bs_logrun *v, const char *line, unsigned int zone)
{
	struct bs_mm_counts c;
	struct bs_mm_pcp q;
	char what[64], expected[32], got[32];

	bs_mm_counts(v->m, zone, v->live->cpu, &c);
	bs_mm_pcp(v->m, zone, v->live->cpu, &q);
	const struct {
		const char *name;
		int64_t got;
	} figures[] = {
		{" vm_free=", c.vm_free},
		{" diff=", c.diff},
		{" count=", q.count},
		{" high=", q.high},
		{" batch=", q.batch},
		{" expire=", bs_mm_pcp_expire(v->m, zone, v->live->cpu)},
		{" zflags=", c.flags},
		{" free_factor=", q.free_factor},
		{" high_min=", q.high_min},
		{" high_max=", q.high_max},
		{" alloc_factor=", q.alloc_factor},
		{" flags=", q.flags},
		{" free_count=", q.free_count},
	};
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		const char *text = value_of(line, figures[i].name);
		int64_t want;
		int ret;

		if (!text)
			continue;
		want = strtoll(text, NULL, 0);
		if (want == figures[i].got)
			continue;
		snprintf(what, sizeof(what), "%s the vmstat work: zone %u%.*s",
			 v->live->round[v->live->cpu].done ? "after" : "before", zone,
			 (int)strlen(figures[i].name) - 1, figures[i].name);
		snprintf(expected, sizeof(expected), "%" PRId64, want);
		snprintf(got, sizeof(got), "%" PRId64, figures[i].got);
		ret = bs_log_differ(v, BS_DIFF_CHECK, what, expected, got);
		if (ret)
			return ret;
	}
	return BS_LOG_GO_ON;
}

static int64_t number_of(const char *line, const char *name)
{
	const char *text = value_of(line, name);

	return text ? strtoll(text, NULL, 0) : 0;
}

/* For whoever wants to see the course of it. */
static void tell_round(const struct bs_logrun *v, const char *line, unsigned int zone)
{
	const struct bs_live_round *round = &v->live->round[v->live->cpu];
	struct bs_mm_counts c;
	struct bs_mm_pcp q;

	bs_mm_counts(v->m, zone, v->live->cpu, &c);
	bs_mm_pcp(v->m, zone, v->live->cpu, &q);
	const struct bs_verify_round r = {
		.at = round->at,
		.cpu = v->live->cpu,
		.zone = (unsigned int)strtoul(line + 3, NULL, 10),
		.high = {number_of(line, " high="), q.high},
		.count = {number_of(line, " count="), q.count},
		.vm_free = {number_of(line, " vm_free="), c.vm_free},
		.expire = {number_of(line, " expire="), bs_mm_pcp_expire(v->m, zone, v->live->cpu)},
	};

	v->cfg->round(v->cfg->arg, &r);
}

/* vz Z key=value ...: the zone as the CPU of the round sees it, before and after. */
static int zone_of_round(struct bs_logrun *v, char *line)
{
	struct bs_live_round *round = &v->live->round[v->live->cpu];
	const char *zdiff = value_of(line, " zdiff="), *ndiff = value_of(line, " ndiff=");
	char *p = line + 3;
	int zone;

	if (!bs_log_zone(v, &p, &zone) || zone < 0 || !zdiff || !ndiff)
		return malformed(v, line);
	if (!round->done) {
		round->zones_changed |= (uint32_t)(*zdiff == '1') << zone;
		round->others_changed |= *ndiff == '1';
	}
	v->r->checks++;
	if (v->cfg->round && round->done && round->pagesets && !v->drawn)
		tell_round(v, line, (unsigned int)zone);
	return compare_zone(v, line, (unsigned int)zone);
}

/* ---- All events ------------------------------------------------------------------------------ */

static int nothing(struct bs_logrun *v, char *line)
{
	(void)v;
	(void)line;
	return BS_LOG_GO_ON;
}

int bs_verify_event(struct bs_logrun *v, char *line, bool *known)
{
	static const struct {
		char word[4];
		int (*run)(struct bs_logrun *v, char *line);
	} events[] = {
		{"pa ", allocated},
		{"pf ", freed},
		{"pb ", freed_late},
		{"pd ", nothing}, /* how a flush went shows in the lists */
		{"vs ", round_begins},
		{"ve ", round_ends},
		{"vz ", zone_of_round},
		{"cr ", bs_verify_contig_begins},
		{"ce ", bs_verify_contig_ends},
		{"cf ", nothing}, /* its frees have their own lines */
		{"kp ", bs_verify_step},
		{"at ", nothing},
	};

	*known = true;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		int ret;

		if (strncmp(line, events[i].word, 3))
			continue;
		ret = bs_log_need_guest(v);
		return ret ? ret : events[i].run(v, line);
	}
	*known = false;
	return BS_LOG_GO_ON;
}
