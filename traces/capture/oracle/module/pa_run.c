// SPDX-License-Identifier: GPL-2.0
/*
 * pa_run.c - allocate and free by a seed, and write down what the kernel answered
 *
 * A run happens with interrupts off on the only CPU: whatever the lists do, these requests did it.
 * Nothing may sleep; kswapd is woken by some kinds of request but cannot run.
 */
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/page-flags.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "pa_oracle.h"

#define PA_CHECK_EVERY 500
#define PA_NEVER (~0UL)

const char pa_kind_name[] = "UMRAHVW";

#define PA_QUIET (__GFP_NOWARN | __GFP_NORETRY)
static const gfp_t pa_gfp[] = {
	[PA_U] = PA_QUIET,
	[PA_M] = PA_QUIET | __GFP_MOVABLE | __GFP_HIGHMEM,
	[PA_R] = PA_QUIET | __GFP_RECLAIMABLE,
	[PA_A] = __GFP_NOWARN | GFP_ATOMIC,
	[PA_H] = PA_QUIET | __GFP_HIGH,
	[PA_V] = PA_QUIET | __GFP_MOVABLE | __GFP_HIGHMEM | __GFP_KSWAPD_RECLAIM,
	[PA_W] = PA_QUIET | __GFP_KSWAPD_RECLAIM,
};

/* Whether to allocate or to free, decided operation by operation. */
struct script {
	const struct pa_params *p;
	unsigned long free_at_start;
	unsigned int burst_left;
	bool burst_allocs;
	unsigned long fails;
};

/* xorshift64* */
static u64 draw(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ULL;
}

/* 0 .. @n-1, from the upper bits: the lower ones are weak. */
static u32 draw_below(u32 n)
{
	return (u32)(draw(&pa.script_rng) >> 32) % n;
}

static u32 draw_weighted(const unsigned int *weight, u32 n)
{
	u32 total = 0, r, i;

	for (i = 0; i < n; i++)
		total += weight[i];
	r = draw_below(total);
	for (i = 0; r >= weight[i]; i++)
		r -= weight[i];
	return i;
}

/*
 * The kernel takes its tail bits from one word that it refills when it is used up. A known word put
 * there before an operation makes the bits known, and the code that uses them stays the kernel's.
 */
static u64 shuffle_arm(void)
{
	if (!pa_shuffle_on())
		return 0;
	*pa.shuffle_word = draw(&pa.shuffle_rng);
	*pa.shuffle_bits = 64;
	return *pa.shuffle_word;
}

static void shuffle_log(u64 word)
{
	int used, i;

	if (!pa_shuffle_on())
		return;
	used = 64 - *pa.shuffle_bits;
	if (!used)
		return;
	pa_log_char(' ');
	pa_log_char('s');
	for (i = 0; i < used; i++)
		pa_log_char('0' + ((word >> i) & 1));
}

static const struct pa_params *now; /* the run's */
int pa_turn_cpu; /* whose turn it is */

static void op_alloc(void *arg)
{
	struct pa_op *op = arg;
	gfp_t gfp = pa_gfp[op->kind] | (op->this_node ? __GFP_THISNODE : 0);

	op->word = shuffle_arm();
	op->page = alloc_pages_node(op->nid, gfp, op->order);
}

static void op_free(void *arg)
{
	struct pa_op *op = arg;

	op->word = shuffle_arm();
	__free_pages(op->page, op->order);
}

static void log_where(const struct pa_op *op)
{
	if (num_online_cpus() > 1)
		pa_log(" c%d", pa_turn_cpu);
	if (op && num_online_nodes() > 1)
		pa_log(" n%d%s", op->nid, op->this_node ? "t" : "");
}

static bool marked(u8 kind)
{
	return now && now->offline && (kind == PA_M || kind == PA_V);
}

struct page *pa_alloc_logged(struct pa_op *op, u32 id, bool offline)
{
	pa_on_cpu(pa_turn_cpu, op_alloc, op);
	if (op->page && offline)
		__SetPageOffline(op->page);
	pa_log_char('a');
	pa_log_char(' ');
	pa_log_num(id);
	pa_log_char(' ');
	pa_log_num(op->order);
	pa_log_char(' ');
	pa_log_char(pa_kind_name[op->kind]);
	pa_log_char(' ');
	if (op->page)
		pa_log_num(page_to_pfn(op->page));
	else
		pa_log_char('-');
	log_where(op);
	shuffle_log(op->word);
	pa_log_char('\n');
	return op->page;
}

