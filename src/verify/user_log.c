// SPDX-License-Identifier: GPL-2.0-or-later
/* user_log.c - the backend: each allocation and free that the room user makes is the log's next one. */
#include "user_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "verify_live.h"

/* ---- Numbers --------------------------------------------------------------------------------- */

struct bs_user_proc *bs_user_log_proc(struct bs_verify_user *x)
{
	for (unsigned int i = 0; i < x->nr_procs; i++)
		if (x->proc[i].pid == x->pid)
			return &x->proc[i];
	x->nobody = (struct bs_user_proc){.pid = x->pid};
	return &x->nobody;
}

bs_pfn bs_user_log_real(const struct bs_verify_user *x, bs_pfn pfn)
{
	if (pfn < BS_USER_UNKNOWN || pfn >= BS_ZERO_PFN)
		return pfn;
	return pfn - BS_USER_UNKNOWN < x->nr_bound ? x->bound[pfn - BS_USER_UNKNOWN] : BS_NO_PFN;
}

bool bs_user_log_knows(const struct bs_verify_user *x, bs_pfn pfn)
{
	return pfn < x->known.n && x->known.bits[pfn >> 3] >> (pfn & 7) & 1;
}

void bs_user_log_bind(struct bs_verify_user *x, bs_pfn made_up, bs_pfn pfn)
{
	if (made_up - BS_USER_UNKNOWN >= x->nr_bound)
		return;
	x->bound[made_up - BS_USER_UNKNOWN] = pfn;
	bs_log_set(&x->known, pfn, true);
}

static bs_pfn make_up(struct bs_verify_user *x, unsigned int order)
{
	const size_t n = (size_t)1 << order, first = (x->nr_bound + n - 1) & ~(n - 1);
	size_t room = x->room_bound;
	bs_pfn *more;

	while (room < first + n)
		room = room ? 2 * room : 4096;
	if (room != x->room_bound) {
		more = realloc(x->bound, room * sizeof(*more));
		if (!more) {
			x->ret = -ENOMEM;
			return BS_NO_PFN;
		}
		x->bound = more;
		x->room_bound = room;
	}
	for (size_t i = x->nr_bound; i < first + n; i++)
		x->bound[i] = BS_NO_PFN;
	x->nr_bound = first + n;
	return BS_USER_UNKNOWN + (bs_pfn)first;
}

void bs_user_log_differs(struct bs_verify_user *x, const char *expected, const char *got)
{
	char what[128];

	if (!x->lost && !x->v->drawn) {
		snprintf(what, sizeof(what), "user memory: %.100s", x->doing ? x->doing : "");
		x->ret = bs_log_differ(x->v, BS_DIFF_USER, what, expected, got);
	}
	x->lost = true;
}

/* ---- The log's next event -------------------------------------------------------------------- */

/* Bits that every release since the first one has. */
#define GFP_SAME 0x7fffff
#define GFP_BUNDLE 0x2800

struct event {
	char what; /* a: allocated, f: freed, 0: the step is over */
	unsigned int pfn, order, gfp;
	bool failed, late; /* late: it leaves together with others */
};

bool bs_user_log_gfp(const struct bs_verify_user *x, unsigned int order, unsigned int gfp)
{
	static const unsigned int masks[] = {0x2800, 0x400dc0, 0x440dc0, 0x140dca, 0x140cca};

	if (order == BS_USER_HUGE_ORDER || (order && order == bs_user_settings(x->u)->middle_order))
		return (gfp & 0xff) == 0xca || (gfp & 0xff) == 0xc2;
	for (size_t i = 0; !order && i < sizeof(masks) / sizeof(masks[0]); i++)
		if (gfp == masks[i])
			return true;
	return false;
}

static bool read_alloc(const char *line, struct event *e)
{
	e->failed = !strncmp(line, "pa - ", 5);
	e->pfn = BS_NO_PFN;
	return (e->failed ? sscanf(line, "pa - %u %x", &e->order, &e->gfp) == 2
			  : sscanf(line, "pa %u %u %x", &e->pfn, &e->order, &e->gfp) == 3);
}

/* Is the line one that ends what a process does now? */
static bool ends_step(const char *line)
{
	return !strncmp(line, "u ", 2) || !strncmp(line, "fa 0x1000", 9) ||
	       !strncmp(line, "dump ", 5) || !strncmp(line, "finish ", 7);
}

/* The line that is next is of user memory: @e. @any: also a free of a page that nobody knows. */
static bool is_event(struct bs_verify_user *x, const char *line, size_t i, bool any,
		     struct event *e)
{
	if (!bs_user_log_proc(x)->foreign && !strncmp(line, "pa ", 3) && read_alloc(line, e) &&
	    !(x->leaving && e->gfp == GFP_BUNDLE) && bs_user_log_gfp(x, e->order, e->gfp)) {
		e->what = 'a';
		return true;
	}
	if (!strncmp(line, "pf ", 3) && sscanf(line, "pf %u %u", &e->pfn, &e->order) == 2 &&
	    (any || bs_user_log_knows(x, e->pfn))) {
		e->what = 'f';
		e->late = x->v->live->lines[i].mark & BS_LIVE_LATE;
		return true;
	}
	return false;
}

