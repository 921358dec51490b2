// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_load_test.h"

static void mix(struct bs_load_test *t, uint64_t v)
{
	t->digest = (t->digest ^ v ^ t->now) * UINT64_C(0x100000001b3);
}

static bs_ns now(const void *arg)
{
	return ((const struct bs_load_test *)arg)->now;
}

static bs_ns busy(const void *arg, unsigned int cpu)
{
	return ((const struct bs_load_test *)arg)->busy[cpu];
}

static bool alloc(void *arg, const struct bs_task *task, unsigned int gfp, struct bs_task_block *b)
{
	struct bs_load_test *t = arg;

	mix(t, UINT64_C(1) << 40 | task->number << 8 | b->order);
	mix(t, gfp);
	if (t->refuses || (t->no_huge && b->order >= 9) ||
	    (t->most && t->live + (UINT64_C(1) << b->order) > t->most))
		return false;
	b->at = t->next++;
	t->allocated += UINT64_C(1) << b->order;
	t->live += UINT64_C(1) << b->order;
	if (t->live > t->peak)
		t->peak = t->live;
	return true;
}

static void give(void *arg, const struct bs_task *task, const struct bs_task_block *b,
		 unsigned int offset, unsigned int order)
{
	struct bs_load_test *t = arg;

	mix(t, UINT64_C(2) << 40 | task->number << 8 | order);
	mix(t, b->at + offset);
	t->freed += UINT64_C(1) << order;
	t->live -= UINT64_C(1) << order;
}

static bs_pfn page(void *arg, const struct bs_task *task, unsigned int order, unsigned int gfp)
{
	struct bs_load_test *t = arg;
	struct bs_task_block b = {.at = BS_NO_PFN, .order = (uint8_t)order};

	t->next = (t->next + (1u << order) - 1) & ~((1u << order) - 1);
	if (!alloc(t, task, gfp, &b))
		return BS_NO_PFN;
	t->next += (1u << order) - 1;
	return b.at;
}

static void unpage(void *arg, const struct bs_task *task, bs_pfn pfn, unsigned int order)
{
	give(arg, task, &(struct bs_task_block){.at = pfn}, 0, order);
}

static void failed(void *arg)
{
	(void)arg;
	fail_msg("no memory for the test");
}

void bs_load_test_begin(struct bs_load_test *t, const char *text, uint64_t seed)
{
	static const struct bs_task_ops ops = {.now = now,
					       .alloc = alloc,
					       .free = give,
					       .busy = busy,
					       .page = page,
					       .unpage = unpage,
					       .failed = failed};
	struct bs_error err;

	*t = (struct bs_load_test){0};
	assert_ok(bs_load_parse(text, &t->spec, &err), &err);
	assert_ok(bs_tasks_init(&t->tasks, &t->spec, seed, 0, &ops, t, &err), &err);
}

bool bs_load_test_step(struct bs_load_test *t)
{
	unsigned int cpu;
	const bs_ns at = bs_tasks_next(&t->tasks, &cpu);

	if (at == BS_NO_TIME)
		return false;
	assert_true(at >= t->now);
	t->now = at;
	bs_tasks_step(&t->tasks, cpu);
	return true;
}

void bs_load_test_end(struct bs_load_test *t)
{
	bs_tasks_free(&t->tasks);
	bs_load_spec_free(&t->spec);
}