/* @offset: of the part of the block that is given back; all of it: -1. */
void pa_free_logged(struct pa_op *op, u32 id, long offset)
{
	if (PageOffline(op->page))
		__ClearPageOffline(op->page);
	pa_on_cpu(pa_turn_cpu, op_free, op);
	pa_log_char('f');
	pa_log_char(' ');
	pa_log_num(id);
	if (offset >= 0)
		pa_log(" +%ld %u", offset, op->order);
	log_where(NULL);
	shuffle_log(op->word);
	pa_log_char('\n');
}

static struct page *alloc_one(unsigned int order, unsigned int kind, u32 id)
{
	struct pa_op op = {.order = order, .kind = kind};

	if (now && now->nodes) {
		u32 n = draw_below(num_online_nodes()), nid;

		for_each_online_node(nid) if (!n--) op.nid = nid;
	} else {
		op.nid = cpu_to_mem(pa_turn_cpu);
	}
	op.this_node = now && now->this && draw_below(100) < now->this;
	return pa_alloc_logged(&op, id, marked(kind));
}

static void free_one(const struct pa_live *v)
{
	struct pa_op op = {.order = v->order, .page = v->page};

	pa_free_logged(&op, v->id, -1);
}

/* ---- isolated ranges and drains among the operations ---- */

#define PA_MAX_RANGES 12
static struct {
	unsigned long start, end;
	int mt;
} ranges[PA_MAX_RANGES];
static u32 nr_ranges;

static void undo_range(u32 k)
{
	pa_unisolate(ranges[k].start, ranges[k].end, ranges[k].mt);
	pa_log("uniso %lu %lu %d\n", ranges[k].start, ranges[k].end, ranges[k].mt);
	ranges[k] = ranges[--nr_ranges];
}

static unsigned long some_block(struct zone *z)
{
	unsigned long first = ALIGN(z->zone_start_pfn, pageblock_nr_pages);
	unsigned long n = (zone_end_pfn(z) - first) >> pageblock_order;
	u32 how = draw_below(4);

	if (how == 0 && pa.nr_live) {
		struct page *page = pa.live[draw_below(pa.nr_live)].page;

		if (page_zone(page) == z)
			return page_to_pfn(page);
	}
	if (how == 1) {
		struct list_head *list =
			&z->free_area[PA_NR_ORDERS - 1 - draw_below(2)].free_list[MIGRATE_MOVABLE];

		if (!list_empty(list))
			return page_to_pfn(list_first_entry(list, struct page, lru)) +
			       draw_below(2) * pageblock_nr_pages;
	}
	return first + draw_below(n) * pageblock_nr_pages;
}

static void script_isolate(void)
{
	static const int types[] = {MIGRATE_MOVABLE, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE,
				    MIGRATE_RECLAIMABLE};
	unsigned long start, end;
	u32 zi = draw_below(pa_nr_zones());
	struct zone *z = pa_zone(zi);
	int mt, flags, ret;

	if (nr_ranges && (nr_ranges == PA_MAX_RANGES || draw_below(2))) {
		undo_range(draw_below(nr_ranges));
		return;
	}
	if (!z || !((now->isozones >> zi) & 1))
		return;
	start = some_block(z) & ~(pageblock_nr_pages - 1);
	end = start + (1 + draw_below(now->isomax)) * pageblock_nr_pages;
	mt = types[draw_below(4)];
	flags = now->offline ? 1 : 0;
	if (!pa_whole_range(z, start, end))
		return;
	ret = pa_isolate(start, end, mt, flags);
	pa_log("iso %lu %lu %d %d %d\n", start, end, mt, flags, ret);
	if (!ret) {
		ranges[nr_ranges].start = start;
		ranges[nr_ranges].end = end;
		ranges[nr_ranges++].mt = mt;
	}
}