/* Everything up to the next event of this process happens; it itself too if @take. */
static struct event next(struct bs_verify_user *x, bool any, bool take)
{
	struct bs_live *l = x->v->live;
	const unsigned int pid = x->pid;
	struct event e = {0};
	bool known;

	x->at_work++;
	while (!x->ret && l->current + 1 < l->nr) {
		char *line = bs_live_text(l, l->current + 1);
		const bool own = x->pid == pid && !x->soft;

		if (own && ends_step(line))
			break;
		if (own && is_event(x, line, l->current + 1, any, &e)) {
			if (take) {
				l->current++;
				x->v->line = l->first_line + l->current;
				x->ret = bs_verify_event(x->v, line, &known);
			}
			x->at_work--;
			return e;
		}
		if (!strncmp(line, "dump ", 5) || !strncmp(line, "finish ", 7))
			break;
		l->current++;
		x->v->line = l->first_line + l->current;
		x->ret = x->line(x->v, line, &known);
	}
	x->at_work--;
	return (struct event){0};
}

/* ---- What the room user does ----------------------------------------------------------------- */

static void text_of(const struct event *e, char *buf, size_t size)
{
	if (e->what == 'a')
		snprintf(buf, size, "a block of order %u with 0x%x%s", e->order, e->gfp,
			 e->failed ? ", which failed" : "");
	else if (e->what == 'f')
		snprintf(buf, size, "page %u, order %u, is freed%s", e->pfn, e->order,
			 e->late ? " with others" : "");
	else
		snprintf(buf, size, "nothing more");
}

static void set_known(struct bs_verify_user *x, bs_pfn pfn, unsigned int order, bool on)
{
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++)
		bs_log_set(&x->known, p, on);
}

static bs_pfn take(void *arg, unsigned int order, unsigned int gfp)
{
	struct bs_verify_user *x = arg;
	const struct event own = {'a', 0, order, gfp, false, false};
	char expected[96], got[96];
	struct event e;

	if (x->blind || x->lost || (x->leaving && gfp == GFP_BUNDLE))
		return make_up(x, order);
	e = next(x, false, false);
	if (e.what == 'a' && e.order == order && (e.gfp & GFP_SAME) == gfp) {
		next(x, false, true);
		if (!e.failed)
			set_known(x, e.pfn, order, true);
		return e.failed ? BS_NO_PFN : e.pfn;
	}
	/* Whether the huge zero page was there before is nobody's to know. */
	if (gfp == 0x1c25c2)
		return make_up(x, order);
	text_of(&e, expected, sizeof(expected));
	text_of(&own, got, sizeof(got));
	bs_user_log_differs(x, expected, got);
	return make_up(x, order);
}

/* A page that is freed now: the log's next one is @pfn. */
static void one_free(struct bs_verify_user *x, bs_pfn made_up, unsigned int order, bool late)
{
	bs_pfn pfn = bs_user_log_real(x, made_up);
	struct event own = {'f', pfn, order, 0, false, late}, e;
	char expected[96], got[96];

	if (x->lost || x->blind) {
		if (pfn != BS_NO_PFN)
			set_known(x, pfn, order, false);
		return;
	}
	if (pfn == BS_NO_PFN) {
		/* Of a process that ends not all is known: that is among what others have. */
		if (x->leaving)
			return;
		e = next(x, true, false);
		if (e.what != 'f' || e.order != order || bs_user_log_knows(x, e.pfn))
			return;
		next(x, true, true);
		bs_user_log_bind(x, made_up, e.pfn);
		set_known(x, e.pfn, order, false);
		return;
	}
	e = next(x, false, false);
	if (e.what == 'f' && e.pfn == pfn && e.order == order && (e.late == late || order)) {
		next(x, false, true);
		set_known(x, pfn, order, false);
		return;
	}
	text_of(&e, expected, sizeof(expected));
	text_of(&own, got, sizeof(got));
	bs_user_log_differs(x, expected, got);
	set_known(x, pfn, order, false);
}

static void at_once(void *arg, bs_pfn pfn, unsigned int order)
{
	one_free(arg, pfn, order, false);
}

static void together(void *arg, const struct bs_user_page *page, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		one_free(arg, page[i].pfn, page[i].order, true);
}

static void later(void *arg, const struct bs_user_page *page, unsigned int n)
{
	struct bs_verify_user *x = arg;
	size_t room = x->room_later;
	struct bs_user_page *more;

	while (room < x->nr_later + n)
		room = room ? 2 * room : 256;
	if (room != x->room_later) {
		more = realloc(x->later, room * sizeof(*more));
		if (!more) {
			x->ret = -ENOMEM;
			return;
		}
		x->later = more;
		x->room_later = room;
	}
	memcpy(&x->later[x->nr_later], page, n * sizeof(*page));
	x->nr_later += n;
}

static void failed(void *arg)
{
	((struct bs_verify_user *)arg)->ret = -ENOMEM;
}

const struct bs_user_ops bs_user_log_ops = {
	.alloc = take,
	.free = at_once,
	.hand_over = together,
	.later = later,
	.failed = failed,
};
