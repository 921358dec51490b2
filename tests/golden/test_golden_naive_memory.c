// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategy that takes memory where it is (STRATEGIES.md, virtio-mem), walked a second time over plain arrays. A guest
 * of 64 MiB, of which the device has the second half: two memory blocks of 16 MiB, eight sub-blocks each. Pageblocks
 * are used and freed at random, and the host asks for another size each time; what it is handed, and told, must be the
 * same, in the same order.
 */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "bs_report_world.h"
#include "rng.h"

#define PAGES 16384
#define FIRST (PAGES / 2)
#define SUB 512
#define PER 8
#define BLOCKS 2
#define SCRIPTS 60
#define STEPS 40
#define MAX_LIVE 6

struct naive {
	bool plugged[BLOCKS][PER], used[BLOCKS][PER], there[BLOCKS];
	char log[1 << 12], told[1 << 12];
};

static int count(const struct naive *v, int b)
{
	int n = 0;

	for (int i = 0; i < PER; i++)
		n += v->plugged[b][i];
	return n;
}

static void say(char *text, int b, int first, int n)
{
	for (int i = first; i < first + n; i++)
		sprintf(text + strlen(text), "%d:9 ", FIRST + (b * PER + i) * SUB);
	strcat(text, "| ");
}

static bool all_free(const struct naive *v, int b)
{
	for (int i = 0; i < PER; i++)
		if (v->used[b][i])
			return false;
	return true;
}

/* Which block is next: one that is plugged in part, else a full one, the higher first; -1: none is left. */
static int next(const struct naive *v, const bool *tried)
{
	for (int full = 0; full < 2; full++)
		for (int b = BLOCKS - 1; b >= 0; b--)
			if (v->there[b] && !tried[b] && (count(v, b) == PER) == full)
				return b;
	return -1;
}

/* Return: a memory block has gone, so that it is tried once more. */
static bool shrink(struct naive *v, int by)
{
	bool tried[BLOCKS] = {false}, gone = false;
	int b;

	while (by && (b = next(v, tried)) >= 0) {
		tried[b] = true;
		if (count(v, b) == PER && by >= PER && all_free(v, b)) {
			say(v->log, b, 0, PER);
			memset(v->plugged[b], 0, sizeof(v->plugged[b]));
			by -= PER;
		}
		for (int i = PER - 1; i >= 0 && by; i--) {
			if (!v->plugged[b][i] || v->used[b][i])
				continue;
			say(v->log, b, i, 1);
			v->plugged[b][i] = false;
			by--;
		}
		if (!count(v, b))
			v->there[b] = false, gone = true;
	}
	return gone;
}

static void grow(struct naive *v, int by)
{
	for (int added = 1; added >= 0; added--)
		for (int b = 0; b < BLOCKS; b++) {
			if (v->there[b] != added)
				continue;
			for (int i = 0; i < PER && by; i++) {
				int n = 0;

				while (n < by && i + n < PER && !v->plugged[b][i + n])
					v->plugged[b][i + n++] = true;
				if (!n)
					continue;
				say(v->told, b, i, n);
				v->there[b] = true;
				by -= n;
				i += n;
			}
		}
}

static void go_to(struct naive *v, int want)
{
	int have = count(v, 0) + count(v, 1);

	v->log[0] = v->told[0] = '\0';
	if (have < want)
		grow(v, want - have);
	while (have > want && shrink(v, have - want))
		have = count(v, 0) + count(v, 1);
}

static void set_used(struct naive *v, bs_pfn pfn, bool used)
{
	const int i = ((int)pfn - FIRST) / SUB;

	if (pfn >= FIRST)
		v->used[i / PER][i % PER] = used;
}

static void script(uint64_t seed)
{
	const char *const params = "virtio-mem:size=32MiB,memory_block=16MiB,at=1h";
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);
	struct naive v = {.there = {true, true}};
	bs_pfn live[MAX_LIVE];
	unsigned int n = 0;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	memset(v.plugged, 1, sizeof(v.plugged));
	bs_world_start(w, params, 64);
	bs_zone_set_watermarks(w->m, 0, 0, 0, 0);
	for (unsigned int step = 0; step < STEPS; step++) {
		const unsigned int at = n ? (unsigned int)bs_rng_below(&rng, n) : 0;
		const int want = (int)bs_rng_below(&rng, BLOCKS * PER + 1);

		if (n == MAX_LIVE || (n && bs_rng_below(&rng, 2))) {
			set_used(&v, live[at], false);
			bs_world_free(w, live[at], 9);
			live[at] = live[--n];
		}
		/* From somewhere among all that is free: what is passed over is given back. */
		for (unsigned int skip = (unsigned int)bs_rng_below(&rng, 20), got = 0;
		     n < MAX_LIVE; got++) {
			live[n] = bs_world_alloc(w, 9, BS_MIGRATE_MOVABLE);
			if (live[n] == BS_NO_PFN)
				break;
			if (got == skip) {
				set_used(&v, live[n++], true);
				break;
			}
			bs_world_free(w, live[n], 9);
			bs_drain_pages(w->m, BS_ALL_CPUS);
		}
		bs_report_event(w->rc, BS_EVENT_TARGET, (uint64_t)(BLOCKS * PER - want) << 21);
		assert_true(bs_world_work(w));
		go_to(&v, want);
		assert_string_equal(bs_world_log(w), v.log);
		assert_string_equal(bs_world_told(w), v.told);
		assert_int_equal(bs_managed_pages(w->m),
				 FIRST + (uint64_t)(count(&v, 0) + count(&v, 1)) * SUB);
		bs_zone_set_watermarks(w->m, 0, 0, 0, 0);
	}
	assert_int_equal(w->violations, 0);
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

static void test_virtio_mem(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SCRIPTS; seed++)
		script(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_virtio_mem)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
