// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation:rev=6.1 beside a live kernel's page reporting. A guest is built from a dump; between it
 * and the next one, a second later, the kernel ran no pass (they are two seconds apart) or one.
 * Where nothing else touched the zones meanwhile, the same number of passes must give the next dump:
 * lists in order, Reported flags, types of pageblocks. Whether something else did shows in what a
 * pass leaves as it was: lists below order 9, the length of per-cpu lists, watermarks, NR_FREE_PAGES.
 * Single pages come from and go to the per-cpu lists all the time, whose entries then differ though
 * not in number: counted, but no zone knows of it.
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_report_world.h"

#define DUMPS BS_SHARED_DIR "/oracle/linux-6.1/"
#define DUMPS_7_3 BS_SHARED_DIR "/oracle/linux-7.3/"

struct figures {
	unsigned int pairs, quiet, passes, busy; /* busy: pairs between which something else ran */
	unsigned int differences; /* over all quiet pairs, without per-cpu lists */
	unsigned int cached; /* places in per-cpu lists that changed between dumps */
	unsigned int reported; /* blocks marked in the last dump */
};

struct differences {
	const char *pair;
	unsigned int by_pass, by_others, cached;
	unsigned int min_order; /* of a block that a pass may touch */
	char first_other[sizeof(((struct bs_state_diff *)0)->what)];
	bool show;
};

/* Of a difference between two dumps: can a pass have made it? */
static bool pass_can_do(const struct bs_state_diff *d, unsigned int min_order)
{
	const char *order = strstr(d->what, " order ");

	if (d->part == BS_PART_BLOCK_TYPE)
		return true;
	return (d->part == BS_PART_FREE_LIST || d->part == BS_PART_REPORTED) && order &&
	       strtoul(order + strlen(" order "), NULL, 10) >= min_order;
}

static void count(void *arg, const struct bs_state_diff *d)
{
	struct differences *ds = arg;

	if (d->part == BS_PART_PCP_LIST || d->part == BS_PART_PCP) {
		ds->cached++;
		return;
	}
	if (ds->show)
		print_message("  %s: %s %s: kernel %s, here %s\n", ds->pair,
			      bs_state_part_name(d->part), d->what, d->expected, d->got);
	if (pass_can_do(d, ds->min_order)) {
		ds->by_pass++;
	} else if (strstr(d->what, "pcp expire")) {
		return; /* the vmstat work counts, every second */
	} else if (!ds->by_others++) {
		snprintf(ds->first_other, sizeof(ds->first_other), "%s", d->what);
	}
}

/* ---- The guest ------------------------------------------------------------------------------- */

static struct bs_world *guest_of(const struct bs_state *s, const char *strategy)
{
	struct bs_world *w = calloc(1, sizeof(*w));
	struct bs_error err;

	assert_non_null(w);
	assert_ok(bs_machine_from_state(s, NULL, &w->m, &err), &err);
	bs_world_start(w, strategy, 32);
	return w;
}

static unsigned int compare_guest(const struct bs_state *dump, const struct bs_world *w,
				  const char *pair, bool show, unsigned int min_order)
{
	struct differences ds = {.pair = pair, .show = show, .min_order = min_order};
	struct bs_state *now;
	struct bs_error err;

	assert_ok(bs_state_of_machine(w->m, &now, &err), &err);
	bs_state_compare(dump, now, bs_state_model(dump), count, &ds);
	bs_state_free(now);
	return ds.by_pass + ds.by_others;
}

static unsigned int marked_blocks(const struct bs_state *s)
{
	unsigned int n = 0;

	for (unsigned int z = 0; z < s->nr_zones; z++)
		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				for (uint32_t i = 0; i < s->zone[z].area[o][mt].n; i++)
					n += s->zone[z].area[o][mt].mark[i];
	return n;
}

/* ---- Dump by dump ---------------------------------------------------------------------------- */

/* @min_order: the smallest that is reported; @passes: so many fit between two dumps. */
struct reporter {
	const char *strategy;
	unsigned int min_order, passes;
};

static void follow(const char *file, const char *const *names, const struct reporter *by, bool show,
		   struct figures *f)
{
	struct bs_state *before, *after;
	struct bs_world *w;
	struct bs_error err;

