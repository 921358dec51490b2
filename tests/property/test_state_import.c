// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of every kernel model are filled, fragmented and emptied at random. What a kernel in their
 * state would show in /proc is made into a start state: it has exactly the same free blocks by zone,
 * order and type, contradicts itself nowhere, and a guest that starts from it is sound and goes on.
 * Counts that nobody's allocator made are refused with a reason, or made exactly, too.
 */
#include "bs_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "bs_dump_test.h"
#include "bs_snapshot_test.h"
#include "rng.h"

#define GUESTS 40u
#define COUNTS 60u

struct guest {
	struct bs_machine *m;
	struct bs_rng rng;
	bs_pfn held[16384];
	uint8_t order[16384];
	unsigned int n;
};

static uint64_t pick(struct guest *g, uint64_t n)
{
	return bs_rng_below(&g->rng, n);
}

static void make_guest(struct guest *g, uint64_t seed)
{
	static const unsigned int pbos[] = {9, 9, 9, 10, 7};
	const char *const *kernels = bs_kernel_names();
	unsigned int nr_kernels = 0;
	struct bs_machine_config mc = {.seed = seed + 1};
	struct bs_error err = {0};

	bs_rng_seed(&g->rng, seed);
	while (kernels[nr_kernels])
		nr_kernels++;
	mc.kernel = kernels[pick(g, nr_kernels)];
	mc.memory_bytes = (12 + pick(g, 100)) << 20 | pick(g, 256) << 12;
	mc.nr_cpus = 1 + (unsigned int)pick(g, 3);
	mc.pageblock_order = pbos[pick(g, 5)];
	mc.machine = BS_MACHINE_FLAT;
	assert_ok(bs_machine_create(&mc, &g->m, &err), &err);
	g->n = 0;
}

/* From nearly all free to none at all, with holes of every size. */
static void fragment(struct guest *g)
{
	static const uint32_t gfps[] = {BS_GFP_KERNEL, BS_GFP_HIGHUSER_MOVABLE,
					BS_GFP_HIGHUSER_MOVABLE, BS_GFP_KERNEL | BS_GFP_RECLAIMABLE,
					BS_GFP_ATOMIC};
	const unsigned int fill = (unsigned int)pick(g, 16000), keep = (unsigned int)pick(g, 100);
	const unsigned int large = (unsigned int)pick(g, 3) * 4;
	unsigned int left = 0;

	for (unsigned int i = 0; i < fill; i++) {
		const unsigned int order = (unsigned int)pick(g, large + 1);
		const uint32_t gfp = gfps[pick(g, 5)];
		const bs_pfn pfn =
			bs_alloc_pages(g->m, (unsigned int)pick(g, bs_nr_cpus(g->m)), gfp, order);

		if (pfn == BS_NO_PFN)
			continue;
		if (gfp == BS_GFP_HIGHUSER_MOVABLE)
			bs_page_set_lru(g->m, pfn, order, true);
		g->held[g->n] = pfn;
		g->order[g->n++] = (uint8_t)order;
	}
	for (unsigned int i = 0; i < g->n; i++) {
		if (pick(g, 100) < keep) {
			g->held[left] = g->held[i];
			g->order[left++] = g->order[i];
			continue;
		}
		bs_free_pages(g->m, 0, g->held[i], g->order[i]);
	}
	g->n = left;
	if (pick(g, 2))
		bs_drain_pages(g->m, BS_ALL_CPUS);
	if (!pick(g, 3))
		bs_isolate_pageblock(g->m, (bs_pfn)pick(g, bs_max_pfn(g->m)) &
						   ~((1u << bs_pageblock_order(g->m)) - 1));
}

static const char *printed(const struct bs_state *s,
			   void (*print)(const struct bs_state *s, FILE *f))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	const char *path;

	assert_non_null(f);
	print(s, f);
	assert_int_equal(fclose(f), 0);
	path = path_of(text, size);
	free(text);
	return path;
}

static void says(void *arg, const struct bs_count_diff *d)
{
	(void)arg;
	print_message("%s order %u %s: %lu %lu\n", d->zone, d->order,
		      bs_snapshot_type_name(d->type), (unsigned long)d->a, (unsigned long)d->b);
}

/* The same counts by zone, order, and type. */
static void assert_same(const struct bs_state *a, const struct bs_state *b)
{
	struct bs_snapshots *all = calloc(1, sizeof(*all));

	assert_non_null(all);
	assert_int_equal(bs_snapshots_add_state(all, a), 0);
	assert_int_equal(bs_snapshots_add_state(all, b), 0);
	assert_int_equal(bs_snapshots_compare(&all->s[0], &all->s[1], says, NULL), 0);
	bs_snapshots_free(all);
}

