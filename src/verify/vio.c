// SPDX-License-Identifier: GPL-2.0-or-later
/* vio.c - what the driver of a virtio balloon must do next (VECTORS.md, devices). */
#include "vio.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balloon_order.h"
#include "log_call.h"

#define PFN_BYTES 4 /* of a page in a message */

/* ---- What it holds --------------------------------------------------------------------------- */

static int append(bs_pfn **pfn, size_t *n, size_t *room, bs_pfn p)
{
	if (*n == *room) {
		const size_t more = *room * 2 + 256;
		bs_pfn *bigger = realloc(*pfn, more * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		*pfn = bigger;
		*room = more;
	}
	(*pfn)[(*n)++] = p;
	return 0;
}

static int push(struct bs_vio_stack *s, bs_pfn pfn)
{
	return append(&s->pfn, &s->n, &s->room, pfn);
}

/* Mostly one of the newest. False: it is not there. */
static bool take_out(struct bs_vio_stack *s, bs_pfn pfn)
{
	for (size_t i = s->n; i-- > 0;) {
		if (s->pfn[i] != pfn)
			continue;
		memmove(&s->pfn[i], &s->pfn[i + 1], (s->n - i - 1) * sizeof(*s->pfn));
		s->n--;
		return true;
	}
	return false;
}

static int gone(struct bs_vio_stack *s, bs_pfn pfn)
{
	return take_out(s, pfn) ? 0 : append(&s->gone, &s->nr_gone, &s->gone_room, pfn);
}

int bs_vio_put_below(struct bs_vio_stack *s, const struct bs_vio_stack *older)
{
	struct bs_vio_stack all = {0};
	int ret = 0;

	for (size_t i = 0; i < older->n && !ret; i++)
		ret = push(&all, older->pfn[i]);
	for (size_t i = 0; i < s->nr_gone; i++)
		take_out(&all, s->gone[i]);
	for (size_t i = 0; i < s->n && !ret; i++)
		ret = push(&all, s->pfn[i]);
	if (ret) {
		free(all.pfn);
		return ret;
	}
	free(s->pfn);
	s->pfn = all.pfn;
	s->n = all.n;
	s->room = all.room;
	s->nr_gone = 0;
	s->known = true;
	return 0;
}

void bs_vio_init(struct bs_vio *vio)
{
	*vio = (struct bs_vio){.hint = BS_NO_PFN, .moved = BS_NO_PFN};
}

void bs_vio_free(struct bs_vio *vio)
{
	free(vio->balloon.pfn);
	free(vio->balloon.gone);
	free(vio->hinted.pfn);
	free(vio->hinted.gone);
}

/* ---- What is said of it ---------------------------------------------------------------------- */

static int differs(const struct bs_vio *vio, bool page, const char *what, const char *expected,
		   const char *got)
{
	return vio->differs ? vio->differs(vio->arg, page, what, expected, got) : 0;
}

static int must(const struct bs_vio *vio, bool ok, const char *line, const char *expected,
		const char *got)
{
	if (!ok)
		return differs(vio, false, line, expected, got);
	if (vio->agrees)
		vio->agrees(vio->arg, false);
	return 0;
}

static int must_be_page(const struct bs_vio *vio, const char *line, bs_pfn expected, bs_pfn got)
{
	char e[32], g[32];

	if (expected == got) {
		if (vio->agrees)
			vio->agrees(vio->arg, true);
		return 0;
	}
	snprintf(e, sizeof(e), "pfn %u", got);
	snprintf(g, sizeof(g), "pfn %u", expected);
	return differs(vio, true, line, e, g);
}

static int must_be_number(const struct bs_vio *vio, const char *line, uint64_t expected,
			  uint64_t got)
{
	char e[32], g[32];

	snprintf(e, sizeof(e), "%" PRIu64, got);
	snprintf(g, sizeof(g), "%" PRIu64, expected);
	return must(vio, expected == got, line, e, g);
}

bool bs_vio_read_counters(const char *line, struct bs_vio_counters *out)
{
	out->read = sscanf(line,
			   "vm totalram=%" SCNu64 " balloon_inflate=%" SCNu64
			   " balloon_deflate=%" SCNu64 " balloon_migrate=%" SCNu64,
			   &out->ram, &out->inflate, &out->deflate, &out->migrate) == 4;
	return out->read;
}

/* Below what came in this log. */
static int complete(struct bs_vio *vio, const struct bs_vio_stack *s)
{
	if (s->known || vio->asked_older || !vio->older)
		return 0;
	vio->asked_older = true;
	return vio->older(vio->arg);
}

/* ---- Inflation ------------------------------------------------------------------------------- */

static int took(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	int ret = must(vio, !vio->partial, line, "another portion",
		       "nothing: the last portion was not a whole one, and nobody asked since");

	if (ret)
		return ret;
	if (vio->nr_got == BS_BALLOON_PORTION || vio->short_of) {
		ret = must(vio, false, line, "one more page",
			   vio->short_of ? "none until it has waited" : "told after 256 pages");
		vio->nr_got = vio->nr_entered = 0;
		vio->short_of = false;
		if (ret)
			return ret;
	}
	if (pfn == BS_NO_PFN)
		vio->short_of = true;
	else
		vio->got[vio->nr_got++] = pfn;
	return 0;
}

static int entered(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	int ret = 0;

	if (!vio->portion_known) {
		vio->entered++;
		return push(&vio->balloon, pfn);
	}
	if (vio->nr_entered == vio->nr_got)
		return must(vio, false, line, "a page that it has", "no such page");
	if (!vio->nr_entered && vio->short_of)
		ret = must(vio, vio->slept, line, "entered at once", "a wait of 200 ms before");
	/* The portion is a list of which each page became the head: the last one is the first. */
	if (!ret)
		ret = must_be_page(vio, line,
				   bs_balloon_reversed(vio->got, vio->nr_got, vio->nr_entered),
				   pfn);
	vio->nr_entered++;
	vio->entered++;
	return ret ? ret : push(&vio->balloon, pfn);
}

static int told_inflated(struct bs_vio *vio, const char *line)
{
	if (vio->moved != BS_NO_PFN || !vio->portion_known)
		return 0;
	return must_be_number(vio, line, vio->nr_got, vio->nr_entered);
}

static void inflated(struct bs_vio *vio)
{
	vio->partial = vio->nr_got && vio->nr_got < BS_BALLOON_PORTION && !vio->short_of;
	vio->nr_got = vio->nr_entered = 0;
	vio->short_of = vio->slept = false;
}

/* ---- Deflation ------------------------------------------------------------------------------- */

static int leak(struct bs_vio *vio, uint64_t wanted)
{
	struct bs_vio_stack *s = &vio->balloon;
	const uint64_t n = wanted < BS_BALLOON_PORTION ? wanted : BS_BALLOON_PORTION;
	int ret;

	ret = n > s->n ? complete(vio, s) : 0;
	if (ret)
		return ret;
	vio->leaking = true;
	vio->leaker = vio->task;
	vio->nr_freed = 0;
	vio->leak_known = s->known || n <= s->n;
	vio->nr_leaked = bs_balloon_leak(s->pfn, s->n, n, vio->leaked);
	return 0;
}

static int leaked_page(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	int ret = 0;

	if (vio->leak_known) {
		if (vio->nr_freed >= vio->nr_leaked)
			ret = must(vio, false, line, "one more page", "no more");
		else
			ret = must_be_page(
				vio, line,
				bs_balloon_reversed(vio->leaked, vio->nr_leaked, vio->nr_freed),
				pfn);
	}
	vio->nr_freed++;
	vio->left++;
	return ret ? ret : gone(&vio->balloon, pfn);
}

static int leak_ends(struct bs_vio *vio, const char *line, uint64_t n)
{
	int ret = 0;

	if (vio->leak_known)
		ret = must_be_number(vio, line, vio->nr_leaked, n);
	vio->leaking = false;
	return ret;
}

/* ---- A page of the balloon moves ------------------------------------------------------------- */

static int migrates(struct bs_vio *vio, bs_pfn to, bs_pfn from)
{
	int ret = complete(vio, &vio->balloon);

	if (!ret)
		ret = push(&vio->balloon, to);
	vio->moved = from;
	vio->migrated++;
	return ret ? ret : gone(&vio->balloon, from);
}

/* ---- Messages -------------------------------------------------------------------------------- */

static int message(struct bs_vio *vio, const char *line, const char *queue, uint64_t bytes)
{
	uint64_t pages;
	int ret = must(vio, !vio->asked, line, "a message", "none before the last is answered");

	vio->asked = true;
	if (!strcmp(queue, "inflate"))
		pages = vio->portion_known ? vio->nr_got : bytes / PFN_BYTES;
	else if (!strcmp(queue, "deflate"))
		pages = vio->nr_leaked;
	else
		return 0;
	if (vio->moved != BS_NO_PFN)
		pages = 1;
	else if (!strcmp(queue, "deflate") && !vio->leak_known)
		pages = bytes / PFN_BYTES;
	return ret ? ret : must_be_number(vio, line, pages * PFN_BYTES, bytes);
}

/* ---- Hinting --------------------------------------------------------------------------------- */

static int hint(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	int ret = must(vio, !vio->hints_over, line, "another block",
		       "none: the allocation before failed");

	vio->hints_over = pfn == BS_NO_PFN;
	if (!ret)
		ret = must(vio, vio->hint == BS_NO_PFN, line, "another block",
			   "the last is sent first");
	vio->hint = pfn;
	if (ret || pfn == BS_NO_PFN)
		return ret;
	return push(&vio->hinted, pfn);
}

static int hint_sent(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	const bs_pfn was = vio->hint;

	vio->hint = BS_NO_PFN;
	return must_be_page(vio, line, was, pfn);
}

static int block_returned(struct bs_vio *vio, const char *line, bs_pfn pfn)
{
	struct bs_vio_stack *s = &vio->hinted;
	int ret = s->n ? 0 : complete(vio, s);

	if (!ret && s->n)
		ret = must_be_page(vio, line, s->pfn[s->n - 1], pfn);
	vio->nr_returned++;
	return ret ? ret : gone(s, pfn);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static int allocated(struct bs_vio *vio, const char *line)
{
	unsigned int order, gfp;
	char page[16];
	bs_pfn pfn;

	if (sscanf(line, "pa %15s %u %x", page, &order, &gfp) != 3)
		return 0;
	pfn = *page == '-' ? BS_NO_PFN : (bs_pfn)strtoul(page, NULL, 10);
	if (gfp == BS_BALLOON_GFP && !order)
		return took(vio, line, pfn);
	if (gfp == BS_HINT_GFP && order)
		return hint(vio, line, pfn);
	return 0;
}

static int freed(struct bs_vio *vio, const char *line)
{
	unsigned int pfn, order;

	if (sscanf(line, "pf %u %u", &pfn, &order) != 2)
		return 0;
	if (vio->moved == pfn && !order)
		vio->moved = BS_NO_PFN;
	else if (vio->hint == pfn && order) {
		/* The queue is full: the driver gives it back and tries once more. */
		vio->hint = BS_NO_PFN;
		return gone(&vio->hinted, pfn);
	} else if (vio->leaking && vio->task == vio->leaker && !order)
		return leaked_page(vio, line, pfn);
	else if (vio->returning && order)
		return block_returned(vio, line, pfn);
	return 0;
}

static int update(struct bs_vio *vio, const struct bs_log_call *c)
{
	(void)c;
	vio->nr_got = vio->nr_entered = 0;
	vio->short_of = vio->slept = false;
	vio->portion_known = true;
	return 0;
}

/* The host has something new to say. */
static int changed(struct bs_vio *vio, const struct bs_log_call *c)
{
	(void)c;
	vio->partial = vio->hints_over = false;
	return 0;
}

static int enqueue(struct bs_vio *vio, const struct bs_log_call *c)
{
	return entered(vio, c->line, (bs_pfn)bs_log_call_arg(c, 1));
}

static int tell(struct bs_vio *vio, const struct bs_log_call *c)
{
	return strstr(c->args, " inflate") ? told_inflated(vio, c->line) : 0;
}

static int add_outbuf(struct bs_vio *vio, const struct bs_log_call *c)
{
	char queue[16];
	uint64_t bytes;

	if (sscanf(c->args, " %15s %*u+%" SCNu64, queue, &bytes) != 2 ||
	    (strcmp(queue, "inflate") && strcmp(queue, "deflate")))
		return 0;
	return message(vio, c->line, queue, bytes);
}

static int add_inbuf(struct bs_vio *vio, const struct bs_log_call *c)
{
	unsigned int pfn;

	return sscanf(c->args, " free_page_vq %u+", &pfn) == 1 ? hint_sent(vio, c->line, pfn) : 0;
}

static int answered(struct bs_vio *vio, const struct bs_log_call *c)
{
	(void)c;
	vio->asked = false;
	return 0;
}

static int sleeps(struct bs_vio *vio, const struct bs_log_call *c)
{
	if (!vio->short_of)
		return 0;
	vio->slept = true;
	return must_be_number(vio, c->line, BS_BALLOON_RETRY_MS, bs_log_call_arg(c, 0));
}

static int leak_begins(struct bs_vio *vio, const struct bs_log_call *c)
{
	return leak(vio, bs_log_call_arg(c, 1));
}

static int migratepage(struct bs_vio *vio, const struct bs_log_call *c)
{
	return migrates(vio, (bs_pfn)bs_log_call_arg(c, 1), (bs_pfn)bs_log_call_arg(c, 2));
}

static int returns(struct bs_vio *vio, const struct bs_log_call *c)
{
	(void)c;
	vio->returning = true;
	vio->nr_returned = 0;
	return 0;
}

static int tell_ends(struct bs_vio *vio, const struct bs_log_call *c)
{
	(void)c;
	if (vio->nr_entered)
		inflated(vio);
	return 0;
}

static int leak_done(struct bs_vio *vio, const struct bs_log_call *c)
{
	return leak_ends(vio, c->line, bs_log_call_arg(c, 0));
}

static int returned(struct bs_vio *vio, const struct bs_log_call *c)
{
	vio->returning = false;
	return must_be_number(vio, c->line, vio->nr_returned, bs_log_call_arg(c, 0));
}

static const struct {
	bool returns;
	const char *function;
	int (*run)(struct bs_vio *vio, const struct bs_log_call *c);
} calls[] = {
	{false, "virtballoon_changed", changed},
	{false, "update_balloon_size_func", update},
	{false, "balloon_page_enqueue", enqueue},
	{false, "tell_host", tell},
	{true, "tell_host", tell_ends},
	{false, "virtqueue_add_outbuf", add_outbuf},
	{false, "virtqueue_add_inbuf", add_inbuf},
	{false, "balloon_ack", answered},
	{false, "msleep", sleeps},
	{false, "leak_balloon", leak_begins},
	{true, "leak_balloon", leak_done},
	{false, "virtballoon_migratepage", migratepage},
	{false, "return_free_pages_to_mm", returns},
	{true, "return_free_pages_to_mm", returned},
};

static int call(struct bs_vio *vio, const char *line)
{
	struct bs_log_call c;

	if (!bs_log_call_read(line, &c))
		return 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (bs_log_call_is(&c, calls[i].returns, calls[i].function))
			return calls[i].run(vio, &c);
	return 0;
}

int bs_vio_event(struct bs_vio *vio, const char *line)
{
	switch (line[0]) {
	case 'p':
		return line[1] == 'a' ? allocated(vio, line) : freed(vio, line);
	case 'w':
		sscanf(line, "w %*u %u", &vio->task);
		return 0;
	case 'v':
		bs_vio_read_counters(line, vio->start.read ? &vio->end : &vio->start);
		return 0;
	case 'e':
	case 'x':
		return call(vio, line);
	default:
		return 0;
	}
}
