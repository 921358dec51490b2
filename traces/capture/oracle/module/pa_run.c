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
#include <linux/string.h>

#include "pa_oracle.h"

#define PA_CHECK_EVERY 500
#define PA_NEVER (~0UL)

static const char pa_kind_name[] = "UMRAHVW";

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

static struct page *alloc_one(unsigned int order, unsigned int kind, u32 id)
{
	u64 word = shuffle_arm();
	struct page *page = __alloc_pages(pa_gfp[kind], order, 0, NULL);

	pa_log_char('a');
	pa_log_char(' ');
	pa_log_num(id);
	pa_log_char(' ');
	pa_log_num(order);
	pa_log_char(' ');
	pa_log_char(pa_kind_name[kind]);
	pa_log_char(' ');
	if (page)
		pa_log_num(page_to_pfn(page));
	else
		pa_log_char('-');
	shuffle_log(word);
	pa_log_char('\n');
	return page;
}

static void free_one(const struct pa_live *v)
{
	u64 word = shuffle_arm();

	__free_pages(v->page, v->order);
	pa_log_char('f');
	pa_log_char(' ');
	pa_log_num(v->id);
	shuffle_log(word);
	pa_log_char('\n');
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

	for (zi = 0; zi < MAX_NR_ZONES; zi++) {
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
		if (script_wants_alloc(s, i))
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
		pa_dump("end");
		memcpy(pa.held + pa.nr_held, pa.live, pa.nr_live * sizeof(*pa.live));
		pa.nr_held += pa.nr_live;
		return;
	}
	if (p->drain) {
		pa_dump("before_drain");
		while (pa.nr_live && !pa.overflow)
			free_live(draw_below(pa.nr_live));
		pa_log_check(PA_NEVER);
	}
	pa_dump("end");
}

static void log_params(const struct pa_params *p)
{
	int i;

	pa_log("begin %s ops=%lu seed=%lu limit=%lu lo=%lu phases=%lu burst=%lu drain=%lu hold=%lu",
	       p->label, p->ops, p->seed, p->limit, p->lo, p->phases, p->burst, p->drain, p->hold);
	pa_log(" orders=");
	for (i = 0; i < PA_NR_ORDERS; i++)
		pa_log("%u,", p->orders[i]);
	pa_log(" kinds=");
	for (i = 0; i < PA_NR_KINDS; i++)
		pa_log("%c:%u,", pa_kind_name[i], p->kinds[i]);
	pa_log_char('\n');
}

void pa_run(const struct pa_params *p)
{
	struct script s = {.p = p};
	unsigned long flags, done;

	/* Odd additions: a seed of 0 must not leave a generator at 0, where it would stay. */
	pa.script_rng = p->seed * 0x9E3779B97F4A7C15ULL + 88172645463325252ULL;
	pa.shuffle_rng = p->seed * 0xD1B54A32D192ED03ULL + 1442695040888963407ULL;
	pa.nr_live = 0;
	pa.live_pages = 0;

	local_irq_save(flags);
	pa_log_head();
	log_params(p);
	pa_dump("start");
	s.free_at_start = free_pages_in_all();
	done = run_ops(&s);
	run_end(p);
	pa_log("finish %s ops=%lu fails=%lu live=%u overflow=%d\n", p->label, done, s.fails,
	       pa.nr_live, pa.overflow);
	if (!p->hold)
		while (pa.nr_live) {
			pa.nr_live--;
			__free_pages(pa.live[pa.nr_live].page, pa.live[pa.nr_live].order);
		}
	pa.nr_live = 0;
	local_irq_restore(flags);
}

/* Free what earlier runs held, newest first. */
void pa_release_held(void)
{
	unsigned long flags;

	local_irq_save(flags);
	pa_log("begin relhold\n");
	pa_dump("start");
	while (pa.nr_held && !pa.overflow)
		free_one(&pa.held[--pa.nr_held]);
	pa_dump("end");
	pa_log("finish relhold\n");
	local_irq_restore(flags);
}
