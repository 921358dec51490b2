// SPDX-License-Identifier: GPL-2.0
/*
 * pa_ops.c - operations that somebody else chose, as lines of text
 *
 * They are written to /proc/pa_oracle_ops, in pieces as they come, and stay there until "replay" does them
 * with interrupts off, as a run does its own. The lines are those of a log, whose answers are passed over:
 * a log of one kernel is a list of operations for another.
 *
 *   begin LABEL [offline=1] [iso=1]   a sequence of its own: what is in use is given back, a dump
 *   a ID ORDER KIND [PFN|-] [cCPU] [nNODE[t]]
 *   f ID [+OFFSET ORDER] [cCPU]       all of the block, or the part; of a block that was not to be had nothing
 *   da ZONE|-   dl ZONE|- [cCPU]      drains
 *   iso START END MT FLAGS   uniso START END MT
 */
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "pa_oracle.h"

#define PA_MAX_RANGES 64

/* What an id stands for. */
struct block {
	u32 pfn; /* 0: nothing */
	u16 left; /* pages in use; an order of 10 has 1024 */
	u8 order;
};

static char *text; /* as it was written */
static size_t text_len, text_cap;

static struct block *blocks;
static u32 nr_blocks;
static unsigned long checks; /* operations between two check lines */
static bool offline;
static unsigned long done, fails;
static struct {
	unsigned long start, end;
	int mt;
} ranges[PA_MAX_RANGES];
static u32 nr_ranges;

/* ---- words ---- */

static bool number(const char **p, unsigned long *n)
{
	const char *s = *p;

	while (*s == ' ')
		s++;
	if (*s < '0' || *s > '9')
		return false;
	for (*n = 0; *s >= '0' && *s <= '9'; s++)
		*n = *n * 10 + (*s - '0');
	*p = s;
	return true;
}

/* [cCPU] [nNODE[t]], and what else a log has at the end of a line. CPUs that there are not share those there are. */
static void where(const char *p, struct pa_op *op)
{
	unsigned long n;

	pa_turn_cpu = smp_processor_id();
	op->nid = -1;
	for (; *p && *p != '\n'; p++) {
		if (p[-1] != ' ')
			continue;
		if (*p == 'c' && p[1] >= '0' && p[1] <= '9') {
			p++;
			number(&p, &n);
			pa_turn_cpu = n % num_online_cpus();
			p--;
		} else if (*p == 'n' && p[1] >= '0' && p[1] <= '9') {
			p++;
			number(&p, &n);
			op->nid = node_online(n) ? n : -1;
			op->this_node = *p == 't';
			p--;
		}
	}
	if (op->nid < 0)
		op->nid = cpu_to_mem(pa_turn_cpu);
}

/* ---- operations ---- */

static void one_alloc(const char *p)
{
	unsigned long id, order;
	struct pa_op op = {};
	const char *kind;

	if (!number(&p, &id) || !number(&p, &order) || *p != ' ' || order >= PA_NR_ORDERS ||
	    id >= nr_blocks || blocks[id].pfn)
		return;
	kind = strchr(pa_kind_name, p[1]);
	if (!kind || !*kind)
		return;
	op.order = order;
	op.kind = kind - pa_kind_name;
	where(p + 2, &op);
	done++;
	if (!pa_alloc_logged(&op, id, offline && (op.kind == PA_M || op.kind == PA_V))) {
		fails++;
		return;
	}
	blocks[id] = (struct block){page_to_pfn(op.page), 1 << order, order};
}

/*
 * A part of a block: nobody but its first page has a reference, so the part's first page gets one of its own,
 * as split_page() would give it to every page.
 */
static void one_free(const char *p)
{
	unsigned long id, offset = 0, order;
	struct pa_op op = {};
	bool part = false;
	struct block *b;

	if (!number(&p, &id) || id >= nr_blocks || !blocks[id].pfn)
		return;
	b = &blocks[id];
	order = b->order;
	if (p[0] == ' ' && p[1] == '+') {
		p += 2;
		if (!number(&p, &offset) || !number(&p, &order))
			return;
		part = true;
	}
	if (order > b->order || offset & ((1UL << order) - 1) || offset >= 1UL << b->order ||
	    b->left < 1UL << order)
		return;
	op.page = pfn_to_page(b->pfn + offset);
	op.order = order;
	if (offset)
		set_page_count(op.page, 1);
	where(p, &op);
	done++;
	b->left -= 1 << order;
	if (!b->left)
		b->pfn = 0;
	pa_free_logged(&op, id, part ? (long)offset : -1);
}

static void one_drain(const char *p, bool local)
{
	struct pa_op op = {};
	struct zone *z = NULL;
	unsigned long n;

	if (number(&p, &n)) {
		z = n < pa_nr_zones() ? pa_zone(n) : NULL;
		if (!z)
			return;
	}
	where(p, &op);
	pa_drain_logged(z, local);
}

static void undo(u32 k)
{
	pa_unisolate(ranges[k].start, ranges[k].end, ranges[k].mt);
	pa_log("uniso %lu %lu %d\n", ranges[k].start, ranges[k].end, ranges[k].mt);
	ranges[k] = ranges[--nr_ranges];
}

