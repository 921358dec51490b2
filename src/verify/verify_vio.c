// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_vio.c - a series in which a virtio balloon's driver was at work: what the driver must do (vio.c), beside
 * what the allocator must do for it and for everybody else.
 */
#include "verify_vio.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "log_call.h"
#include "mm_range.h"
#include "mm_verify.h"
#include "mm_vmstat.h"
#include "state_fields.h"
#include "verify_live.h"
#include "verify_vmem.h"
#include "vio.h"
#include "vio_before.h"

struct bs_verify_vio {
	struct bs_vio vio;
	struct bs_verify_vmem *vmem; /* NULL: the log is not of virtio-mem */
	bool follow; /* the allocator too */
	bool managed_stays; /* pages in the balloon stay managed: deflate-on-oom */
	bool folds_shown; /* a line for each fold of the counters */
	bool pagesets; /* the fold that comes looks after per-cpu lists */
	bool started; /* the dump is behind: figures are of the guest that follows */
	uint64_t entered, left; /* as far as managed pages know */
};

static int differs(void *arg, bool page, const char *what, const char *expected, const char *got)
{
	return bs_log_differ(arg, page ? BS_DIFF_PFN : BS_DIFF_DRIVER, what, expected, got);
}

static void agrees(void *arg, bool page)
{
	struct bs_logrun *v = arg;

	if (page)
		v->r->pfns++;
	else
		v->r->checks++;
}

static bool in_use(const void *arg, bs_pfn pfn)
{
	const struct bs_logrun *v = arg;
	const enum bs_page_state s = bs_page_state(v->m, pfn);

	return s != BS_PAGE_FREE && s != BS_PAGE_PCP && s != BS_PAGE_HOLE;
}

static int older(void *arg)
{
	struct bs_logrun *v = arg;

	if (v->cfg->alone)
		return 0;
	return bs_vio_before(&v->live->vio->vio, v->path, in_use, v, v->err);
}

/* ---- Begin and end --------------------------------------------------------------------------- */

/* What only the whole log says. */
static int look_ahead(struct bs_verify_vio *x, const struct bs_live *l)
{
	struct bs_vio_counters c[2] = {0};
	bool sub_blocks = false;

	for (size_t i = 0; i < l->nr; i++) {
		const char *line = bs_live_text(l, i);

		if (line[0] == 'v' && line[1] == 'm')
			bs_vio_read_counters(line, &c[c[0].read]);
		else if (line[0] != 'e')
			continue;
		else if (strstr(line, " refresh_cpu_vm_stats"))
			x->folds_shown = true;
		/* Its free pages come from compaction's own lists, which nothing here shows; memory
		 * that is added has zones of its own. */
		else if (strstr(line, " virtballoon_migratepage"))
			x->follow = false;
		else if (strstr(line, " virtio_mem_sbm_"))
			sub_blocks = true;
		else if (strstr(line, " virtio_mem_"))
			x->follow = false;
	}
	x->managed_stays = c[1].read && c[0].ram == c[1].ram;
	if (!sub_blocks)
		return 0;
	x->follow = false;
	x->vmem = bs_verify_vmem_new(bs_live_text(l, 0));
	return x->vmem ? 0 : -ENOMEM;
}

int bs_verify_vio_begin(struct bs_logrun *v)
{
	struct bs_live *l = v->live;
	struct bs_verify_vio *x = calloc(1, sizeof(*x));

	if (!x)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "a log");
	bs_vio_init(&x->vio);
	x->vio.differs = differs;
	x->vio.agrees = agrees;
	x->vio.older = older;
	x->vio.arg = v;
	x->follow = true;
	/* A balloon's pages come back one by one. */
	l->runs_found = true;
	l->vio = x;
	if (look_ahead(x, l))
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "a log");
	return 0;
}

void bs_verify_vio_end(struct bs_live *l)
{
	if (l->vio) {
		bs_vio_free(&l->vio->vio);
		bs_verify_vmem_free(l->vio->vmem);
	}
	free(l->vio);
	l->vio = NULL;
}

bool bs_verify_vio_follows(const struct bs_live *l)
{
	return l->vio->follow;
}

/* ---- The allocator's part -------------------------------------------------------------------- */

/* Is there more free in a zone than @mark with the boost and what requests of @class must leave? */
static bool is_above(const struct bs_zone_info *z, uint64_t mark, unsigned int class)
{
	return z->nr_free_pages > mark + z->watermark_boost + z->lowmem_reserve[class];
}

/* Would the request find a page in @zone with its boost? At the low mark, or at the min mark if all zones before it
 * are below theirs. */
