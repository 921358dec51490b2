// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * percpu_array.c - page hinting up to Nitesh Narayan Lal's v8 (STRATEGIES.md, percpu-array).
 *
 * Every CPU writes the 4 MiB blocks that it frees into an array of its own. With 128 entries in it
 * the freeing CPU stops, once it has dropped the zone lock, and does the work itself: it takes
 * whatever of them is still free, all at once (256 entries: 1 GiB out of the allocator), tells the
 * host, and frees them again. A block for which the array has no room is never told, unless it is
 * freed once more. No mark is kept.
 */
#include "percpu_array.h"

#include <errno.h>
#include <stdlib.h>

#include "strategies.h"

enum { ENTRIES, THRESHOLD, ORDER };

static const struct bs_param params[] = {
	{.name = "entries",
	 .type = BS_PARAM_UINT,
	 .def = 256,
	 .min = 1,
	 .max = 4096,
	 .help = "blocks that a CPU's array holds; more are dropped (older drafts: 1000)"},
	{.name = "threshold",
	 .role = BS_ROLE_THRESHOLD,
	 .type = BS_PARAM_UINT,
	 .def = 128,
	 .min = 1,
	 .max = 4096,
	 .help = "entries at which the freeing CPU scans its array"},
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 10,
	 .max = BS_MAX_ORDER,
	 .help = "smallest block that is recorded"},
	{.name = NULL},
};

/* An array that is full is always worth a scan. */
static uint64_t threshold(const struct bs_report_ctx *rc)
{
	const uint64_t t = bs_param_get(rc, THRESHOLD), entries = bs_param_get(rc, ENTRIES);

	return t < entries ? t : entries;
}

/* ---- On and off ------------------------------------------------------------------------------ */

static int start(struct bs_report_ctx *rc)
{
	struct bs_percpu_global *s = bs_state(rc);
	const uint64_t entries = bs_param_get(rc, ENTRIES);
	bs_pfn *all;

	all = bs_alloc(rc, BS_SCOPE_GLOBAL, bs_cpus(rc) * entries * sizeof(*all));
	if (!all)
		return -ENOMEM;
	s->arrays = all;
	for (unsigned int cpu = 0; cpu < bs_cpus(rc); cpu++) {
		struct bs_percpu_array *a = bs_cpu_state(rc, cpu);

		*a = (struct bs_percpu_array){.pfn = all + cpu * entries};
	}
	return 0;
}

static void stop(struct bs_report_ctx *rc)
{
	struct bs_percpu_global *s = bs_state(rc);

	bs_release(rc, s->arrays);
	s->arrays = NULL;
}

/* ---- A block is freed ------------------------------------------------------------------------ */

static bool has_entry(const struct bs_percpu_array *a, bs_pfn pfn)
{
	for (unsigned int i = 0; i < a->n; i++)
		if (a->pfn[i] == pfn)
			return true;
	return false;
}

/* What the scan itself frees is recorded as well, and forgotten with the rest of the array when
 * the scan ends: the same as not recording it. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	struct bs_percpu_array *a = bs_cpu_state(rc, b->cpu);

	(void)merged;
	if (why == BS_RETURN || has_entry(a, b->pfn))
		return;
	if (a->n == bs_param_get(rc, ENTRIES)) {
		a->dropped++;
		return;
	}
	a->pfn[a->n++] = b->pfn;
	if (a->n >= threshold(rc))
		bs_wake_on(rc, b->cpu);
}

/* ---- The scan, by the freeing CPU ------------------------------------------------------------ */

static int by_address(const void *a, const void *b)
{
	const bs_pfn x = *(const bs_pfn *)a, y = *(const bs_pfn *)b;

	return (x > y) - (x < y);
}

/* Zones lie one behind the other: sorted by address is sorted by zone. Each lock is taken once. */
static unsigned int take_all(struct bs_report_ctx *rc, struct bs_percpu_array *a,
			     struct bs_range *r)
{
	unsigned int n = 0, zone, locked = BS_MAX_ZONES;

	qsort(a->pfn, a->n, sizeof(*a->pfn), by_address);
	for (unsigned int i = 0; i < a->n; i++) {
		struct bs_block b;

		if (!bs_pfn_online(rc, a->pfn[i], &zone))
			continue;
		if (zone != locked) {
			if (locked != BS_MAX_ZONES)
				bs_zone_unlock(rc, locked);
			bs_zone_lock(rc, zone);
			locked = zone;
		}
		if (!bs_block_at(rc, a->pfn[i], &b) && b.order >= bs_param_get(rc, ORDER) &&
		    bs_isolate(rc, b.pfn, b.order))
			r[n++] = (struct bs_range){b.pfn, b.order};
	}
	if (locked != BS_MAX_ZONES)
		bs_zone_unlock(rc, locked);
	return n;
}

/* The host's answer changes nothing: the pages go back either way. */
static int tell(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	int err = 0;

	for (unsigned int i = 0; i < n; i += bs_capacity(rc)) {
		const unsigned int rest = n - i;
		int ret = bs_submit(rc, r + i, rest < bs_capacity(rc) ? rest : bs_capacity(rc));

		err = err ? err : ret;
	}
	return err;
}

static void release(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		unsigned int zone = 0;

		bs_pfn_online(rc, r[i].pfn, &zone);
		bs_zone_lock(rc, zone);
		bs_put_back(rc, r[i].pfn, r[i].order, BS_MT_NOW, BS_PUT_RULE);
		bs_zone_unlock(rc, zone);
	}
}

static int scan(struct bs_report_ctx *rc, unsigned int cpu)
{
	struct bs_percpu_array *a = bs_cpu_state(rc, cpu);
	/* The list handed over is allocated for each scan: one of the "two allocations per hint"
	 * that the April thread held against this series. */
	struct bs_range *r = bs_alloc(rc, BS_SCOPE_GLOBAL, a->n * sizeof(*r));
	unsigned int n;
	int err;

	if (!r)
		return -ENOMEM;
	n = take_all(rc, a, r);
	err = tell(rc, r, n);
	release(rc, r, n);
	bs_release(rc, r);
	a->n = 0;
	return err;
}

/* @cpu: the one that asked; where there is no such thing as a CPU (-1), every full array. */
static int pass(struct bs_report_ctx *rc, int cpu)
{
	int err = 0;

	for (unsigned int i = 0; i < bs_cpus(rc); i++) {
		const struct bs_percpu_array *a = bs_cpu_state(rc, i);
		int ret = 0;

		if ((cpu < 0 || (unsigned int)cpu == i) && a->n >= threshold(rc))
			ret = scan(rc, i);
		err = err ? err : ret;
	}
	return err;
}

static const struct bs_strategy_memory series = {
	.page = "-",
	.zone = "-",
	.rest = "per CPU 256 PFNs and an index, 2 KiB; 256 x 16 B for each run",
	.note = "a PFN takes 4 bytes here, 8 in the kernel; the run's array is as long as there are entries (128 start a run), 8 bytes each; per CPU 8 bytes count the dropped hints",
};

const struct bs_strategy bs_strategy_percpu_array = {
	.name = "percpu-array",
	.summary = "each CPU collects 128 blocks of 4 MiB, then stops and tells the host itself",
	.origin = "Nitesh Narayan Lal, [RFC][Patch v8] KVM: Guest Free Page Hinting, 2019-02-04",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_DUPLICATES,
	.state_size = sizeof(struct bs_percpu_global),
	.cpu_state_size = sizeof(struct bs_percpu_array),
	.params = params,
	.start = start,
	.stop = stop,
	.block_in = block_in,
	.pass = pass,
	.series = &series,
};