	memset(f, 0, sizeof(*f));
	assert_ok(bs_state_load(file, names[0], &before, &err), &err);
	w = guest_of(before, by->strategy);
	for (unsigned int i = 1; names[i]; i++) {
		char pair[64];
		struct differences live = {.pair = pair, .min_order = by->min_order};
		unsigned int n;

		snprintf(pair, sizeof(pair), "%s..%s", names[i - 1], names[i]);
		assert_ok(bs_state_load(file, names[i], &after, &err), &err);
		bs_state_compare(before, after, bs_state_model(before), count, &live);
		f->pairs++;
		f->cached += live.cached;
		if (live.by_others) {
			f->busy++;
			print_message("  %s: not compared, something else ran: %u differences no "
				      "pass can make, the first is %s\n",
				      pair, live.by_others, live.first_other);
			bs_world_destroy(w);
			w = guest_of(after, by->strategy);
		} else {
			f->quiet++;
			n = live.by_pass;
			for (unsigned int k = 0; live.by_pass && n && k < by->passes; k++) {
				f->passes++;
				assert_true(bs_world_work(w));
				n = compare_guest(after, w, pair, show && k + 1 == by->passes,
						  by->min_order);
			}
			if (!live.by_pass)
				n = compare_guest(after, w, pair, show, by->min_order);
			f->differences += n;
			print_message("  %s: %s, %u differences, %u blocks reported\n", pair,
				      live.by_pass ? "one pass" : "no pass", n,
				      marked_blocks(after));
		}
		bs_state_free(before);
		before = after;
	}
	f->reported = marked_blocks(before);
	bs_state_free(before);
	assert_false(w->not_taken);
	bs_world_destroy(w);
	print_message("  %u pairs: %u compared (%u passes), %u with other activity; %u "
		      "differences; per-cpu lists, not compared, differ in %u places\n",
		      f->pairs, f->quiet, f->passes, f->busy, f->differences, f->cached);
}

static const struct reporter rev_6_1 = {"rotation:rev=6.1", 9, 1};
static const struct reporter rev_5_7 = {"rotation:rev=5.7", 9, 1};
static const struct reporter rev_2026 = {"rotation:rev=2026", 9, 1};
static const struct reporter rev_2026_order_0 = {"rotation:rev=2026,order=0", 0, 2};

static const char *const boot[] = {"boot_t1", "boot_t2", "boot_t3", "boot_t4",	     "boot_t5",
				   "boot_t6", "boot_t7", "boot_t8", "idle_reported", NULL};
static const char *const after_load[] = {"after_t1",   "after_t2", "after_t3", "after_t4",
					 "after_t5",   "after_t6", "after_t7", "after_t8",
					 "after_idle", NULL};

/* From the driver's start to all reported: nothing else touched the zones, so every pair counts. */
static void test_progress_from_boot(void **state)
{
	struct figures f;

	(void)state;
	follow(DUMPS "vii_report_progress.txt.gz", boot, &rev_6_1, true, &f);
	assert_int_equal(f.differences, 0);
	assert_int_equal(f.quiet, 8);
	assert_int_equal(f.passes, 4);
	assert_int_equal(f.reported, 223); /* the DMA zone has no room: never */
}

/* After a load: reported and raw blocks are mixed. */
static void test_progress_after_a_load(void **state)
{
	struct figures f;

	(void)state;
	follow(DUMPS "vii_report_after.txt.gz", after_load, &rev_6_1, true, &f);
	assert_int_equal(f.differences, 0);
	assert_int_equal(f.quiet, 8);
	assert_int_equal(f.passes, 2);
	assert_int_equal(f.reported, 223);
}

/* That the comparison sees: a kernel that returns blocks to the head is not this one. */
static void test_another_revision_differs(void **state)
{
	struct figures f;

	(void)state;
	follow(DUMPS "vii_report_progress.txt.gz", boot, &rev_5_7, false, &f);
	assert_int_equal(f.quiet, 8);
	assert_true(f.differences > 0);
}

/* 7.3, from the driver's start to all reported. */
static void test_progress_7_3(void **state)
{
	struct figures f;

	(void)state;
	follow(DUMPS_7_3 "vii_report_progress.txt.gz", boot, &rev_2026, true, &f);
	assert_int_equal(f.differences, 0);
	assert_int_equal(f.quiet, 8);
	assert_int_equal(f.passes, 4);
	assert_int_equal(f.reported, 221);
}

/* After a load: until the per-cpu lists have shrunk (the vmstat work), blocks come free beside the
 * passes, and such pairs are not compared. */
static void test_progress_7_3_after_a_load(void **state)
{
	struct figures f;

	(void)state;
	follow(DUMPS_7_3 "vii_report_after.txt.gz", after_load, &rev_2026, true, &f);
	assert_int_equal(f.differences, 0);
	assert_true(f.quiet >= 4);
}

/* Booted with order 0 and a delay of 700 ms: all was reported when the first dump was made, and no pass
 * changes it, though up to two fit between two dumps. */
static void test_progress_7_3_order_0(void **state)
{
	static const char *const names[] = {"boot_t1",	     "boot_t2",	 "boot_t3",  "boot_t4",
					    "boot_t5",	     "boot_t6",	 "boot_t7",  "boot_t8",
					    "boot_t9",	     "boot_t10", "boot_t11", "boot_t12",
					    "idle_reported", NULL};
	struct figures f;

	(void)state;
	follow(DUMPS_7_3 "vii_report_order0.txt.gz", names, &rev_2026_order_0, true, &f);
	assert_int_equal(f.differences, 0);
	assert_int_equal(f.quiet, 12);
	assert_true(f.reported > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_from_boot),
		cmocka_unit_test(test_progress_after_a_load),
		cmocka_unit_test(test_another_revision_differs),
		cmocka_unit_test(test_progress_7_3),
		cmocka_unit_test(test_progress_7_3_after_a_load),
		cmocka_unit_test(test_progress_7_3_order_0),
	};

	if (!*BS_SHARED_DIR)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
