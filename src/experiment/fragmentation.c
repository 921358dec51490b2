// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fragmentation.c - a guest ages: for hours processes come and go, files are read, and the kernel takes pages that stay where
 * they are. How much of what is free is then of no use for larger blocks, how many huge pages do processes still get, and
 * what does the host hold?
 *
 * A round of the load is ten seconds: a process begins, if there is room for it, with huge pages or with single ones, and lives
 * for 20 s to 20 min; eight MiB of files are read somewhere; the kernel takes some pages for itself, most for minutes, some for
 * good. Processes have at most 60 % of memory, files three eighths.
 */
#include "lived.h"

#include <buddysim/gfp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest_ask.h"
#include "json.h"
#include "rng.h"

#define ROUND (10 * BS_NS_PER_S)
#define HUGE 9
#define MOST_PROCESSES 256
#define PARTS 16
#define PART 128 /* pages of files */

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false,
	 "who takes part, and who looks after the guest's memory"},
	{"kernel", "kernel", BS_COLUMN_TEXT, false, "kernel model of the guest"},
	{"defrag_mode", "defrag_mode", BS_COLUMN_COUNT, false, "vm.defrag_mode"},
	{"free_bytes", "free MiB", BS_COLUMN_BYTES, false, "free memory at the end"},
	{"unusable_2", "unusable o2", BS_COLUMN_MILLI, false,
	 "share of it that is of no use for blocks of order 2, in 1/1000 in the record"},
	{"unusable_4", "o4", BS_COLUMN_MILLI, false, "... of order 4"},
	{"unusable_6", "o6", BS_COLUMN_MILLI, false, "... of order 6"},
	{"unusable_9", "o9", BS_COLUMN_MILLI, false, "... for huge pages"},
	{"huge_wanted", "huge wanted", BS_COLUMN_COUNT, false,
	 "huge pages that processes asked for"},
	{"huge_got", "of them got", BS_COLUMN_MILLI, false,
	 "share of these that they got, in 1/1000 in the record"},
	{"held_mean_bytes", "held MiB", BS_COLUMN_BYTES, false, "held though unused, in the mean"},
	{"held_with_cache_bytes", "... with cache", BS_COLUMN_BYTES, false,
	 "the same with page cache"},
	{"moved", "moved pages", BS_COLUMN_COUNT, false, "by compaction that was asked for"},
	{"gained", "gained", BS_COLUMN_COUNT, false,
	 "huge pages' worth of free memory more behind each"},
	{"stall_ns", "stall s", BS_COLUMN_NS, false,
	 "time that the CPU waited for reclaim, compaction and reading again"},
	{"refused", "refused", BS_COLUMN_COUNT, false, "requests that found nothing"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

static const struct on {
	const char *kernel;
	bool defrag;
} kernels[] = {
	{"linux-6.1", false}, {"linux-6.12", false}, {"linux-7.3", false}, {"linux-7.3", true}};
#define NR_KERNELS (sizeof(kernels) / sizeof(kernels[0]))

/* What a process, or the kernel for a while, has: the numbers of its blocks. */
struct tenant {
	uint32_t *number;
	uint32_t n, room;
	bs_ns until;
};

struct aged {
	struct bs_lived l; /* first: the load's argument is both */
	struct bs_rng rng;
	uint64_t bytes, files, at; /* at: the page of the files that is read next */
	bs_ns window;
	struct tenant tenant[MOST_PROCESSES];
	uint64_t wanted, got;
	bool no_memory;
};

static uint64_t below(struct aged *a, uint64_t n)
{
	return bs_rng_next(&a->rng) % n;
}

static bool add(struct aged *a, struct tenant *p, uint32_t number)
{
	uint32_t *more = p->number;

	if (!number)
		return false;
	if (p->n == p->room) {
		p->room = p->room * 2 + 64;
		more = realloc(p->number, p->room * sizeof(*more));
		if (!more) {
			a->no_memory = true;
			bs_lived_give(&a->l, number);
			return false;
		}
		p->number = more;
	}
	p->number[p->n++] = number;
	return true;
}

static void leave(struct aged *a, struct tenant *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		bs_lived_give(&a->l, p->number[i]);
	p->n = 0;
	p->until = 0;
}

static struct tenant *vacancy(struct aged *a)
{
	for (unsigned int i = 0; i < MOST_PROCESSES; i++)
		if (!a->tenant[i].until)
			return &a->tenant[i];
	return NULL;
}

/* Eight MiB of files in sixteen parts; @part: which. */
static void read_part(struct aged *a, unsigned int part)
{
	bs_lived_read(&a->l, a->at + part * (uint64_t)PART, PART);
}

/* Huge pages as long as there are any, single pages in their place where not. @small: single pages, and files are read between
 * them, as programs do. */
static bool take_piece(struct aged *a, struct tenant *p, bool small, unsigned int *part)
{
	if (!small) {
		a->wanted++;
		if (add(a, p,
			bs_lived_take(&a->l, BS_GFP_TRANSHUGE | BS_GFP_NORETRY, HUGE, true))) {
			a->got++;
			return true;
		}
	}
	for (unsigned int k = 0; k < 1u << HUGE; k++) {
		if (!add(a, p, bs_lived_take(&a->l, BS_GFP_HIGHUSER_MOVABLE, 0, false)))
			return false;
		if (small && !(k % 64) && *part < PARTS)
			read_part(a, (*part)++);
	}
	return true;
}

static void begin_process(struct aged *a, unsigned int *part)
{
	const uint64_t most = a->bytes / 16 >> 21, huge = 1 + below(a, most ? most : 1);
	const struct bs_guest *g = a->l.t.g;
	const uint64_t has = g->used_bytes - (g->cache_pages << g->page_shift);
	const bs_ns lives = (20 + below(a, 20 * 60)) * BS_NS_PER_S;
	const bool small = below(a, 2);
	struct tenant *p = vacancy(a);

	if (!p || has + (huge << 21) > a->bytes / 100 * 60)
		return;
	p->until = bs_trial_now(&a->l.t) + lives;
	for (uint64_t i = 0; i < huge; i++)
		if (!take_piece(a, p, small, part))
			return;
}

/* Slabs, page tables: most for some minutes, some for good. */
static void begin_kernel(struct aged *a)
{
	struct tenant *p = vacancy(a);
	const bool stays = !below(a, 4);

	if (!p)
		return;
	p->until = stays ? BS_NO_TIME : bs_trial_now(&a->l.t) + BS_NS_PER_S * (30 + below(a, 600));
	for (unsigned int i = 0; i < (stays ? 24 : 128); i++)
		if (!add(a, p,
			 bs_lived_take(&a->l, BS_GFP_KERNEL, (unsigned int)below(a, 3), false)))
			return;
	/* What is there for good does not take part any more. */
	if (stays) {
		p->n = 0;
		p->until = 0;
	}
}

static struct bs_pause turn(struct bs_trial *t)
{
	struct aged *a = t->step_arg;
	const bs_ns now = bs_trial_now(t);
	unsigned int part = 0;

	for (unsigned int i = 0; i < MOST_PROCESSES; i++)
		if (a->tenant[i].until && a->tenant[i].until <= now)
			leave(a, &a->tenant[i]);
	a->at = below(a, (a->files >> 12) - PARTS * PART);
	begin_kernel(a);
	begin_process(a, &part);
	while (part < PARTS)
		read_part(a, part++);
	return (struct bs_pause){.not_before = now + ROUND, .over = now + ROUND > a->window};
}

static bs_ns stall_of(const struct bs_guest *g)
{
	bs_ns of[BS_NR_CAUSES];

	bs_cpus_blocked(g->cpus, g->nr_cpus, of);
	return of[BS_CAUSE_RECLAIM] + of[BS_CAUSE_COMPACT] + of[BS_CAUSE_REFILL];
}

static void put_row(struct bs_experiment *x, struct aged *a, const char *spec, const struct on *on)
{
	static const struct {
		const char *key;
		unsigned int order;
	} unusable[] = {
		{"unusable_2", 2}, {"unusable_4", 4}, {"unusable_6", 6}, {"unusable_9", HUGE}};
	const struct bs_guest *g = a->l.t.g;
	json_t *row = bs_experiment_row(x, spec);
	uint64_t free[BS_NR_ORDERS], pages = 0;

	bs_timeline_end(a->l.t.ledger.tl, bs_trial_now(&a->l.t));
	bs_nr_free_blocks(g->m, free);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		pages += free[o] << o;
	bs_json_put_text(row, "kernel", on->kernel);
	bs_json_put_uint(row, "defrag_mode", on->defrag);
	bs_json_put_uint(row, "free_bytes", pages << g->page_shift);
	for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
		bs_json_put_uint(row, unusable[i].key,
				 (uint64_t)bs_unusable_index(free, unusable[i].order));
	bs_json_put_uint(row, "huge_wanted", a->wanted);
	bs_json_put_uint(row, "huge_got", a->wanted ? a->got * 1000 / a->wanted : 0);
	bs_json_put_uint(row, "held_mean_bytes", bs_lived_held(&a->l, a->window));
	bs_json_put_uint(row, "held_with_cache_bytes", bs_lived_with_cache(&a->l, a->window));
	bs_json_put_uint(row, "moved", g->acts.moved);
	bs_json_put_uint(row, "gained", g->acts.gained);
	bs_json_put_uint(row, "stall_ns", stall_of(g));
	bs_json_put_uint(row, "refused", g->alloc_failed);
}

static int run_cell(struct bs_experiment *x, const char *spec, const struct on *on,
		    struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 128 : 2048) * BS_MIB;
	const bs_ns window = (x->ci ? 10 : 240) * 60 * BS_NS_PER_S;
	const struct bs_lived_setup setup = {.spec = spec,
					     .kernel = on->kernel,
					     .bytes = bytes,
					     .files = bytes / 8 * 3,
					     .blocks = (uint32_t)(bytes >> 12),
					     .window = window,
					     .defrag = on->defrag};
	struct aged *a = calloc(1, sizeof(*a));
	int ret;

	if (!a)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	a->bytes = bytes;
	a->files = setup.files;
	a->window = window;
	bs_rng_seed(&a->rng, x->cfg.seed);
	ret = bs_lived_begin(&a->l, x, &setup, err);
	if (!ret) {
		bs_trial_load(&a->l.t, turn, a);
		bs_trial_run(&a->l.t, window);
		if (a->no_memory)
			ret = bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	}
	if (!ret) {
		put_row(x, a, spec, on);
		ret = bs_trial_check(&a->l.t, err);
	}
	for (unsigned int i = 0; i < MOST_PROCESSES; i++)
		free(a->tenant[i].number);
	bs_lived_end(&a->l);
	free(a);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static const json_t *row_of(const struct bs_experiment *x, const char *spec, const struct on *on)
{
	const json_t *row;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!strcmp(bs_row_word(row, "strategy"), spec) &&
		    !strcmp(bs_row_word(row, "kernel"), on->kernel) &&
		    bs_row_get(row, "defrag_mode") == on->defrag)
			return row;
	}
	return NULL;
}