static bool found_with_boost(const struct bs_machine *m, unsigned int zone)
{
	const unsigned int last = bs_nr_zones(m) - 1;
	struct bs_zone_info z;
	unsigned int class;

	bs_zone_info(m, last, &z);
	class = z.type;
	bs_zone_info(m, zone, &z);
	if (!z.watermark_boost || is_above(&z, z.watermark_low, class))
		return true;
	if (!is_above(&z, z.watermark_min, class))
		return false;
	for (unsigned int i = zone + 1; i <= last; i++) {
		bs_zone_info(m, i, &z);
		if (is_above(&z, z.watermark_min, class))
			return false;
	}
	return true;
}

/*
 * kswapd takes a boost away when it has run, mostly before the next request; but under pressure it goes on for
 * long, and no line says when it is done. So it is done no later than when a page is given out that the boost would
 * have kept back.
 */
static void boosts_over(struct bs_logrun *v, const char *line)
{
	const bs_pfn pfn = (bs_pfn)strtoul(line + 3, NULL, 10);
	const int zone = line[3] == '-' ? -1 : bs_pfn_zone(v->m, pfn);

	if (zone >= 0 && !found_with_boost(v->m, (unsigned int)zone))
		bs_kswapd_boost_done(v->m, (unsigned int)zone);
}

void bs_verify_vio_unseen(struct bs_logrun *v, const struct bs_state *s)
{
	const struct bs_verify_vio *x = v->live->vio;

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];
		const int zone = v->zone_of[bs_state_zone_number(s, z)];
		struct bs_mm_counts c;

		if (zone < 0 || !z->nr_pcp)
			continue;
		if (!z->boost)
			bs_kswapd_boost_done(v->m, (unsigned int)zone);
		bs_mm_counts(v->m, (unsigned int)zone, 0, &c);
		/* Other counters than that of free pages make a round wait, too. */
		bs_mm_vmstat_unseen(v->m, (unsigned int)zone, 0,
				    x->folds_shown ? c.diff : z->vm_free_diff,
				    (unsigned int)z->pcp[0].expire);
	}
}

static int fold(struct bs_logrun *v, const char *line)
{
	const struct bs_verify_vio *x = v->live->vio;

	if (bs_log_operation(v, line, 0, 0, BS_MIGRATE_MOVABLE))
		return BS_LOG_STOP;
	bs_mm_vmstat(v->m, 0, 0, x->pagesets);
	bs_log_operation_done(v, BS_NO_PFN, -1);
	return BS_LOG_GO_ON;
}

static int vmstat_work(struct bs_logrun *v, const char *line)
{
	struct bs_verify_vio *x = v->live->vio;

	x->pagesets = true;
	return x->folds_shown ? BS_LOG_GO_ON : fold(v, line);
}

static int goes_idle(struct bs_logrun *v, const char *line)
{
	struct bs_verify_vio *x = v->live->vio;

	x->pagesets = false;
	return x->folds_shown ? BS_LOG_GO_ON : fold(v, line);
}

/* The last word is the zone, or -1: all. */
static int drain(struct bs_logrun *v, const char *line)
{
	const char *last = strrchr(line, ' ') + 1;
	char *end;
	const long z = strtol(last, &end, 10);

	if (*end || z < -1 || z >= BS_LOG_ZONES || (z >= 0 && v->zone_of[z] < 0))
		return BS_LOG_GO_ON;
	if (bs_log_operation(v, line, 0, 0, BS_MIGRATE_MOVABLE))
		return BS_LOG_STOP;
	bs_mm_drain(v->m, z < 0 ? BS_ALL_ZONES : (unsigned int)v->zone_of[z], BS_ALL_CPUS, 0);
	bs_log_operation_done(v, BS_NO_PFN, -1);
	return BS_LOG_GO_ON;
}

/* zm Z key=value ...: a zone in one line. */
static int zone_line(struct bs_logrun *v, const char *line)
{
	struct bs_zone_info z;
	uint64_t n;
	char *p = (char *)line + 2;

	if (!bs_log_number(&p, BS_LOG_ZONES - 1, &n) || v->zone_of[n] < 0)
		return BS_LOG_GO_ON;
	bs_zone_info(v->m, (unsigned int)v->zone_of[n], &z);
	const struct {
		const char *name;
		uint64_t got;
	} figures[] = {
		{" managed=", z.managed},
		{" min=", z.watermark_min},
		{" low=", z.watermark_low},
		{" high=", z.watermark_high},
	};
	v->r->checks++;
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		const char *text = strstr(line, figures[i].name);
		char what[64], expected[32], got[32];
		uint64_t want;
		int ret;

		if (!text)
			continue;
		want = strtoull(text + strlen(figures[i].name), NULL, 10);
		if (want == figures[i].got)
			continue;
		snprintf(what, sizeof(what), "zm %u%.*s", (unsigned int)n,
			 (int)strlen(figures[i].name) - 1, figures[i].name);
		snprintf(expected, sizeof(expected), "%llu", (unsigned long long)want);
		snprintf(got, sizeof(got), "%llu", (unsigned long long)figures[i].got);
		ret = bs_log_differ(v, BS_DIFF_CHECK, what, expected, got);
		if (ret)
			return ret;
	}
	return BS_LOG_GO_ON;
}

