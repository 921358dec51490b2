// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_user.c - the lines of a log of processes: who does something, what its script says, and what the
 * kernel says of the way there.
 */
#include "verify_user.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "mm_compact.h"
#include "mm_follow.h"
#include "mm_range.h"
#include "mm_verify.h"
#include "user_steps.h"
#include "verify_live.h"

/* ---- All lines ------------------------------------------------------------------------------- */

/* A page that is still a process's is freed; or a table whose time has come. */
static void freed(struct bs_verify_user *x, const char *line)
{
	unsigned int pfn, order;
	char got[64];

	if (sscanf(line, "pf %u %u", &pfn, &order) != 2)
		return;
	if (x->soft && x->nr_later) {
		const bs_pfn next = bs_user_log_real(x, x->later[0].pfn);

		if (next == BS_NO_PFN || next == pfn) {
			if (next == pfn)
				bs_log_set(&x->known, pfn, false);
			memmove(x->later, x->later + 1, --x->nr_later * sizeof(*x->later));
			return;
		}
		if (bs_user_log_knows(x, pfn)) {
			snprintf(got, sizeof(got), "table %u is freed", next);
			bs_user_log_differs(x, line, got);
		}
		return;
	}
	if (bs_user_log_knows(x, pfn) && !x->lost)
		bs_user_log_differs(x, line, "it is still in use");
}

/* vt ...: the kernel's own counters, from the first ones on. */
static void counters(struct bs_verify_user *x, const char *line)
{
	static const char *const names[] = {
		" fault_alloc=", " fault_fallback=", " collapse_alloc=", " split_page="};
	const struct bs_user_counts *c = bs_user_counts(x->u);
	const uint64_t now[] = {c->thp_alloc, c->thp_failed, c->collapse_alloc, c->split_page};
	const uint64_t then[] = {x->counts.thp_alloc, x->counts.thp_failed,
				 x->counts.collapse_alloc, x->counts.split_page};

	for (unsigned int i = 0; i < 4; i++) {
		const char *text = strstr(line, names[i]);
		const uint64_t value = text ? strtoull(text + strlen(names[i]), NULL, 10) : 0;
		char expected[64], got[64];

		if (x->has_said && !x->lost && value - x->said[i] != now[i] - then[i]) {
			snprintf(expected, sizeof(expected), "%s+%" PRIu64, names[i] + 1,
				 value - x->said[i]);
			snprintf(got, sizeof(got), "+%" PRIu64, now[i] - then[i]);
			bs_user_log_differs(x, expected, got);
		}
		if (!x->has_said)
			x->said[i] = value;
	}
	if (!x->has_said)
		x->counts = *c;
	x->has_said = true;
	x->v->r->checks++;
}

/* Compaction moves pages, and direct reclaim frees them, by rules of their own. */
static bool is_beyond(const char *line)
{
	static const char *const words[] = {"cb ", "ct ", "rb "};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(line, words[i], 3))
			return true;
	return false;
}

/* kswapd at work: what it frees is in the log, and per-cpu lists are shorter meanwhile. */
static void daemon(struct bs_verify_user *x, const char *line)
{
	unsigned int node, hz;

	if (bs_mm_compact_watch(x->v->m, NULL)) {
		x->ret = -ENOMEM;
		return;
	}
	if (sscanf(line, "kw %u %u", &node, &hz) == 2 && hz < BS_NR_ZONE_TYPES) {
		x->daemon_works = true;
		x->daemon_hz = hz;
		bs_mm_kswapd_begin(x->v->m, hz, x->boosts);
	} else if (x->daemon_works) {
		x->daemon_works = false;
		bs_mm_kswapd_end(x->v->m, x->daemon_hz, x->boosts);
	}
}

/*
 * The stack of a child's kernel is in no line. Four pages are taken for it if the first table of the child is
 * the fifth that the lists have.
 */
static void stack_of_child(struct bs_verify_user *x, const char *line)
{
	struct bs_live *l = x->v->live;
	unsigned int order, gfp, pfn, table;
	struct bs_zone_info z;
	struct bs_mm_pcp_list list;
	bs_pfn at;
	int zone;

	if (sscanf(line, "pa %u %u %x", &pfn, &order, &gfp) != 3 || order != 1 ||
	    bs_gfp_migratetype(gfp))
		return;
	for (size_t i = l->current + 1; i < l->nr && i < l->current + 12; i++) {
		if (sscanf(bs_live_text(l, i), "pa %u %u %x", &table, &order, &gfp) != 3)
			continue;
		if (order || bs_gfp_migratetype(gfp))
			return;
		zone = bs_pfn_zone(x->v->m, table);
		if (zone < 0)
			return;
		list = (struct bs_mm_pcp_list){(unsigned int)zone, 0, 0, BS_MIGRATE_UNMOVABLE};
		at = bs_mm_pcp_first(x->v->m, &list);
		if (at == table || at == BS_NO_PFN)
			return;
		bs_zone_info(x->v->m, (unsigned int)zone, &z);
		for (unsigned int k = 0; k < 4; k++) {
			at = bs_mm_alloc_on(x->v->m, 0, z.node, BS_GFP_KSWAPD_RECLAIM, 0);
			if (at != BS_NO_PFN)
				bs_mm_abandon(x->v->m, at, 0);
		}
		return;
	}
}