static void answer(struct bs_experiment *x, const struct on *on)
{
	const char *best = x->specs[0], *first = x->specs[0];

	for (unsigned int i = 0; i < x->nr_specs; i++)
		if (bs_row_get(row_of(x, x->specs[i], on), "huge_got") >
		    bs_row_get(row_of(x, best, on), "huge_got"))
			best = x->specs[i];
	bs_experiment_answers(
		x,
		"fragmentation: on %s %llu.%llu %% of the huge pages that are wanted are had with %s, %llu.%llu %% with %s, "
		"which moves %llu pages for that and holds %llu MiB in place of %llu",
		on->kernel, (unsigned long long)bs_row_get(row_of(x, first, on), "huge_got") / 10,
		(unsigned long long)bs_row_get(row_of(x, first, on), "huge_got") % 10, first,
		(unsigned long long)bs_row_get(row_of(x, best, on), "huge_got") / 10,
		(unsigned long long)bs_row_get(row_of(x, best, on), "huge_got") % 10, best,
		(unsigned long long)bs_row_get(row_of(x, best, on), "moved"),
		(unsigned long long)(bs_row_get(row_of(x, best, on), "held_mean_bytes") >> 20),
		(unsigned long long)(bs_row_get(row_of(x, first, on), "held_mean_bytes") >> 20));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const struct on own = {.kernel = x->cfg.kernel};
	const struct on *on = x->kernel_asked ? &own : kernels;
	const size_t nr = x->kernel_asked ? 1 : NR_KERNELS;
	int ret = 0;

	if (!x->kernel_asked)
		bs_experiment_kernels(x, "linux-6.1, linux-6.12, linux-7.3");
	bs_experiment_setting(
		x,
		"%u MiB guest, %u minutes: processes come and go, files are read, the kernel takes pages that stay",
		x->ci ? 128 : 2048, x->ci ? 10 : 240);
	x->nr_settings = (unsigned int)nr;
	for (size_t k = 0; k < nr && !ret; k++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], &on[k], err);
	if (!ret)
		answer(x, &on[nr > 1]);
	return ret;
}

static const char *const extra[] = {"none",
				    "rotation",
				    "rotation+timer:every=10min,drop=off",
				    "rotation+timer:every=10min",
				    "rotation+psi",
				    NULL};

const struct bs_experiment_kind bs_experiment_fragmentation = {
	.name = "fragmentation",
	.question =
		"how a guest ages: what of its free memory is of no use for larger blocks, and who does something about it",
	.columns = columns,
	.extra = extra,
	.only_extra = true,
	.run = run,
};