static void op_drain_local(void *arg)
{
	((void (*)(struct zone *))pa_at.drain_local)(arg);
}

void pa_drain_logged(struct zone *z, bool local)
{
	if (local)
		pa_on_cpu(pa_turn_cpu, op_drain_local, z);
	else
		((void (*)(struct zone *))pa_at.drain_all)(z);
	pa_log("%s ", local ? "dl" : "da");
	if (z)
		pa_log_num(pa_zone_number(z));
	else
		pa_log_char('-');
	if (local)
		log_where(NULL);
	pa_log_char('\n');
}

static void script_drain(void)
{
	struct zone *z = pa_zone(draw_below(pa_nr_zones()));
	bool local = draw_below(2);

	if (draw_below(3) == 0)
		z = NULL;
	pa_drain_logged(z, local);
}

static void script_turn(void)
{
	u32 n, cpu;

	if (now->cpus < 2 || (now->turn > 1 && draw_below(now->turn)))
		return;
	n = draw_below(min_t(u32, now->cpus, num_online_cpus()));
	for_each_online_cpu(cpu) if (!n--) pa_turn_cpu = cpu;
}

static void free_live(u32 k)
{
	struct pa_live v = pa.live[k];

	pa.live_pages -= 1UL << v.order;
	pa.live[k] = pa.live[--pa.nr_live];
	free_one(&v);
}

static unsigned long free_pages_in_all(void)
{
	unsigned long n = 0;
	struct zone *z;
	int zi;

	for (zi = 0; zi < pa_nr_zones(); zi++) {
		z = pa_zone(zi);
		if (z)
			n += atomic_long_read(&z->vm_stat[NR_FREE_PAGES]);
	}
	return n;
}

/* Towards the phase's level with noise, and now and then a burst that ignores it. */
static bool script_wants_alloc(struct script *s, unsigned long i)
{
	const struct pa_params *p = s->p;
	unsigned long phase = p->phases ? i / (p->ops / p->phases + 1) : 0;
	unsigned long target = s->free_at_start * ((phase & 1) ? p->lo : p->limit) / 100;
	bool alloc;

	if (s->burst_left) {
		s->burst_left--;
		alloc = s->burst_allocs;
	} else if (p->burst && draw_below(64) == 0) {
		s->burst_left = draw_below(p->burst);
		s->burst_allocs = draw_below(2);
		alloc = s->burst_allocs;
	} else {
		alloc = draw_below(8) < (pa.live_pages < target ? 6 : 2);
	}
	if (!pa.nr_live)
		return true;
	return alloc && pa.nr_live + pa.nr_held < pa.max_live;
}

static void script_alloc(struct script *s)
{
	unsigned int order = draw_weighted(s->p->orders, PA_NR_ORDERS);
	unsigned int kind = draw_weighted(s->p->kinds, PA_NR_KINDS);
	struct page *page = alloc_one(order, kind, pa.next_id);

	if (page) {
		pa.live[pa.nr_live++] = (struct pa_live){page, pa.next_id, order};
		pa.live_pages += 1UL << order;
	} else {
		s->fails++;
		s->burst_left = 0;
	}
	pa.next_id++;
}

/* Of sixteen frees ten take anybody, four the newest, two the first in the table. */
static void script_free(void)
{
	u32 how = draw_below(16);

	if (how < 10)
		free_live(draw_below(pa.nr_live));
	else if (how < 14)
		free_live(pa.nr_live - 1);
	else
		free_live(0);
}

static unsigned long run_ops(struct script *s)
{
	const struct pa_params *p = s->p;
	unsigned long step = p->ops / (p->dumps + 1), next = p->dumps ? step : PA_NEVER, i;
	char name[32];

	for (i = 0; i < p->ops && !pa.overflow; i++) {
		script_turn();
		if (p->iso && draw_below(1000) < p->iso)
			script_isolate();
		else if (p->drains && draw_below(1000) < p->drains)
			script_drain();
		else if (script_wants_alloc(s, i))
			script_alloc(s);
		else
			script_free();
		if ((i + 1) % PA_CHECK_EVERY == 0)
			pa_log_check(i + 1);
		if (i != next)
			continue;
		scnprintf(name, sizeof(name), "mid%lu", next / step);
		pa_dump(name);
		next += step;
		if (next + step / 2 > p->ops)
			next = PA_NEVER;
	}
	return i;
}