/* ---- A series -------------------------------------------------------------------------------- */

/* Which sizes are enabled is not always said: what the log asks for, and advises, shows it. */
static void find_settings(struct bs_verify_user *x)
{
	struct bs_user_settings *set = bs_user_settings(x->u);
	const struct bs_live *l = x->v->live;
	bool asks = false, advises = x->before && strstr(x->before, " 14\n");
	unsigned int order, gfp, what;

	for (size_t i = 0; i < l->nr; i++) {
		const char *line = bs_live_text(l, i), *p = strchr(line + 2, ' ');

		if (sscanf(line, "u adv %*c %*u %*u %u", &what) == 1)
			advises |= what == 14 || what == 25;
		if (strncmp(line, "pa ", 3) || !(p = strchr(line + 3, ' ')) ||
		    sscanf(p, "%u %x", &order, &gfp) != 2)
			continue;
		asks |= order == BS_USER_HUGE_ORDER && (gfp & 0xff0000) == 0x3d0000;
		if (order == 4 && (gfp & 0xff) == 0xca)
			set->middle_order = 4;
	}
	set->thp = asks || (!advises && x->before) ? BS_HUGE_ALWAYS : BS_HUGE_MADVISE;
}

/* What processes did before the log began: the numbers of the pages are not known. */
static void do_before(struct bs_verify_user *x)
{
	char line[256];

	x->blind = true;
	x->pid = x->last = UINT_MAX;
	x->proc[x->nr_procs++] = (struct bs_user_proc){UINT_MAX, bs_space_create(x->u)};
	for (const char *p = x->before; p && *p;) {
		const size_t n = strcspn(p, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, p);
		bs_user_step_said(x, line);
		p += n + (p[n] == '\n');
	}
	bs_user_step_touched(x);
	x->blind = false;
}

static int make_ready(struct bs_logrun *v, struct bs_verify_user *x)
{
	int ret = bs_log_need_guest(v);

	if (ret)
		return ret;
	if (bs_max_pfn(v->m) > BS_USER_UNKNOWN)
		return bs_log_bad(v, "a guest of more than %s", "16 GiB");
	x->u = bs_user_create(bs_kernel_name(v->m), &bs_user_log_ops, x);
	x->known.n = bs_max_pfn(v->m);
	x->known.bits = calloc(1, x->known.n / 8 + 1);
	if (!x->u || !x->known.bits)
		return -ENOMEM;
	find_settings(x);
	bs_user_lru_put(x->u, true);
	do_before(x);
	return x->ret;
}

/* A fault in an area has got all that it asks for. */
static void unexpected(struct bs_verify_user *x, const char *line)
{
	unsigned int pfn, order, gfp;

	if (bs_user_log_proc(x)->in_area && !x->soft &&
	    sscanf(line, "pa %u %u %x", &pfn, &order, &gfp) == 3 && gfp & BS_GFP_MOVABLE &&
	    bs_user_log_gfp(x, order, gfp))
		bs_user_log_differs(x, line, "nothing more");
}

/* A step of the kernel that is none of a fault's: the one elsewhere is over. */
static void step_of_kernel(struct bs_verify_user *x, const char *function)
{
	static const char *const faults[] = {"do_wp_page", "__pte_alloc", "pte_alloc_one",
					     "__pmd_alloc", "__pud_alloc"};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!strcmp(function, faults[i]))
			return;
	bs_user_log_proc(x)->foreign = false;
}

/* Two tables that no fault asks for, and the next level: those of a child. */
static bool is_fork(const struct bs_verify_user *x, const char *line)
{
	const struct bs_live *l = x->v->live;
	unsigned int pfn, order, gfp, gfp2;

	return l->current + 2 < l->nr && sscanf(line, "pa %u %u %x", &pfn, &order, &gfp) == 3 &&
	       order < 2 &&
	       sscanf(bs_live_text(l, l->current + 1), "pa %u %u %x", &pfn, &order, &gfp2) == 3 &&
	       (gfp & 0xffff) == 0x0dc0 && (gfp2 & 0xffff) == 0x0dc0 &&
	       !strcmp(bs_live_text(l, l->current + 2), "k __pud_alloc");
}