static const struct {
	const char *word; /* the beginning of the line, or the function that is called */
	bool call;
	int (*run)(struct bs_logrun *v, const char *line);
} kernel_events[] = {
	{"zm ", false, zone_line},	   {"vmstat_update", true, vmstat_work},
	{"quiet_vmstat", true, goes_idle}, {"refresh_cpu_vm_stats", true, fold},
	{"drain_pages_zone", true, drain}, {"drain_local_pages", true, drain},
};

static int kernel_event(struct bs_logrun *v, char *line)
{
	struct bs_log_call c;
	const bool is_call = bs_log_call_read(line, &c);

	for (size_t i = 0; i < sizeof(kernel_events) / sizeof(kernel_events[0]); i++) {
		const char *word = kernel_events[i].word;

		if (kernel_events[i].call ? is_call && bs_log_call_is(&c, false, word)
					  : !strncmp(line, word, strlen(word)))
			return kernel_events[i].run(v, line);
	}
	return BS_LOG_GO_ON;
}

/* ---- Both ------------------------------------------------------------------------------------ */

/* A page in the balloon is no managed one, unless it comes back when memory is short. */
static void manage(struct bs_logrun *v, const char *line)
{
	struct bs_verify_vio *x = v->live->vio;
	const char *page = line[0] == 'p' ? line + 2 : strrchr(line, ' ');

	if (x->managed_stays || !x->follow)
		return;
	if (x->vio.entered != x->entered)
		bs_mm_page_managed(v->m, (bs_pfn)strtoul(page, NULL, 10), false);
	if (x->vio.left != x->left)
		bs_mm_page_managed(v->m, (bs_pfn)strtoul(page, NULL, 10), true);
	x->entered = x->vio.entered;
	x->left = x->vio.left;
}

static int counters(struct bs_logrun *v, const char *line)
{
	const struct bs_vio *d = &v->live->vio->vio;
	const struct bs_vio_counters *a = &d->start, *b = &d->end;

	if (!b->read)
		return BS_LOG_GO_ON;
	if (b->inflate - a->inflate != d->entered + d->migrated &&
	    b->inflate - a->inflate != d->entered)
		return bs_log_differ(v, BS_DIFF_DRIVER, line, "balloon_inflate", "pages entered");
	if (b->deflate - a->deflate != d->left)
		return bs_log_differ(v, BS_DIFF_DRIVER, line, "balloon_deflate", "pages left");
	if (b->migrate - a->migrate != d->migrated)
		return bs_log_differ(v, BS_DIFF_DRIVER, line, "balloon_migrate", "pages moved");
	v->r->checks += 3;
	return BS_LOG_GO_ON;
}

int bs_verify_vio_event(struct bs_logrun *v, char *line, bool *known)
{
	static const char *const words[] = {"pa ", "pf ", "e ", "x ",  "w ",
					    "kq ", "kw ", "t ", "vm ", "zm "};
	struct bs_verify_vio *x = v->live->vio;
	int ret = BS_LOG_GO_ON;

	*known = false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !*known; i++)
		*known = !strncmp(line, words[i], strlen(words[i]));
	if (!*known)
		return BS_LOG_GO_ON;
	x->started |= !strchr("vz", line[0]);
	/* What comes before the dump says how things were at its time. */
	if (!x->started)
		return bs_vio_event(&x->vio, line);
	if (x->vmem && v->pending)
		ret = bs_verify_vmem_start(x->vmem, v, v->pending);
	if (!ret)
		ret = bs_log_need_guest(v);
	if (!ret && x->vmem)
		ret = line[0] == 't' ? bs_verify_vmem_end(x->vmem, v)
				     : bs_verify_vmem_event(x->vmem, v, line);
	if (ret)
		return ret;
	if (!x->follow && line[0] == 'p')
		v->op++;
	ret = bs_vio_event(&x->vio, line);
	if (ret == -ENOMEM)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "pages");
	if (ret)
		return ret;
	manage(v, line);
	if (line[0] == 'v')
		ret = counters(v, line);
	if (ret || !x->follow)
		return ret;
	if (line[0] != 'p')
		return kernel_event(v, line);
	if (line[1] == 'a')
		boosts_over(v, line);
	return bs_verify_event(v, line, known);
}