/* What is in use at the end is kept for later runs, drained with a log, or given back silently. */
static void run_end(const struct pa_params *p)
{
	if (p->hold) {
		while (nr_ranges)
			undo_range(draw_below(nr_ranges));
		pa_dump("end");
		memcpy(pa.held + pa.nr_held, pa.live, pa.nr_live * sizeof(*pa.live));
		pa.nr_held += pa.nr_live;
		now = NULL;
		return;
	}
	if (p->drain) {
		pa_dump("before_drain");
		while (pa.nr_live && !pa.overflow) {
			script_turn();
			free_live(draw_below(pa.nr_live));
		}
		pa_log_check(PA_NEVER);
	}
	while (nr_ranges)
		undo_range(draw_below(nr_ranges));
	pa_dump("end");
}

static void log_params(const struct pa_params *p)
{
	int i;

	pa_log("begin %s ops=%lu seed=%lu limit=%lu lo=%lu phases=%lu burst=%lu drain=%lu hold=%lu",
	       p->label, p->ops, p->seed, p->limit, p->lo, p->phases, p->burst, p->drain, p->hold);
	if (p->cpus || p->iso || p->drains || p->nodes || p->this)
		pa_log(" cpus=%lu turn=%lu this=%lu nodes=%lu iso=%lu isomax=%lu isozones=0x%lx offline=%lu drains=%lu",
		       p->cpus, p->turn, p->this, p->nodes, p->iso, p->isomax, p->isozones,
		       p->offline, p->drains);
	pa_log(" orders=");
	for (i = 0; i < PA_NR_ORDERS; i++)
		pa_log("%u,", p->orders[i]);
	pa_log(" kinds=");
	for (i = 0; i < PA_NR_KINDS; i++)
		pa_log("%c:%u,", pa_kind_name[i], p->kinds[i]);
	pa_log_char('\n');
}

static void run_all(void *arg)
{
	const struct pa_params *p = arg;
	struct script s = {.p = p};
	unsigned long done;

	now = p;
	pa_turn_cpu = smp_processor_id();
	nr_ranges = 0;
	pa_log_head();
	log_params(p);
	pa_want_fixed = p->iso;
	pa_dump("start");
	pa_want_fixed = false;
	s.free_at_start = free_pages_in_all();
	done = run_ops(&s);
	run_end(p);
	pa_log("finish %s ops=%lu fails=%lu live=%u overflow=%d\n", p->label, done, s.fails,
	       pa.nr_live, pa.overflow);
	if (!p->hold)
		while (pa.nr_live) {
			pa.nr_live--;
			if (PageOffline(pa.live[pa.nr_live].page))
				__ClearPageOffline(pa.live[pa.nr_live].page);
			__free_pages(pa.live[pa.nr_live].page, pa.live[pa.nr_live].order);
		}
	pa.nr_live = 0;
	now = NULL;
}

/* Odd additions: a seed of 0 must not leave a generator at 0, where it would stay. */
void pa_seed_shuffle(unsigned long seed)
{
	pa.shuffle_rng = seed * 0xD1B54A32D192ED03ULL + 1442695040888963407ULL;
}

void pa_run(const struct pa_params *p)
{
	pa.script_rng = p->seed * 0x9E3779B97F4A7C15ULL + 88172645463325252ULL;
	pa_seed_shuffle(p->seed);
	pa.nr_live = 0;
	pa.live_pages = 0;
	pa_stop_others(run_all, (void *)p);
}

static void release_all(void *arg)
{
	pa_turn_cpu = smp_processor_id();
	pa_log_head();
	pa_log("begin relhold\n");
	pa_dump("start");
	while (pa.nr_held && !pa.overflow)
		free_one(&pa.held[--pa.nr_held]);
	pa_dump("end");
	pa_log("finish relhold\n");
}

/* Free what earlier runs held, newest first. */
void pa_release_held(void)
{
	pa_stop_others(release_all, NULL);
}