/* What the allocator is asked for, and gets back. */
static int of_allocator(struct bs_verify_user *x, char *line, bool *known)
{
	if (!strncmp(line, "pa ", 3)) {
		if (bs_user_step_collapse(x, line))
			return x->ret;
		unexpected(x, line);
		if (x->ret)
			return x->ret;
		stack_of_child(x, line);
		if (!x->soft && bs_user_step_space(x, x->pid) && is_fork(x, line))
			bs_user_step_fork(x, bs_user_step_space(x, x->pid));
	}
	if (!strncmp(line, "pf ", 3))
		freed(x, line);
	return x->ret ? x->ret : bs_verify_event(x->v, line, known);
}

/* Is what is freed now what leaves with those that go on the LRU, and not a bundle? */
static bool puts_on_lru(const struct bs_verify_user *x)
{
	const struct bs_live *l = x->v->live;

	return l->current &&
	       strncmp(bs_live_text(l, l->current - 1), "k folios_put_refs ", 18) != 0;
}

/* Nothing comes of it that is compared. */
static bool says_only(const char *line)
{
	static const char *const words[] = {"k ",  "hs ", "hc ", "kq ", "rs ",
					    "cs ", "cx ", "cy ", "cz "};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

static int one_line(struct bs_verify_user *x, char *line, bool *known)
{
	if (!strncmp(line, "t ", 2)) {
		bs_user_step_who(x, line);
	} else if (!strncmp(line, "u ", 2)) {
		x->doing = line;
		bs_user_log_proc(x)->foreign = bs_user_log_proc(x)->in_area = false;
		bs_user_step_said(x, line);
	} else if (!strncmp(line, "fa ", 3)) {
		bs_user_step_fault(x, line);
	} else if (!strcmp(line, "k exit_mmap")) {
		bs_user_step_exit(x);
	} else if (!strncmp(line, "kw ", 3) || !strncmp(line, "ks ", 3)) {
		daemon(x, line);
	} else if (!strncmp(line, "k deferred_split_scan", 21)) {
		bs_user_shrink(x->u);
	} else if (!strncmp(line, "k ", 2) && x->at_work) {
		step_of_kernel(x, line + 2);
	} else if (!strcmp(line, "k do_wp_page")) {
		bs_user_log_proc(x)->in_area = false;
	} else if (!strncmp(line, "k free_unref_folios ", 20) && puts_on_lru(x)) {
		bs_user_lru_put(x->u, true);
	} else if (!strncmp(line, "vt ", 3)) {
		counters(x, line);
	} else if (!says_only(line)) {
		return of_allocator(x, line, known);
	}
	return x->ret;
}

/* Lines that do not stand in between what is compared. */
static bool is_frame(const char *line)
{
	return !strncmp(line, "begin ", 6) || !strncmp(line, "dump ", 5) ||
	       !strncmp(line, "finish ", 7) || !strncmp(line, "pa_oracle ", 10) || *line == '#';
}

int bs_verify_user_line(struct bs_logrun *v, char *line, bool *known)
{
	struct bs_verify_user *x = v->live->user;
	int ret;

	*known = v->live->beyond;
	/* kswapd is done before it lets kcompactd begin, whose own dump that is. */
	if (!v->live->beyond && x->daemon_works && !strncmp(line, "dump kstart", 11))
		daemon(x, line);
	if (v->live->beyond || is_frame(line))
		return BS_LOG_GO_ON;
	*known = true;
	if (is_beyond(line)) {
		snprintf(v->r->left, sizeof(v->r->left),
			 "from line %" PRIu64 " on: reclaim or compaction", v->line);
		v->live->beyond = true;
		x->lost = true;
		return BS_LOG_GO_ON;
	}
	ret = x->u ? 0 : make_ready(v, x);
	if (!ret)
		ret = one_line(x, line, known);
	x->ret = 0;
	return ret;
}

int bs_verify_user_begin(struct bs_logrun *v, const char *before)
{
	struct bs_verify_user *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	v->live->user = x;
	x->v = v;
	x->line = bs_verify_user_line;
	x->zero = BS_NO_PFN;
	x->before = before;
	return 0;
}

void bs_verify_user_end(struct bs_live *l)
{
	struct bs_verify_user *x = l->user;

	if (!x)
		return;
	bs_user_destroy(x->u);
	free(x->known.bits);
	free(x->bound);
	free(x->later);
	free(x);
	l->user = NULL;
}
