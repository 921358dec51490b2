// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user_steps.c - what the lines of a log of processes make the room user do: a line of the script, a fault,
 * a child, an exit, a collapse.
 */
#include "user_steps.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"

#define AREAS UINT64_C(0x100000000000)
#define AREA UINT64_C(0x100000000)
#define HUGE ((uint64_t)1 << BS_USER_HUGE_SHIFT)
#define PAGE ((uint64_t)1 << BS_USER_PAGE_SHIFT)
#define GFP_COLLAPSE 0x1c20ca
#define GFP_DIRECT 0x400

struct bs_space *bs_user_step_space(const struct bs_verify_user *x, unsigned int pid)
{
	for (unsigned int i = 0; i < x->nr_procs; i++)
		if (x->proc[i].pid == pid)
			return x->proc[i].s;
	return NULL;
}

/* ---- Who ------------------------------------------------------------------------------------- */

/* What the tables of the child are is not told. */
void bs_user_step_fork(struct bs_verify_user *x, struct bs_space *parent)
{
	bs_user_step_touched(x);
	if (x->unborn)
		bs_space_forget(x->unborn);
	x->blind = true;
	x->unborn = parent ? bs_space_fork(parent) : bs_space_create(x->u);
	x->blind = false;
}

/* t PID NAME [softirq|irq] */
void bs_user_step_who(struct bs_verify_user *x, const char *line)
{
	char name[32] = "", where[16] = "";
	unsigned int pid;

	if (sscanf(line, "t %u %31s %15s", &pid, name, where) < 2)
		return;
	x->pid = pid;
	x->soft = *where;
	x->daemon = strcmp(name, "thp") != 0;
	if (x->daemon || x->soft || x->nr_procs == BS_USER_PROCS)
		return;
	if (bs_user_step_space(x, UINT_MAX)) {
		x->proc[0].pid = pid;
	} else if (!bs_user_step_space(x, pid)) {
		struct bs_space *parent = bs_user_step_space(x, x->last);

		if (!x->unborn)
			bs_user_step_fork(x, parent);
		x->proc[x->nr_procs++] = (struct bs_user_proc){.pid = pid, .s = x->unborn};
		x->unborn = NULL;
	}
	x->last = pid;
}

/* ---- The script ------------------------------------------------------------------------------ */

static uint64_t address(const struct bs_verify_user *x, char area, unsigned long offset_kib)
{
	const unsigned int i = (unsigned int)(area - 'a') % 26;

	return AREAS + i * AREA + x->offset[i] + offset_kib * 1024;
}

/* The step before has been done: what it wrote holds something, and nothing of it is missing. */
void bs_user_step_touched(struct bs_verify_user *x)
{
	struct bs_space *s = bs_user_step_space(x, x->last);
	char what[64];

	for (uint64_t at = x->touch_at; x->touches && s && at < x->touch_at + x->touch_len;
	     at += x->touch_step) {
		if (!x->lost && bs_space_faults(s, at, x->writes)) {
			snprintf(what, sizeof(what), "a fault at 0x%" PRIx64, at);
			bs_user_log_differs(x, "no fault", what);
		}
		if (x->writes)
			bs_space_written(s, at);
	}
	x->touches = false;
}

/* What happened before the log began. */
static void touch_unseen(struct bs_verify_user *x, struct bs_space *s)
{
	for (uint64_t at = x->touch_at; at < x->touch_at + x->touch_len; at += x->touch_step)
		if (bs_space_faults(s, at, x->writes))
			bs_space_fault(s, at, x->writes);
}

/* How many pages of others wait with those of the range, as the first of them say that leave together. */
static unsigned int others(const struct bs_verify_user *x)
{
	const unsigned int full = bs_user_lru_batch(x->u);
	const struct bs_live *l = x->v->live;
	unsigned int n = 0, pfn, order;

	for (size_t i = l->current + 1; i < l->nr; i++) {
		if (sscanf(bs_live_text(l, i), "pf %u %u", &pfn, &order) != 2)
			continue;
		if (!(l->lines[i].mark & BS_LIVE_LATE))
			return n + 1 < full ? full - 1 - n : 0;
		n++;
	}
	return 0;
}