/* No block is free beside its buddy: the allocator would have merged them. */
static void assert_unmerged(const struct bs_machine *m, const struct bs_state *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++)
		for (unsigned int o = 0; o < 10; o++)
			for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
				for (uint32_t k = 0; k < s->zone[i].area[o][t].n; k++) {
					const bs_pfn buddy =
						s->zone[i].area[o][t].pfn[k] ^ (1u << o);
					unsigned int order;
					bs_pfn head;

					if (buddy < bs_max_pfn(m) &&
					    bs_page_lookup(m, buddy, &head, &order) == BS_PAGE_FREE)
						assert_false(head == buddy && order == o);
				}
}

/* It goes on: what is free can be had, and given back. */
static void run_on(struct guest *g, struct bs_machine *m)
{
	bs_pfn got[64];
	unsigned int n = 0;
	struct bs_error err;

	for (unsigned int i = 0; i < 64; i++) {
		got[n] = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, (unsigned int)pick(g, 2));
		n += got[n] != BS_NO_PFN;
	}
	assert_ok(bs_machine_check(m, &err), &err);
	while (n--)
		bs_free_pages(m, 0, got[n], (unsigned int)bs_allocated_order(m, got[n]));
	assert_ok(bs_machine_check(m, &err), &err);
}

static struct bs_state *reloaded(struct bs_state *s)
{
	char *path = bs_test_file("", ".state");
	struct bs_state *again = NULL;
	struct bs_error err;

	assert_ok(bs_state_save(s, path, &err), &err);
	assert_ok(bs_state_load(path, NULL, &again, &err), &err);
	unlink(path);
	free(path);
	assert_string_equal(again->origin, s->origin);
	bs_state_free(s);
	return again;
}

static void test_states_of_guests(void **state)
{
	static struct guest g;

	(void)state;
	for (uint64_t seed = 0; seed < GUESTS; seed++) {
		struct bs_state *was, *made = NULL;
		struct bs_state_notes notes;
		struct bs_machine *m;
		struct bs_error err = {0};
		const char *paths[3];
		struct bs_state_import c = {.paths = paths, .nr_paths = 3, .seed = seed};

		make_guest(&g, seed);
		fragment(&g);
		assert_ok(bs_state_of_machine(g.m, &was, &err), &err);
		c.kernel = bs_kernel_name(g.m);
		paths[seed % 3] = printed(was, print_buddyinfo);
		paths[(seed + 1) % 3] = printed(was, print_zoneinfo);
		paths[(seed + 2) % 3] = printed(was, print_pagetypeinfo);
		assert_ok(bs_state_import(&c, &made, &notes, &err), &err);
		made = reloaded(made);
		assert_same(was, made);
		assert_ok(bs_machine_from_state(made, NULL, &m, &err), &err);
		assert_unmerged(m, made);
		assert_ok(bs_machine_check(m, &err), &err);
		run_on(&g, m);
		bs_machine_destroy(m);
		bs_machine_destroy(g.m);
		bs_state_free(was);
		bs_state_free(made);
	}
}

/* Counts out of thin air, for 16 to 47 MiB: half of them are impossible. */
static void test_counts_of_nobody(void **state)
{
	unsigned int made_some = 0, refused_some = 0;

	(void)state;
	for (uint64_t seed = 0; seed < COUNTS; seed++) {
		struct guest g = {0};
		char text[512] = "Node 0, zone DMA";
		struct bs_state *made = NULL;
		struct bs_state_notes notes;
		struct bs_error err = {0};
		const char *path;
		struct bs_state_import c = {
			.paths = &path, .nr_paths = 1, .seed = seed, .machine = BS_MACHINE_FLAT};

		bs_rng_seed(&g.rng, seed);
		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			sprintf(text + strlen(text), " %u",
				(unsigned int)(pick(&g, 2) ? pick(&g, (6144u >> o) / 6 + 2) : 0));
		strcat(text, "\n");
		path = path_of(text, strlen(text));
		c.memory_bytes = (16 + pick(&g, 32)) << 20;
		if (bs_state_import(&c, &made, &notes, &err)) {
			refused_some++;
			assert_int_equal(err.status, BS_INPUT);
			assert_true(err.where[0] && err.text[0] && err.advice[0]);
			continue;
		}
		made_some++;
		{
			const struct bs_snapshots *all = snapshots_of(text);
			struct bs_snapshots *got = calloc(1, sizeof(*got));
			struct bs_machine *m;

			assert_int_equal(bs_snapshots_add_state(got, made), 0);
			assert_int_equal(bs_snapshots_compare(&all->s[0], &got->s[0], says, NULL),
					 0);
			assert_ok(bs_machine_from_state(made, NULL, &m, &err), &err);
			assert_unmerged(m, made);
			assert_ok(bs_machine_check(m, &err), &err);
			bs_machine_destroy(m);
			bs_snapshots_free(got);
			bs_snapshots_free((struct bs_snapshots *)(uintptr_t)all);
		}
		bs_state_free(made);
	}
	assert_true(made_some > COUNTS / 8 && refused_some > COUNTS / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_of_guests),
		cmocka_unit_test(test_counts_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