static void one_range(const char *p, bool on)
{
	unsigned long start, end, mt, flags;
	struct page *page;
	int ret;
	u32 k;

	if (!number(&p, &start) || !number(&p, &end) || !number(&p, &mt))
		return;
	for (k = 0; k < nr_ranges; k++)
		if (ranges[k].start == start && ranges[k].end == end)
			break;
	if (!on) {
		if (k < nr_ranges)
			undo(k);
		return;
	}
	page = pfn_to_online_page(start);
	if (!number(&p, &flags) || k < nr_ranges || nr_ranges == PA_MAX_RANGES || !page ||
	    end <= start || (start | end) & (pageblock_nr_pages - 1) ||
	    !pa_whole_range(page_zone(page), start, end))
		return;
	ret = pa_isolate(start, end, mt, flags);
	pa_log("iso %lu %lu %lu %lu %d\n", start, end, mt, flags, ret);
	if (!ret) {
		ranges[nr_ranges].start = start;
		ranges[nr_ranges].end = end;
		ranges[nr_ranges++].mt = mt;
	}
}

/* ---- sequences ---- */

/* Silently. Of a block of which parts went nobody kept which: the rest stays in use. */
static void free_rest(struct block *b)
{
	struct page *page = pfn_to_page(b->pfn);

	if (b->left == 1U << b->order) {
		if (PageOffline(page))
			__ClearPageOffline(page);
		__free_pages(page, b->order);
	}
	b->pfn = 0;
}

static void finish(const char *label, u32 len)
{
	u32 k;

	if (!len)
		return;
	while (nr_ranges)
		undo(nr_ranges - 1);
	pa_dump("end");
	pa_log("finish %.*s ops=%lu fails=%lu overflow=%d\n", len, label, done, fails, pa.overflow);
	for (k = 0; k < nr_blocks; k++)
		if (blocks[k].pfn)
			free_rest(&blocks[k]);
}

static bool says(const char *p, const char *word)
{
	return strnstr(p, word, strcspn(p, "\n")) != NULL;
}

static void start(const char *p, const char **label, u32 *len)
{
	*label = p;
	*len = strcspn(p, " \n");
	done = fails = 0;
	offline = says(p, " offline=1");
	pa_log_head();
	pa_log("begin %.*s ops=0 replay=1 offline=%d\n", *len, p, offline);
	pa_want_fixed = says(p, " iso=1");
	pa_dump("start");
	pa_want_fixed = false;
}

static void one_line(const char *p)
{
	const unsigned long before = done;

	if (p[0] == 'a' && p[1] == ' ')
		one_alloc(p + 2);
	else if (p[0] == 'f' && p[1] == ' ')
		one_free(p + 2);
	else if (!strncmp(p, "da ", 3))
		one_drain(p + 3, false);
	else if (!strncmp(p, "dl ", 3))
		one_drain(p + 3, true);
	else if (!strncmp(p, "iso ", 4))
		one_range(p + 4, true);
	else if (!strncmp(p, "uniso ", 6))
		one_range(p + 6, false);
	if (done > before && checks && done % checks == 0)
		pa_log_check(done);
}

static void replay_all(void *arg)
{
	const char *p = text, *label = "ops";
	u32 len = 0;

	nr_ranges = 0;
	while (*p && !pa.overflow) {
		if (!strncmp(p, "begin ", 6)) {
			finish(label, len);
			start(p + 6, &label, &len);
		} else if (*p != '#' && *p != '\n') {
			if (!len)
				start("ops", &label, &len);
			one_line(p);
		}
		p = strchrnul(p, '\n');
		if (*p)
			p++;
	}
	finish(label, len);
}

/* Ids are small and dense; the largest says how much there is to remember. */
static u32 largest_id(void)
{
	unsigned long id, max = 0;
	const char *p = text, *q;

	while (*p) {
		if (p[0] == 'a' && p[1] == ' ') {
			q = p + 2;
			if (number(&q, &id) && id > max && id < 1U << 26)
				max = id;
		}
		p = strchrnul(p, '\n');
		if (*p)
			p++;
	}
	return max;
}

/* replay SEED CHECKS: of shuffling; a check line every so many operations, 0: none */
int pa_replay(char *args)
{
	const char *p = args;
	unsigned long seed;

	if (!number(&p, &seed) || !number(&p, &checks) || !text_len)
		return -EINVAL;
	nr_blocks = largest_id() + 1;
	blocks = vcalloc(nr_blocks, sizeof(*blocks));
	if (!blocks)
		return -ENOMEM;
	pa_seed_shuffle(seed);
	pa_stop_others(replay_all, NULL);
	vfree(blocks);
	blocks = NULL;
	text_len = 0;
	text[0] = '\0';
	return 0;
}

/* ---- /proc/pa_oracle_ops ---- */

static ssize_t ops_write(struct file *file, const char __user *user, size_t n, loff_t *pos)
{
	if (n >= text_cap - text_len)
		return -ENOSPC;
	if (copy_from_user(text + text_len, user, n))
		return -EFAULT;
	text_len += n;
	text[text_len] = '\0';
	return n;
}

static const struct proc_ops ops_proc = {
	.proc_write = ops_write,
	.proc_lseek = default_llseek,
};

int pa_ops_init(unsigned int mib)
{
	if (!mib)
		return 0;
	text_cap = (size_t)mib << 20;
	text = vzalloc(text_cap);
	if (!text || !proc_create("pa_oracle_ops", 0200, NULL, &ops_proc))
		return -ENOMEM;
	return 0;
}

void pa_ops_exit(void)
{
	vfree(text);
	text = NULL;
}