static void collapse_all(struct bs_verify_user *x, struct bs_space *s, uint64_t at, uint64_t len)
{
	for (uint64_t p = (at + HUGE - 1) & ~(HUGE - 1); p + HUGE <= at + len; p += HUGE)
		if (bs_space_collapsible(s, p, true))
			bs_space_collapse(s, p, true, others(x));
}

static void advise(struct bs_verify_user *x, struct bs_space *s, uint64_t at, uint64_t len,
		   long what)
{
	switch (what) {
	case 4:
		bs_space_dontneed(s, at, len);
		break;
	case 8:
		bs_space_lazy_free(s, at, len);
		break;
	case 14:
	case 15:
		bs_space_advise(s, at, len, what == 14);
		break;
	case 25:
		collapse_all(x, s, at, len);
		break;
	default:
		break;
	}
}

/* set FILE VALUE: only what decides something here. */
static void set(struct bs_verify_user *x, const char *line)
{
	struct bs_user_settings *set = bs_user_settings(x->u);
	const char *const *words = bs_huge_defrag_words();
	char name[48], value[48];

	if (sscanf(line, "u * set %47s %47s", name, value) != 2)
		return;
	if (!strcmp(name, "max_ptes_none"))
		set->max_ptes_none = (unsigned int)strtoul(value, NULL, 10);
	if (strcmp(name, "defrag"))
		return;
	for (unsigned int i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			set->defrag = (enum bs_huge_defrag)i;
	if (*value == '0' || *value == '1')
		set->collapse_compacts = *value == '1';
}

static void touch(struct bs_verify_user *x, struct bs_space *s, uint64_t at, uint64_t len,
		  uint64_t step, bool writes)
{
	x->touch_at = at;
	x->touch_len = len;
	x->touch_step = step < PAGE ? PAGE : step;
	x->writes = writes;
	x->touches = true;
	if (x->blind)
		touch_unseen(x, s);
}

/* A line of the script that processes do. */
static void script(struct bs_verify_user *x, struct bs_space *s, const char *line)
{
	unsigned long off = 0, len = 0, step = 0;
	long what;
	char area = 'a', how = 'w';

	if (sscanf(line, "u map %c %lu %lu", &area, &len, &off) >= 2) {
		x->offset[(unsigned int)(area - 'a') % 26] = off * 1024;
		bs_space_map(s, address(x, area, 0), len * 1024);
	} else if (sscanf(line, "u touch %c %lu %lu %lu %c", &area, &off, &len, &step, &how) >= 4) {
		touch(x, s, address(x, area, off), len * 1024, step * 1024, how == 'w');
	} else if (sscanf(line, "u down %c %lu %lu %lu", &area, &off, &len, &step) == 4) {
		touch(x, s, address(x, area, off), len * 1024, step * 1024, true);
	} else if (sscanf(line, "u rtouch %c %lu %lu", &area, &off, &len) == 3) {
		touch(x, s, address(x, area, off), len * 1024, PAGE, true);
	} else if (sscanf(line, "u adv %c %lu %lu %ld", &area, &off, &len, &what) == 4) {
		advise(x, s, address(x, area, off), len * 1024, what);
	} else if (sscanf(line, "u unmap %c %lu %lu", &area, &off, &len) == 3) {
		bs_space_unmap(s, address(x, area, off), len * 1024);
	} else if (sscanf(line, "u prot %c %lu %lu", &area, &off, &len) == 3 ||
		   sscanf(line, "u lock %c %lu %lu", &area, &off, &len) == 3) {
		bs_space_cut(s, address(x, area, off), len * 1024);
	}
}

/* ---- Where pages are ------------------------------------------------------------------------- */

static void page_is(struct bs_verify_user *x, struct bs_space *s, uint64_t at, bs_pfn pfn)
{
	bool huge;
	const bs_pfn own = bs_space_page(s, at, &huge), real = bs_user_log_real(x, own);
	char expected[64], got[64];

	if (own >= BS_USER_UNKNOWN && own < BS_ZERO_PFN && real == BS_NO_PFN && pfn < BS_ZERO_PFN) {
		bs_user_log_bind(x, own, pfn);
		return;
	}
	if (own == BS_ZERO_PFN && x->zero == BS_NO_PFN)
		x->zero = pfn;
	if (x->lost || (own == BS_ZERO_PFN ? x->zero : real) == pfn)
		return;
	snprintf(expected, sizeof(expected), "0x%" PRIx64 " at %u", at, pfn);
	snprintf(got, sizeof(got), "at %u", real);
	bs_user_log_differs(x, expected, got);
}

/* u at ADDRESS PFN+N -+N PFN*N ... */
static void where(struct bs_verify_user *x, struct bs_space *s, const char *line)
{
	char *p;
	uint64_t at = strtoull(line + 5, &p, 16);

	while (*p == ' ') {
		const bool none = p[1] == '-';
		const unsigned long pfn = none ? (p += 2, 0) : strtoul(p + 1, &p, 10);
		const char sign = *p;
		const unsigned long n = strtoul(p + 1, &p, 10);

		for (unsigned long i = 0; i < n && !x->lost; i++, at += PAGE)
			page_is(x, s, at, none ? BS_NO_PFN : (bs_pfn)(pfn + (sign == '*' ? 0 : i)));
	}
}

void bs_user_step_said(struct bs_verify_user *x, const char *line)
{
	struct bs_space *s = bs_user_step_space(x, x->pid);

	bs_user_step_touched(x);
	if (!strncmp(line, "u at ", 5) && s)
		where(x, s, line);
	else if (!strncmp(line, "u * ", 4))
		set(x, line);
	else if (s)
		script(x, s, line);
}

/* ---- Faults, exits --------------------------------------------------------------------------- */

void bs_user_step_fault(struct bs_verify_user *x, const char *line)
{
	const uint64_t at = strtoull(line + 3, NULL, 16);
	const char *code = strchr(line + 3, ' ');
	struct bs_space *s = bs_user_step_space(x, x->pid);
	struct bs_user_proc *p = bs_user_log_proc(x);

	p->in_area = s && !x->soft && code && bs_space_has(s, at);
	p->foreign = !p->in_area;
	if (p->in_area)
		bs_space_fault(s, at, strtoul(code, NULL, 10) & 2);
}

/* Entries of a process that ends: which of them frees which page. */
struct entries {
	int32_t *of; /* [pages]; -1: none */
	bs_pfn pages;
	int32_t n;
};

static bool list_entries(const struct bs_verify_user *x, const struct bs_space *s,
			 struct entries *e)
{
	uint64_t at = 0;

	e->n = 0;
	e->pages = x->known.n;
	e->of = malloc(e->pages * sizeof(*e->of));
	if (!e->of)
		return false;
	for (bs_pfn p = 0; p < e->pages; p++)
		e->of[p] = -1;
	while ((at = bs_space_next(s, at)) != UINT64_MAX) {
		const bs_pfn pfn = bs_user_log_real(x, bs_space_block(s, at));
		bool huge;

		bs_space_page(s, at, &huge);
		if (pfn < e->pages)
			e->of[pfn] = e->n;
		e->n += pfn != BS_ZERO_PFN;
		at += huge ? HUGE : PAGE;
	}
	return true;
}

/* In which bundle each page is freed says how many entries come before the first one of the areas. */
static unsigned int entries_before(const struct bs_verify_user *x, const struct bs_space *s)
{
	const struct bs_live *l = x->v->live;
	int64_t start = 0, end = 0, low = 0, high = INT64_MAX;
	struct entries e;
	unsigned int n, pfn, order;

	if (!list_entries(x, s, &e))
		return 0;
	for (size_t i = l->current + 1; i < l->nr; i++) {
		const char *line = bs_live_text(l, i);

		if (!strncmp(line, "u ", 2) || !strncmp(line, "dump ", 5))
			break;
		if (!strcmp(line, "k tlb_finish_mmu")) {
			start = end = 0;
		} else if (sscanf(line, "k release_pages %u", &n) == 1) {
			start = end;
			end += n;
		} else if (sscanf(line, "pf %u %u", &pfn, &order) == 2 && pfn < e.pages &&
			   e.of[pfn] >= 0 && end) {
			if (start - e.of[pfn] > low)
				low = start - e.of[pfn];
			if (end - 1 - e.of[pfn] < high)
				high = end - 1 - e.of[pfn];
		}
	}
	free(e.of);
	return high == INT64_MAX || high < low ? 0 : (unsigned int)high;
}

void bs_user_step_exit(struct bs_verify_user *x)
{
	for (unsigned int i = 0; i < x->nr_procs; i++) {
		if (x->proc[i].pid != x->pid)
			continue;
		bs_user_step_touched(x);
		x->doing = "a process ends";
		x->leaving = true;
		bs_space_exit(x->proc[i].s, entries_before(x, x->proc[i].s));
		x->leaving = false;
		x->proc[i] = x->proc[--x->nr_procs];
		if (x->last == x->pid && x->nr_procs)
			x->last = x->proc[x->nr_procs - 1].pid;
		return;
	}
}

/* ---- khugepaged ------------------------------------------------------------------------------ */

/* Does the range at @at begin with a page that is @pfn, or may be? */
static bool begins_with(const struct bs_verify_user *x, const struct bs_space *s, uint64_t at,
			bs_pfn pfn)
{
	for (uint64_t q = at; q < at + HUGE; q += PAGE) {
		bool huge;
		const bs_pfn own = bs_space_page(s, q, &huge), real = bs_user_log_real(x, own);

		if (own < BS_ZERO_PFN &&
		    (real == pfn || (real == BS_NO_PFN && !bs_user_log_knows(x, pfn))))
			return true;
	}
	return false;
}

/* Whose range it is, and which: the first page that is freed behind this line says it. */
static struct bs_space *collapsed(const struct bs_verify_user *x, uint64_t *at)
{
	struct bs_live *l = x->v->live;
	unsigned int order, pfn = BS_NO_PFN;

	for (size_t i = l->current; i < l->nr && pfn == BS_NO_PFN; i++)
		if (sscanf(bs_live_text(l, i), "pf %u %u", &pfn, &order) != 2)
			pfn = BS_NO_PFN;
	for (unsigned int p = 0; p < x->nr_procs && pfn != BS_NO_PFN; p++) {
		struct bs_space *s = x->proc[p].s;

		for (*at = bs_space_next_collapse(s, 0); *at != UINT64_MAX;
		     *at = bs_space_next_collapse(s, *at + HUGE))
			if (begins_with(x, s, *at, pfn))
				return s;
	}
	return NULL;
}

bool bs_user_step_collapse(struct bs_verify_user *x, const char *line)
{
	unsigned int gfp, order, pfn;
	struct bs_live *l = x->v->live;
	struct bs_space *s;
	uint64_t at;

	if (!x->daemon || x->lost || sscanf(line, "pa %u %u %x", &pfn, &order, &gfp) != 3 ||
	    order != BS_USER_HUGE_ORDER || (gfp & ~GFP_DIRECT) != GFP_COLLAPSE)
		return false;
	s = collapsed(x, &at);
	if (!s)
		return false;
	x->doing = "khugepaged";
	l->current--;
	bs_space_collapse(s, at, gfp & GFP_DIRECT, others(x));
	return true;
}
