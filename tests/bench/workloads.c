// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * workloads.c - ten small fixed loads whose instructions tests/bench/instructions counts. What comes
 * before and after a load is not in counted_...(), which is all that the counter is on for.
 *
 *	workloads			their names
 *	workloads NAME SOURCES		runs one of them: how many operations it was
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/buddysim.h>

struct load {
	const char *name;
	void (*run)(const struct load *l);
	uint64_t operations; /* of what is counted; 0: it counts them */
	unsigned int order;
	const char *kernel, *strategy, *input, *figure;
};

/* What the loads work on; each uses some of it. */
static struct bs_machine *guest;
static struct bs_sim_config sim;
static bs_pfn *pages;
static uint64_t done;
static char path[512];

static void fail(const char *what, const struct bs_error *err)
{
	fprintf(stderr, "workloads: %s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

/* ---- What is counted ------------------------------------------------------------------------- */

__attribute__((noinline)) static void counted_pairs(const struct load *l)
{
	for (uint64_t i = 0; i < l->operations; i++)
		bs_free_pages(guest, 0, bs_alloc_pages(guest, 0, BS_GFP_HIGHUSER_MOVABLE, l->order),
			      l->order);
}

/* In the order that pages[] has been brought into. */
__attribute__((noinline)) static void counted_free(const struct load *l)
{
	for (uint64_t i = 0; i < l->operations; i++)
		bs_free_pages(guest, 0, pages[i], l->order);
}

static void count(void *arg, const struct bs_verify_result *r)
{
	(void)arg;
	if (r->total_differences)
		fail(r->name, NULL);
	done += r->operations;
}

__attribute__((noinline)) static void counted_verify(const struct bs_verify_config *c)
{
	struct bs_error err;

	if (bs_verify_file(path, c, &err))
		fail(path, &err);
}

__attribute__((noinline)) static struct bs_result *counted_compare(void)
{
	struct bs_result *r;
	struct bs_error err;

	if (bs_compare(&sim, &r, &err) < 0)
		fail("compare", &err);
	return r;
}

/* ---- What comes before ----------------------------------------------------------------------- */

static void make_guest(const struct load *l)
{
	const struct bs_machine_config c = {.kernel = l->kernel, .memory_bytes = UINT64_C(1) << 30};
	struct bs_error err;

	if (bs_machine_create(&c, &guest, &err))
		fail("guest", &err);
}

static void run_pairs(const struct load *l)
{
	make_guest(l);
	bs_free_pages(guest, 0, bs_alloc_pages(guest, 0, BS_GFP_HIGHUSER_MOVABLE, l->order),
		      l->order);
	counted_pairs(l);
}

/* Per-cpu lists that hold nothing: each pair splits a block down and merges it again. */
static void run_bare(const struct load *l)
{
	make_guest(l);
	for (unsigned int z = 0; z < bs_nr_zones(guest); z++)
		bs_zone_set_pcp(guest, z, 0, 1);
	bs_drain_pages(guest, BS_ALL_CPUS);
	counted_pairs(l);
}

static void run_free(const struct load *l)
{
	uint64_t seed = 1;

	make_guest(l);
	pages = calloc(l->operations, sizeof(*pages));
	if (!pages)
		fail("pages", NULL);
	for (uint64_t i = 0; i < l->operations; i++)
		pages[i] = bs_alloc_pages(guest, 0, BS_GFP_HIGHUSER_MOVABLE, l->order);
	for (uint64_t i = l->operations - 1; i; i--) {
		const uint64_t j =
			(seed = seed * 6364136223846793005u + 1442695040888963407u) % (i + 1);
		const bs_pfn p = pages[i];

		pages[i] = pages[j];
		pages[j] = p;
	}
	counted_free(l);
}

static void run_verify(const struct load *l)
{
	const struct bs_verify_config c = {.alone = true, .result = count};

	(void)l;
	counted_verify(&c);
}

static void run_compare(const struct load *l)
{
	struct bs_result *r;

	bs_sim_defaults(&sim);
	sim.trace_path = path;
	sim.strategies = (const char *const *)&l->strategy;
	sim.nr_strategies = 1;
	sim.guest.machine.kernel = l->kernel;
	sim.host.device.kind = "model";
	sim.host.device.touch = BS_TOUCH_PAGE;
	sim.output.timeline = false;
	sim.output.jobs = 1;
	r = counted_compare();
	if (bs_result_metric(r, 0, l->figure, &done))
		fail(l->figure, NULL);
	bs_result_free(r);
}

#define CHURN "/traces/churn_gcc.cborseq.zst"
#define LOG "/tests/oracle/data/linux-6.12-ix_boost_retry.txt.zst"
#define BURST "" /* made here */

static const struct load loads[] = {
	{"pair-order-0", run_pairs, 20000, 0, "linux-6.1", NULL, NULL, NULL},
	{"pair-order-0-tuned", run_pairs, 20000, 0, "linux-6.12", NULL, NULL, NULL},
	{"pair-order-3", run_pairs, 20000, 3, "linux-6.1", NULL, NULL, NULL},
	{"pair-order-9", run_pairs, 20000, 9, "linux-6.1", NULL, NULL, NULL},
	{"pair-order-10", run_pairs, 20000, 10, "linux-6.1", NULL, NULL, NULL},
	{"pair-order-0-bare", run_bare, 20000, 0, "linux-6.1", NULL, NULL, NULL},
	{"free-at-random", run_free, 100000, 0, "linux-6.1", NULL, NULL, NULL},
	{"replay", run_compare, 0, 0, "linux-6.1", "none", CHURN, "allocations"},
	/* The second is what the first does beside reporting. */
	{"reported-block", run_compare, 0, 0, "linux-6.1", "rotation", BURST, "ranges"},
	{"-reported-block", run_compare, 0, 0, "linux-6.1", "none", BURST, "allocations"},
	{"verify", run_verify, 0, 0, NULL, NULL, LOG, NULL},
};
#define NR_LOADS (sizeof(loads) / sizeof(loads[0]))

/* 8 GiB given back in blocks of 4 MiB. */
static void make_trace(void)
{
	struct bs_error err;

	snprintf(path, sizeof(path), "%s/workloads.%d.cborseq",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	if (bs_trace_generate(bs_generator_find("burst", &err), "size=8GiB,order=10,memory=16GiB",
			      1, NULL, path, NULL, NULL, &err))
		fail(path, &err);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < NR_LOADS; i++) {
		const struct load *l = &loads[i];

		if (argc < 3)
			puts(l->name);
		else if (!strcmp(l->name, argv[1])) {
			const bool made = l->input && !*l->input;

			if (made)
				make_trace();
			else
				snprintf(path, sizeof(path), "%s%s", argv[2],
					 l->input ? l->input : "");
			l->run(l);
			if (made)
				unlink(path);
			printf("%llu\n",
			       (unsigned long long)(l->operations ? l->operations : done));
			return 0;
		}
	}
	return argc < 3 ? 0 : 2;
}
