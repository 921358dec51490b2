// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calibrate.c - what this host takes for the things that a device's virtual costs stand for. Each
 * figure is measured the way the rows behind costs.c were, several times over.
 */
#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "residency.h"

#define BLOCKS 32 /* of 2 MiB: one request's worth */
#define BLOCK_BYTES (BS_REGION_PAGES * BS_UNIT_SIZE)
#define MIB_PER_BLOCK 2
#define EMPTY_CALLS 256

#define BS_COST(field, def, vm, nested, text, source) COST_##field,
enum {
#include "costs.def"
	NR_COSTS
};

static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * BS_NS_PER_S + (uint64_t)t.tv_nsec;
}

static char *block(const struct bs_arena *a, unsigned int i)
{
	return a->base + i * BLOCK_BYTES;
}

static uint64_t time_advice(const struct bs_arena *a, unsigned int first, unsigned int n,
			    int advice)
{
	const uint64_t start = real_ns();

	madvise(block(a, first), n * BLOCK_BYTES, advice);
	return real_ns() - start;
}

/* Every page is written once: all of them fault. */
static uint64_t time_touch(const struct bs_arena *a)
{
	const uint64_t start = real_ns();

	for (size_t at = 0; at < BLOCKS * BLOCK_BYTES; at += BS_UNIT_SIZE)
		*(volatile char *)(a->base + at) = 1;
	return real_ns() - start;
}

static uint64_t time_install(const struct bs_arena *a)
{
	const uint64_t start = real_ns();

	/* Before Linux 5.14 touching does the same work. */
	if (madvise(a->base, BLOCKS * BLOCK_BYTES, a->install))
		time_touch(a);
	return real_ns() - start;
}

static uint64_t time_fill(const struct bs_arena *a, int byte)
{
	const uint64_t start = real_ns();

	memset(a->base, byte, BLOCKS * BLOCK_BYTES);
	return real_ns() - start;
}

static uint64_t beyond(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void measure_round(const struct bs_arena *a, bool thp, uint64_t *ns)
{
	struct bs_device_costs preset;
	uint64_t one, start;

	time_advice(a, 0, BLOCKS, MADV_DONTNEED);
	ns[thp ? COST_refault_thp_per_mib : COST_refault_per_mib] =
		time_touch(a) / (BLOCKS * MIB_PER_BLOCK);
	/* All in one call: its own cost vanishes, and so does the clock's. */
	one = time_advice(a, 0, BLOCKS, MADV_DONTNEED);
	ns[thp ? COST_thp_per_mib : COST_per_mib] = one / (BLOCKS * MIB_PER_BLOCK);
	if (!thp)
		return;
	time_touch(a);
	one = time_advice(a, 0, BLOCKS, MADV_DONTNEED);
	time_touch(a);
	start = real_ns();
	for (unsigned int i = 0; i < BLOCKS; i++)
		madvise(block(a, i), BLOCK_BYTES, MADV_DONTNEED);
	ns[COST_per_request] = beyond(real_ns() - start, one) / (BLOCKS - 1);
	start = real_ns();
	for (unsigned int i = 0; i < EMPTY_CALLS; i++)
		madvise(block(a, i % BLOCKS), BLOCK_BYTES, MADV_DONTNEED);
	ns[COST_per_range] = (real_ns() - start) / EMPTY_CALLS;
	ns[COST_install_per_mib] = time_install(a) / (BLOCKS * MIB_PER_BLOCK);
	ns[COST_poison_per_mib] = time_fill(a, 0x5a) / (BLOCKS * MIB_PER_BLOCK);
	/* Both on memory that the host has just provided, or the second would find it in cache. */
	time_advice(a, 0, BLOCKS, MADV_DONTNEED);
	time_install(a);
	ns[COST_zero_per_mib] = time_fill(a, 0) / (BLOCKS * MIB_PER_BLOCK);
	ns[COST_host_zero_per_mib] = ns[COST_zero_per_mib];
	/* What takes a guest to be seen; and nobody's memory is swapped out to see how long that takes. */
	bs_cost_preset("default", &preset);
	ns[COST_round_trip] = preset.round_trip;
	ns[COST_take_per_range] = preset.take_per_range;
	ns[COST_take_per_mib] = preset.take_per_mib;
	ns[COST_per_drop] = preset.per_drop;
	ns[COST_split] = preset.split;
	ns[COST_move_per_mib] = preset.move_per_mib;
	ns[COST_swap_out_per_mib] = preset.swap_out_per_mib;
	ns[COST_swap_in_per_mib] = preset.swap_in_per_mib;
	ns[COST_restore_per_mib] = preset.restore_per_mib;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int bs_device_calibrate(unsigned int rounds, const struct bs_ear *ear, struct bs_calibration *out,
			struct bs_error *err)
{
	uint64_t(*samples)[BS_CALIBRATE_ROUNDS] = calloc(NR_COSTS, sizeof(*samples));
	struct bs_arena arena[2];
	int ret;

	if (!samples || !rounds || rounds > BS_CALIBRATE_ROUNDS) {
		free(samples);
		return bs_error_set(err, BS_USAGE, 0, "calibrate", NULL, "1 to %d rounds",
				    BS_CALIBRATE_ROUNDS);
	}
	ret = bs_arena_map(&arena[0], BLOCKS * BS_REGION_PAGES, false, err);
	if (!ret && (ret = bs_arena_map(&arena[1], BLOCKS * BS_REGION_PAGES, true, err)))
		bs_arena_unmap(&arena[0]);
	for (unsigned int r = 0; !ret && r <= rounds; r++) {
		uint64_t ns[NR_COSTS];

		measure_round(&arena[0], false, ns);
		measure_round(&arena[1], true, ns);
		/* The first one warms up the host's allocator. */
		for (unsigned int i = 0; r && i < NR_COSTS; i++)
			samples[i][r - 1] = ns[i];
		if (ear)
			ear->tell(ear->arg, r, rounds);
	}
	out->rounds = rounds;
	for (unsigned int i = 0; !ret && i < NR_COSTS; i++) {
		qsort(samples[i], rounds, sizeof(samples[i][0]), by_value);
		*bs_cost_field(&out->median, i, NULL) = samples[i][rounds / 2];
		*bs_cost_field(&out->low, i, NULL) = samples[i][rounds / 10];
		*bs_cost_field(&out->high, i, NULL) = samples[i][rounds - 1 - rounds / 10];
	}
	if (!ret) {
		bs_arena_unmap(&arena[0]);
		bs_arena_unmap(&arena[1]);
	}
	free(samples);
	return ret;
}
